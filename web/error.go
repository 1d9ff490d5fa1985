package web

import (
	"bufio"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/web/ui"
)

// errorPage is what an error page says.
type errorPage struct {
	ui.Page
	Status    int
	Outside   bool   // the reader is in none of the networks of a private site
	Detail    string // in English, from the error; empty when there is nothing safe to say
	Reference string // to find the error in the log; empty when it was not logged
}

// response watches what is written: whether anything was, and whether it is the
// plain-text refusal of a router, which becomes a page of ours.
type response struct {
	http.ResponseWriter
	request *http.Request
	status  int  // 0: nothing written yet
	mount   bool // a router below may refuse in plain text
	private bool // no shared cache may keep it
	refused int  // status of a router's own refusal, whose body is dropped
	passed  func() time.Duration
	stream  bool          // took counts to the head of the answer, not to its end
	took    time.Duration // of a stream, once it began
}

// began notes the status of an answer whose head is out.
func (w *response) began(status int) {
	w.status = status
	if w.stream {
		w.took = w.passed()
	}
}

// lasted is what Observe is told.
func (w *response) lasted() time.Duration {
	if w.stream && w.status != 0 {
		return w.took
	}
	return w.passed()
}

// Unwrap lets http.ResponseController reach the connection.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader passes the status on, unless it is a router's refusal.
func (w *response) WriteHeader(status int) {
	if w.status != 0 || w.refused != 0 {
		return
	}
	if w.refusal(status) {
		w.refused = status
		return
	}
	if status >= http.StatusOK {
		w.began(status)
	}
	if w.private {
		keepPrivate(w.Header())
	}
	w.ResponseWriter.WriteHeader(status)
}

// Hijack hands the connection to a stream that writes its own answer, which for
// us is a good one and over.
func (w *response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err == nil {
		w.began(http.StatusOK)
	}
	return conn, buffered, err
}

// refusal reports whether a router, ours or one mounted below it, refuses: no
// route matched, which ServeMux shows by an empty pattern, or by plain text where
// the request was copied on the way down.
func (w *response) refusal(status int) bool {
	if status != http.StatusNotFound && status != http.StatusMethodNotAllowed {
		return false
	}
	return w.request.Pattern == "" || w.mount && strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain")
}

// Write passes the body on, or drops it when a router refuses.
func (w *response) Write(b []byte) (int, error) {
	if w.refused != 0 {
		return len(b), nil
	}
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

// refuse writes our own page for a router's refusal. The Allow header it set
// stays.
func (rt *Router) refuse(w *response, r *http.Request) {
	status := w.refused
	w.refused, w.mount = 0, false
	pattern := r.Pattern
	r.Pattern = "unmatched" // so that what follows is written, not taken for a refusal
	w.Header().Del("Content-Length")
	rt.write(w, r, errorPage{Status: status})
	r.Pattern = pattern
}

// Status is the HTTP status of an error's kind.
func Status(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Internal:
	}
	return http.StatusInternalServerError
}

// fail turns an error into an answer. Our own failures are logged under a
// reference, which is all the reader is told; what is not found is not described
// at all, so that an id that exists for somebody else looks like any other.
func (rt *Router) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := errorPage{Status: Status(fault.KindOf(err))}
	switch p.Status {
	case http.StatusInternalServerError, http.StatusServiceUnavailable:
		if r.Context().Err() != nil {
			return // whoever asked has gone, and that is why it failed
		}
		p.Reference = reference()
		rt.o.Log.LogAttrs(r.Context(), slog.LevelError, "a request failed",
			slog.String("pattern", r.Pattern), slog.String("reference", p.Reference), slog.Any("error", err))
	case http.StatusNotFound:
	default:
		p.Detail = err.Error()
	}
	rt.write(w, r, p)
}

// write answers with the error page, or a problem document for a program.
func (rt *Router) write(w http.ResponseWriter, r *http.Request, p errorPage) {
	if watched, ok := w.(*response); ok && watched.status != 0 {
		panic(http.ErrAbortHandler) // half an answer is out: cut it, so that nobody takes it for whole
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Del("ETag")
	h.Del("Content-Disposition")
	if p.Status == http.StatusServiceUnavailable && h.Get("Retry-After") == "" {
		h.Set("Retry-After", "30")
	}
	if wantsProblem(r) {
		writeProblem(w, p)
		return
	}
	l := rt.languageOf(r)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(l))
	w.WriteHeader(p.Status)
	p.Voice, p.Site, p.Path = rt.o.Messages.In(l), rt.o.Site, "/"
	p.Title = p.Say(errorMessage(p, "title"))
	if err := errorView(p).Render(r.Context(), w); err != nil && r.Context().Err() == nil {
		rt.o.Log.LogAttrs(r.Context(), slog.LevelError, "the error page could not be written", slog.Any("error", err))
	}
}

// wantsProblem reports whether a program asks, not a person.
func wantsProblem(r *http.Request) bool {
	for _, prefix := range []string{"/api/", "/aws/", "/ingest/"} {
		if strings.HasPrefix(r.URL.Path, prefix) {
			return true
		}
	}
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "json") && !strings.Contains(accept, "text/html")
}

// problem is a problem document of RFC 9457.
type problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail,omitempty"`
	Instance string `json:"instance,omitempty"`
}

func writeProblem(w http.ResponseWriter, p errorPage) {
	doc := problem{Type: "about:blank", Title: http.StatusText(p.Status), Status: p.Status, Detail: p.Detail}
	if p.Reference != "" {
		doc.Instance = "urn:bonghwa:error:" + p.Reference
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(doc) // whoever asked has gone
}
