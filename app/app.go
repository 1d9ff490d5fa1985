// Package app builds a node of Bonghwa, runs it and takes it down again. It is
// the only place where everything meets: it reads the configuration, opens the
// database, gives each room its neighbours, and starts what runs.
//
// The wiring, in the order of Start:
//
//	config ─> page (what the public reads: from disk until the database is open)
//	            │
//	          store ─> shelf (the catalogue in force, in memory)
//	                    │
//	     ┌──────────────┼──────────────┬───────────────┐
//	 incident.Desk   audience.Directory  sla.Meter   identity.Keyring, Door
//	     │              │               │
//	 drafter        notify.Publisher  credit.Desk     postevent.Writer
//	 (follower)     (follower) ─> Dispatcher ─> email
//	     │
//	 probe.Runner ─> dnsprobe          board.Keeper ─> page ─> press.Stand
//	                                                            │
//	           web.Router <─ public, mine, replay, api ─────────┼─> listeners
//	                                                            └─> copies in folders and buckets
//
// What was started last is stopped first, by name. Where the database does not
// answer at the start, and an earlier run left the page on disk, the page is served
// alone; the rest is built as soon as the database is there.
package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/config"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/mirror"
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
	Migrate bool    // bring the database to this version's tables first
}

// Node is one running program.
type Node struct {
	o       Options
	config  config.Config
	id      string // this process's, unlike any other's
	db      *store.DB
	book    *language.Book
	shelf   *shelf
	rooms   *rooms
	meters  *meters
	mail    *email.Mail // nil: no mail leaves
	page    *page
	targets []mirror.Target // that keep a copy of the page
	gate    gate            // what the public listener answers with
	base    []part          // what stands without the database, in the order started
	parts   []part          // what stands on the database, in the order started
	failed  chan error
	door    net.Listener // the public listener, from before anything speaks its address
	public  string       // its address
	admin   string
}

// Start builds a node and starts it. Without Options.Migrate the database must have
// been migrated. When Start fails, everything it started is stopped again.
func Start(ctx context.Context, c config.Config, o Options) (*Node, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.World == nil {
		o.World = clock.Real()
	}
	n := &Node{o: o, config: c, id: health.NewID(o.Wall.Now()), shelf: &shelf{}, failed: make(chan error, 1)}
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
	if n.hasRole(config.RoleWeb) {
		if err := n.listen(ctx); err != nil {
			return err
		}
	}
	n.meters = newMeters() //nolint:contextcheck // a look at the metrics brings no context
	if n.page, err = n.newPage(ctx); err != nil {
		return err
	}
	n.base = append(n.base, part{"page's streams", n.page.hub.Close})
	n.meters.open(n.page.hub) //nolint:contextcheck // a look at the metrics brings no context
	if n.targets, err = targets(n.config.Page.Copies, os.Getenv); err != nil {
		return err
	}
	n.base = append(n.base, part{"what stands on the database", n.stopParts})
	if err := n.buildOrStandAlone(ctx); err != nil {
		return err
	}
	n.runBase(ctx, "page", n.page.keep)
	n.runBase(ctx, "banner", n.page.cry)
	if n.hasRole(config.RoleWeb) {
		n.serve(ctx, "public listener", n.door, &n.gate)
		n.startCopies(ctx)
	}
	return n.startAdmin(ctx)
}

// buildOrStandAlone builds the node on its database. Where that does not answer and
// there is a page to tell, the page is told.
func (n *Node) buildOrStandAlone(ctx context.Context) error {
	err := n.build(ctx)
	if !fault.Is(err, fault.Unavailable) || !n.hasRole(config.RoleWeb) || !n.page.stands() {
		return err
	}
	n.o.Log.LogAttrs(ctx, slog.LevelError, "the database does not answer: the page is served from disk alone", slog.Any("error", err))
	return n.standAlone(ctx)
}

// build opens the database and builds all that stands on it. What a failed attempt
// has started is stopped again.
func (n *Node) build(ctx context.Context) error {
	err := n.raise(ctx)
	if err != nil {
		n.stopParts() //nolint:contextcheck // stopping goes on when ctx has ended
	}
	return err
}

func (n *Node) raise(ctx context.Context) (err error) {
	opening, cancel := context.WithTimeout(ctx, openWithin)
	defer cancel()
	if n.db, err = store.Open(opening, n.config.Database, store.Options{Log: n.o.Log, Wall: n.o.Wall}); err != nil {
		return err
	}
	n.parts = append(n.parts, part{"database", n.closeDatabase})
	if n.o.Migrate {
		if err := n.db.Migrate(ctx); err != nil {
			return err
		}
	}
	if err := n.applyPage(ctx); err != nil {
		return err
	}
	head, err := n.db.Head(ctx)
	if err != nil {
		return err
	}
	n.shelf.store = n.db.Catalogs()
	if err := n.shelf.refresh(ctx); err != nil {
		return err
	}
	n.rooms = n.furnish()
	n.watchRecord()
	if err := n.page.draw(ctx); err != nil {
		return err
	}
	n.meters.watch(n.db)
	if err := n.openMail(); err != nil {
		return err
	}
	n.follow(ctx, head.Number)
	n.run(ctx, "banners", n.journalBanners)
	return n.startRoles(ctx)
}

// openWithin is how long a database may take to answer for the first time, in wall
// time: one that does neither must not keep the page from being served.
const openWithin = 10 * time.Second

func (n *Node) closeDatabase() {
	n.page.keeper.Store(nil)
	n.meters.watch(nil)
	if err := n.db.Close(); err != nil {
		n.o.Log.LogAttrs(context.Background(), slog.LevelWarn, "close the database", slog.Any("error", err))
	}
}

func (n *Node) hasRole(role string) bool { return slices.Contains(n.config.Roles, role) }

// startRoles starts what the node's roles ask for.
func (n *Node) startRoles(ctx context.Context) error {
	if n.hasRole(config.RoleProbe) {
		n.run(ctx, "probes", n.probe)
	}
	if n.hasRole(config.RoleNotify) {
		if err := n.startNotify(ctx); err != nil {
			return err
		}
	}
	if n.hasRole(config.RoleWeb) {
		return n.openGate(ctx)
	}
	return nil
}

// follow starts the followers of the journal; the shelf's begins at its head.
func (n *Node) follow(ctx context.Context, head int64) {
	n.run(ctx, "drafter", func(ctx context.Context) error {
		return journal.Exclusive(ctx, n.journal(), n.rooms.drafter)
	})
	n.run(ctx, "shelf", func(ctx context.Context) error { return n.refreshShelf(ctx, head) })
}

// journal is what following needs.
func (n *Node) journal() journal.Options {
	return journal.Options{
		Reader: n.db, Leases: n.db, Changed: n.db.Changed, Node: n.id, Wall: n.o.Wall, Log: n.o.Log,
	}
}

// PublicAddress is host:port of the public listener; empty without the web role.
func (n *Node) PublicAddress() string { return n.public }

// PublicURL is how people reach the public listener, without a slash at its end.
func (n *Node) PublicURL() string { return n.publicURL() }

// AdminAddress is host:port of the admin listener.
func (n *Node) AdminAddress() string { return n.admin }

// Routes is every route of the public listener; none without the web role.
func (n *Node) Routes() []web.Route {
	if rt := n.gate.router.Load(); rt != nil {
		return rt.Routes()
	}
	return nil
}
