package world

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/miekg/dns"

	"github.com/bonghwa/bonghwa/clock"
)

const (
	portAttempts = 20               // tries for a port that is free for UDP and TCP
	idle         = 10 * time.Second // wall time a TCP connection may be silent
)

// stub is the resolver that programs of a vantage ask: it passes their
// questions on and answers SERVFAIL when no host did.
type stub struct {
	vantage string
	wall    clock.Wall
	udp     *net.UDPConn
	tcp     net.Listener
	addr    netip.AddrPort
	up      *upstream
	add     func(*query)

	mu     sync.Mutex
	open   map[net.Conn]bool
	closed bool
}

func newStub(ctx context.Context, vantage string, wall clock.Wall, add func(*query)) (*stub, error) {
	s := &stub{vantage: vantage, wall: wall, add: add, open: map[net.Conn]bool{}}
	var err error
	if s.up, err = newUpstream(ctx, wall); err != nil {
		return nil, err
	}
	var errs error
	for range portAttempts {
		if s.udp, err = listenUDP(ctx, "127.0.0.1:0"); err != nil {
			break
		}
		s.addr = address(s.udp)
		var lc net.ListenConfig
		if s.tcp, err = lc.Listen(ctx, "tcp", s.addr.String()); err == nil {
			return s, nil
		}
		_ = s.udp.Close() // taken for TCP by somebody else: try another port
		errs = errors.Join(errs, err)
	}
	s.up.close()
	return nil, errors.Join(errs, err)
}

func (s *stub) serveUDP() {
	buf := make([]byte, dns.MaxMsgSize)
	for {
		n, from, err := s.udp.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		s.take(buf[:n], func(packed []byte) {
			_, _ = s.udp.WriteToUDPAddrPort(packed, from) // a lost answer is a time-out at the asker
		})
	}
}

// serveTCP takes connections until the stub is closed. Those that serve them
// are counted in works.
func (s *stub) serveTCP(works *sync.WaitGroup) {
	for {
		conn, err := s.tcp.Accept()
		if err != nil {
			return
		}
		if s.keep(conn) {
			works.Go(func() { s.converse(conn) })
		}
	}
}

// keep notes a connection, so that close can end it.
func (s *stub) keep(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = conn.Close()
		return false
	}
	s.open[conn] = true
	return true
}

func (s *stub) converse(conn net.Conn) {
	defer func() {
		_ = conn.Close() // the other side has gone or is late
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.open, conn)
	}()
	wire := &dns.Conn{Conn: conn}
	buf := make([]byte, dns.MaxMsgSize)
	var writing sync.Mutex
	for {
		if conn.SetReadDeadline(s.wall.Now().Add(idle)) != nil {
			return
		}
		n, err := wire.Read(buf)
		if err != nil {
			return
		}
		s.take(buf[:n], func(packed []byte) {
			writing.Lock()
			defer writing.Unlock()
			_ = conn.SetWriteDeadline(s.wall.Now().Add(idle))
			_, _ = wire.Write(packed) // a lost answer is a time-out at the asker
		})
	}
}

// take lets a question wait for its turn; what is no question is dropped.
func (s *stub) take(packet []byte, send func([]byte)) {
	m := new(dns.Msg)
	if m.Unpack(packet) != nil || m.Response || len(m.Question) != 1 {
		return
	}
	offered := m.IsEdns0()
	s.add(&query{msg: m, up: s.up, reply: func(a *dns.Msg) {
		a.Extra = nil
		if offered != nil {
			a.SetEdns0(offered.UDPSize(), offered.Do())
		}
		if packed, err := a.Pack(); err == nil {
			send(packed)
		}
	}})
}

func (s *stub) close() {
	s.mu.Lock()
	s.closed = true
	for conn := range s.open {
		_ = conn.Close() // its reader ends
	}
	s.mu.Unlock()
	_ = s.udp.Close()
	_ = s.tcp.Close()
	s.up.close()
}
