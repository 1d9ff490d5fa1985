// Package told is where people end the mails they are told things with: the page
// behind the unsubscribe link of every mail.
//
// It promises that opening the link changes nothing, however often and by
// whatever program; that one POST to the same address ends the mails at once,
// without cookies and without a second question (RFC 8058); and that a token we
// did not make changes nothing. It shows no address, so that a forwarded link
// gives none away.
//
// It decides nothing: tokens come from the mail driver, and whoever keeps the
// suppressions stops the mails.
package told

import (
	"bytes"
	"context"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/ui"
)

// Tokens reads the tokens of unsubscribe links; email.Mail does.
type Tokens interface {
	// Endpoint is the endpoint of a token; false when we did not make it.
	Endpoint(token string) (health.EndpointID, bool)
}

// Suppressor stops all use of an endpoint; store.Notify does.
type Suppressor interface {
	// Suppress stops it from now on; at is world time. Again changes nothing.
	Suppress(ctx context.Context, endpoint health.EndpointID, reason string, at time.Time) error
}

// Reason is why an endpoint is suppressed when its owner asked for it here.
const Reason = "unsubscribed"

// Options are what a Site needs.
type Options struct {
	Site       ui.Site
	Messages   *language.Book
	Tokens     Tokens
	Suppressor Suppressor
	Contact    string           // mail address for whoever changes their mind; may be empty
	Cookies    web.Cookies      // as the router has them
	Language   health.Language  // when the reader asks for none of ours; empty: English
	Now        func() time.Time // world time
}

// Site is the unsubscribe page.
type Site struct{ o Options }

// New is a site.
func New(o Options) *Site {
	if o.Language == "" {
		o.Language = health.English
	}
	return &Site{o: o}
}

// Routes are the site's routes for the router. The sample of the page names
// {token}, which is what a mail's link carries.
func (s *Site) Routes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Pattern: "/unsubscribe", Kind: web.Action, Access: web.Public, Handler: s.byLanguage},
		{Method: http.MethodPost, Pattern: "/unsubscribe", Kind: web.Action, Access: web.Public, Handler: s.end},
		{
			Method: http.MethodGet, Pattern: "/{lang}/unsubscribe", Kind: web.Page, Access: web.Public, Handler: s.ask,
			Sample: func() string { return "/{lang}/unsubscribe?t={token}" },
		},
		{Method: http.MethodPost, Pattern: "/{lang}/unsubscribe", Kind: web.Action, Access: web.Public, Handler: s.end},
	}
}

// view is a page about one link.
type view struct {
	ui.Page
	Contact string
}

// byLanguage sends whoever follows a mail's link to the page in their language.
func (s *Site) byLanguage(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h.Add("Vary", "Accept-Language, Cookie")
	h.Set("Cache-Control", "private, no-store")
	http.Redirect(w, r, ui.Link(s.language(r), pathOf(r)), http.StatusSeeOther) //nolint:gosec // G710: a path of ours, with the token escaped
	return nil
}

// ask shows the button and changes nothing: programs follow every link in a mail.
func (s *Site) ask(w http.ResponseWriter, r *http.Request) error {
	if _, ok := s.o.Tokens.Endpoint(tokenOf(r)); !ok {
		return s.show(w, r, http.StatusNotFound, "told.wrong.title", wrongPage)
	}
	return s.show(w, r, http.StatusOK, "told.ask.title", askPage)
}

// end suppresses the endpoint. It answers with the page itself, since the
// programs that post here must not be redirected (RFC 8058, 3.1).
func (s *Site) end(w http.ResponseWriter, r *http.Request) error {
	endpoint, ok := s.o.Tokens.Endpoint(tokenOf(r))
	if !ok {
		return s.show(w, r, http.StatusNotFound, "told.wrong.title", wrongPage)
	}
	if err := oneClick(r); err != nil {
		return err
	}
	if err := s.o.Suppressor.Suppress(r.Context(), endpoint, Reason, s.o.Now()); err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "told.done.title", donePage)
}

// formMemory is what of a form may lie in memory: all that the router lets in.
const formMemory = 1 << 20

// oneClick refuses a POST that does not say what RFC 8058 has it say. Mail
// providers send either kind of form.
func oneClick(r *http.Request) error {
	err := r.ParseForm()
	if media, _, bad := mime.ParseMediaType(r.Header.Get("Content-Type")); bad == nil && media == "multipart/form-data" {
		err = r.ParseMultipartForm(formMemory) //nolint:gosec // G120: the router limits the body
	}
	if err != nil {
		return fault.Wrap(fault.Invalid, "read the form", err)
	}
	if r.PostForm.Get("List-Unsubscribe") != "One-Click" {
		return fault.New(fault.Invalid, "List-Unsubscribe", "the form does not say what is wanted", "send List-Unsubscribe=One-Click")
	}
	return nil
}

func tokenOf(r *http.Request) string { return r.URL.Query().Get("t") }

// pathOf is the page's path without the language, with the link's token.
func pathOf(r *http.Request) string {
	if t := tokenOf(r); t != "" {
		return "/unsubscribe?t=" + url.QueryEscape(t)
	}
	return "/unsubscribe"
}

func (s *Site) language(r *http.Request) health.Language {
	if l := web.LanguageOf(r); l != "" {
		return l
	}
	return web.PreferredLanguage(r, s.o.Cookies, s.o.Site, s.o.Language)
}

// show writes a page about the link, which is nobody else's business. It is
// rendered first, so that a failure still becomes an error page.
func (s *Site) show(w http.ResponseWriter, r *http.Request, status int, title language.Message, page func(view) templ.Component) error {
	l := s.language(r)
	v := view{Page: ui.Page{Voice: s.o.Messages.In(l), Site: s.o.Site, Path: pathOf(r)}, Contact: strings.TrimSpace(s.o.Contact)}
	v.Title = v.Say(title)
	var b bytes.Buffer
	if err := page(v).Render(r.Context(), &b); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(l))
	h.Set("Cache-Control", "private, no-store")
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	return err
}
