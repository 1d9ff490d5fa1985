package public_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/test/browser"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/ui"
)

// The pages that an outage changes, while it lasts, seen by people. The test of the
// whole program sees all pages on a day that is quiet again.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	site := during().open(t)
	// The samples are of what was opened last, which is the maintenance.
	hit := strings.NewReplacer(string(planned), string(outage), "s3-", "ec2-")
	var routes []web.Route
	for i, r := range site.Routes() {
		if slices.Contains([]string{"/{$}", "/incidents/{id}", "/components/{id}", "/regions/{id}"}, r.Pattern[len("/ko"):]) {
			routes = append(routes, web.Route{
				Method: http.MethodGet, Pattern: r.Pattern, Kind: web.Page, Access: web.Public,
				Sample: func() string { return hit.Replace(site.Routes()[i].Sample) }, Handler: web.Plain(site),
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
		pages[i].Prefix = "during"
	}
	browser.Visit(t, server.URL, pages...)
}
