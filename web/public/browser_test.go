package public_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/test/browser"
)

// The pages that an outage, its end and planned work change, and those of a large
// catalogue, seen by people. The test of the whole program sees all pages on a day
// that is quiet again.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	old := during()
	old.read = old.now.Add(-43 * time.Minute)
	outagePath, plannedPath := "/{lang}/incidents/"+string(outage), "/{lang}/incidents/"+string(planned)
	for _, day := range []struct {
		name  string
		world *world
		paths []string
	}{
		{"during", during(), []string{"/{lang}/", outagePath, "/{lang}/components/ec2-ap-northeast-2", "/{lang}/regions/ap-northeast-2"}},
		{"lived", lived(), []string{outagePath, plannedPath, "/{lang}/maintenance", "/{lang}/components/ec2-ap-northeast-2"}},
		{"large", large(), []string{"/{lang}/components/compute/1"}},
		{"old", old, []string{"/{lang}/"}},
	} {
		t.Run(day.name, func(t *testing.T) { //nolint:paralleltest // one browser at a time
			server := httptest.NewServer(day.world.open(t))
			t.Cleanup(server.Close)
			var pages []browser.Page
			for _, path := range day.paths {
				pages = append(pages, browser.Page{Path: path, Prefix: day.name})
			}
			if day.name == "lived" {
				pages = append(pages, browser.Page{Path: outagePath, Prefix: "said", Type: " \r", Lands: "/{lang}/useful"})
			}
			browser.Visit(t, server.URL, pages...)
		})
	}
}
