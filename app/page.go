package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bonghwa/bonghwa/banner"
	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/web/live"
	"github.com/bonghwa/bonghwa/web/public"
)

// page keeps what the public reads true, and keeps it readable: it draws an
// edition when facts arrive and each minute, out of the database, or out of what
// was read last when the database is down.
type page struct {
	site   *public.Site
	beside printers
	stand  press.Stand
	hub    *live.Hub
	turn   turn
	terms  board.Terms
	file   string // where the last record is kept on disk
	world  *clock.World
	wall   clock.Wall
	log    *slog.Logger
	keeper atomic.Pointer[watched] // nil while there is no database
	loaded board.Source            // from disk; told until a keeper has read
	crier  *crier                  // what was said on this machine
	above  atomic.Pointer[banner.Banner]
	url    string // the site's own address, for copies

	mu      sync.Mutex // one reads at a time, which may take long
	saved   saved
	telling sync.Mutex // one tells at a time, which does not
	told    board.Source
	drawn   drawn
}

// watched is a keeper with the bell of its database.
type watched struct {
	*board.Keeper
	changed func() <-chan struct{}
}

// saved is what the file on disk holds.
type saved struct {
	revision journal.Position
	at       time.Time // wall time
}

// newPage makes the page's keeper and reads what an earlier run left on disk.
func (n *Node) newPage(ctx context.Context) (*page, error) {
	p, err := n.makePage(ctx)
	if err == nil {
		p.hub = live.New(live.Options{Wall: n.o.Wall})
	}
	return p, err
}

func (n *Node) makePage(ctx context.Context) (*page, error) {
	if err := os.MkdirAll(n.config.StateDir, 0o700); err != nil {
		return nil, fault.Wrap(fault.Unavailable, "make the state's folder", err)
	}
	p := &page{
		site: n.publicSite(), beside: n.printers(), terms: n.terms(), file: filepath.Join(n.config.StateDir, pageFile), url: n.publicURL(),
		world: n.o.World, wall: n.o.Wall, log: n.o.Log, crier: n.newCrier(ctx), drawn: drawn{bell: make(chan struct{})},
	}
	var err error
	p.loaded, err = loadPage(p.file)
	if fault.Is(err, fault.Invalid) {
		p.log.LogAttrs(ctx, slog.LevelWarn, "the saved page is of no use", slog.String("file", p.file), slog.Any("error", err))
		return p, nil
	}
	return p, err
}

// pageFile is where the record is kept in the state's folder.
const pageFile = "page.json"

// loadPage reads the record that is kept on disk; the zero Source when there is
// none. It is Invalid when it is of no use.
func loadPage(file string) (board.Source, error) {
	f, err := os.Open(file) //nolint:gosec // G304: in the state's folder
	if errors.Is(err, fs.ErrNotExist) {
		return board.Source{}, nil
	}
	if err != nil {
		return board.Source{}, fault.Wrap(fault.Unavailable, "open the saved page", err)
	}
	defer func() { _ = f.Close() }() // only read
	source, err := board.Load(f)
	if err != nil {
		return board.Source{}, err
	}
	return source, nil
}

// terms are what the board is told by. In a replay world time runs faster than the
// program can draw, so a page counts as current for longer.
func (n *Node) terms() board.Terms {
	return board.Terms{Zone: n.zone(), Weights: n.config.Uptime.Weights, Fresh: time.Duration(float64(publicFresh) * max(1, n.o.World.Speed()))}
}

// publicFresh is how long a page that cannot be renewed counts as current.
const publicFresh = 5 * time.Minute

// stands reports whether an earlier run left a page that can be told.
func (p *page) stands() bool { return !p.loaded.Read.IsZero() }

// draw reads what changed and puts a new edition in force. With the database down
// the edition tells what was read last, and how old that is; the error says why.
func (p *page) draw(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	source, err := p.loaded, error(nil)
	if k := p.keeper.Load(); k != nil {
		reading, cancel := context.WithTimeout(ctx, readWithin)
		err = k.Read(reading)
		cancel()
		if source = k.Source(); source.Read.IsZero() {
			source = p.loaded
		}
	}
	if source.Read.IsZero() {
		return err
	}
	if terr := p.tell(source); terr != nil {
		return terr
	}
	return errors.Join(err, p.save(source))
}

