// Package mail is the post office of a replay: an SMTP server on loopback that
// keeps every mail as a file, and a reader of what it keeps.
//
// It promises that a mail is on the disk, synced, before it is taken (250), and
// that nothing is kept of a message whose end did not arrive. It relays nothing,
// knows no users and does no TLS: it is for loopback only.
package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
)

// Options say how the server behaves.
type Options struct {
	Listen string       // default 127.0.0.1:0
	Dir    string       // where mails are kept; made when missing
	Rate   float64      // mails taken a wall second by all connections together; 0: as fast as it can
	Wall   clock.Wall   // paces the rate
	Log    *slog.Logger // nil: nothing is logged

	// Refuse gives the reply to a recipient, such as "550 5.1.1 no such mailbox";
	// empty takes it. Nil takes everybody.
	Refuse func(to string) string
	// Drop says whether the connection is cut at this point. Nil never cuts.
	Drop func(at Stage) bool
}

// Stage is a point of a session at which a connection may break.
type Stage string

// The stages.
const (
	StageCommand Stage = "command" // a command was read, nothing done yet
	StageBody    Stage = "body"    // a whole message was read, not kept
	StageKept    Stage = "kept"    // it was kept, and no reply sent
	StageReplied Stage = "replied" // the reply was sent
)

// Server is a running mail server.
type Server struct {
	o        Options
	listener net.Listener
	box      *keeper
	pace     pacer
	sessions sync.WaitGroup

	mu     sync.Mutex
	open   map[net.Conn]bool
	closed bool
}

// Listen starts a server. It is stopped by Close. Errors are Unavailable.
func Listen(ctx context.Context, o Options) (*Server, error) {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	box, err := openKeeper(o.Dir)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "open the mail directory", err)
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", o.Listen)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "listen for mail", err)
	}
	s := &Server{o: o, listener: listener, box: box, open: map[net.Conn]bool{}}
	s.pace.every, s.pace.wall = interval(o.Rate), o.Wall
	s.sessions.Go(func() { s.accept(context.WithoutCancel(ctx)) })
	return s, nil
}

// Addr is the address it listens at, host and port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Close cuts all connections and waits until they are gone.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	for c := range s.open {
		_ = c.Close() // it is on its way out
	}
	s.mu.Unlock()
	err := s.listener.Close()
	s.sessions.Wait()
	if err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("stop the mail server: %w", err)
	}
	return nil
}

func (s *Server) accept(ctx context.Context) {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		if !s.enter(c) {
			_ = c.Close() // the server is closing
			return
		}
		s.sessions.Go(func() {
			defer s.leave(c)
			newSession(s, c).run(ctx)
		})
	}
}

func (s *Server) enter(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.open[c] = true
	}
	return !s.closed
}

func (s *Server) leave(c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
	_ = c.Close() // the session is over either way
}

// pacer lets one mail pass every so often.
type pacer struct {
	mu    sync.Mutex
	wall  clock.Wall
	every time.Duration
	next  time.Time
}

func interval(rate float64) time.Duration {
	if rate <= 0 {
		return 0
	}
	return time.Duration(float64(time.Second) / rate)
}

// wait waits for the next place in the line.
func (p *pacer) wait(ctx context.Context) error {
	if p.every == 0 {
		return nil
	}
	p.mu.Lock()
	now := p.wall.Now()
	if p.next.Before(now) {
		p.next = now
	}
	left := p.next.Sub(now)
	p.next = p.next.Add(p.every)
	p.mu.Unlock()
	return p.wall.Sleep(ctx, left)
}
