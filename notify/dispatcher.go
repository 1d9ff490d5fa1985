package notify

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
)

// Options are what a dispatcher needs.
type Options struct {
	Ledger      Ledger
	Channel     Channel
	Writer      *Writer
	World       *clock.World
	Wall        clock.Wall
	Node        string        // this process's id, unlike any other's
	Connections int           // default 4
	Term        time.Duration // how long a lease stands still before it is taken over; default 5 s
	Retry       time.Duration // first pause after a deferral, doubled up to half an hour; default 15 s
	Poll        time.Duration // how often work is looked for; default 100 ms
	Log         *slog.Logger  // nil: nothing is logged
}

func (o Options) filled() Options {
	if o.Connections <= 0 {
		o.Connections = 4
	}
	if o.Term <= 0 {
		o.Term = 5 * time.Second
	}
	if o.Retry <= 0 {
		o.Retry = 15 * time.Second
	}
	if o.Poll <= 0 {
		o.Poll = 100 * time.Millisecond
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// longestRetry caps the pause between attempts; attempts is how many there are.
const (
	longestRetry = 30 * time.Minute
	attempts     = 40
)

// pause is how long a message waits after its nth attempt, from 1.
func (o Options) pause(n int) time.Duration {
	p := o.Retry
	for ; n > 1 && p < longestRetry; n-- {
		p *= 2
	}
	return min(p, longestRetry)
}

// rest is how long a chunk is left alone when a connection broke.
func (o Options) rest() time.Duration { return min(o.Retry, time.Second) }

// Dispatcher sends what is published. Each of its connections takes a chunk at a
// time, and all of them share their commits.
type Dispatcher struct {
	o       Options
	watch   *Watch
	looking chan struct{} // held by the one connection that looks for work
	commits chan commit
}

// NewDispatcher makes a dispatcher; Run starts it.
func NewDispatcher(o Options) *Dispatcher {
	o = o.filled()
	return &Dispatcher{o: o, watch: NewWatch(o.Term), looking: make(chan struct{}, 1), commits: make(chan commit)}
}

// Run sends until ctx ends. Messages under way are then finished, their outcomes
// saved and the chunks given back. It is called once.
func (d *Dispatcher) Run(ctx context.Context) {
	saved := make(chan struct{})
	go func() {
		defer close(saved)
		d.save(context.WithoutCancel(ctx), ctx.Done())
	}()
	var workers sync.WaitGroup
	for i := range d.o.Connections {
		workers.Go(func() {
			w := &worker{d: d, name: fmt.Sprintf("%s/%d", d.o.Node, i+1)}
			w.run(ctx)
		})
	}
	workers.Wait()
	close(d.commits)
	<-saved
}

// take waits for a chunk that may be taken; false when ctx ended. Idle is called
// before the first wait.
func (d *Dispatcher) take(ctx context.Context, holder string, idle func()) (Chunk, bool) {
	for ctx.Err() == nil {
		c, ok := d.look(ctx, holder)
		if ok {
			return c, true
		}
		idle()
		if d.o.Wall.Sleep(ctx, d.o.Poll) != nil {
			break
		}
	}
	return Chunk{}, false
}

// look takes the first chunk that is free. One connection looks at a time.
func (d *Dispatcher) look(ctx context.Context, holder string) (Chunk, bool) {
	select {
	case d.looking <- struct{}{}:
	case <-ctx.Done():
		return Chunk{}, false
	}
	defer func() { <-d.looking }()
	open, err := d.o.Ledger.Due(ctx, d.o.Wall.Now())
	if err != nil {
		d.complain(ctx, "look for due chunks", err)
		return Chunk{}, false
	}
	d.watch.Forget(open)
	for _, c := range open {
		if !d.watch.Free(c, d.o.Wall.Now()) {
			continue
		}
		taken, err := d.o.Ledger.Take(ctx, c, holder)
		if err == nil {
			return taken, true
		}
		if !fault.Is(err, fault.Conflict) {
			d.complain(ctx, "take a chunk", err)
			return Chunk{}, false
		}
	}
	return Chunk{}, false
}

func (d *Dispatcher) complain(ctx context.Context, doing string, err error) {
	if ctx.Err() == nil {
		d.o.Log.LogAttrs(ctx, slog.LevelWarn, "notify: "+doing, slog.String("error", err.Error()))
	}
}
