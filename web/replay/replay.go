// Package replay shows a replay to whoever watches it: the story, which lists
// each sentence of the day with a link to its proof, and the mailbox, which holds
// every mail that went out.
//
// It promises that both say what is invented and what is historical, that they
// work without JavaScript in Korean and English, and that no mail can do
// anything to a reader: the HTML part is never shown, and of the text part only
// addresses of this very site become links.
//
// The mailbox opens every mail to everybody, sign-in links included. That is the
// point of a replay, whose customers are invented, and the reason why these routes
// belong on a node only while it replays. The package keeps nothing and changes
// nothing.
package replay

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/ui"
)

// Sentence is one thing that was so on the day.
type Sentence struct {
	At    time.Time // world time
	Text  health.Text
	Proof string // path below the site that shows it; {lang} stands for the reader's language; may be empty
}

// Header is one field of a mail's header.
type Header struct{ Name, Value string }

// Mail is one mail that went out.
type Mail struct {
	File     string // its name in the box: letters, digits, dots, dashes and underscores
	To       string // envelope recipients, with a comma between
	Subject  string // decoded
	Language health.Language
	At       time.Time // world time
	Headers  []Header  // in their order; values may be encoded words
	Text     string    // the text part, decoded
	Raw      []byte    // as it went out
}

// Box is where the mails are.
type Box interface {
	// List is all mails, the newest last. Of their headers only the Message-ID is
	// needed, and neither their texts nor their raw bytes.
	List(ctx context.Context) ([]Mail, error)
	// Mail is one whole mail, or NotFound.
	Mail(ctx context.Context, file string) (Mail, error)
}

// Customer is somebody whose eyes the day can be seen with.
type Customer struct {
	Address  string
	Language health.Language
	What     health.Text // who they are and what is to be seen
}

// Options are what a Site needs.
type Options struct {
	Site     ui.Site
	Messages *language.Book
	BaseURL  string // what mails name the site by, such as "http://localhost:8080"
	// Story is the sentences so far, oldest first, and whether more will come.
	Story     func(ctx context.Context) (sentences []Sentence, running bool, err error)
	Box       Box
	Customers []Customer
}

// Site is the pages of a replay.
type Site struct{ o Options }

// New is a site.
func New(o Options) *Site {
	o.BaseURL = strings.TrimRight(o.BaseURL, "/")
	return &Site{o: o}
}

// Routes are the site's routes for the router. Samples name {file}, a mail.
func (s *Site) Routes() []web.Route {
	get := func(pattern string, kind web.Kind, h web.Handler) web.Route {
		return web.Route{Method: http.MethodGet, Pattern: pattern, Kind: kind, Access: web.Public, Handler: h}
	}
	return []web.Route{
		get("/{lang}/replay", web.Page, s.story),
		get("/{lang}/replay/mails", web.Page, s.mails),
		get("/{lang}/replay/mails/{file}", web.Page, s.mail),
		get("/{lang}/replay/mails/{file}/raw", web.Data, s.raw),
	}
}

// page is the page at a path without the language.
func (s *Site) page(r *http.Request, path string) ui.Page {
	return ui.Page{Voice: s.o.Messages.In(web.LanguageOf(r)), Site: s.o.Site, Path: path}
}

// query makes "?a=b" of names and values, leaving out what is empty.
func query(pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// show writes a page, which may be another one in a second. It is rendered first,
// so that a failure still becomes an error page.
func show(w http.ResponseWriter, r *http.Request, c templ.Component) error {
	var b bytes.Buffer
	if err := c.Render(r.Context(), &b); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(web.LanguageOf(r)))
	h.Set("Cache-Control", "no-store")
	_, err := w.Write(b.Bytes())
	return err
}
