// Package web is the way in for people: the router, the session, the error page
// and what every answer carries (security headers, language, cookies). The sites
// below it (web/public, web/mine) bring routes; this package serves them.
//
// It promises that every answer is one of our own pages or, for programs, a
// problem document (RFC 9457), also when the router itself refuses; that a page
// behind a session is never served without one and never cached; and that
// nothing a browser sends from another site changes anything.
//
// It knows no domain but identity, keeps nothing, and listens to nothing: app
// opens the listeners.
package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
)

// Handler answers a request or says why it cannot. An error that is returned
// before anything was written becomes an error page; it must not be logged by
// the handler too.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Plain is a Handler that never fails, for what brings its own errors.
func Plain(h http.Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		h.ServeHTTP(w, r)
		return nil
	}
}

// Kind is what a route is for.
type Kind string

// The kinds of route. Every Page is visited by the browser test.
const (
	Page   Kind = "page"   // HTML that people read
	Action Kind = "action" // a form's target, answered by a redirect
	Data   Kind = "data"   // a file, a feed, a fragment
	Mount  Kind = "mount"  // a part with a router of its own, such as the API
	Stream Kind = "stream" // goes on until a side leaves; it is measured to its first byte
)

// Access is who may use a route.
type Access string

// Who may use a route.
const (
	Public   Access = "public"
	SignedIn Access = "signed_in" // a customer with a session; SessionOf is filled
)

// Route is one thing the program answers.
type Route struct {
	Method string // GET answers HEAD too; empty: every method
	// Pattern is one of net/http's ServeMux, without method and host. A first
	// {lang} matches our languages alone, and LanguageOf gives which.
	Pattern string
	Kind    Kind
	Access  Access
	// Sample gives a path to visit as things stand, perhaps with {names} that
	// whoever visits fills. Nil or empty: the pattern itself, without {$}.
	Sample  func() string
	Handler Handler
}

// Path is the route's sample with its {names} filled from values: "{lang}" by
// values["lang"]. Names without a value stay, so that a visitor sees them.
func (r Route) Path(values map[string]string) string {
	p := ""
	if r.Sample != nil {
		p = r.Sample()
	}
	if p == "" {
		p = strings.ReplaceAll(r.Pattern, "{$}", "")
	}
	for name, v := range values {
		p = strings.NewReplacer("{"+name+"}", v, "{"+name+"...}", v).Replace(p)
	}
	return p
}

type sessionKey struct{}

// SessionOf is the session of a request to a SignedIn route. Elsewhere it is the
// zero session, which sees no account.
func SessionOf(ctx context.Context) identity.Session {
	s, _ := ctx.Value(sessionKey{}).(identity.Session)
	return s
}

// LanguageOf is the language of a request to a route that begins with {lang}.
func LanguageOf(r *http.Request) health.Language { return ours(r.PathValue("lang")) }

// ours is the one of our languages that the tag names, or "". What comes out is
// never what came in, so that it can stand in an address.
func ours(tag string) health.Language {
	for _, l := range health.Languages() {
		if string(l) == tag {
			return l
		}
	}
	return ""
}

// LocalPath is path if it leads to a page of this server, else "". What comes
// out of a form or a query must pass through it before anybody is sent there.
func LocalPath(path string) string {
	if len(path) > 512 || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") ||
		strings.ContainsAny(path, "\\\r\n\t\x00") {
		return ""
	}
	return path
}

// SignInPath is where a customer signs in, and afterwards goes on to next, which
// may be empty.
func SignInPath(l health.Language, next string) string {
	p := "/" + string(l) + "/sign-in"
	if next = LocalPath(next); next != "" {
		p += "?next=" + escapeQuery(next)
	}
	return p
}
