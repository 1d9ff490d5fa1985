package replay

import (
	"context"
	"io"
	"mime"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/bonghwa/bonghwa/web"
)

// stretch is a piece of text, which leads somewhere if it has a Href.
type stretch struct{ Words, Href string }

// stretches cuts a text at the addresses of this site. Those lead to their path
// below whatever name the reader reached the site by; an address that only begins
// like ours, such as http://localhost:80801 or one with another host behind an
// "@", stays text.
func (s *Site) stretches(text string) []stretch {
	var out []stretch
	plain := func(words string) {
		if n := len(out); n > 0 && out[n-1].Href == "" {
			out[n-1].Words += words
		} else if words != "" {
			out = append(out, stretch{Words: words})
		}
	}
	for s.o.BaseURL != "" {
		before, rest, ok := strings.Cut(text, s.o.BaseURL)
		if !ok {
			break
		}
		plain(before)
		end := len(rest)
		if i := strings.IndexFunc(rest, func(r rune) bool { return !inAddress(r) }); i >= 0 {
			end = i
		}
		path := strings.TrimRight(rest[:end], ".,;:!?')")
		if href := pathOf(path); href != "" {
			out = append(out, stretch{Words: s.o.BaseURL + path, Href: href})
		} else {
			plain(s.o.BaseURL + path)
		}
		text = rest[len(path):]
	}
	plain(text)
	return out
}

// inAddress reports whether a rune can stand in an address: RFC 3986 knows ASCII
// alone, and neither space, quotes nor brackets.
func inAddress(r rune) bool {
	return r > ' ' && r < 0x7f && !strings.ContainsRune("<>\"`{}|\\^", r)
}

// pathOf is the local path of what follows the site's own address; empty when that
// address has not ended there.
func pathOf(rest string) string {
	switch {
	case rest == "":
		return "/"
	case rest[0] == '?' || rest[0] == '#':
		return web.LocalPath("/" + rest)
	default:
		return web.LocalPath(rest)
	}
}

// flow writes stretches without a space that is not theirs, as text between which
// white space counts must be.
func flow(all []stretch) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		for _, s := range all {
			words := templ.EscapeString(s.Words)
			if s.Href != "" {
				words = `<a href="` + templ.EscapeString(s.Href) + `">` + words + `</a>`
			}
			if _, err := io.WriteString(w, words); err != nil {
				return err
			}
		}
		return nil
	})
}

// matters leaves out what only says how a mail is packed.
func matters(header string) bool {
	return !slices.ContainsFunc([]string{
		"Subject", "To", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Language", "DKIM-Signature", "Received",
	}, func(name string) bool { return strings.EqualFold(name, header) })
}

// decoded is a header's value unfolded and with its encoded words read (RFC 2047);
// what cannot be read stays as it is.
func decoded(value string) string {
	value = strings.Join(strings.Fields(value), " ")
	var words mime.WordDecoder
	if plain, err := words.DecodeHeader(value); err == nil {
		return plain
	}
	return value
}
