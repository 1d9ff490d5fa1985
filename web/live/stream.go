package live

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/bonghwa/bonghwa/clock"
)

// Events answers with the stream of server-sent events, or 503 when the hub is
// full or closed. It takes an HTTP/1.1 connection over and returns at once;
// otherwise it returns when the stream ends.
func (h *Hub) Events(w http.ResponseWriter, r *http.Request) {
	if !h.admit() {
		refuse(w, someTime(2*time.Minute, 3*time.Minute))
		return
	}
	head := w.Header()
	head.Set("Content-Type", "text/event-stream")
	head.Set("Cache-Control", "no-store")
	head.Set("X-Accel-Buffering", "no") // nginx would keep events back
	if r.Method == http.MethodHead {
		h.clients.Add(-1)
		return
	}
	c := &client{greeting: h.retry(), gone: make(chan struct{})}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		h.answer(w, r, c)
		return
	}
	c.line = socket{conn, h.o.Wall}
	c.greeting = append(headOf(head, h.o.Wall.Now()), c.greeting...)
	row := h.nextRow()
	if h.seatIn(row, c) {
		go listen(conn, row, c)
	}
}

// seatIn hands the client to its row, unless the hub closes first.
func (h *Hub) seatIn(row *row, c *client) bool {
	select {
	case row.arrive <- c:
		return true
	case <-h.closing:
		h.clients.Add(-1)
		c.line.hangUp()
		return false
	}
}

// listen waits until the client hangs up. It has nothing to say, and who speaks
// at length is hung up on.
func listen(conn net.Conn, row *row, c *client) {
	small := make([]byte, 64)
	for heard := 0; heard < 1024; {
		n, err := conn.Read(small)
		if err != nil {
			break
		}
		heard += n
	}
	row.farewell(c)
}

// answer streams through net/http, for HTTP/2 and whatever else keeps its
// connection. The row only hands over what to write, so that it never waits.
func (h *Hub) answer(w http.ResponseWriter, r *http.Request, c *client) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{}) // the server's would end the stream; where it cannot be set there is none
	w.WriteHeader(http.StatusOK)
	out := make(queue, 8)
	c.line = out
	row := h.nextRow()
	if !h.seatIn(row, c) {
		return
	}
	for {
		select {
		case b := <-out:
			if h.write(w, control, b) == nil {
				continue
			}
		case <-r.Context().Done():
		case <-c.gone:
			return
		}
		row.farewell(c)
		return
	}
}

// write takes longer than a row may, and bounds it: HTTP/2 resets a stream whose
// deadline passes, writing or not, so there is none in between.
func (h *Hub) write(w http.ResponseWriter, control *http.ResponseController, b []byte) error {
	_ = control.SetWriteDeadline(h.o.Wall.Now().Add(slowest)) // where it cannot be set there is none
	if _, err := w.Write(b); err != nil {
		return err
	}
	if err := control.Flush(); err != nil {
		return err
	}
	_ = control.SetWriteDeadline(time.Time{})
	return nil
}

const slowest = 30 * time.Second

// socket is a connection that was taken over.
type socket struct {
	net.Conn
	wall clock.Wall
}

// send tries twice: on a busy machine a deadline can pass before the first try has
// begun, and that is not the client's fault.
func (s socket) send(b []byte) error {
	n, err := s.try(b)
	if n == 0 && errors.Is(err, os.ErrDeadlineExceeded) {
		_, err = s.try(b)
	}
	return err
}

func (s socket) try(b []byte) (int, error) {
	if err := s.SetWriteDeadline(s.wall.Now().Add(patience)); err != nil {
		return 0, err
	}
	return s.Write(b)
}

func (s socket) hangUp() { _ = s.Close() } // whatever is wrong with it, it is over

// queue is what Events has still to write.
type queue chan []byte

func (q queue) send(b []byte) error {
	select {
	case q <- b:
		return nil
	default:
		return os.ErrDeadlineExceeded
	}
}

func (queue) hangUp() {} // Events returns, and that ends it

// headOf is the head of an answer whose end is the end of the connection.
func headOf(h http.Header, now time.Time) []byte {
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 200 OK\r\n")
	h.Set("Date", now.UTC().Format(http.TimeFormat))
	h.Set("Connection", "close")
	_ = h.Write(&b) // a buffer takes everything
	b.WriteString("\r\n")
	return b.Bytes()
}

// retry tells the browser how long to wait before it comes back when the stream
// ends: each another while, so that a restart does not bring all of them back in
// one instant.
func (h *Hub) retry() []byte {
	wait := someTime(time.Second, max(4*time.Second, Spread(h.Clients())))
	return fmt.Appendf(nil, "retry: %d\n\n", wait.Milliseconds())
}

// someTime is a random time from least on, less than more beyond it.
func someTime(least, more time.Duration) time.Duration {
	return least + rand.N(more) //nolint:gosec // G404: spreads load, guards nothing
}
