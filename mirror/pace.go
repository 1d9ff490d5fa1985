package mirror

import (
	"context"
	"time"

	"github.com/bonghwa/bonghwa/clock"
)

// Pace keeps the printing of copies from taking more than half of one core,
// however many copies are made at once: it rests for as long as it works. A nil
// Pace never rests. It is safe for concurrent use.
type Pace struct {
	turn chan struct{}
	owed time.Duration // rest that has not been taken yet
}

// NewPace makes a pace that owes nothing.
func NewPace() *Pace { return &Pace{turn: make(chan struct{}, 1)} }

// restAfter is how much rest is saved up before it is taken: short rests last
// longer than asked for.
const restAfter = 5 * time.Millisecond

// Do works alone, and then rests as long as that took. The error is that of the
// work, or of a context that ended.
func (p *Pace) Do(ctx context.Context, wall clock.Wall, work func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if p == nil {
		return work()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case p.turn <- struct{}{}:
	}
	defer func() { <-p.turn }()
	began := wall.Now()
	if err := work(); err != nil {
		return err
	}
	p.owed += wall.Since(began)
	if p.owed < restAfter {
		return nil
	}
	began = wall.Now()
	err := wall.Sleep(ctx, p.owed)
	p.owed = max(0, p.owed-wall.Since(began))
	return err
}
