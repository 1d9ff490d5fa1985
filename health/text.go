package health

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Language is a language people are told things in, as a BCP 47 tag.
type Language string

// The languages of Bonghwa.
const (
	Korean  Language = "ko"
	English Language = "en"
)

// Languages lists them, Korean first.
func Languages() []Language { return []Language{Korean, English} }

// ParseLanguage reads a language tag of the ones there are.
func ParseLanguage(word string) (Language, error) {
	switch l := Language(word); l {
	case Korean, English:
		return l, nil
	}
	return "", unknownWord("language", word, []string{string(Korean), string(English)})
}

// Text is what people read, by language.
type Text map[Language]string

// In is the text in the language, or "" when it is missing: nothing falls back
// silently.
func (t Text) In(l Language) string { return t[l] }

// Missing lists those of some languages in which there is no text, in their order;
// none named means every one.
func (t Text) Missing(of ...Language) []Language {
	if len(of) == 0 {
		of = Languages()
	}
	return slices.DeleteFunc(slices.Clone(of), func(l Language) bool { return strings.TrimSpace(t[l]) != "" })
}

// Obeyed reports whether a character of a text is not read but obeyed: it controls
// something (line ends and tabs apart), or it turns the direction of what follows
// (Unicode Standard Annex 9, section 2), with which a text can be made to read as
// another. The marks that Hebrew and Arabic are written with, and the joiners of
// emoji, are read.
func Obeyed(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// Commands gives the first character of each language's text that would be obeyed.
func (t Text) Commands() iter.Seq2[Language, rune] {
	return func(yield func(Language, rune) bool) {
		for _, l := range slices.Sorted(maps.Keys(t)) {
			at := strings.IndexFunc(t[l], Obeyed)
			if at < 0 {
				continue
			}
			if r, _ := utf8.DecodeRuneInString(t[l][at:]); !yield(l, r) {
				return
			}
		}
	}
}

// Empty reports whether there is no text in any language.
func (t Text) Empty() bool { return len(t.Missing()) == len(Languages()) }

// Whole is the text with the words of one language wherever another has none, for
// names and titles of a site that speaks that language alone. An empty text stays
// empty.
func (t Text) Whole(from Language) Text {
	missing := t.Missing()
	if t.Empty() || len(missing) == 0 || strings.TrimSpace(t[from]) == "" {
		return t
	}
	out := maps.Clone(t)
	for _, l := range missing {
		out[l] = t[from]
	}
	return out
}
