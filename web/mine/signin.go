package mine

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/ui"
)

// LinkPath is the path of a sign-in link, to be put behind the public URL in the
// mail. Opening it changes nothing: programs that follow every link in a mail must
// not use it up.
func LinkPath(l health.Language, token identity.Secret) string {
	return "/" + string(l) + "/sign-in/confirm?token=" + url.QueryEscape(token.Reveal())
}

// signInView is the form that asks for a link.
type signInView struct {
	ui.Page
	Address ui.Field
	Next    string
	Over    bool // the link that was opened is used or too old
	Often   bool // asked too often
}

// confirmView is the page a mailed link opens.
type confirmView struct {
	ui.Page
	Token string
}

func (s *Site) bare(r *http.Request, title string, path string) ui.Page {
	p := ui.Page{Voice: s.o.Messages.In(web.LanguageOf(r)), Site: s.o.Site, Path: path, Section: ui.SectionMine}
	p.Title = p.Say(messageID(title))
	return p
}

func (s *Site) signInPage(r *http.Request, address, next string) signInView {
	next = web.LocalPath(next)
	p := s.bare(r, "mine.sign_in.title", "/sign-in"+query("next", next))
	return signInView{Page: p, Next: next, Address: ui.Field{
		Name: "address", Label: p.Say("mine.sign_in.address"), Hint: p.Say("mine.sign_in.hint"),
		Value: address, Type: "email", Autocomplete: "email", Required: true,
	}}
}

func (s *Site) signInForm(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, http.StatusOK, signInPage(s.signInPage(r, "", r.URL.Query().Get("next"))))
}

// askForLink answers the same for every well-formed address.
func (s *Site) askForLink(w http.ResponseWriter, r *http.Request) error {
	if err := form(r); err != nil {
		return err
	}
	v := s.signInPage(r, strings.TrimSpace(r.PostForm.Get("address")), r.PostForm.Get("next"))
	err := s.o.Door.Ask(identity.SignInRequest{
		Address: v.Address.Value, Language: v.Voice.Language(), Next: v.Next,
		From: web.ClientAddr(r, s.o.Proxies),
	})
	switch {
	case fault.Is(err, fault.Invalid):
		v.Address.Problem = v.Say("mine.sign_in.malformed")
		return show(w, r, http.StatusUnprocessableEntity, signInPage(v))
	case fault.Is(err, fault.Unavailable):
		v.Often = true
		w.Header().Set("Retry-After", "120")
		return show(w, r, http.StatusTooManyRequests, signInPage(v))
	case err != nil:
		return err
	}
	http.Redirect(w, r, v.Link("/sign-in/sent"), http.StatusSeeOther)
	return nil
}

func (s *Site) linkSent(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, http.StatusOK, linkSentPage(s.bare(r, "mine.sent.title", "/sign-in/sent")))
}

func (s *Site) confirmForm(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("token")
	v := confirmView{Page: s.bare(r, "mine.confirm.title", "/sign-in/confirm"+query("token", token)), Token: token}
	if !canBeToken(token) {
		http.Redirect(w, r, v.Link("/sign-in"), http.StatusSeeOther)
		return nil
	}
	return show(w, r, http.StatusOK, confirmPage(v))
}

// canBeToken reports whether a text looks like the token of a link: unpadded
// base64 for addresses. Whether it opens anything, the door knows.
func canBeToken(s string) bool {
	const longest = 128
	return s != "" && len(s) <= longest && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

// query is a query of one parameter, or of none when its value is empty.
func query(name, value string) string {
	if value == "" {
		return ""
	}
	return "?" + url.Values{name: {value}}.Encode()
}

func (s *Site) enter(w http.ResponseWriter, r *http.Request) error {
	if err := form(r); err != nil {
		return err
	}
	_, token, next, err := s.o.Door.Enter(r.Context(), identity.NewSecret(r.PostForm.Get("token")))
	if fault.Is(err, fault.Unauthenticated) {
		v := s.signInPage(r, "", "")
		v.Over = true
		return show(w, r, http.StatusGone, signInPage(v))
	}
	if err != nil {
		return err
	}
	s.o.Cookies.OpenSession(w, token, s.o.Session)
	s.o.Cookies.RememberLanguage(w, web.LanguageOf(r))
	if next = web.LocalPath(next); next == "" {
		next = ui.Link(web.LanguageOf(r), "/my/")
	}
	http.Redirect(w, r, next, http.StatusSeeOther) //nolint:gosec // G710: LocalPath takes local paths only
	return nil
}

func (s *Site) leave(w http.ResponseWriter, r *http.Request) error {
	if token, sent := s.o.Cookies.SessionToken(r); sent {
		if err := s.o.Door.Leave(r.Context(), token); err != nil {
			return err
		}
	}
	s.o.Cookies.CloseSession(w)
	http.Redirect(w, r, ui.Link(web.LanguageOf(r), "/"), http.StatusSeeOther) //nolint:gosec // G710: one of our languages, whatever was asked for
	return nil
}

// form reads the posted form; the router limits its size.
func form(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "read the form", err)
	}
	return nil
}

// show writes a page that is nobody else's business.
func show(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(web.LanguageOf(r)))
	h.Set("Cache-Control", "private, no-store")
	w.WriteHeader(status)
	return c.Render(r.Context(), w)
}
