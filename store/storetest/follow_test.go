package storetest_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/store/storetest"
)

// term is short, so that a take-over is seen in a moment of real time.
const term = 120 * time.Millisecond

func options(db *store.DB, node string) journal.Options {
	return journal.Options{
		Reader: db, Leases: db, Changed: db.Changed, Node: node, Term: term,
		Log: slog.New(slog.DiscardHandler),
	}
}

// recorder is a follower that notes what it gets, and fails as often as told.
type recorder struct {
	mu    sync.Mutex
	seen  []int64
	fails int
	got   chan int64
}

func newRecorder() *recorder { return &recorder{got: make(chan int64, 100)} }

func (*recorder) Name() string { return "recorder" }

func (r *recorder) Handle(_ context.Context, f journal.Fact, _ journal.Fence) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fails > 0 {
		r.fails--
		return errors.New("not today")
	}
	r.seen = append(r.seen, f.Number)
	r.got <- f.Number
	return nil
}

func (r *recorder) wait(t *testing.T, number int64) {
	t.Helper()
	for {
		select {
		case n := <-r.got:
			if n == number {
				return
			}
		case <-t.Context().Done():
			t.Fatalf("fact %d never came", number)
		}
	}
}

func TestExclusiveFollowerSeesEveryFactInOrder(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		ctx, stop := context.WithCancel(t.Context())
		r := newRecorder()
		r.fails = 2
		done := make(chan error, 1)
		go func() { done <- journal.Exclusive(ctx, options(db, "a"), r) }()
		for range 5 {
			if err := db.Append(t.Context(), entry(t, "x")); err != nil {
				t.Fatal(err)
			}
		}
		r.wait(t, 5)
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
		for i, n := range r.seen {
			if n != int64(i+1) {
				t.Fatalf("saw %v", r.seen)
			}
		}
		lease, err := db.Lease(t.Context(), "recorder")
		if err != nil || lease.Holder != "" {
			t.Errorf("the lease was not given back: %+v, %v", lease, err)
		}
	})
}

func TestSecondNodeTakesOverWhereTheFirstStopped(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		ctx, stop := context.WithCancel(t.Context())
		a, b := newRecorder(), newRecorder()
		done := make(chan error, 2)
		go func() { done <- journal.Exclusive(ctx, options(db, "a"), a) }()
		if err := db.Append(t.Context(), entry(t, "1")); err != nil {
			t.Fatal(err)
		}
		a.wait(t, 1)
		ctxB, stopB := context.WithCancel(t.Context())
		go func() { done <- journal.Exclusive(ctxB, options(db, "b"), b) }()
		stop()
		ended(t, done)
		if err := db.Append(t.Context(), entry(t, "2")); err != nil {
			t.Fatal(err)
		}
		b.wait(t, 2)
		stopB()
		ended(t, done)
		if len(b.seen) != 1 {
			t.Errorf("the second node handled %v, want fact 2 alone", b.seen)
		}
	})
}

// TestAWorkerThatSleepsThroughItsTermIsFencedOff: the first holder freezes with
// its lease; the second takes over only after the counter has stood still for a
// whole term; what the first writes when it wakes is refused.
func TestAWorkerThatSleepsThroughItsTermIsFencedOff(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		asleep, err := journal.Acquire(t.Context(), options(db, "sleeper"), "mail")
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		taken, err := journal.Acquire(t.Context(), options(db, "other"), "mail")
		if err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(began); waited < term {
			t.Errorf("taken over after %v, before the term of %v had passed", waited, term)
		}
		if taken.Fence != asleep.Fence+1 {
			t.Errorf("fence went from %d to %d", asleep.Fence, taken.Fence)
		}
		old := journal.Fence{Name: "mail", Number: asleep.Fence}
		if err := db.Advance(t.Context(), old, 1); !fault.Is(err, fault.Conflict) {
			t.Errorf("the sleeper's write must be refused, got %v", err)
		}
		if err := db.Advance(t.Context(), journal.Fence{Name: "mail", Number: taken.Fence}, 1); err != nil {
			t.Error(err)
		}
	})
}

func TestAHolderWhoRenewsKeepsItsLease(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		ctx, stop := context.WithCancel(t.Context())
		r := newRecorder()
		done := make(chan error, 1)
		go func() { done <- journal.Exclusive(ctx, options(db, "holder"), r) }()
		if err := db.Append(t.Context(), entry(t, "1")); err != nil {
			t.Fatal(err)
		}
		r.wait(t, 1)
		short, cancel := context.WithTimeout(t.Context(), 4*term)
		defer cancel()
		if l, err := journal.Acquire(short, options(db, "other"), "recorder"); err == nil {
			t.Errorf("a living holder lost its lease: %+v", l)
		}
		stop()
		ended(t, done)
	})
}

// ended waits for a follower that was told to stop.
func ended(t *testing.T, done <-chan error) {
	t.Helper()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}

func TestLocalFollowerStartsWhereItIsTold(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		for range 3 {
			if err := db.Append(t.Context(), entry(t, "x")); err != nil {
				t.Fatal(err)
			}
		}
		ctx, stop := context.WithCancel(t.Context())
		var seen []int64
		err := journal.Local(ctx, options(db, "a"), 1, func(_ context.Context, facts []journal.Fact) error {
			for _, f := range facts {
				seen = append(seen, f.Number)
			}
			stop()
			return nil
		})
		if !errors.Is(err, context.Canceled) || len(seen) != 2 || seen[0] != 2 || seen[1] != 3 {
			t.Errorf("saw %v, ended with %v", seen, err)
		}
	})
}

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"))
}
