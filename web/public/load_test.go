package public_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bonghwa/bonghwa/test/browser"
)

// counted is what a browser asked for, and how many bytes it got for it.
type counted struct {
	mu    sync.Mutex
	bytes map[string]int
}

// weigh counts what goes over the wire, but for the stream of what comes later.
func (c *counted) weigh(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/live/") {
			h.ServeHTTP(w, r)
			return
		}
		h.ServeHTTP(&scale{ResponseWriter: w, counted: c, path: r.URL.Path}, r)
	})
}

type scale struct {
	http.ResponseWriter
	counted *counted
	path    string
}

func (s *scale) Write(b []byte) (int, error) {
	s.counted.mu.Lock()
	s.counted.bytes[s.path] += len(b)
	s.counted.mu.Unlock()
	return s.ResponseWriter.Write(b)
}

// TestTheFirstLoadIsSmall: whoever comes for the first time, in the middle of an
// outage, loads at most 60 kB in at most 4 requests.
func TestTheFirstLoadIsSmall(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/ko/", "/en/", "/en/incidents/" + string(outage), "/ko/components/ec2-ap-northeast-2"} {
		t.Run(strings.Trim(strings.ReplaceAll(path, "/", " "), " "), func(t *testing.T) {
			t.Parallel()
			c := &counted{bytes: map[string]int{}}
			server := httptest.NewServer(c.weigh(during().open(t)))
			t.Cleanup(server.Close)
			r := browser.Scripted(t, "")
			r.Open(server.URL + path)
			r.Until("document.readyState === 'complete'")
			c.mu.Lock()
			defer c.mu.Unlock()
			sum := 0
			for _, n := range c.bytes {
				sum += n
			}
			t.Logf("%d bytes: %v", sum, c.bytes)
			if sum > 60_000 || len(c.bytes) > 4 {
				t.Errorf("%d bytes in %d requests: %v", sum, len(c.bytes), slices.Sorted(maps.Keys(c.bytes)))
			}
			if len(c.bytes) < 3 {
				t.Errorf("the page came without its style: %v", c.bytes)
			}
		})
	}
}
