package live_test

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/bonghwa/bonghwa/web/live"
)

func get(t *testing.T, path string) *http.Request {
	t.Helper()
	return httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
}

// connection is a ResponseWriter whose connection can be taken over.
type connection struct {
	*httptest.ResponseRecorder
	conn net.Conn
}

func (c connection) Hijack() (net.Conn, *bufio.ReadWriter, error) { return c.conn, nil, nil }

// client is one browser, at the other end of a pipe.
type client struct {
	conn        net.Conn
	retry       int // milliseconds
	stopReading func()

	mu      sync.Mutex
	events  []string
	comment int
	ended   bool
}

// head is how an answer begins.
type head struct {
	status int
	http.Header
}

// join opens a stream as an HTTP/1.1 server would have it opened.
func join(t *testing.T, h *live.Hub) *client {
	t.Helper()
	near, far := net.Pipe()
	c := &client{conn: far}
	stopped := make(chan struct{})
	var once sync.Once
	c.stopReading = func() { once.Do(func() { close(stopped) }) }
	reader := bufio.NewReader(far)
	first := make(chan head, 1)
	go func() {
		res, err := http.ReadResponse(reader, nil)
		if err != nil {
			first <- head{}
			return
		}
		defer func() { _ = res.Body.Close() }()
		first <- head{res.StatusCode, res.Header}
		c.read(bufio.NewScanner(res.Body), stopped)
	}()
	h.Events(connection{httptest.NewRecorder(), near}, get(t, "/live/events"))
	got := <-first
	if got.status != http.StatusOK || got.Get("Content-Type") != "text/event-stream" ||
		got.Get("Cache-Control") != "no-store" || got.Get("X-Accel-Buffering") != "no" {
		t.Fatalf("the stream begins with %+v", got)
	}
	synctest.Wait()
	t.Cleanup(func() { _ = far.Close() })
	return c
}

// joinPlainly opens a stream where the connection cannot be taken over.
func joinPlainly(t *testing.T, h *live.Hub) *client {
	t.Helper()
	c := &client{}
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	go func() {
		h.Events(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/live/events", nil))
		c.mu.Lock()
		defer c.mu.Unlock()
		c.ended = true
	}()
	synctest.Wait()
	return c
}

func (c *client) read(lines *bufio.Scanner, stopped chan struct{}) {
	var name string
	for lines.Scan() {
		c.mu.Lock()
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "retry":
			c.retry, _ = strconv.Atoi(value)
		case "event":
			name = value
		case "data":
			c.events = append(c.events, name+" "+value)
		case ":":
			c.comment++
		}
		c.mu.Unlock()
		select {
		case <-stopped:
			return
		default:
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
}

// heard is what was told since the last time it was asked, one event a line.
func (c *client) heard() string {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	all := strings.Join(c.events, "\n")
	c.events = nil
	return all
}

func (c *client) beats() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.comment
}

func (c *client) over() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended
}
