package health

import (
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

// Missing lists the languages in which there is no text, in the order of
// Languages.
func (t Text) Missing() []Language {
	return slices.DeleteFunc(Languages(), func(l Language) bool { return strings.TrimSpace(t[l]) != "" })
}

// Empty reports whether there is no text in any language.
func (t Text) Empty() bool { return len(t.Missing()) == len(Languages()) }
