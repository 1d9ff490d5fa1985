// Package dnsprobe asks DNS servers the questions of package probe, over UDP and
// TCP, and judges what comes back.
//
// It keeps one UDP socket for each vantage, with any number of questions in
// flight, and matches answers by message id and question: what matches neither
// is somebody else's, and is counted and dropped. An answer that was cut off is
// asked for again over TCP within the same time. It promises that a probe ends
// when its context does. It has no cache and never repeats a question by itself:
// a repeated question would hide the loss it is there to see.
package dnsprobe

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/miekg/dns"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/probe"
)

// udpSize is the answer size offered in EDNS: what passes every network in one
// piece (DNS flag day 2020).
const udpSize = 1232

// Client is a probe.Prober. Close ends its sockets.
type Client struct {
	wall    clock.Wall
	dialer  net.Dialer
	dropped atomic.Int64

	mu     sync.Mutex
	lines  map[probe.Vantage]*line
	closed bool
}

var _ probe.Prober = (*Client)(nil)

// New makes a client. Sockets are opened when they are first needed.
func New(wall clock.Wall) *Client {
	return &Client{wall: wall, lines: map[probe.Vantage]*line{}}
}

// Dropped counts the packets that answered no question under way: too late, or
// not ours.
func (c *Client) Dropped() int64 { return c.dropped.Load() }

// Close closes the sockets; probes under way are unreachable.
func (c *Client) Close() error {
	c.mu.Lock()
	lines := c.lines
	c.lines, c.closed = nil, true
	c.mu.Unlock()
	var errs []error
	for _, l := range lines {
		errs = append(errs, l.close())
	}
	return errors.Join(errs...)
}

// Probe asks the vantage's target one question and judges the answer.
func (c *Client) Probe(ctx context.Context, from probe.Vantage, q probe.Question) probe.Result {
	began := c.wall.Now()
	transport := q.Transport
	failure, cut := probe.None, true // over TCP from the start
	if transport == probe.UDP {
		failure, cut = c.overUDP(ctx, from, q)
	}
	if cut {
		transport = probe.TCP
		failure = c.overTCP(ctx, from, q)
	}
	return probe.Result{Failure: failure, Latency: c.wall.Since(began), Transport: transport}
}

func (c *Client) overUDP(ctx context.Context, from probe.Vantage, q probe.Question) (f probe.Failure, cut bool) {
	l, err := c.line(ctx, from)
	if err != nil {
		return failed(ctx), false
	}
	call, err := l.ask(q)
	if err != nil {
		return probe.Unreachable, false
	}
	select {
	case v := <-call.verdict:
		return v.failure, v.cut
	case <-ctx.Done():
		l.forget(call)
		return probe.Timeout, false
	}
}

func (c *Client) overTCP(ctx context.Context, from probe.Vantage, q probe.Question) probe.Failure {
	conn, err := c.dialer.DialContext(ctx, "tcp", from.Target)
	if err != nil {
		return failed(ctx)
	}
	defer func() { _ = conn.Close() }() // the answer is in, or the probe has failed already
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	m := message(q, dns.Id())
	packed, err := m.Pack()
	if err != nil {
		return probe.Malformed
	}
	wire := &dns.Conn{Conn: conn}
	if _, err := wire.Write(packed); err != nil {
		return failed(ctx)
	}
	buf := make([]byte, dns.MaxMsgSize)
	for {
		n, err := wire.Read(buf)
		if err != nil {
			return failed(ctx)
		}
		switch v := Judge(buf[:n], m.Id, q); {
		case !v.Ours:
			c.dropped.Add(1)
		case v.Cut:
			return probe.Truncated
		default:
			return v.Failure
		}
	}
}

// failed is what an error of the network means: in time it is no road there.
func failed(ctx context.Context) probe.Failure {
	if ctx.Err() != nil {
		return probe.Timeout
	}
	return probe.Unreachable
}

// line gives the vantage's socket, and opens it when there is none.
func (c *Client) line(ctx context.Context, v probe.Vantage) (*line, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, net.ErrClosed
	}
	if l := c.lines[v]; l != nil {
		return l, nil
	}
	conn, err := c.dialer.DialContext(ctx, "udp", v.Target)
	if err != nil {
		return nil, err
	}
	if udp, ok := conn.(*net.UDPConn); ok {
		_ = udp.SetReadBuffer(1 << 20) // the system may grant less, which is no reason not to probe
	}
	l := &line{conn: conn, calls: map[uint16]*call{}, dropped: &c.dropped}
	c.lines[v] = l
	go func() { // ends when the socket is closed
		l.read()
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.lines[v] == l { // the next probe opens a new one
			delete(c.lines, v)
		}
	}()
	return l, nil
}

// message is the question as a DNS message.
func message(q probe.Question, id uint16) *dns.Msg {
	m := new(dns.Msg)
	m.SetQuestion(q.Name, dns.TypeA)
	m.Id = id
	m.SetEdns0(udpSize, false)
	return m
}

// refused reports whether nothing listens at the other end, which a connected
// UDP socket hears of at one of its next reads or writes and outlives.
func refused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
