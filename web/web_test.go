package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/ui"
)

// sessions knows the token "good".
type sessions struct{}

func (sessions) Session(_ context.Context, token identity.Secret) (identity.Session, error) {
	switch token.Reveal() {
	case "good":
		return identity.Session{Contact: identity.Contact{Accounts: []health.AccountID{"1"}}}, nil
	case "down":
		return identity.Session{}, fault.New(fault.Unavailable, "", "the database is down", "")
	}
	return identity.Session{}, fault.New(fault.Unauthenticated, "", "signed out", "")
}

func site(t *testing.T, public string, log io.Writer) *web.Router {
	t.Helper()
	u, err := url.Parse(public)
	if err != nil {
		t.Fatal(err)
	}
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	api := http.NewServeMux()
	api.HandleFunc("GET /api/v1/incidents", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "[]") })
	rt, err := web.New(web.Options{
		PublicURL: u, Language: health.English, Sessions: sessions{}, Wall: clock.Wall{},
		Log:  slog.New(slog.NewTextHandler(log, nil)),
		Site: ui.Site{Provider: health.Text{health.Korean: "한강", health.English: "Hangang"}, Zone: time.UTC}, Messages: book,
	}, []web.Route{
		{Method: "GET", Pattern: "/{lang}/{$}", Kind: web.Page, Handler: text("front")},
		{Method: "GET", Pattern: "/{lang}/my/", Kind: web.Page, Access: web.SignedIn, Handler: func(w http.ResponseWriter, r *http.Request) error {
			_, err := fmt.Fprint(w, web.SessionOf(r.Context()).Contact.Accounts)
			return err
		}},
		{Method: "POST", Pattern: "/{lang}/my/save", Kind: web.Action, Access: web.SignedIn, Handler: text("saved")},
		{Method: "GET", Pattern: "/{lang}/broken/{kind}", Kind: web.Page, Handler: broken},
		{Pattern: "/api/", Kind: web.Mount, Handler: web.Plain(api)},
		{Pattern: "/api/copied/", Kind: web.Mount, Handler: web.Plain(http.StripPrefix("/api/copied", api))},
	})
	if err != nil {
		t.Fatal(err)
	}
	return rt
}

func text(s string) web.Handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func broken(w http.ResponseWriter, r *http.Request) error {
	switch r.PathValue("kind") {
	case "panic":
		panic("secret of the program")
	case "half":
		_, _ = io.WriteString(w, "half")
		return errors.New("then it broke")
	case "invalid":
		return fault.New(fault.Invalid, "month", "is no month", "write 2018-11")
	case "not_found":
		return fault.New(fault.NotFound, "", "account 2 is not yours", "")
	}
	return errors.New("the disk says: secret")
}

type ask struct {
	method, path string
	header       http.Header
	cookie       string
}

func (a ask) of(h http.Handler) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), a.method, a.path, nil)
	maps.Copy(r.Header, a.header)
	if a.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "bonghwa-session", Value: a.cookie})
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := site(t, "http://localhost:8080", &log)
	json := http.Header{"Accept": {"application/json"}}
	cross := http.Header{"Sec-Fetch-Site": {"cross-site"}}
	cases := []struct {
		ask      ask
		status   int
		contains string
	}{
		{ask{method: "GET", path: "/ko/"}, 200, "front"},
		{ask{method: "HEAD", path: "/ko/"}, 200, ""},
		{ask{method: "GET", path: "/ko/nothing/here"}, 404, "찾는 페이지가 없습니다"},
		{ask{method: "GET", path: "/en/nothing/here"}, 404, "There is no such page"},
		{ask{method: "GET", path: "/xx"}, 404, "There is no such page"},
		{ask{method: "DELETE", path: "/en/"}, 405, "This page cannot do that"},
		{ask{method: "GET", path: "/en/x", header: json}, 404, `"title":"Not Found"`},
		{ask{method: "GET", path: "/api/v1/incidents"}, 200, "[]"},
		{ask{method: "GET", path: "/api/v1/other"}, 404, `"status":404`},
		{ask{method: "PUT", path: "/api/v1/incidents"}, 405, `"status":405`},
		{ask{method: "GET", path: "/api/copied/x"}, 404, `"status":404`},
		{ask{method: "POST", path: "/api/v1/incidents", header: cross}, 403, `"detail":"the request came from another site`},
		{ask{method: "POST", path: "/ko/my/save", header: cross, cookie: "good"}, 403, "허용되지 않은 요청입니다"},
		{ask{method: "POST", path: "/ko/my/save", cookie: "good"}, 200, "saved"},
		{ask{method: "POST", path: "/ko/my/save"}, 401, "/ko/sign-in"},
		{ask{method: "GET", path: "/ko/my/", cookie: "good"}, 200, "[1]"},
		{ask{method: "GET", path: "/ko/my/", cookie: "down"}, 503, "지금은 답할 수 없습니다"},
		{ask{method: "GET", path: "/en/broken/invalid"}, 400, "month: is no month (write 2018-11)"},
		{ask{method: "GET", path: "/en/broken/not_found"}, 404, "There is no such page"},
		{ask{method: "GET", path: "/en/broken/disk"}, 500, "on our side"},
		{ask{method: "GET", path: "/en/broken/panic"}, 500, "on our side"},
	}
	for _, c := range cases {
		w := c.ask.of(h)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.contains) {
			t.Errorf("%s %s: %d %q, want %d %q", c.ask.method, c.ask.path, w.Code, w.Body, c.status, c.contains)
		}
		if strings.Contains(w.Body.String(), "secret") || strings.Contains(w.Body.String(), "not yours") {
			t.Errorf("%s shows too much: %s", c.ask.path, w.Body)
		}
		for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"} {
			if w.Header().Get(name) == "" {
				t.Errorf("%s: %s is missing", c.ask.path, name)
			}
		}
		if c.status == 405 && w.Header().Get("Allow") == "" {
			t.Errorf("%s: Allow is missing", c.ask.path)
		}
		if csp := w.Header().Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") {
			t.Errorf("policy %q", csp)
		}
	}
	if got := strings.Count(log.String(), "a request failed"); got != 3 {
		t.Errorf("logged %d failures, want 3:\n%s", got, log.String())
	}
}

