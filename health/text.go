package health

import (
	"maps"
	"slices"
	"strings"
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
