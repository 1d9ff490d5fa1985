package told_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/test/browser"
)

// The page after the button of an unsubscribe link, seen by people. A path that ends
// in /posted stands for the button. The test of the whole program sees the others.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	d := open(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path, posted := strings.CutSuffix(r.URL.Path, "/posted"); posted {
			r.Method, r.URL.Path, r.PostForm = http.MethodPost, path, url.Values{"List-Unsubscribe": {"One-Click"}}
			r.Form = r.PostForm
		}
		d.router.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	token := url.QueryEscape(d.Token("endpoint-1"))
	browser.Visit(t, server.URL, browser.Page{Path: "/{lang}/unsubscribe/posted?t=" + token, Prefix: "done"})
}
