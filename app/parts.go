package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/web"
)

// part is something that runs until it is stopped.
type part struct {
	name string
	stop func()
}

// run starts a part that works until its context ends. A part that ends with
// another error than that fails the node.
func (n *Node) run(ctx context.Context, name string, work func(context.Context) error) {
	n.parts = append(n.parts, n.begin(ctx, name, work))
}

// runBase is run for what stands without the database.
func (n *Node) runBase(ctx context.Context, name string, work func(context.Context) error) {
	n.base = append(n.base, n.begin(ctx, name, work))
}

func (n *Node) begin(ctx context.Context, name string, work func(context.Context) error) part {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := work(ctx); err != nil && ctx.Err() == nil {
			n.fail(fmt.Errorf("%s: %w", name, err))
		}
	}()
	return part{name, func() {
		cancel()
		<-done
	}}
}

func (n *Node) fail(err error) {
	select {
	case n.failed <- err:
	default: // one failure is enough to end the node
	}
}

// Wait waits until ctx ends or a part of the node fails, whose error it returns.
func (n *Node) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-n.failed:
		return err
	}
}

// Stop stops every part, the last one started first.
func (n *Node) Stop() {
	n.stop(n.base)
	n.base = nil
}

// stopParts stops what stands on the database.
func (n *Node) stopParts() {
	n.stop(n.parts)
	n.parts = nil
}

func (n *Node) stop(parts []part) {
	for _, p := range slices.Backward(parts) {
		n.o.Log.LogAttrs(context.Background(), slog.LevelDebug, "stop", slog.String("part", p.name))
		p.stop()
	}
}

// listen opens the public listener before anything is built that names its
// address: where the system chooses the port, pages and mails tell that one.
func (n *Node) listen(ctx context.Context) error {
	address, err := url.Parse(n.config.PublicURL)
	if err != nil {
		return fault.Wrap(fault.Invalid, "public_url", err)
	}
	if n.door, err = open(ctx, "public listener", n.config.Listen); err != nil {
		return err
	}
	n.base = append(n.base, part{"public address", func() { _ = n.door.Close() }}) // served or not, it is closed
	n.public = n.door.Addr().String()
	if _, port, err := net.SplitHostPort(n.public); err == nil && address.Port() == "0" {
		address.Host = net.JoinHostPort(address.Hostname(), port)
		n.config.PublicURL = address.String()
	}
	return nil
}

func open(ctx context.Context, name, address string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for the %s on %s: %w", name, address, err)
	}
	return l, nil
}

// serve runs an HTTP server on a listener as a part, which closes it.
func (n *Node) serve(ctx context.Context, name string, l net.Listener, h http.Handler) {
	server := web.Server(h)
	server.ErrorLog = slog.NewLogLogger(n.o.Log.Handler(), slog.LevelDebug)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			n.fail(fmt.Errorf("%s: %w", name, err))
		}
	}()
	n.base = append(n.base, part{name, func() {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		if err := server.Shutdown(stopping); err != nil {
			_ = server.Close() // whoever is still there is cut off
		}
		<-done
	}})
}

// stopWithin is how long requests under way may take when the node stops.
const stopWithin = 5 * time.Second