// readWithin is how long reading what changed may take, in wall time: a database
// that neither answers nor refuses must not keep the page from telling its age.
const readWithin = time.Minute

// tell puts an edition of the source in force, below what was said on this machine.
func (p *page) tell(source board.Source) error {
	p.telling.Lock()
	defer p.telling.Unlock()
	edition, stamp, err := p.edition(source.WithBanner(p.crier.newest()))
	if err != nil {
		return err
	}
	p.told = source
	p.stand.Put(edition)
	p.turn.over()
	p.hub.Publish(edition.Revision)
	p.hub.Confirm(stamp)
	return nil
}

func (p *page) edition(source board.Source) (*press.Edition, live.Stamp, error) {
	b := source.Board(p.terms, p.world.Now())
	pages := p.site.Tell(b)
	fragments := p.site.Fragments(source.Board(p.terms, source.Dated))
	e := press.NewEdition(press.Imprint{Revision: b.Revision, Confirmed: b.Confirmed},
		append([]press.Printer{pages, fragments}, p.beside.of(b, pages)...)...)
	stamp := live.Stamp{}
	stamp.At, stamp.Words = pages.Confirmed()
	first := pages.First()
	if e.Revision.After(p.hubRevision()) {
		first = append(first, fragments.First()...)
	}
	if err := e.Prepare(first...); err != nil {
		return nil, stamp, err
	}
	p.above.Store(b.Banner)
	note, err := noteOf(p.crier.key, source.Banner)
	if err != nil {
		return nil, stamp, err
	}
	p.drawn.put(copyOf(b, e, pages, note, p.url))
	return e, stamp, nil
}

// hubRevision is what open pages have been told of so far.
func (p *page) hubRevision() journal.Position {
	if e := p.stand.Edition(); e != nil {
		return e.Revision
	}
	return journal.Position{}
}

// saveEvery is how old the file on disk may get while nothing happens.
const saveEvery = time.Minute

// save keeps the record on disk for a start without the database: whole or not at
// all.
func (p *page) save(source board.Source) error {
	if source.Revision == p.saved.revision && p.wall.Since(p.saved.at) < saveEvery {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(p.file), ".page-*")
	if err != nil {
		return fault.Wrap(fault.Unavailable, "keep the page on disk", err)
	}
	err = errors.Join(source.Save(f), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), p.file)
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, "keep the page on disk", errors.Join(err, os.Remove(f.Name())))
	}
	p.saved = saved{source.Revision, p.wall.Now()}
	return nil
}

// keep draws the page when the journal has moved and each minute of the world,
// until ctx ends.
func (p *page) keep(ctx context.Context) error {
	drawn := p.wall.Now()
	for {
		if err := p.wait(ctx); err != nil {
			return err
		}
		due := p.wall.Since(drawn) >= renewEvery(p.world.Speed())
		if !due && !p.moved(ctx) {
			continue
		}
		drawn = p.wall.Now()
		if err := p.draw(ctx); err != nil && ctx.Err() == nil {
			p.log.LogAttrs(ctx, slog.LevelWarn, "the public page grows old", slog.Any("error", err))
		}
	}
}

// moved reports whether the journal has. A head that cannot be read is told of when
// the page is due.
func (p *page) moved(ctx context.Context) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := p.keeper.Load()
	if k == nil {
		return false
	}
	asking, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	moved, err := k.Moved(asking)
	return moved && err == nil
}

func (p *page) wait(ctx context.Context) error {
	var changed <-chan struct{}
	if k := p.keeper.Load(); k != nil {
		changed = k.changed()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-changed:
		return nil
	case <-p.wall.After(journal.Poll):
		return nil
	}
}

// renewEvery is a world minute in wall time, within a second and a minute.
func renewEvery(speed float64) time.Duration {
	if speed <= 0 {
		return time.Second
	}
	return min(max(time.Duration(float64(time.Minute)/speed), time.Second), time.Minute)
}

// refreshShelf follows the journal for the catalogue in force, which the personal
// pages and the agreements are read by.
func (n *Node) refreshShelf(ctx context.Context, from int64) error {
	return journal.Local(ctx, n.journal(), from, func(ctx context.Context, facts []journal.Fact) error {
		if slices.ContainsFunc(facts, func(f journal.Fact) bool { return f.Type == health.CatalogAppliedFact }) {
			return n.shelf.refresh(ctx)
		}
		return nil
	})
}
