package public_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/test/browser"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/ui"
)

// Every page of the Service Health Dashboard, seen by people: on a quiet day the
// first screen, during the outage and afterwards all of them.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		world *world
		only  string
	}{{"peace", peace(), "/{$}"}, {"during", during(), "/{$}"}, {"after", after(), ""}} {
		t.Run(c.name, func(t *testing.T) { look(t, c.world, c.name, c.only) })
	}
}

// look visits the pages of a world whose patterns end as only says, or all.
func look(t *testing.T, w *world, name, only string) {
	t.Helper()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	site := w.open(t)
	var routes []web.Route
	for i, r := range site.Routes() {
		if only == "" || r.Pattern == "/ko"+only || r.Pattern == "/en"+only {
			routes = append(routes, web.Route{
				Method: http.MethodGet, Pattern: r.Pattern, Kind: web.Page, Access: web.Public,
				Sample: func() string { return site.Routes()[i].Sample }, Handler: web.Plain(site),
			})
		}
	}
	rt, err := web.New(web.Options{
		PublicURL: &url.URL{Scheme: "http", Host: "localhost"}, Language: health.Korean, Messages: book,
		Site: ui.Site{Provider: both("한강 클라우드", "Hangang Cloud"), Invented: true, Zone: language.Seoul()},
		Wall: clock.Wall{}, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}, routes)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(rt)
	t.Cleanup(server.Close)
	pages := browser.Plan(t, rt.Routes(), nil)
	for i := range pages {
		pages[i].Prefix = name
	}
	browser.Visit(t, server.URL, pages...)
}
