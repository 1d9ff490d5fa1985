package badge

import (
	"strings"
	"unicode"
	"unicode/utf8"

	widths "golang.org/x/text/width"
)

// longestName is how many letters of a name are kept in words; most is how many
// marks one letter may carry.
const (
	longestName = 60
	most        = 3
)

// plain is a name without what has no place in a line of text: controls, marks that
// turn its direction, heaps of accents. Of a long one the beginning is kept. An
// empty one gives the other.
func plain(name, other string) string {
	var b strings.Builder
	marks := 0
	for _, r := range strings.Join(strings.Fields(strings.ToValidUTF8(name, "\uFFFD")), " ") {
		if unicode.In(r, unicode.Mn, unicode.Me) && !joins(r) {
			marks++
		} else {
			marks = 0
		}
		if marks <= most && kept(r) {
			b.WriteRune(r)
		}
	}
	letters := clusters(strings.TrimSpace(b.String()))
	if len(letters) == 0 {
		return other
	}
	if len(letters) > longestName {
		letters = append(letters[:longestName-1], "…")
	}
	return strings.Join(letters, "")
}

// kept reports whether a rune may stand in a name: no controls, no formats but
// those that join letters, nothing private or unassigned, nothing XML refuses.
func kept(r rune) bool {
	return joins(r) || !unicode.In(r, unicode.C) && (unicode.IsGraphic(r) || r == '\uFFFD')
}

// joins reports whether a rune makes one letter of its neighbors.
func joins(r rune) bool {
	return r == '\u200C' || r == '\u200D' || r == '\uFE0E' || r == '\uFE0F'
}

// clusters are what readers take for letters, near enough to cut between them:
// marks, joiners and what they join stay with what is before them, and flags stay
// whole.
func clusters(s string) []string {
	var list []string
	join, flag := false, false
	for _, r := range s {
		half := r >= 0x1F1E6 && r <= 0x1F1FF
		with := join || joins(r) || unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc) || r >= 0x1F3FB && r <= 0x1F3FF || half && flag
		if with && len(list) > 0 {
			list[len(list)-1] += string(r)
		} else {
			list = append(list, string(r))
		}
		flag = half && !flag
		join = r == '\u200D'
	}
	return list
}

// cut shortens a text to a width in pixels, with an ellipsis.
func cut(s string, widest float64) string {
	if width(s, false) <= widest {
		return s
	}
	widest -= width("…", false)
	var b strings.Builder
	long := 0.0
	for _, c := range clusters(s) {
		if long += width(c, false); long > widest {
			break
		}
		b.WriteString(c)
	}
	return strings.TrimRight(b.String(), " ,") + "…"
}

// bolder is how much wider bold letters are, about.
const bolder = 1.06

// width is how long a text is in pixels, about: readers have different letters.
func width(s string, bold bool) float64 {
	sum := 0
	for _, c := range clusters(s) {
		first, _ := utf8.DecodeRuneInString(c) // what is joined to it takes no room of its own
		sum += advance(first)
	}
	long := float64(sum) * letters / 1000
	if bold {
		long *= bolder
	}
	return long
}

// advance is the width of a rune in thousandths of the letters' size, as in
// Helvetica; Hangul and wide letters as in the usual Korean ones.
func advance(r rune) int {
	switch {
	case r >= 0xAC00 && r <= 0xD7A3:
		return 920
	case r >= 0x1F000:
		return 1300
	case r < 0x20 || r > 0x7E:
		return foreign(r)
	case strings.ContainsRune("ijl'|", r):
		return 222
	case strings.ContainsRune(` !,./:;I[\]ft`, r):
		return 278
	case strings.ContainsRune("()-`r\"*{}", r):
		return 340
	case strings.ContainsRune("cksvxyzJ^", r):
		return 500
	case strings.ContainsRune("FTZ+<=>~", r):
		return 600
	case strings.ContainsRune("ABEKPSVXY&", r):
		return 667
	case strings.ContainsRune("CDHNRUw", r):
		return 722
	case strings.ContainsRune("GOQmM", r):
		return 800
	case strings.ContainsRune("W%@", r):
		return 940
	default:
		return 556
	}
}

func foreign(r rune) int {
	switch widths.LookupRune(r).Kind() {
	case widths.EastAsianWide, widths.EastAsianFullwidth:
		return 1000
	case widths.EastAsianHalfwidth:
		return 500
	case widths.Neutral, widths.EastAsianAmbiguous, widths.EastAsianNarrow:
	}
	switch {
	case r == '·':
		return 300
	case r == '…':
		return 1000
	case unicode.In(r, unicode.Thai, unicode.Devanagari, unicode.Bengali, unicode.Tamil):
		return 700
	default:
		return 620
	}
}
