package web_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/ui"
)

// shop is a small site: its options after change.
func shop(t *testing.T, change func(*web.Options)) *web.Router {
	t.Helper()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	o := web.Options{
		PublicURL: &url.URL{Scheme: "http", Host: "localhost"}, Language: health.English, Wall: clock.Wall{}, Messages: book,
		Log:  slog.New(slog.NewTextHandler(t.Output(), nil)),
		Site: ui.Site{Provider: health.Text{health.Korean: "상점", health.English: "Shop"}, Zone: time.UTC},
	}
	change(&o)
	rt, err := web.New(o, []web.Route{
		{Method: "GET", Pattern: "/{lang}/{$}", Kind: web.Page, Handler: func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Cache-Control", "public, max-age=5, s-maxage=60, stale-if-error=86400")
			w.Header().Set("Access-Control-Allow-Origin", "*")
			_, err := io.WriteString(w, "front")
			return err
		}},
		{Pattern: "/api/", Kind: web.Mount, Handler: text("[]")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return rt
}

// from asks for a path as somebody at an address, through a proxy that says so
// unless the address it names is empty.
func from(h http.Handler, remote, forwarded, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, nil)
	r.RemoteAddr = remote + ":4711"
	if forwarded != "" {
		r.Header.Set("X-Forwarded-For", forwarded)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAPrivateSiteIsReadInItsNetworks(t *testing.T) {
	t.Parallel()
	h := shop(t, func(o *web.Options) {
		o.Private = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
		o.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	})
	for _, c := range []struct {
		remote, forwarded, path string
		status                  int
	}{
		{"10.1.2.3", "", "/en/", 200},
		{"192.0.2.1", "", "/en/", 403},
		{"192.0.2.1", "10.1.2.3", "/en/", 403}, // a client's own word
		{"127.0.0.1", "10.1.2.3", "/en/", 200},
		{"127.0.0.1", "192.0.2.1", "/en/", 403},
		{"127.0.0.1", "10.1.2.3, 192.0.2.1", "/en/", 403},
		{"127.0.0.1", "unknown", "/en/", 403},
		{"127.0.0.1", "", "/en/", 403}, // the proxy's machine is not among those who may
		{"192.0.2.1", "", "/", 403},
		{"192.0.2.1", "", "/nothing", 403},
		{"192.0.2.1", "", "/api/v1/incidents", 403},
		{"192.0.2.1", "", "/livez", 200},
		{"192.0.2.1", "", ui.AssetPath("style.css"), 200},
		{"192.0.2.1", "", ui.ThemePath, 200},
	} {
		w := from(h, c.remote, c.forwarded, c.path)
		if w.Code != c.status {
			t.Errorf("%+v: %d", c, w.Code)
		}
		if c.status == 403 && strings.Contains(w.Body.String(), "front") {
			t.Errorf("%+v: the page is shown", c)
		}
		if got := w.Header().Get("Cache-Control"); strings.Contains(got, "public") || got == "" {
			t.Errorf("%+v: Cache-Control is %q", c, got)
		}
	}
	if open := from(h, "10.1.2.3", "", "/en/").Header().Get("Access-Control-Allow-Origin"); open != "" {
		t.Errorf("a script of %s may read it in a reader's browser", open)
	}
	if got, want := from(h, "10.1.2.3", "", "/en/").Header().Get("Cache-Control"), "private, max-age=5, stale-if-error=86400"; got != want {
		t.Errorf("Cache-Control is %q, want %q", got, want)
	}
}

func TestWhoIsOutsideIsToldSoInTheirLanguage(t *testing.T) {
	t.Parallel()
	h := shop(t, func(o *web.Options) { o.Private = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} })
	for path, want := range map[string]string{
		"/en/":              "This page is for certain networks",
		"/ko/":              "정해진 네트워크에서만 볼 수 있는 페이지입니다",
		"/api/v1/incidents": `"detail":"the request came from 192.0.2.1"`,
	} {
		w := from(h, "192.0.2.1", "", path)
		if !strings.Contains(w.Body.String(), want) || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %q is not in %s (%s)", path, want, w.Body, w.Header().Get("Cache-Control"))
		}
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/en/", nil)
	r.RemoteAddr = "@"
	h.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "it cannot be told where the request came from") {
		t.Errorf("from nowhere: %d %s", w.Code, w.Body)
	}
}

func TestASiteForEverybodyIsReadByEverybody(t *testing.T) {
	t.Parallel()
	w := from(shop(t, func(*web.Options) {}), "192.0.2.1", "", "/en/")
	if got := w.Header().Get("Cache-Control"); w.Code != 200 || got != "public, max-age=5, s-maxage=60, stale-if-error=86400" {
		t.Errorf("%d, %q", w.Code, got)
	}
	if open := w.Header().Get("Access-Control-Allow-Origin"); open != "*" {
		t.Errorf("scripts of %q may read it", open)
	}
}
