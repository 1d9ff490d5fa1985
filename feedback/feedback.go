// Package feedback is what readers say of what was published: whether a page was
// useful to them, and why.
//
// An opinion names the page and its language and nothing of the reader: no address,
// no account, nothing that could be put together with another opinion. A remark is
// kept as it was written, but for characters that cannot be seen, up to a length.
// The package limits nobody's rate (the edge knows where requests come from) and
// draws no conclusions.
package feedback

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// LongestRemark is how many characters a remark may have.
const LongestRemark = 1000

// longestPage is how many bytes of a page's path are kept.
const longestPage = 200

// Opinion is what one reader said of one page. It never changes.
type Opinion struct {
	ID       health.OpinionID
	Page     string // its path without the language, such as "/incidents/…"
	Language health.Language
	Useful   bool
	Remark   string // may be empty
	GivenAt  time.Time
}

// New is an opinion given now, its remark cleaned. It is Invalid without a page, in
// no language of ours, and with a remark that is too long: nothing is cut off in
// silence.
func New(o Opinion, now time.Time) (Opinion, error) {
	var l fault.List
	if !strings.HasPrefix(o.Page, "/") || len(o.Page) > longestPage || !utf8.ValidString(o.Page) {
		l.Add("page", "it is no page of ours", "name a path such as /incidents/…")
	}
	if _, err := health.ParseLanguage(string(o.Language)); err != nil {
		l.Add("language", "it is none of ours", "write ko or en")
	}
	o.Remark = clean(o.Remark)
	if n := utf8.RuneCountInString(o.Remark); n > LongestRemark {
		l.Add("remark", fmt.Sprintf("it has %d characters", n), fmt.Sprintf("write at most %d", LongestRemark))
	}
	if err := l.Err(); err != nil {
		return Opinion{}, err
	}
	o.ID, o.GivenAt = health.OpinionID(health.NewID(now)), now.UTC()
	return o, nil
}

// clean is a remark without what cannot be seen: control characters but for the ends
// of lines, marks that turn the direction of writing, and space around it.
func clean(remark string) string {
	remark = strings.ReplaceAll(norm.NFC.String(strings.ToValidUTF8(remark, "")), "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		default:
			return r
		}
	}, remark))
}

// Count is what was said of one page.
type Count struct {
	Page      string
	Useful    int64
	NotUseful int64
	Remarks   int64
	Last      health.OpinionID // the newest
}

// Query selects remarks.
type Query struct {
	Page   string           // empty: of all pages
	Before health.OpinionID // only older ones; empty: from the newest
	Limit  int
}

// Store keeps opinions.
type Store interface {
	// Keep adds an opinion.
	Keep(ctx context.Context, o Opinion) error
	// Counts are the pages of which anything was said, those with the newest
	// opinion first, at most limit.
	Counts(ctx context.Context, limit int) ([]Count, error)
	// Remarks are the opinions that have one, the newest first.
	Remarks(ctx context.Context, q Query) ([]Opinion, error)
}