func TestPageBehindASessionSendsToSignInAndComesBack(t *testing.T) {
	t.Parallel()
	h := site(t, "http://localhost:8080", io.Discard)
	w := ask{method: "GET", path: "/ko/my/1/events/x?page=2", cookie: "old"}.of(h)
	if got, want := w.Header().Get("Location"), "/ko/sign-in?next=%2Fko%2Fmy%2F1%2Fevents%2Fx%3Fpage%3D2"; w.Code != 303 || got != want {
		t.Errorf("got %d %s, want %s", w.Code, got, want)
	}
	if got := (ask{method: "GET", path: "/ko/my/", cookie: "good"}).of(h).Header().Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("Cache-Control is %q", got)
	}
}

func TestHalfAnAnswerIsCut(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(site(t, "http://localhost", io.Discard))
	defer s.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/en/broken/half", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.Client().Do(r)
	if err == nil {
		_, err = io.ReadAll(res.Body)
		_ = res.Body.Close()
	}
	if err == nil {
		t.Error("half an answer looked whole")
	}
}

func TestAStreamIsObservedToItsHead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := func(w http.ResponseWriter, _ *http.Request) error {
			_ = clock.Wall{}.Sleep(t.Context(), time.Second)
			w.WriteHeader(http.StatusOK)
			return clock.Wall{}.Sleep(t.Context(), time.Hour)
		}
		took := map[string]time.Duration{}
		rt, err := web.New(web.Options{
			PublicURL: &url.URL{Scheme: "http", Host: "localhost"},
			Observe:   func(pattern string, _ int, d time.Duration) { took[pattern] = d },
		}, []web.Route{
			{Method: "GET", Pattern: "/stream", Kind: web.Stream, Handler: slow},
			{Method: "GET", Pattern: "/file", Kind: web.Data, Handler: slow},
		})
		if err != nil {
			t.Fatal(err)
		}
		ask{method: "GET", path: "/stream"}.of(rt)
		ask{method: "GET", path: "/file"}.of(rt)
		if took["/stream"] != time.Second || took["/file"] != time.Hour+time.Second {
			t.Errorf("observed %v", took)
		}
	})
}

func TestHomeFollowsCookieThenBrowserThenSite(t *testing.T) {
	t.Parallel()
	h := site(t, "http://localhost", io.Discard)
	cases := []struct{ accept, cookie, want string }{
		{"", "", "/en/"},
		{"ko-KR,ko;q=0.9,en;q=0.8", "", "/ko/"},
		{"fr", "", "/en/"},
		{"de, ko;q=0.1", "", "/ko/"},
		{"ko", "en", "/en/"},
		{"en", "ko", "/ko/"},
		{"en", "xx", "/en/"},
		{";;;", "", "/en/"},
	}
	for _, c := range cases {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header.Set("Accept-Language", c.accept)
		if c.cookie != "" {
			r.AddCookie(&http.Cookie{Name: "bonghwa-lang", Value: c.cookie})
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get("Location"); w.Code != 302 || got != c.want {
			t.Errorf("%+v: %d %s", c, w.Code, got)
		}
	}
}

func TestHTTPSHardensCookiesAndTransport(t *testing.T) {
	t.Parallel()
	h := site(t, "https://status.example.com", io.Discard)
	if (ask{method: "GET", path: "/ko/"}).of(h).Header().Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS over https")
	}
	for public, want := range map[string]string{
		"https://status.example.com": "__Host-bonghwa-session=tok; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Lax",
		"http://localhost":           "bonghwa-session=tok; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax",
	} {
		u, err := url.Parse(public)
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		web.CookiesFor(u).OpenSession(w, identity.NewSecret("tok"), time.Hour)
		if got := w.Header().Get("Set-Cookie"); got != want {
			t.Errorf("%s: %s", public, got)
		}
	}
}

