package live

import (
	"errors"
	"os"
	"time"
)

// patience is how long a write may wait for a connection that is full, each time it
// is tried. A client that keeps its row longer is let go of.
const patience = 10 * time.Millisecond

// client is one open stream.
type client struct {
	line     line
	greeting []byte        // what it is sent before anything else
	gone     chan struct{} // closed when the row has let go of it
}

// line is how bytes reach a client.
type line interface {
	send(b []byte) error
	hangUp()
}

// row is the clients that one goroutine writes to; nobody else touches them.
type row struct {
	hub     *Hub
	arrive  chan *client
	leave   chan *client
	wake    chan struct{}
	clients map[*client]struct{}
	told    news
}

func newRow(h *Hub) *row {
	return &row{
		hub: h, arrive: make(chan *client), leave: make(chan *client), wake: make(chan struct{}, 1),
		clients: map[*client]struct{}{},
	}
}

// run serves the row until the hub closes. Rows differ in their first heartbeat,
// so that not all clients are written to at once.
func (r *row) run(first time.Duration) {
	beat := r.hub.o.Wall.After(first)
	for {
		select {
		case c := <-r.arrive:
			r.greet(c)
		case c := <-r.leave:
			r.letGo(c)
		case <-r.wake:
			r.tell()
		case <-beat:
			r.send([]byte(heartbeat))
			beat = r.hub.o.Wall.After(r.hub.o.Heartbeat)
		case <-r.hub.closing:
			for c := range r.clients {
				r.letGo(c)
			}
			return
		}
	}
}

// greet takes a client in and tells it what the others have been told already.
func (r *row) greet(c *client) {
	r.clients[c] = struct{}{}
	r.sendTo(c, append(c.greeting, r.words(news{}, r.told)...))
	c.greeting = nil
}

// tell sends what has changed since the row was last told.
func (r *row) tell() {
	now := r.hub.news()
	words := r.words(r.told, now)
	r.told = now
	if len(words) > 0 {
		r.send(words)
	}
}

// words are the events that lead from one state of the news to a later one.
func (r *row) words(told, now news) []byte {
	var out []byte
	if now.known && (!told.known || now.revision.After(told.revision)) {
		out = appendRevision(out, now, r.hub.Clients())
	}
	if now.stamp.At.After(told.stamp.At) {
		out = appendConfirmed(out, now)
	}
	return out
}

func (r *row) send(words []byte) {
	for c := range r.clients {
		r.sendTo(c, words)
	}
}

// sendTo writes to a client, or lets go of it when it cannot be written to.
func (r *row) sendTo(c *client, words []byte) {
	err := c.line.send(words)
	if err == nil {
		return
	}
	r.letGo(c)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		r.hub.dropped.Add(1)
	}
}

// farewell tells the row that the client has gone.
func (r *row) farewell(c *client) {
	select {
	case r.leave <- c:
	case <-c.gone:
	}
}

// letGo ends a client's stream, once.
func (r *row) letGo(c *client) {
	if _, ok := r.clients[c]; !ok {
		return
	}
	delete(r.clients, c)
	c.line.hangUp()
	close(c.gone)
	r.hub.clients.Add(-1)
}
