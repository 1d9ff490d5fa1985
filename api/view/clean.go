package view

import (
	"strings"
	"unicode/utf8"

	"github.com/bonghwa/bonghwa/health"
)

// Clean is text of people as any format may bear it: valid UTF-8 whose lines end in
// "\n", without control characters and without marks that turn the direction of
// what stands around the text. Everything else stays, so each format still escapes
// what it must.
func Clean(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n").Replace(s)
	return strings.Map(func(r rune) rune {
		switch {
		case health.Obeyed(r), noncharacter(r):
			return -1
		}
		return r // an invalid byte comes as U+FFFD
	}, s)
}

// Line is Clean on one line, for names and titles.
func Line(s string) string { return strings.Join(strings.Fields(Clean(s)), " ") }

// noncharacter reports whether a code point is set apart from text for ever
// (Unicode Standard, section 23.7). XML forbids two of them.
func noncharacter(r rune) bool {
	return r >= '\ufdd0' && r <= '\ufdef' || r&0xfffe == 0xfffe || !utf8.ValidRune(r)
}
