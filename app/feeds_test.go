package app_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/app"
)

// TestWhatTheFeedsPageNamesIsServed: every address that readers are told to subscribe
// to, to read or to copy, answers on a running node.
func TestWhatTheFeedsPageNamesIsServed(t *testing.T) { //nolint:paralleltest // the others count goroutines
	address := regexp.MustCompile(`(?:href=|src=)(?:"|&#34;)([^"&]+)(?:"|&#34;)`)
	run(t, shop(t, prepared(t), "checkout"), func(n *app.Node) {
		asked := map[string]bool{}
		for _, page := range []string{"/ko/feeds", "/en/feeds", "/ko/components/checkout-page", "/en/components/checkout-page", "/en/maintenance"} {
			until(t, n.PublicURL()+page, http.StatusOK)
			for _, m := range address.FindAllStringSubmatch(read(t, n.PublicURL()+page), -1) {
				path, _, _ := strings.Cut(strings.TrimPrefix(m[1], n.PublicURL()), "#")
				if !strings.HasPrefix(path, "/") || asked[path] {
					continue
				}
				asked[path] = true
				if got := get(t, n.PublicURL()+path); got != http.StatusOK {
					t.Errorf("%s names %s, which answers %d", page, path, got)
				}
			}
		}
		for _, path := range []string{"/history.rss", "/ko/feed.json", "/ko/api/v2/summary.json", "/badge/status.svg", "/embed/status.js", "/embed/ko", "/calendar/checkout-page.ics", "/api/v1/public/status"} {
			if !asked[path] {
				t.Errorf("nothing names %s", path)
			}
		}
	})
}
