package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/web/ui"
)

// Sessions finds the session of a token; identity.Door does.
type Sessions interface {
	// Session is the good session of the token, or Unauthenticated.
	Session(ctx context.Context, token identity.Secret) (identity.Session, error)
}

// Options are what a Router needs.
type Options struct {
	PublicURL *url.URL        // how the site is reached from outside
	Language  health.Language // of "/" when the reader asks for none of the site's
	Sessions  Sessions        // nil when no route is SignedIn
	Proxies   []netip.Prefix  // whose X-Forwarded-For is believed
	Private   []netip.Prefix  // networks that may read; empty: everybody may
	Site      ui.Site         // what pages say of the provider
	Messages  *language.Book
	// Finished answers what lies ready in memory, before any route is looked for,
	// and reports whether it did. May be nil.
	Finished func(w http.ResponseWriter, r *http.Request) (bool, error)
	// Observe is told of every answer: the route's pattern, empty when there
	// was none, the status and the wall time taken; of a Stream the time to its
	// head, since its length says nothing of us. May be nil.
	Observe func(pattern string, status int, took time.Duration)
	Wall    clock.Wall
	Log     *slog.Logger
}

// Router is the handler of the public listener.
type Router struct {
	o       Options
	cookies Cookies
	mux     *http.ServeMux
	routes  []Route
	guard   *http.CrossOriginProtection
}

// New is a router with the routes, to which it adds "/" and what the shell of
// every page refers to: style sheets, icons, the reader's theme. Two routes that collide,
// or a SignedIn one without Sessions, are an error.
func New(o Options, routes ...[]Route) (rt *Router, err error) {
	rt = &Router{o: o, cookies: CookiesFor(o.PublicURL), mux: http.NewServeMux(), guard: http.NewCrossOriginProtection()}
	defer func() {
		// ServeMux panics on a pattern it cannot take.
		if p := recover(); p != nil {
			err = fault.New(fault.Internal, "routes", fmt.Sprint(p), "")
		}
	}()
	rt.routes = []Route{
		{Method: http.MethodGet, Pattern: "/{$}", Kind: Action, Access: Public, Handler: rt.home},
		{Method: http.MethodGet, Pattern: ui.AssetPrefix, Kind: Mount, Access: Public, Handler: Plain(ui.Assets())},
		{Method: http.MethodGet, Pattern: ui.ThemePath, Kind: Data, Access: Public, Handler: Plain(ui.Theme(o.Site))},
		{Method: http.MethodPost, Pattern: ui.ThemeFormPath, Kind: Action, Access: Public, Handler: Plain(ui.Theme(o.Site))},
		{Method: http.MethodGet, Pattern: livePath, Kind: Data, Access: Public, Handler: alive},
	}
	for _, more := range routes {
		rt.routes = append(rt.routes, more...)
	}
	for _, r := range rt.routes {
		if r.Access == SignedIn && o.Sessions == nil {
			return nil, fault.New(fault.Internal, r.Pattern, "the route needs sessions and there are none", "")
		}
		rt.register(r)
	}
	return rt, nil
}

// register puts a route into the mux; one that begins with {lang} once for each of
// the site's languages, since a wildcard there would stand in the way of /api/ and the like.
func (rt *Router) register(r Route) {
	method := r.Method
	if method != "" {
		method += " "
	}
	rest, ok := strings.CutPrefix(r.Pattern, "/{lang}/")
	if !ok {
		rt.mux.Handle(method+r.Pattern, rt.serve(r, ""))
		return
	}
	for _, l := range rt.o.Site.Speaks() {
		rt.mux.Handle(method+"/"+string(l)+"/"+rest, rt.serve(r, l))
	}
}

// Routes is every route there is, in the order given: the list of pages.
func (rt *Router) Routes() []Route { return slices.Clone(rt.routes) }

