package dnsprobe

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"

	"github.com/miekg/dns"

	"github.com/bonghwa/bonghwa/probe"
)

// line is one UDP socket with its questions in flight.
type line struct {
	conn    net.Conn
	dropped *atomic.Int64

	mu    sync.Mutex
	calls map[uint16]*call // by message id; nil once closed
}

// call is one question in flight.
type call struct {
	id       uint16
	question probe.Question
	verdict  chan outcome // holds one
}

type outcome struct {
	failure probe.Failure
	cut     bool
}

var errTooMany = errors.New("every message id is in flight")

// ask sends a question under an id that no other in flight has. Ids are random:
// an answer can not be guessed (RFC 5452).
func (l *line) ask(q probe.Question) (*call, error) {
	c := &call{question: q, verdict: make(chan outcome, 1)}
	if err := l.enlist(c); err != nil {
		return nil, err
	}
	packed, err := message(q, c.id).Pack()
	if err == nil {
		_, err = l.conn.Write(packed)
	}
	if refused(err) { // heard of an earlier packet, and this one was not sent: try once
		_, err = l.conn.Write(packed)
	}
	if err != nil {
		l.forget(c)
		return nil, err
	}
	return c, nil
}

func (l *line) enlist(c *call) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.calls == nil {
		return net.ErrClosed
	}
	if len(l.calls) > 1<<15 {
		return errTooMany
	}
	for c.id = dns.Id(); l.calls[c.id] != nil; {
		c.id = dns.Id()
	}
	l.calls[c.id] = c
	return nil
}

func (l *line) forget(c *call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.calls[c.id] == c {
		delete(l.calls, c.id)
	}
}

// read takes answers until the socket is closed or broken.
func (l *line) read() {
	buf := make([]byte, dns.MaxMsgSize)
	for {
		n, err := l.conn.Read(buf)
		switch {
		case refused(err):
			l.fail(map[uint16]*call{})
		case err != nil:
			l.fail(nil)
			_ = l.conn.Close() // it is broken or closed already
			return
		default:
			l.take(buf[:n])
		}
	}
}

func (l *line) take(packet []byte) {
	if len(packet) < 2 {
		l.dropped.Add(1)
		return
	}
	id := uint16(packet[0])<<8 | uint16(packet[1])
	l.mu.Lock()
	c := l.calls[id]
	l.mu.Unlock()
	if c == nil {
		l.dropped.Add(1)
		return
	}
	v := Judge(packet, id, c.question)
	if !v.Ours {
		l.dropped.Add(1)
		return
	}
	l.forget(c)
	select {
	case c.verdict <- outcome{v.Failure, v.Cut}:
	default: // answered twice
		l.dropped.Add(1)
	}
}

// fail gives up on everything in flight.
func (l *line) fail(next map[uint16]*call) {
	l.mu.Lock()
	calls := l.calls
	l.calls = next
	l.mu.Unlock()
	for _, c := range calls {
		select {
		case c.verdict <- outcome{failure: probe.Unreachable}:
		default:
		}
	}
}

func (l *line) close() error { return l.conn.Close() }
