package replay

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/web/ui"
)

// pageSize is how many mails a page of the mailbox lists.
const pageSize = 50

// longest is how long a search or a mail's name may be, in bytes.
const longest = 320

// envelope is a mail as the mailbox lists it.
type envelope struct {
	At       time.Time
	When     string
	To       string
	Subject  told
	Language string
	Href     string
}

type mailsView struct {
	ui.Page
	Search ui.Field
	Mails  []envelope
	Empty  bool // there is not one mail yet, found or not
	Total  int  // found in all
	From   int  // number of the first one listed, from 1
	Older  string
	Newest string // empty on the first page
}

// mails lists the mailbox, the newest first.
func (s *Site) mails(w http.ResponseWriter, r *http.Request) error {
	to, before := strings.TrimSpace(r.URL.Query().Get("to")), r.URL.Query().Get("before")
	if len(to) > longest {
		return fault.New(fault.Invalid, "to", "is too long for an address", "search for a part of it")
	}
	all, err := s.o.Box.List(r.Context())
	if err != nil {
		return fmt.Errorf("list the mails: %w", err)
	}
	found := search(all, to)
	first, err := after(found, before)
	if err != nil {
		return err
	}
	v := mailsView{Page: s.page(r, "/replay/mails"+query("to", to, "before", before)), Empty: len(all) == 0, Total: len(found), From: first + 1}
	v.Title = v.Say("replay.mails.title")
	v.Search = ui.Field{Name: "to", Label: v.Say("replay.mails.to"), Hint: v.Say("replay.mails.hint"), Value: to, Type: "search", Autocomplete: "off"}
	last := min(first+pageSize, len(found))
	for _, m := range found[first:last] {
		v.Mails = append(v.Mails, envelopeOf(v.Page, m))
	}
	if last < len(found) {
		v.Older = v.Link("/replay/mails" + query("to", to, "before", found[last-1].File))
	}
	if before != "" {
		v.Newest = v.Link("/replay/mails" + query("to", to))
	}
	return show(w, r, mailsPage(v))
}

// search is the mails to addresses that hold the words, the newest first.
func search(all []Mail, to string) []Mail {
	to = strings.ToLower(to)
	var out []Mail
	for _, m := range slices.Backward(all) {
		if strings.Contains(strings.ToLower(m.To), to) {
			out = append(out, m)
		}
	}
	return out
}

// after is where the mails older than the one named begin.
func after(found []Mail, file string) (int, error) {
	if file == "" {
		return 0, nil
	}
	n := slices.IndexFunc(found, func(m Mail) bool { return m.File == file })
	if n < 0 {
		return 0, fault.New(fault.Invalid, "before", "names no mail of this list", "leave it out to begin with the newest")
	}
	return n + 1, nil
}

func envelopeOf(p ui.Page, m Mail) envelope {
	return envelope{
		At: m.At, When: p.Zones().Short(p.Voice.Language(), m.At), To: recipients(m.To), Subject: subject(p, m),
		Language: languageName(p.Voice, m.Language), Href: p.Link("/replay/mails/" + m.File),
	}
}

// recipients breaks where one address ends.
func recipients(to string) string { return strings.Join(strings.Split(to, ","), ", ") }

// subject is the mail's, marked with its language when it is not the page's.
func subject(p ui.Page, m Mail) told {
	words := strings.TrimSpace(m.Subject)
	if words == "" {
		return told{Words: p.Say("replay.mail.no_subject")}
	}
	return told{Words: words, Language: foreign(p.Voice, m.Language)}
}

// foreign is the language, unless it is the voice's own or not one of ours.
func foreign(v language.Voice, l health.Language) health.Language {
	if _, err := health.ParseLanguage(string(l)); err != nil || l == v.Language() {
		return ""
	}
	return l
}

// open is the mail that the request names. A name that cannot be one is not even
// asked for.
func (s *Site) open(r *http.Request) (Mail, error) {
	file := r.PathValue("file")
	if !fileName(file) {
		return Mail{}, fault.New(fault.NotFound, "", "there is no such mail", "")
	}
	m, err := s.o.Box.Mail(r.Context(), file)
	if err != nil {
		return Mail{}, fmt.Errorf("read a mail: %w", err)
	}
	return m, nil
}

// fileName reports whether a name can be a mail's: one step of a path, which does
// not begin with a dot.
func fileName(s string) bool {
	return s != "" && len(s) <= longest && s[0] != '.' && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != '_'
	})
}

type mailView struct {
	ui.Page
	Mail    Mail
	When    string
	To      string
	Subject told
	Tongue  string          // the name of the mail's language
	Speaks  health.Language // for the text's lang attribute; empty: the page's
	Text    []stretch
	Headers []field
	Raw     string
	Same    string // the other mails to the same address
}

// field is one field of a mail's header, decoded.
type field struct {
	Name  string
	Value []stretch
}

// mail shows one mail.
func (s *Site) mail(w http.ResponseWriter, r *http.Request) error {
	m, err := s.open(r)
	if err != nil {
		return err
	}
	path := "/replay/mails/" + m.File
	p := s.page(r, path)
	v := mailView{
		Page: p, Mail: m, When: p.Zones().Moment(p.Voice.Language(), m.At), To: recipients(m.To), Subject: subject(p, m),
		Tongue: languageName(p.Voice, m.Language), Speaks: foreign(p.Voice, m.Language), Text: s.stretches(strings.TrimRight(m.Text, "\n ")),
		Raw: p.Link(path + "/raw"), Same: p.Link("/replay/mails" + query("to", m.To)),
	}
	v.Title = v.Subject.Words
	for _, h := range m.Headers {
		if matters(h.Name) {
			v.Headers = append(v.Headers, field{Name: h.Name, Value: s.stretches(decoded(h.Value))})
		}
	}
	return show(w, r, mailPage(v))
}

// raw is the mail as it went out, as plain text that no browser runs.
func (s *Site) raw(w http.ResponseWriter, r *http.Request) error {
	m, err := s.open(r)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	_, err = w.Write(m.Raw)
	return err
}