// ServeHTTP answers one request.
func (rt *Router) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	began := rt.o.Wall.Now()
	w := &response{ResponseWriter: rw, request: r, private: len(rt.o.Private) > 0}
	w.passed = func() time.Duration { return rt.o.Wall.Since(began) }
	rt.protect(w.Header())
	defer func() {
		if p := recover(); p != nil {
			rt.recovered(w, r, p)
		}
		if rt.o.Observe != nil {
			rt.o.Observe(r.Pattern, w.status, w.lasted())
		}
	}()
	if rt.excluded(r) {
		rt.write(w, r, errorPage{Status: http.StatusForbidden, Outside: true, Detail: rt.origin(r)})
		return
	}
	if rt.finished(w, r) {
		return
	}
	if err := rt.guard.Check(r); err != nil {
		rt.fail(w, r, fault.New(fault.Forbidden, "", "the request came from another site", "open the page itself and try again there"))
		return
	}
	rt.mux.ServeHTTP(w, r)
	if w.refused != 0 {
		rt.refuse(w, r)
	}
}

// FinishedPattern is what Observe is told as the pattern of what was Finished.
const FinishedPattern = "finished"

func (rt *Router) finished(w *response, r *http.Request) bool {
	if rt.o.Finished == nil {
		return false
	}
	pattern := r.Pattern
	r.Pattern = FinishedPattern
	served, err := rt.o.Finished(w, r)
	if err != nil {
		rt.fail(w, r, err)
		return true
	}
	if !served {
		r.Pattern = pattern
	}
	return served
}

// serve wraps a route's handler: access first, then errors into pages. The
// language, unless empty, is the request's path value "lang".
func (rt *Router) serve(route Route, l health.Language) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Pattern = route.Pattern
		if l != "" {
			r.SetPathValue("lang", string(l))
		}
		if own, ok := w.(*response); ok {
			own.mount, own.stream = route.Kind == Mount, route.Kind == Stream
		}
		r, err := rt.admit(w, r, route)
		if err == nil && r != nil {
			err = route.Handler(w, r)
		}
		if err != nil {
			rt.fail(w, r, err)
		}
	})
}

// maxBody is the largest body of a form: 1 MB. Mounts limit their own.
const maxBody = 1 << 20

// admit lets a request through to a route's handler, sends it to sign in (then
// the request is nil) or refuses it.
func (rt *Router) admit(w http.ResponseWriter, r *http.Request, route Route) (*http.Request, error) {
	if route.Kind != Mount && r.Body != nil {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	}
	if route.Access != SignedIn {
		return r, nil
	}
	w.Header().Set("Cache-Control", "private, no-store")
	token, sent := rt.cookies.SessionToken(r)
	var s identity.Session
	err := error(fault.New(fault.Unauthenticated, "", "you are not signed in", "sign in"))
	if sent {
		s, err = rt.o.Sessions.Session(r.Context(), token)
	}
	if err == nil {
		return r.WithContext(context.WithValue(r.Context(), sessionKey{}, s)), nil
	}
	if fault.Is(err, fault.Unauthenticated) && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		http.Redirect(w, r, SignInPath(rt.languageOf(r), r.URL.RequestURI()), http.StatusSeeOther) //nolint:gosec // G710: SignInPath takes local paths only
		return nil, nil                                                                            //nolint:nilnil // the answer is written
	}
	return r, err
}

// protect sets the headers that every answer carries; handlers may loosen them.
// Same-origin referrers keep the Origin of our own forms, which no-referrer would
// turn into "null", and tell other sites nothing.
func (rt *Router) protect(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	if rt.o.PublicURL.Scheme == "https" {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// policy lets pages use what this site serves, and nothing inline but pictures.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (rt *Router) recovered(w *response, r *http.Request, p any) {
	if p == http.ErrAbortHandler { //nolint:errorlint // net/http panics with this very value
		panic(p)
	}
	rt.fail(w, r, fault.New(fault.Internal, r.Pattern, fmt.Sprintf("panic: %v\n%s", p, debug.Stack()), ""))
}

// reference is a short random name for an error, to find it in the log.
func reference() string {
	b := make([]byte, 4)
	_, _ = rand.Read(b) // crypto/rand.Read never fails since Go 1.24
	return hex.EncodeToString(b)
}
