// Package clock is the only place where Bonghwa reads the time.
//
// There are two clocks. Wall time runs what guards the program itself:
// time-outs, leases, rates, sessions, tokens. It is never scaled. World time
// dates what people read: facts, pages, mails, bills. In production the two
// agree; in a replay the world runs faster, stands still while the program is
// down, and may jump forward. Both are handed in; nothing else calls time.Now.
package clock

import (
	"context"
	"sync"
	"time"
)

// Wall is the machine's own clock. The zero value works.
type Wall struct{}

// Now is the wall time, with its monotonic reading.
func (Wall) Now() time.Time { return time.Now() }

// Since is the monotonic wall time passed since t.
func (Wall) Since(t time.Time) time.Duration { return time.Since(t) }

// Sleep waits for d of wall time, or until ctx ends, whose error it returns.
func (Wall) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// After gives a channel that receives once after d of wall time.
func (Wall) After(d time.Duration) <-chan time.Time { return time.After(d) }

// World is the time that facts, pages, mails and bills carry. It runs at a
// multiple of wall time and only ever moves forward. It is safe for concurrent
// use.
type World struct {
	mu     sync.Mutex
	base   time.Time // world time at start
	start  time.Time // wall time at start, with monotonic reading
	speed  float64
	jumped chan struct{} // closed and replaced whenever base or speed changes
}

// Real is world time that agrees with wall time.
func Real() *World { return NewWorld(time.Now(), 1) }

// NewWorld is a world clock that shows start now and runs at speed world
// seconds a wall second. Speed 0 stands still; it only moves by Jump.
func NewWorld(start time.Time, speed float64) *World {
	return &World{base: start.UTC(), start: time.Now(), speed: speed, jumped: make(chan struct{})}
}

// Now is the world time in UTC, to the microsecond.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now()
}

func (w *World) now() time.Time {
	gone := float64(time.Since(w.start)) * w.speed
	return w.base.Add(time.Duration(gone)).Truncate(time.Microsecond)
}

// Speed is how many world seconds pass in a wall second.
func (w *World) Speed() float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.speed
}

// Jump moves the world forward to t. A time that has passed changes nothing:
// the world never goes back. Sleepers whose time has come wake.
func (w *World) Jump(t time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	if t.Before(now) {
		return
	}
	w.rebase(t.UTC(), w.speed)
}

// SetSpeed changes how fast the world runs from now on.
func (w *World) SetSpeed(speed float64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rebase(w.now(), speed)
}

func (w *World) rebase(base time.Time, speed float64) {
	w.base, w.start, w.speed = base, time.Now(), speed
	close(w.jumped)
	w.jumped = make(chan struct{})
}

// SleepUntil waits until the world shows t or later, or ctx ends, whose error
// it returns.
func (w *World) SleepUntil(ctx context.Context, t time.Time) error {
	for {
		w.mu.Lock()
		left, speed, jumped := t.Sub(w.now()), w.speed, w.jumped
		w.mu.Unlock()
		if left <= 0 {
			return ctx.Err()
		}
		if err := waitWorld(ctx, left, speed, jumped); err != nil {
			return err
		}
	}
}

// Sleep waits for d of world time, or until ctx ends, whose error it returns.
func (w *World) Sleep(ctx context.Context, d time.Duration) error {
	return w.SleepUntil(ctx, w.Now().Add(d))
}

// waitWorld waits for the wall time that left of world time takes, or less when
// the world jumps. A world that stands still is left by a jump alone.
func waitWorld(ctx context.Context, left time.Duration, speed float64, jumped <-chan struct{}) error {
	var due <-chan time.Time
	if speed > 0 {
		t := time.NewTimer(max(time.Duration(float64(left)/speed), time.Microsecond))
		defer t.Stop()
		due = t.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-jumped:
		return nil
	case <-due:
		return nil
	}
}
