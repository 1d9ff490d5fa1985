package app

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bonghwa/bonghwa/banner"
	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/config"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/mirror"
	"github.com/bonghwa/bonghwa/mirror/bucket"
	"github.com/bonghwa/bonghwa/mirror/folder"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/web/public"
)

// targets are the places that keep a copy of the page.
func targets(copies []config.Copy, env func(string) string) ([]mirror.Target, error) {
	var out []mirror.Target
	for _, c := range copies {
		t, err := target(c, env)
		if err != nil {
			return nil, fmt.Errorf("page.copies: %w", err)
		}
		if slices.ContainsFunc(out, func(o mirror.Target) bool { return o.Name() == t.Name() }) {
			return nil, fault.New(fault.Invalid, "page.copies", t.Name()+" is there twice", "take one of them out")
		}
		out = append(out, t)
	}
	return out, nil
}

func target(c config.Copy, env func(string) string) (mirror.Target, error) { //nolint:ireturn // a folder or a bucket
	if c.Dir != "" {
		return folder.New(c.Dir), nil
	}
	return bucket.Open(c.Bucket, c.Prefix, env)
}

// copyOf is what is copied of a board: its edition, and the cover.
func copyOf(b *board.Board, e *press.Edition, pages *public.Pages, note mirror.Note, original string) mirror.Copy {
	cover := pages.Cover(original)
	return mirror.Copy{
		Mark:     mirror.Mark{Revision: b.Revision, Confirmed: b.Confirmed, Told: b.Now, Note: note},
		Editions: []*press.Edition{press.NewEdition(e.Imprint, cover), e},
		First:    append(cover.First(), pages.First()...),
	}
}

// noteOf lets a banner, also one that takes another back, travel with a copy, sealed
// for nodes that have the key. Without a key it does not travel.
func noteOf(key ed25519.PrivateKey, b *banner.Banner) (mirror.Note, error) {
	if b == nil || key == nil {
		return mirror.Note{}, nil
	}
	sealed, err := banner.Seal(key, *b)
	return mirror.Note{At: b.SaidAt, Body: sealed}, err
}

// drawn is the newest copy there is to make, and a bell for the next one.
type drawn struct {
	mu   sync.Mutex
	copy mirror.Copy
	bell chan struct{}
}

func (d *drawn) put(c mirror.Copy) {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.bell)
	d.copy, d.bell = c, make(chan struct{})
}

// newest is the newest copy there is to make, without editions before the first,
// and a channel that is closed when there is a newer one.
func (p *page) newest() (mirror.Copy, <-chan struct{}) {
	p.drawn.mu.Lock()
	defer p.drawn.mu.Unlock()
	return p.drawn.copy, p.drawn.bell
}

// copying keeps one target up to date. Nothing waits for it.
type copying struct {
	mirror.Target
	page *page
	pace *mirror.Pace
	wall clock.Wall
	log  *slog.Logger
	last mirror.Mark               // of the copy that stands there, as far as we know
	good atomic.Pointer[time.Time] // wall time at which it was last brought up to date, or the start
}

// copyWithin bounds one copy, in wall time: a large catalogue at half a core takes
// minutes.
const copyWithin = time.Hour

// startCopies starts what keeps the copies: each target by itself, and all of them
// at one pace.
func (n *Node) startCopies(ctx context.Context) {
	pace := mirror.NewPace()
	for _, t := range n.targets {
		c := &copying{Target: t, page: n.page, pace: pace, wall: n.o.Wall, log: n.o.Log}
		now := n.o.Wall.Now()
		c.good.Store(&now)
		n.meters.copied(t.Name(), func() time.Duration { return n.o.Wall.Since(*c.good.Load()) })
		n.runBase(ctx, "copy to "+t.Name(), c.keep)
	}
}

// keep copies the newest edition whenever there is one, until ctx ends. After a
// failure it tries again, later and later.
func (c *copying) keep(ctx context.Context) error {
	failures := 0
	for {
		d, changed := c.page.newest()
		err := c.bring(ctx, d)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, errOvertaken):
			continue
		case err != nil:
			failures++
			c.log.LogAttrs(ctx, slog.LevelWarn, "a copy of the page grows old", slog.String("target", c.Name()), slog.Int("failures", failures), slog.Any("error", err))
			if err := c.wall.Sleep(ctx, backOff(failures)); err != nil {
				return err
			}
			continue
		}
		failures = 0
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

// longestRest caps the time between two tries.
const longestRest = time.Minute

// backOff is how long to rest after so many failures: a second, and then twice as
// long each time.
func backOff(failures int) time.Duration {
	return min(time.Second<<min(failures-1, 10), longestRest)
}

// errOvertaken ends a copy that only tells another minute of what stands there
// already, when there is news to tell.
var errOvertaken = errors.New("there is news")

// bring makes one copy.
func (c *copying) bring(ctx context.Context, d mirror.Copy) error {
	if d.Editions == nil {
		return nil // nothing is told yet
	}
	ctx, cancel := context.WithTimeout(ctx, copyWithin)
	defer cancel()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	if d.Same(c.last) {
		go c.overtake(ctx, stop, d)
	}
	began := c.wall.Now()
	report, err := c.write(ctx, d)
	if err != nil {
		if errors.Is(context.Cause(ctx), errOvertaken) {
			return errOvertaken
		}
		return err
	}
	c.last = report.Stands
	now := c.wall.Now()
	c.good.Store(&now)
	c.log.LogAttrs(ctx, slog.LevelDebug, "the page is copied", slog.String("target", c.Name()), slog.Bool("newer", report.Newer),
		slog.Int("written", report.Written), slog.Int("kept", report.Kept), slog.Int("removed", report.Removed), slog.Duration("took", c.wall.Since(began)))
	return nil
}

// overtake stops a copy when there is news that it does not tell.
func (c *copying) overtake(ctx context.Context, stop context.CancelCauseFunc, d mirror.Copy) {
	for {
		now, changed := c.page.newest()
		if !now.Same(d.Mark) {
			stop(errOvertaken)
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}

// write writes the copy. Where one stands that carries a banner said later, that
// banner counts from now on, if we signed it; otherwise it is written over.
func (c *copying) write(ctx context.Context, d mirror.Copy) (mirror.Report, error) {
	w := mirror.Work{Pace: c.pace, Wall: c.wall}
	report, err := c.Write(ctx, d, w)
	if err != nil || !report.Newer || !report.Stands.Note.At.After(d.Note.At) {
		return report, err
	}
	if !c.page.crier.hear(ctx, report.Stands.Note.Body) {
		w.Force = true
		return c.Write(ctx, d, w)
	}
	return report, nil // the page is told anew, and then copied
}