func TestLocalPathStaysHere(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/ko/my/": "/ko/my/", "": "", "//evil.example": "", "/\\evil.example": "", "https://evil.example": "",
		"/a\r\nSet-Cookie: x": "", "/\t/evil.example": "", "/" + strings.Repeat("a", 600): "",
	} {
		if got := web.LocalPath(path); got != want {
			t.Errorf("%q: got %q, want %q", path, got, want)
		}
	}
}

func TestClientAddrBelievesOnlyProxies(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	cases := []struct{ remote, forwarded, want string }{
		{"192.0.2.1:99", "", "192.0.2.1"},
		{"192.0.2.1:99", "203.0.113.9", "192.0.2.1"},
		{"10.0.0.1:99", "198.51.100.7, 203.0.113.9", "203.0.113.9"},
		{"10.0.0.1:99", "198.51.100.7, 203.0.113.9, 10.0.0.2", "203.0.113.9"},
		{"10.0.0.1:99", "nonsense", "invalid IP"},
		{"10.0.0.1:99", "203.0.113.9, nonsense, 10.0.0.2", "invalid IP"},
		{"10.0.0.1:99", "10.0.0.3, 10.0.0.2", "10.0.0.3"},
		{"10.0.0.1:99", "192.168.0.1, 203.0.113.9:4711", "203.0.113.9"},
		{"10.0.0.1:99", "[2001:db8::9]:4711", "2001:db8::9"},
		{"10.0.0.1:99", "", "10.0.0.1"},
		{"[::ffff:192.0.2.1]:99", "", "192.0.2.1"},
		{"[fe80::1%eth0]:99", "", "fe80::1"},
		{"[::ffff:10.0.0.1]:99", "::ffff:203.0.113.9", "203.0.113.9"},
	}
	for _, c := range cases {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.RemoteAddr = c.remote
		r.Header.Set("X-Forwarded-For", c.forwarded)
		if got := web.ClientAddr(r, proxies).String(); got != c.want {
			t.Errorf("%+v: got %s", c, got)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.RemoteAddr = "@"
	if web.ClientAddr(r, proxies).IsValid() {
		t.Error("a socket has no address")
	}
}

func TestRoutesThatCollideOrLackSessionsAreRefused(t *testing.T) {
	t.Parallel()
	u := &url.URL{Scheme: "http", Host: "localhost"}
	same := []web.Route{{Method: "GET", Pattern: "/a/{x}", Handler: text("")}, {Method: "GET", Pattern: "/a/{y}", Handler: text("")}}
	if _, err := web.New(web.Options{PublicURL: u}, same); err == nil {
		t.Error("two routes of one pattern were taken")
	}
	mine := []web.Route{{Method: "GET", Pattern: "/a", Access: web.SignedIn, Handler: text("")}}
	if _, err := web.New(web.Options{PublicURL: u}, mine); err == nil {
		t.Error("a route behind a session was taken without sessions")
	}
}

func TestRoutesAreListedWithPathsToVisit(t *testing.T) {
	t.Parallel()
	for _, r := range site(t, "http://localhost", io.Discard).Routes() {
		p := r.Path(map[string]string{"lang": "ko", "kind": "x"})
		if strings.ContainsAny(p, "{}") {
			t.Errorf("%s gives %s", r.Pattern, p)
		}
	}
}

func TestAdminListsTheRoutes(t *testing.T) {
	t.Parallel()
	rt := site(t, "http://localhost", io.Discard)
	w := ask{method: "GET", path: "/routes"}.of(web.Admin(web.AdminOptions{Routes: rt.Routes}))
	var list []web.ListedRoute
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || len(list) != len(rt.Routes()) || len(list) == 0 {
		t.Fatalf("%s, %v", w.Body, err)
	}
	for i, r := range rt.Routes() {
		if got := list[i]; got.Pattern != r.Pattern || got.Kind != r.Kind || got.Access != r.Access || got.Sample != r.Path(nil) {
			t.Errorf("%+v is listed as %+v", r, got)
		}
	}
}

func TestAdminSaysWhetherItIsReady(t *testing.T) {
	t.Parallel()
	var down error
	h := web.Admin(web.AdminOptions{Ready: func(context.Context) error { return down }})
	get := func(path string) int { return ask{method: "GET", path: path}.of(h).Code }
	if get("/livez") != 200 || get("/readyz") != 200 || get("/debug/pprof/") != 200 || get("/metrics") != 404 {
		t.Error("a node that is well")
	}
	down = errors.New("the journal is behind")
	if get("/livez") != 200 || get("/readyz") != 503 {
		t.Error("a node that is not ready lives")
	}
}

func TestProblemIsJSON(t *testing.T) {
	t.Parallel()
	w := ask{method: "GET", path: "/api/v1/x"}.of(site(t, "http://localhost", io.Discard))
	var doc map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("%v, %v", w.Header(), err)
	}
}
