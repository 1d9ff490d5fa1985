package live_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/live"
)

// observed is what the router tells of its answers.
type observed struct {
	mu   sync.Mutex
	took map[string]time.Duration
}

func (o *observed) note(pattern string, _ int, took time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.took[pattern] = took
}

// The hub behind our own router and server, whose limits are shorter than the
// stream lasts, over HTTP/1.1 and HTTP/2.
func TestStreamsOutlastTheServersLimits(t *testing.T) {
	t.Parallel()
	const limit, beat = time.Second, 1500 * time.Millisecond
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			h := live.New(live.Options{Heartbeat: beat})
			t.Cleanup(h.Close)
			seen := &observed{took: map[string]time.Duration{}}
			server := httptest.NewUnstartedServer(nil)
			server.Config = web.Server(router(t, h, seen))
			server.Config.ReadTimeout, server.Config.WriteTimeout, server.Config.IdleTimeout = limit, limit, limit
			server.Config.ErrorLog = slog.NewLogLogger(slog.NewTextHandler(t.Output(), nil), slog.LevelError)
			server.EnableHTTP2 = protocol == "HTTP/2.0"
			server.StartTLS()
			t.Cleanup(server.Close)

			lines, proto, head := listenTo(t, server)
			if proto != protocol || head.Get("X-Accel-Buffering") != "no" || head.Get("Content-Security-Policy") == "" {
				t.Errorf("%s %v", proto, head)
			}
			until(t, lines, ":")
			until(t, lines, ":") // more than a whole beat, which is longer than the server's limits
			h.Publish(at(1, 52))
			until(t, lines, `data: {"revision":"1.52","spread_ms":500}`)
			h.Close()
			for lines.Scan() {
				t.Logf("after Close: %q", lines.Text())
			}
			began := time.Now()
			if err := server.Config.Shutdown(t.Context()); err != nil || time.Since(began) > 5*time.Second {
				t.Errorf("after Close, Shutdown took %v: %v", time.Since(began), err)
			}
			seen.mu.Lock()
			defer seen.mu.Unlock()
			if took, ok := seen.took["/live/events"]; !ok || took >= beat {
				t.Errorf("the stream is observed as an answer of %v, %t", took, ok)
			}
		})
	}
}

// A reader on the other side of the world who has gone to sleep: the connection
// is there and takes nothing. The hub drops it, tells the others, and ends.
func TestAFullSocketIsDropped(t *testing.T) {
	t.Parallel()
	h := live.New(live.Options{Heartbeat: time.Hour})
	t.Cleanup(h.Close)
	server := httptest.NewServer(http.HandlerFunc(h.Events))
	t.Cleanup(server.Close)
	asleep, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = asleep.Close() })
	if err := asleep.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	if _, err := asleep.Write([]byte("GET /live/events HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	awake, _, _ := listenTo(t, server)
	long := health.Text{health.English: strings.Repeat("confirmed ", 1000)}
	var wall clock.Wall
	for minute := 1; h.Dropped() == 0; minute++ {
		if minute > 5000 {
			t.Fatal("fifty megabytes went to somebody who reads nothing")
		}
		h.Confirm(live.Stamp{At: stamp(minute).At, Words: long})
		until(t, awake, "event: confirmed")
		if err := wall.Sleep(t.Context(), time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	if h.Clients() != 1 {
		t.Errorf("%d clients, want who is awake", h.Clients())
	}
}

func router(t *testing.T, h *live.Hub, seen *observed) http.Handler {
	t.Helper()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	rt, err := web.New(web.Options{
		PublicURL: &url.URL{Scheme: "http", Host: "localhost"}, Language: health.English, Messages: book,
		Observe: seen.note, Wall: clock.Wall{}, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}, h.Routes())
	if err != nil {
		t.Fatal(err)
	}
	return rt
}

func listenTo(t *testing.T, server *httptest.Server) (lines *bufio.Scanner, proto string, head http.Header) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/live/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	client := server.Client()
	if server.TLS != nil && !server.EnableHTTP2 {
		client.Transport.(*http.Transport).TLSClientConfig.NextProtos = []string{"http/1.1"}
		client.Transport.(*http.Transport).TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	lines = bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	return lines, res.Proto, res.Header
}

// until reads to a line.
func until(t *testing.T, lines *bufio.Scanner, want string) {
	t.Helper()
	for lines.Scan() {
		if lines.Text() == want {
			return
		}
	}
	t.Fatalf("the stream ended before %q: %v", want, lines.Err())
}
