package web

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/pprof"
	"time"
)

// AdminOptions are what the admin listener shows.
type AdminOptions struct {
	// Ready is nil when the node may be sent requests. Its error is shown, to
	// whoever can reach the listener.
	Ready   func(ctx context.Context) error
	Metrics http.Handler // Prometheus text; nil: none
	// Routes lists what the public listener answers; nil: it is not told.
	Routes func() []Route
}

// Admin is the handler of the admin listener: /livez, /readyz, /metrics, /routes
// and /debug/pprof. It asks nobody who they are, so it belongs on the loopback.
func Admin(o AdminOptions) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { plainText(w, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := o.Ready(r.Context()); err != nil {
			plainText(w, http.StatusServiceUnavailable, err.Error()+"\n")
			return
		}
		plainText(w, http.StatusOK, "ok\n")
	})
	if o.Metrics != nil {
		mux.Handle("GET /metrics", o.Metrics)
	}
	if o.Routes != nil {
		mux.HandleFunc("GET /routes", func(w http.ResponseWriter, _ *http.Request) { listRoutes(w, o.Routes()) })
	}
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

// ListedRoute is a Route as /routes lists it, in JSON.
type ListedRoute struct {
	Method  string `json:"method,omitempty"` // empty: every method
	Pattern string `json:"pattern"`
	Kind    Kind   `json:"kind"`
	Access  Access `json:"access"`
	Sample  string `json:"sample"` // a path to visit as things stand, perhaps with {names}
}

func listRoutes(w http.ResponseWriter, routes []Route) {
	list := make([]ListedRoute, len(routes))
	for i, r := range routes {
		list[i] = ListedRoute{Method: r.Method, Pattern: r.Pattern, Kind: r.Kind, Access: r.Access, Sample: r.Path(nil)}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(list) // whoever asked has gone
}

func plainText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // whoever asked has gone
}

// Server is an http.Server for a handler, with limits that a slow or hostile
// client cannot outlast. Streams (live updates, profiles) set their own write
// deadline.
func Server(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
	}
}
