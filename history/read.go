package history

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bonghwa/bonghwa/fault"
)

// Read reads a file: what it tells of the past, in the file's order, and a report of
// what could not be understood. The error is Invalid and names the place when the
// file as a whole cannot be read: it is of another form, cut off or too long.
func Read(s Source) ([]Past, Report, error) {
	r := &reader{src: s, report: Report{File: s.Name, Notes: []Note{}}}
	if err := r.load(); err != nil {
		return nil, Report{}, err
	}
	var err error
	switch s.Format {
	case StatuspageJSON:
		err = r.readStatuspage()
	case StatuspageAtom:
		err = r.readAtom()
	case JSONL:
		r.readLines()
	default:
		words := make([]string, len(Formats()))
		for i, f := range Formats() {
			words[i] = string(f)
		}
		err = fault.New(fault.Invalid, s.Name, fmt.Sprintf("format %q is not known", string(s.Format)), "write one of: "+strings.Join(words, ", "))
	}
	if err != nil {
		return nil, Report{}, err
	}
	return r.past, r.report, nil
}

// reader reads one file.
type reader struct {
	src     Source
	content []byte
	page    string // host of the page; empty: not known
	past    []Past
	report  Report
}

// load reads the content and refuses what is no text.
func (r *reader) load() error {
	content, err := io.ReadAll(io.LimitReader(r.src.Content, Limit+1))
	if err != nil {
		return fault.Wrap(fault.Unavailable, "read "+r.src.Name, err)
	}
	if len(content) > Limit {
		return fault.New(fault.Invalid, r.src.Name, fmt.Sprintf("the file has more than %d MB", Limit>>20), "cut it into several files")
	}
	if bytes.HasPrefix(content, []byte{0xff, 0xfe}) || bytes.HasPrefix(content, []byte{0xfe, 0xff}) {
		return fault.New(fault.Invalid, r.src.Name+":1", "the file is written in UTF-16", "write it in UTF-8")
	}
	r.content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(r.content)) == 0 {
		return fault.New(fault.Invalid, r.src.Name+":1", "the file is empty", "fetch it again")
	}
	if r.src.Hints.Page != "" {
		u, err := url.Parse(r.src.Hints.Page)
		if err != nil || u.Host == "" {
			return fault.New(fault.Invalid, "page", "this is no address of a page", "write one such as https://status.example.com")
		}
		r.page = strings.ToLower(u.Host)
	}
	return nil
}

// whole refuses a file with a byte that is no UTF-8: its readers would put another
// in its place in silence.
func (r *reader) whole() error {
	if at := notUTF8(r.content); at >= 0 {
		return fault.New(fault.Invalid, r.place(int64(at)), fmt.Sprintf("byte %d of the file is no UTF-8", at+1), "write the file in UTF-8")
	}
	return nil
}

// notUTF8 is where the first byte stands that is no UTF-8; -1 for nowhere.
func notUTF8(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	for at := 0; at < len(b); {
		c, size := utf8.DecodeRune(b[at:])
		if c == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return -1
}

// place names the line of a byte.
func (r *reader) place(offset int64) string {
	before := r.content[:min(max(offset, 0), int64(len(r.content)))]
	return fmt.Sprintf("%s:%d", r.src.Name, bytes.Count(before, []byte("\n"))+1)
}

// lines counts lines forwards, so that a long file is gone through once.
type lines struct {
	content []byte
	at      int64
	line    int
}

// of is the line of an offset, which must not be before the last one asked for.
func (l *lines) of(offset int64) int {
	offset = min(max(offset, l.at), int64(len(l.content)))
	l.line += bytes.Count(l.content[l.at:offset], []byte("\n"))
	l.at = offset
	return l.line + 1
}

// take counts an entry and keeps what was read of it, or notes why it was refused.
func (r *reader) take(where string, read func() (Past, error)) {
	r.report.Read++
	p, err := read()
	if err == nil {
		p.Where = where
		err = p.fit()
	}
	if err == nil {
		r.past = append(r.past, p)
		return
	}
	what, instead := explained(err)
	r.report.refuse(where, what, instead)
}

// longestID is how many bytes an id of another page may have, and longestLink an
// address.
const longestID, longestLink = 300, 2_000

// fit refuses an incident that could not be kept, or known again.
func (p *Past) fit() error {
	if len(p.Updates) == 0 {
		return bad("", "no update could be found in it, so there is nothing to tell", "give it one update at least")
	}
	for name, id := range map[string]string{"id": p.Code, "page": p.Page} {
		if unfit(id) {
			return bad(name, fmt.Sprintf("it has more than %d bytes, or characters that cannot be seen", longestID), "give it a plain one")
		}
	}
	for n, u := range p.Updates {
		if unfit(u.Code) {
			return bad(fmt.Sprintf("id of update %d", n+1), fmt.Sprintf("it has more than %d bytes, or characters that cannot be seen", longestID), "give it a plain one, or none")
		}
	}
	p.Link, _ = clean(p.Link)
	p.Link = shorten(p.Link, longestLink)
	return nil
}

func unfit(id string) bool {
	return len(id) > longestID || strings.ContainsFunc(id, func(r rune) bool { return !unicode.IsPrint(r) })
}

// explained is what an error says, and what to do about it.
func explained(err error) (what, instead string) {
	e, ok := errors.AsType[*fault.Error](err)
	if list, many := errors.AsType[*fault.List](err); many || !ok {
		if many && len(list.Problems) == 1 {
			return explained(list.Problems[0])
		}
		return strings.ReplaceAll(err.Error(), "\n", "; "), ""
	}
	shown := *e
	shown.Remedy = ""
	return shown.Error(), e.Remedy
}

// bad is an entry's error: where in the entry, what, what to do.
func bad(where, what, remedy string) error { return fault.New(fault.Invalid, where, what, remedy) }

// address reads where an incident was told: the host of its page and its id there,
// when the link has both.
func address(link string) (page, code string) {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" {
		return "", ""
	}
	before, after, found := strings.Cut(u.Path, "/incidents/")
	code = strings.Trim(after, "/")
	if !found || strings.Contains(before, "/") || code == "" || strings.Contains(code, "/") {
		return "", ""
	}
	return strings.ToLower(u.Host), code
}
