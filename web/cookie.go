package web

import (
	"net/http"
	"net/url"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
)

func escapeQuery(s string) string { return url.QueryEscape(s) }

// Cookies reads and writes our cookies. Over https their names begin with
// "__Host-", so that browsers take them from this host over TLS alone; over plain
// http, as in the demo, they cannot.
type Cookies struct{ secure bool }

// CookiesFor are the cookies of the site at the public URL.
func CookiesFor(public *url.URL) Cookies { return Cookies{secure: public.Scheme == "https"} }

func (c Cookies) name(short string) string {
	if c.secure {
		return "__Host-bonghwa-" + short
	}
	return "bonghwa-" + short
}

func (c Cookies) set(w http.ResponseWriter, short, value string, age time.Duration) {
	seconds := int(age / time.Second)
	if seconds <= 0 {
		seconds = -1
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // G124: Secure follows the public URL's scheme
		Name: c.name(short), Value: value, Path: "/", MaxAge: seconds,
		Secure: c.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

func (c Cookies) get(r *http.Request, short string) string {
	k, err := r.Cookie(c.name(short))
	if err != nil {
		return ""
	}
	return k.Value
}

// OpenSession gives the browser the session's token for so long.
func (c Cookies) OpenSession(w http.ResponseWriter, token identity.Secret, age time.Duration) {
	c.set(w, "session", token.Reveal(), age)
}

// CloseSession takes the token from the browser.
func (c Cookies) CloseSession(w http.ResponseWriter) { c.set(w, "session", "", 0) }

// SessionToken is the token the browser sent, and whether it sent one.
func (c Cookies) SessionToken(r *http.Request) (identity.Secret, bool) {
	v := c.get(r, "session")
	return identity.NewSecret(v), v != ""
}

const rememberFor = 365 * 24 * time.Hour

// RememberLanguage keeps the language for visits to "/".
func (c Cookies) RememberLanguage(w http.ResponseWriter, l health.Language) {
	c.set(w, "lang", string(l), rememberFor)
}

// Language is the remembered language, or "".
func (c Cookies) Language(r *http.Request) health.Language { return ours(c.get(r, "lang")) }
