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
	About  string // only mails of this publication; empty: of all
	Mails  []envelope
	Empty  bool // there is not one mail yet, found or not
	Total  int  // found in all
	From   int  // number of the first one listed, from 1
	Older  string
	Newest string // empty on the first page
}

// mails lists the mailbox, the newest first.
func (s *Site) mails(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	to, about, before := strings.TrimSpace(q.Get("to")), q.Get("about"), q.Get("before")
	if len(to) > longest {
		return fault.New(fault.Invalid, "to", "is too long for an address", "search for a part of it")
	}
	if about != "" && !canBeID(about) {
		return fault.New(fault.Invalid, "about", "is no id of a publication", "leave it out to see all mails")
	}
	all, err := s.o.Box.List(r.Context())
	if err != nil {
		return fmt.Errorf("list the mails: %w", err)
	}
	found := search(all, to, health.PublicationID(about))
	first, err := after(found, before)
	if err != nil {
		return err
	}
	v := mailsView{
		Page: s.page(r, "/replay/mails"+query("to", to, "about", about, "before", before)), About: about,
		Empty: len(all) == 0, Total: len(found), From: first + 1,
	}
	v.Title = v.Say("replay.mails.title")
	v.Search = ui.Field{Name: "to", Label: v.Say("replay.mails.to"), Hint: v.Say("replay.mails.hint"), Value: to, Type: "search", Autocomplete: "off"}
	last := min(first+pageSize, len(found))
	for _, m := range found[first:last] {
		v.Mails = append(v.Mails, envelopeOf(v.Page, m))
	}
	if last < len(found) {
		v.Older = v.Link("/replay/mails" + query("to", to, "about", about, "before", found[last-1].File))
	}
	if before != "" {
		v.Newest = v.Link("/replay/mails" + query("to", to, "about", about))
	}
	return show(w, r, mailsPage(v))
}

// search is the mails to addresses that hold the words, of one publication unless
// none is named, the newest first.
func search(all []Mail, to string, about health.PublicationID) []Mail {
	to = strings.ToLower(to)
	var out []Mail
	for _, m := range slices.Backward(all) {
		if strings.Contains(strings.ToLower(m.To), to) && (about == "" || publication(m) == about) {
			out = append(out, m)
		}
	}
	return out
}

// publication is what a mail tells of: its Message-ID begins with the id and a dot.
// Mails that tell of none, such as sign-in links, have others.
func publication(m Mail) health.PublicationID {
	for _, h := range m.Headers {
		if strings.EqualFold(h.Name, "Message-ID") {
			id, _, _ := strings.Cut(strings.TrimPrefix(h.Value, "<"), ".")
			return health.PublicationID(id)
		}
	}
	return ""
}

// canBeID reports whether a text can be an id of ours.
func canBeID(s string) bool {
	const longestID = 64
	return len(s) <= longestID && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	})
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
		At: m.At, When: p.Zones().Moment(p.Voice.Language(), m.At), To: recipients(m.To), Subject: subject(p, m),
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
