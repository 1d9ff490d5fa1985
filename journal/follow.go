package journal

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
)

// Lease is the right of one node at a time to do some work.
type Lease struct {
	Name     string
	Holder   string // the node's id; empty: nobody
	Fence    int64  // grows by one at every take-over
	Renewals int64  // counts while the holder lives
}

// Fence is what a holder shows with every write, so that a write of one who has
// lost the lease without noticing is refused.
type Fence struct {
	Name   string
	Number int64
}

// Leases keeps leases and the cursors of exclusive followers.
type Leases interface {
	// Lease is the lease as it stands; one that nobody ever held has its name alone.
	Lease(ctx context.Context, name string) (Lease, error)
	// TakeLease makes holder the holder with the next fence; Conflict when the
	// lease no longer stands as seen.
	TakeLease(ctx context.Context, seen Lease, holder string) (Lease, error)
	// RenewLease counts a renewal; Conflict when somebody else has taken over.
	RenewLease(ctx context.Context, l Lease) (Lease, error)
	// ReleaseLease gives the lease back. One that is lost already is no error.
	ReleaseLease(ctx context.Context, l Lease) error
	// Cursor is the number of the last fact the follower has taken; 0 for none.
	Cursor(ctx context.Context, follower string) (int64, error)
	// Advance moves the cursor of the fence's name forward to number; Conflict
	// when the fence is old.
	Advance(ctx context.Context, fence Fence, number int64) error
}

// Follower causes effects, one node at a time. Handle gets every fact, in order,
// at least once: it must be idempotent. An error is tried again with back-off;
// the cursor does not move past a fact until Handle has taken it.
type Follower interface {
	// Name names the follower's lease and cursor. It never changes.
	Name() string
	// Handle takes one fact. The fence is for writes that a node which has lost the
	// lease must not make.
	Handle(ctx context.Context, f Fact, fence Fence) error
}

// Poll is how often the head is looked at when nothing wakes a follower, in
// wall time.
const Poll = 200 * time.Millisecond

// batch is how many facts are read at once.
const batch = 256

// longestPause caps the back-off of a follower that keeps failing.
const longestPause = 10 * time.Second

// Options are what following needs.
type Options struct {
	Reader  Reader
	Leases  Leases                 // exclusive followers only
	Changed func() <-chan struct{} // wakes before the next poll; may be nil
	Node    string                 // this process's id, unlike any other's
	Term    time.Duration          // how long a lease stands still before it is taken over; default 3 s
	Wall    clock.Wall
	Log     *slog.Logger
}

func (o Options) term() time.Duration {
	if o.Term <= 0 {
		return 3 * time.Second
	}
	return o.Term
}

func (o Options) wait(ctx context.Context) error {
	var changed <-chan struct{}
	if o.Changed != nil {
		changed = o.Changed()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-changed:
		return nil
	case <-o.Wall.After(Poll):
		return nil
	}
}

// Local follows the journal from after, on this node alone, with the cursor in
// memory. Each call of handle gets one or more facts in order. It returns when
// ctx ends; a failing handle is called again with the same facts.
func Local(ctx context.Context, o Options, after int64, handle func(context.Context, []Fact) error) error {
	failures := 0
	for {
		facts, err := o.Reader.Facts(ctx, after, batch)
		if err == nil && len(facts) > 0 {
			err = handle(ctx, facts)
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			failures++
			o.Log.LogAttrs(ctx, slog.LevelWarn, "local follower will try again", slog.Int("failures", failures), slog.Any("error", err))
			if err := o.Wall.Sleep(ctx, pause(failures)); err != nil {
				return err
			}
		case len(facts) > 0:
			failures = 0
			after = facts[len(facts)-1].Number
		default:
			if err := o.wait(ctx); err != nil {
				return err
			}
		}
	}
}

// Exclusive runs the follower on one node at a time, under a lease of its name.
// It returns when ctx ends, having given the lease back.
func Exclusive(ctx context.Context, o Options, f Follower) error {
	return While(ctx, o, f.Name(), func(ctx context.Context, fence Fence) error { return follow(ctx, o, f, fence) })
}

// While runs work on one node at a time, under the lease of the name, again and
// again until ctx ends. The work's context ends when the lease is lost.
func While(ctx context.Context, o Options, name string, work func(context.Context, Fence) error) error {
	for {
		lease, err := Acquire(ctx, o, name)
		if err != nil {
			return err
		}
		err = hold(ctx, o, lease, work)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		o.Log.LogAttrs(ctx, slog.LevelWarn, "work under a lease ended and will begin again", slog.String("lease", name), slog.Any("error", err))
		if err := o.Wall.Sleep(ctx, o.term()/10); err != nil {
			return err
		}
	}
}

