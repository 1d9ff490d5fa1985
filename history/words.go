package history

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bonghwa/bonghwa/health"
)

// clean takes out of a text what would not be read but obeyed: control characters,
// and the marks that turn the direction of what follows, with which a text can be
// made to read as another. Line ends become "\n". It gives how many it took out.
func clean(text string) (string, int) {
	taken := 0
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = strings.Map(func(r rune) rune {
		if health.Obeyed(r) || r == '\ufeff' || r == '\ufffe' {
			taken++
			return -1
		}
		return r
	}, text)
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t")
	}
	return strings.TrimSpace(strings.Join(lines, "\n")), taken
}

// shorten cuts a text to at most some bytes, at a letter, and marks the cut.
func shorten(text string, most int) string {
	const mark = "…"
	if len(text) <= most {
		return text
	}
	at := most - len(mark)
	for at > 0 && !utf8.RuneStart(text[at]) {
		at--
	}
	return strings.TrimRightFunc(text[:at], unicode.IsSpace) + mark
}

// folded is a text for comparing: how it was broken into lines does not count.
func folded(text string) string { return strings.Join(strings.Fields(text), " ") }

func hostOf(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}
