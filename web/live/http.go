package live

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/ui"
)

// Routes are the hub's two addresses. The fragments that pages fetch stand below
// the same path and belong to the public site.
func (h *Hub) Routes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Pattern: ui.LivePath + "/events", Kind: web.Stream, Access: web.Public, Handler: web.Plain(http.HandlerFunc(h.Events))},
		{Method: http.MethodGet, Pattern: ui.LivePath + "/revision", Kind: web.Data, Access: web.Public, Handler: web.Plain(http.HandlerFunc(h.Revision))},
	}
}

// Revision answers with what Events would say now, for browsers that cannot
// listen; 503 before the first Publish.
func (h *Hub) Revision(w http.ResponseWriter, _ *http.Request) {
	now := h.news()
	if !now.known {
		refuse(w, 5*time.Second)
		return
	}
	s := revisionState(now, h.Clients())
	if !now.stamp.At.IsZero() {
		c := confirmedState(now)
		s.Confirmed, s.Words = c.Confirmed, c.Words
	}
	head := w.Header()
	head.Set("Content-Type", "application/json")
	head.Set("Cache-Control", "public, max-age=5")
	_ = json.NewEncoder(w).Encode(s) // whoever asked has gone
}

// refuse asks to come back after a while. It is no failure of ours, so no error
// that would be logged for each of a crowd.
func refuse(w http.ResponseWriter, wait time.Duration) {
	head := w.Header()
	head.Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
	head.Set("Content-Type", "text/plain; charset=utf-8")
	head.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = io.WriteString(w, "not now\n") // whoever asked has gone
}
