package world

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/miekg/dns"

	"github.com/bonghwa/bonghwa/clock"
)

// patience is the wall time a stub waits for a resolver: below what the probes
// wait for the stub.
const patience = 600 * time.Millisecond

// upstream is a socket from which resolvers are asked, with what is under way.
type upstream struct {
	conn *net.UDPConn
	wall clock.Wall
	sent atomic.Int64
	lost atomic.Int64

	mu     sync.Mutex
	last   uint16
	flight map[uint16]flying
}

type flying struct {
	query *query
	to    netip.AddrPort
	until time.Time // wall time
	late  bool      // it has passed; an answer may still wait to be read
}

func newUpstream(ctx context.Context, wall clock.Wall) (*upstream, error) {
	conn, err := listenUDP(ctx, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return &upstream{conn: conn, wall: wall, flight: map[uint16]flying{}}, nil
}

// ask sends the query to a resolver, dated at a world time. It says whether the
// query is on its way.
func (u *upstream) ask(q *query, to netip.AddrPort, at time.Time) bool {
	id, ok := u.enlist(q, to)
	if !ok {
		return false
	}
	packed, err := stamp(q.msg, at).Pack()
	if err == nil {
		binary.BigEndian.PutUint16(packed, id)
		_, err = u.conn.WriteToUDPAddrPort(packed, to)
	}
	if err != nil {
		u.take(id, to)
		return false
	}
	u.sent.Add(1)
	return true
}

func (u *upstream) enlist(q *query, to netip.AddrPort) (uint16, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.flight) > 1<<15 {
		return 0, false
	}
	for u.last++; u.flight[u.last].query != nil; {
		u.last++
	}
	u.flight[u.last] = flying{query: q, to: to, until: u.wall.Now().Add(patience)}
	return u.last, true
}

// take ends the wait for an answer under an id from a resolver; nil when there
// is none.
func (u *upstream) take(id uint16, from netip.AddrPort) *query {
	u.mu.Lock()
	defer u.mu.Unlock()
	f := u.flight[id]
	if f.query == nil || f.to != from {
		return nil
	}
	delete(u.flight, id)
	return f.query
}

// read passes answers on until the socket is closed.
func (u *upstream) read() {
	buf := make([]byte, dns.MaxMsgSize)
	for {
		n, from, err := u.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		if n < 2 {
			continue
		}
		q := u.take(binary.BigEndian.Uint16(buf), netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
		if q == nil || q.reply == nil {
			continue
		}
		m := new(dns.Msg)
		if m.Unpack(buf[:n]) != nil {
			q.fail()
			continue
		}
		m.Id = q.msg.Id
		q.reply(m)
	}
}

// expire fails what was not answered in time, until ctx ends. What is late is
// given one more round: after the machine stood still, answers are still unread.
func (u *upstream) expire(ctx context.Context) {
	for u.wall.Sleep(ctx, patience/6) == nil {
		now := u.wall.Now()
		var late []*query
		u.mu.Lock()
		for id, f := range u.flight {
			switch {
			case f.late:
				late = append(late, f.query)
				delete(u.flight, id)
			case now.After(f.until):
				f.late = true
				u.flight[id] = f
			}
		}
		u.mu.Unlock()
		u.lost.Add(int64(len(late)))
		for _, q := range late {
			q.fail()
		}
	}
}

func (u *upstream) waiting() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.flight)
}

func (u *upstream) close() { _ = u.conn.Close() } // ends read; nobody waits any more
