package world

import (
	"context"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/miekg/dns"

	"github.com/bonghwa/bonghwa/clock"
)

// host is one resolver: a socket, a limit and counters.
type host struct {
	number int
	world  *clock.World
	conn   *net.UDPConn
	addr   netip.AddrPort
	limit  bucket // touched by serve alone

	received, answered, refused, dropped atomic.Int64
}

func newHost(ctx context.Context, world *clock.World, number int, limit bucket) (*host, error) {
	conn, err := listenUDP(ctx, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return &host{number: number, world: world, conn: conn, addr: address(conn), limit: limit}, nil
}

// serve answers until the socket is closed.
func (h *host) serve() {
	buf := make([]byte, dns.MaxMsgSize)
	for {
		n, from, err := h.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		h.received.Add(1)
		reply := h.reply(buf[:n])
		if reply == nil {
			h.dropped.Add(1)
			continue
		}
		_, _ = h.conn.WriteToUDPAddrPort(reply, from) // a lost answer is a time-out at the stub
	}
}

func (h *host) reply(packet []byte) []byte {
	var q dns.Msg
	if q.Unpack(packet) != nil || q.Response || len(q.Question) != 1 {
		return nil
	}
	now := h.world.Now()
	if at, ok := stamped(&q); ok && at.Before(now) {
		now = at
	}
	var a *dns.Msg
	if h.limit.take(now) {
		a = Answer(&q)
	} else {
		a = new(dns.Msg).SetRcode(&q, dns.RcodeServerFailure)
	}
	packed, err := a.Pack()
	if err != nil {
		return nil
	}
	if a.Rcode == dns.RcodeServerFailure {
		h.refused.Add(1)
	} else {
		h.answered.Add(1)
	}
	return packed
}

func (h *host) counter() Counter {
	return Counter{
		Host: h.number, Addr: h.addr, Received: h.received.Load(), Answered: h.answered.Load(),
		Refused: h.refused.Load(), Dropped: h.dropped.Load(),
	}
}

// bucket is a token bucket in world time: rate tokens a second, size at most.
type bucket struct {
	rate  float64
	size  float64
	level float64
	last  time.Time
}

// take spends a token at a time, or says that there is none.
func (b *bucket) take(at time.Time) bool {
	if at.After(b.last) {
		if !b.last.IsZero() {
			b.level = min(b.size, b.level+at.Sub(b.last).Seconds()*b.rate)
		}
		b.last = at
	}
	if b.level < 1 {
		return false
	}
	b.level--
	return true
}

func listenUDP(ctx context.Context, addr string) (*net.UDPConn, error) {
	var lc net.ListenConfig
	conn, err := lc.ListenPacket(ctx, "udp", addr)
	if err != nil {
		return nil, err
	}
	udp := conn.(*net.UDPConn) //nolint:forcetypeassert // network "udp" gives no other
	_ = udp.SetReadBuffer(1 << 20)
	_ = udp.SetWriteBuffer(1 << 20) // the system may grant less; the counters tell if that loses queries
	return udp, nil
}

func address(conn *net.UDPConn) netip.AddrPort {
	a := conn.LocalAddr().(*net.UDPAddr).AddrPort() //nolint:forcetypeassert // a UDP socket has no other
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
