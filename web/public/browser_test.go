package public_test

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/test/browser"
	"github.com/bonghwa/bonghwa/web"
)

// The pages that an outage changes, while it lasts, seen by people. The test of the
// whole program sees all pages on a day that is quiet again.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	s := during().open(t)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	// The samples are of what begins last, which is the maintenance.
	hit := strings.NewReplacer(string(planned), string(outage), "s3-", "ec2-")
	var routes []web.Route
	for _, r := range s.routes {
		if slices.Contains([]string{"/{lang}/{$}", "/{lang}/incidents/{id}", "/{lang}/components/{id}", "/{lang}/regions/{id}"}, r.Pattern) {
			sample := hit.Replace(r.Path(nil))
			r.Sample = func() string { return sample }
			routes = append(routes, r)
		}
	}
	pages := browser.Plan(t, routes, nil)
	for i := range pages {
		pages[i].Prefix = "during"
	}
	browser.Visit(t, server.URL, pages...)
}
