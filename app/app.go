// Package app builds a node of Bonghwa, runs it and takes it down again. It is
// the only place where everything meets: it reads the configuration, opens the
// database, gives each room its neighbours, and starts what runs.
//
// The wiring, in the order of Start:
//
//	config ─> store ─> shelf (the catalogue in force, in memory)
//	                    │
//	     ┌──────────────┼──────────────┬───────────────┐
//	 incident.Desk   audience.Directory  sla.Meter   identity.Keyring, Door
//	     │              │               │
//	 drafter        notify.Publisher  credit.Desk     postevent.Writer
//	 (follower)     (follower) ─> Dispatcher ─> email
//	     │
//	 probe.Runner ─> dnsprobe          public.Site (local follower)
//	                                    │
//	           web.Router <─ public, mine, replay, api ─> listeners
//
// What was started last is stopped first, by name.
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

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/config"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/notify/email"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/web"
)

// Options are what a node is given besides its configuration.
type Options struct {
	World   *clock.World // nil: world time agrees with wall time
	Wall    clock.Wall
	Log     *slog.Logger
	Version string
	Replay  *Replay // nil: this is no replay
}

// Node is one running program.
type Node struct {
	o      Options
	config config.Config
	id     string // this process's, unlike any other's
	db     *store.DB
	book   *language.Book
	shelf  *shelf
	rooms  *rooms
	meters *meters
	mail   *email.Mail // nil: no mail leaves
	router *web.Router
	parts  []part // in the order started
	failed chan error
	door   net.Listener // the public listener, from before anything speaks its address
	public string       // its address
	admin  string
}

// part is something that runs until it is stopped.
type part struct {
	name string
	stop func()
}

// Start builds a node and starts it. The database must have been migrated. When
// Start fails, everything it started is stopped again.
func Start(ctx context.Context, c config.Config, o Options) (*Node, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.World == nil {
		o.World = clock.Real()
	}
	n := &Node{o: o, config: c, id: health.NewID(o.Wall.Now()), failed: make(chan error, 1)}
	if err := n.start(ctx); err != nil {
		n.Stop() //nolint:contextcheck // stopping goes on when ctx has ended
		return nil, err
	}
	return n, nil
}

func (n *Node) start(ctx context.Context) (err error) {
	if n.book, err = language.Load(); err != nil {
		return fmt.Errorf("read the messages: %w", err)
	}
	if n.db, err = store.Open(ctx, n.config.Database, store.Options{Log: n.o.Log, Wall: n.o.Wall}); err != nil {
		return err
	}
	n.parts = append(n.parts, part{"database", func() {
		if err := n.db.Close(); err != nil {
			n.o.Log.LogAttrs(ctx, slog.LevelWarn, "close the database", slog.Any("error", err))
		}
	}})
	if slices.Contains(n.config.Roles, config.RoleWeb) {
		if err := n.listen(ctx); err != nil {
			return err
		}
	}
	n.shelf = &shelf{store: n.db.Catalogs()}
	drawn, err := n.drawPage(ctx)
	if err != nil {
		return err
	}
	n.meters = newMeters( //nolint:contextcheck // a look at the metrics brings no context
		n.db.Notify().Open, func(ctx context.Context) (int64, error) {
			p, err := n.db.Head(ctx)
			return p.Number, err
		})
	if err := n.openMail(); err != nil {
		return err
	}
	n.follow(ctx, drawn)
	return n.startRoles(ctx)
}

// startRoles starts what the node's roles ask for, and the admin listener.
func (n *Node) startRoles(ctx context.Context) error {
	if slices.Contains(n.config.Roles, config.RoleProbe) {
		n.run(ctx, "probes", n.probe)
	}
	if slices.Contains(n.config.Roles, config.RoleNotify) {
		if err := n.startNotify(ctx); err != nil {
			return err
		}
	}
	if slices.Contains(n.config.Roles, config.RoleWeb) {
		if err := n.startWeb(ctx); err != nil {
			return err
		}
	}
	return n.startAdmin(ctx)
}

// follow starts the followers of the journal; drawn is the number of the last fact
// that the public page was drawn with.
func (n *Node) follow(ctx context.Context, drawn int64) {
	n.run(ctx, "drafter", func(ctx context.Context) error {
		return journal.Exclusive(ctx, n.journal(), n.rooms.drafter)
	})
	n.run(ctx, "page", func(ctx context.Context) error { return n.keepPage(ctx, drawn) })
	n.run(ctx, "page's minute", n.renewPage)
}

// journal is what following needs.
func (n *Node) journal() journal.Options {
	return journal.Options{
		Reader: n.db, Leases: n.db, Changed: n.db.Changed, Node: n.id, Wall: n.o.Wall, Log: n.o.Log,
	}
}

// run starts a part that works until its context ends. A part that ends with
// another error than that fails the node.
func (n *Node) run(ctx context.Context, name string, work func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := work(ctx); err != nil && ctx.Err() == nil {
			n.fail(fmt.Errorf("%s: %w", name, err))
		}
	}()
	n.parts = append(n.parts, part{name, func() {
		cancel()
		<-done
	}})
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
	for _, p := range slices.Backward(n.parts) {
		n.o.Log.LogAttrs(context.Background(), slog.LevelDebug, "stop", slog.String("part", p.name))
		p.stop()
	}
	n.parts = nil
}

// PublicAddress is host:port of the public listener; empty without the web role.
func (n *Node) PublicAddress() string { return n.public }

// PublicURL is how people reach the public listener, without a slash at its end.
func (n *Node) PublicURL() string { return n.publicURL() }

// AdminAddress is host:port of the admin listener.
func (n *Node) AdminAddress() string { return n.admin }

// Routes is every route of the public listener; none without the web role.
func (n *Node) Routes() []web.Route {
	if n.router == nil {
		return nil
	}
	return n.router.Routes()
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
	n.parts = append(n.parts, part{"public address", func() { _ = n.door.Close() }}) // served or not, it is closed
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
	n.parts = append(n.parts, part{name, func() {
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