// Once waits for the lease of the name and does the work once under it. The
// work's context ends when the lease is lost.
func Once(ctx context.Context, o Options, name string, work func(context.Context, Fence) error) error {
	lease, err := Acquire(ctx, o, name)
	if err != nil {
		return err
	}
	return hold(ctx, o, lease, work)
}

// Acquire waits until it holds the lease of the name. A lease that somebody
// holds is taken only after its renewal counter has stood still for the whole
// term on this node's own monotonic clock: clocks of nodes are never compared.
func Acquire(ctx context.Context, o Options, name string) (Lease, error) {
	w := watcher{o: o}
	for {
		taken, err := w.try(ctx, name)
		switch {
		case err == nil && taken.Holder == o.Node:
			return taken, nil
		case ctx.Err() != nil:
			return Lease{}, ctx.Err()
		case err != nil && !fault.Is(err, fault.Conflict):
			o.Log.LogAttrs(ctx, slog.LevelWarn, "lease could not be taken", slog.String("lease", name), slog.Any("error", err))
		}
		if err := o.Wall.Sleep(ctx, o.term()/10); err != nil {
			return Lease{}, err
		}
	}
}

// watcher looks at a lease that somebody else may hold.
type watcher struct {
	o     Options
	seen  Lease
	since time.Time // when it was first seen so
}

// try looks once, and takes the lease if nobody holds it or it has stood still
// for a term. Without an error the lease is as it stands now, taken or not.
func (w *watcher) try(ctx context.Context, name string) (Lease, error) {
	now, err := w.o.Leases.Lease(ctx, name)
	if err != nil {
		return Lease{}, err
	}
	if now != w.seen || w.since.IsZero() {
		w.seen, w.since = now, w.o.Wall.Now()
	}
	if now.Holder != "" && w.o.Wall.Since(w.since) < w.o.term() {
		return now, nil
	}
	return w.o.Leases.TakeLease(ctx, now, w.o.Node)
}

// hold runs work while the lease is renewed three times a term. The work's
// context ends when a renewal is refused or none got through for a term.
func hold(ctx context.Context, o Options, lease Lease, work func(context.Context, Fence) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	renewed := make(chan Lease, 1)
	go func() {
		defer close(renewed)
		renewed <- renew(ctx, cancel, o, lease)
	}()
	err := work(ctx, Fence{Name: lease.Name, Number: lease.Fence})
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	cancel(nil)
	last := <-renewed
	// The work has ended; the lease is given back even when the node is stopping.
	if rerr := o.Leases.ReleaseLease(context.WithoutCancel(ctx), last); rerr != nil {
		o.Log.LogAttrs(ctx, slog.LevelWarn, "lease was not given back", slog.String("lease", lease.Name), slog.Any("error", rerr))
	}
	return err
}

func renew(ctx context.Context, cancel context.CancelCauseFunc, o Options, lease Lease) Lease {
	good := o.Wall.Now()
	for o.Wall.Sleep(ctx, o.term()/3) == nil {
		next, err := o.Leases.RenewLease(ctx, lease)
		switch {
		case err == nil:
			lease, good = next, o.Wall.Now()
		case fault.Is(err, fault.Conflict), o.Wall.Since(good) >= o.term():
			cancel(fmt.Errorf("renew lease %s: %w", lease.Name, err))
			return lease
		}
	}
	return lease
}

func follow(ctx context.Context, o Options, f Follower, fence Fence) error {
	after, err := o.Leases.Cursor(ctx, f.Name())
	if err != nil {
		return err
	}
	for {
		facts, err := o.Reader.Facts(ctx, after, batch)
		if err != nil {
			return err
		}
		for _, fact := range facts {
			if err := handle(ctx, o, f, fact, fence); err != nil {
				return err
			}
			after = fact.Number
		}
		if len(facts) > 0 {
			continue
		}
		if err := o.wait(ctx); err != nil {
			return err
		}
	}
}

// handle gives the fact to the follower until it takes it, then moves the
// cursor. It ends early only when ctx ends or the fence is old.
func handle(ctx context.Context, o Options, f Follower, fact Fact, fence Fence) error {
	for failures := 1; ; failures++ {
		err := f.Handle(ctx, fact, fence)
		if err == nil {
			// The effect is done: the cursor moves even when the node is stopping.
			return o.Leases.Advance(context.WithoutCancel(ctx), fence, fact.Number)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		o.Log.LogAttrs(ctx, slog.LevelError, "follower will try the fact again", slog.String("follower", f.Name()),
			slog.Int64("fact", fact.Number), slog.String("type", string(fact.Type)), slog.Int("failures", failures), slog.Any("error", err))
		if err := o.Wall.Sleep(ctx, pause(failures)); err != nil {
			return err
		}
	}
}

func pause(failures int) time.Duration {
	return min(100*time.Millisecond<<min(failures-1, 10), longestPause)
}
