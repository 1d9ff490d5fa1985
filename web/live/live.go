// Package live tells open pages that there is something newer to show.
//
// An open page listens to one stream of server-sent events. The hub says on it
// which revision of the site is the newest, how long a moment to wait before
// fetching it, and, each minute, that what is shown is still true. It carries no
// content: browsers fetch that from the public site, each after a random wait, so
// that a crowd does not arrive in one instant.
//
// It promises that every client hears of the newest revision and never of an older
// one after it; in between some may be skipped. A client whose connection takes
// nothing is let go of and comes back by itself: the others wait for it for a few
// hundredths of a second at most. What a client costs is its socket and a small
// goroutine, which is why HTTP/1.1 connections are taken out of net/http's hands.
// No more clients are taken than the cap; who is refused asks at Revision every
// half minute instead.
//
// It renders nothing, reads no journal and decides nothing: whoever renders calls
// Publish and Confirm.
package live

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
)

// Options are what a hub needs; the zero value works.
type Options struct {
	Cap       int           // most clients at a time; default 20,000
	Heartbeat time.Duration // between comments that keep proxies from hanging up; default 15 s
	Wall      clock.Wall
}

// Stamp says until when pages are known to be true.
type Stamp struct {
	At    time.Time   // world time
	Words health.Text // how pages write it
}

// news is what there is to tell.
type news struct {
	revision journal.Position
	known    bool // there is a revision
	stamp    Stamp
}

// Hub keeps the streams of all clients. It is safe for concurrent use.
type Hub struct {
	o       Options
	mu      sync.Mutex
	now     news
	rows    []*row
	working sync.WaitGroup
	closing chan struct{}
	once    sync.Once
	seat    atomic.Uint64 // counts arrivals, so that rows fill evenly
	clients atomic.Int64
	refused atomic.Uint64
	dropped atomic.Uint64
}

// rowsOfAHub is how many goroutines write. More of them than cores, because one
// that meets a full connection waits for it a little.
const rowsOfAHub = 32

// New makes a hub that runs until Close.
func New(o Options) *Hub {
	if o.Cap <= 0 {
		o.Cap = 20_000
	}
	if o.Heartbeat <= 0 {
		o.Heartbeat = 15 * time.Second
	}
	h := &Hub{o: o, closing: make(chan struct{})}
	for i := range rowsOfAHub {
		r := newRow(h)
		h.rows = append(h.rows, r)
		h.working.Go(func() { r.run(o.Heartbeat * time.Duration(i+1) / rowsOfAHub) })
	}
	return h
}

// Publish tells every client that the site can be had at this revision. One that
// is not after the newest known is ignored.
func (h *Hub) Publish(revision journal.Position) {
	h.learn(func(n *news) bool {
		if n.known && !revision.After(n.revision) {
			return false
		}
		n.revision, n.known = revision, true
		return true
	})
}

// Confirm tells every client that the newest revision was still true at the
// stamp's time. A stamp that is not later than the last is ignored.
func (h *Hub) Confirm(s Stamp) {
	h.learn(func(n *news) bool {
		if !s.At.After(n.stamp.At) {
			return false
		}
		n.stamp = s
		return true
	})
}

func (h *Hub) learn(change func(*news) bool) {
	h.mu.Lock()
	changed := change(&h.now)
	h.mu.Unlock()
	if !changed {
		return
	}
	for _, r := range h.rows {
		select {
		case r.wake <- struct{}{}:
		default: // it has not looked since the last time and will see this too
		}
	}
}

func (h *Hub) news() news {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// Clients is how many streams are open.
func (h *Hub) Clients() int { return int(h.clients.Load()) }

// Refused is how many clients were turned away at the cap since the start.
func (h *Hub) Refused() uint64 { return h.refused.Load() }

// Dropped is how many clients were let go of since the start because their
// connection took nothing.
func (h *Hub) Dropped() uint64 { return h.dropped.Load() }

// Close ends all streams and takes no more. It returns when all have ended. Call
// it before http.Server.Shutdown, which waits for streams it still knows.
func (h *Hub) Close() {
	h.once.Do(func() { close(h.closing) })
	h.working.Wait()
}

// admit counts a client in, unless the hub is full or closed.
func (h *Hub) admit() bool {
	select {
	case <-h.closing:
		return false
	default:
	}
	if h.clients.Add(1) > int64(h.o.Cap) {
		h.clients.Add(-1)
		h.refused.Add(1)
		return false
	}
	return true
}

// nextRow gives the next arrival its row.
func (h *Hub) nextRow() *row { return h.rows[h.seat.Add(1)%rowsOfAHub] }
