package probe

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

const (
	saveEvery  = time.Second      // wall time between two saves of the state
	saveWithin = 10 * time.Second // wall time a save may take
	behind     = 5                // probes sent late in a row; older ones are skipped
)

// Prober sends one probe and judges the answer. It is what a driver implements.
// It must return soon after ctx ends, then with Timeout, and may be called many
// times at once.
type Prober interface {
	Probe(ctx context.Context, from Vantage, q Question) Result
}

// Options are what a Runner needs. All but Log must be set.
type Options struct {
	Check  Check
	Prober Prober
	Store  Store
	World  *clock.World
	Wall   clock.Wall
	Log    *slog.Logger // nil: silent
}

// Runner runs one check from all its vantages. Only one may run a check at a
// time; a second one is noticed by the version of the saved state, and the later
// of the two to save stops with fault.Conflict.
type Runner struct {
	o Options
	w *watch
}

// NewRunner takes up the check where the last run left it. It errs when the
// check is wrong (fault.Invalid) or its state can not be loaded.
func NewRunner(ctx context.Context, o Options) (*Runner, error) {
	if err := o.Check.Validate(); err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	saved, err := o.Store.Load(ctx, o.Check.ID)
	if err != nil {
		return nil, fault.Wrap(fault.KindOf(err), "take up check "+string(o.Check.ID), err)
	}
	w := newWatch(o, saved)
	return &Runner{o: o, w: w}, w.resume(saved.SavedAt)
}

// Current is the open verdict with its figures so far; false when there is none.
func (r *Runner) Current() (Verdict, bool) {
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	return r.w.detector.Current()
}

// Fresh reports whether enough vantages see something for the level to be known.
func (r *Runner) Fresh() bool {
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	return r.w.fresh
}

// Figures are the counts since the start.
func (r *Runner) Figures() Figures {
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	return r.w.figures
}

// Run probes until ctx ends, which is no error, saves once more and returns.
// It is called once.
func (r *Runner) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, v := range r.o.Check.Vantages {
		g.Go(func() error { return r.send(ctx, g, v) })
	}
	g.Go(func() error { return r.keep(ctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	return r.save(ctx)
}

// send sends a vantage's probes, one in each span of Every and at a random
// moment of it, so that no vantage falls into step with what it measures. Probes
// whose time has long passed, because the machine or the world stood still, are
// skipped and not sent in a burst.
func (r *Runner) send(ctx context.Context, g *errgroup.Group, v Vantage) error {
	id := health.NewID(r.o.World.Now())
	salt := id[len(id)-12:]
	every := r.o.Check.Every
	span := r.o.World.Now()
	for n := uint64(0); ; n++ {
		at := span.Add(time.Duration(rand.Int64N(int64(every)))) //nolint:gosec // G404: spreads load, guards nothing
		if r.o.World.SleepUntil(ctx, at) != nil {
			return nil //nolint:nilerr // the end of ctx is the end of the run
		}
		q := r.o.Check.Question(v, n, salt)
		f := r.w.send(v.ID)
		g.Go(func() error { return r.probe(ctx, v, q, f) })
		span = r.next(span.Add(every), every)
	}
}

// next is the start of the span after which a vantage goes on: span itself
// unless it lies too far back.
func (r *Runner) next(span time.Time, every time.Duration) time.Time {
	now := r.o.World.Now()
	late := now.Sub(span)
	if late <= behind*every {
		return span
	}
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	r.w.figures.Skipped += int64(late / every)
	return now
}

func (r *Runner) probe(ctx context.Context, v Vantage, q Question, f *flying) error {
	within, cancel := context.WithTimeout(ctx, r.o.Check.Timeout)
	defer cancel()
	began := r.o.Wall.Now()
	result := r.o.Prober.Probe(within, v, q)
	if ctx.Err() != nil {
		return nil // cut off by the end of the run: says nothing of what is watched
	}
	// A time-out noticed long after it was due tells of this machine.
	stood := result.Failure == Timeout && r.o.Wall.Since(began) > r.o.Check.Timeout*3/2
	return r.w.answer(f, result, stood)
}

// keep saves every second, and at once when there is a fact to tell.
func (r *Runner) keep(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-r.w.urgent:
		case <-r.o.Wall.After(saveEvery):
		}
		err := r.save(ctx)
		switch {
		case err == nil:
		case fault.Is(err, fault.Conflict):
			return err
		default: // probing goes on; facts wait for the next save
			r.o.Log.LogAttrs(ctx, slog.LevelError, "the state of a check could not be saved",
				slog.String("check", string(r.o.Check.ID)), slog.Any("error", err))
		}
	}
}

// save is not cut off by the end of ctx: whether a save cut off was done would
// not be known.
func (r *Runner) save(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveWithin)
	defer cancel()
	saved, verdicts, facts, err := r.w.unsaved()
	if err != nil {
		return err
	}
	if err := r.o.Store.Save(ctx, saved, verdicts, facts); err != nil {
		return fault.Wrap(fault.KindOf(err), "save check "+string(r.o.Check.ID), err)
	}
	r.w.kept(len(verdicts), len(facts))
	return nil
}
