package probe_test

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/probe"
)

// memory is a store that keeps a check as JSON would: under a version.
type memory struct {
	mu       sync.Mutex
	saved    probe.Saved
	facts    []journal.Entry
	verdicts map[health.VerdictID]probe.Verdict
	broken   bool
}

func (m *memory) Load(context.Context, health.CheckID) (probe.Saved, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.saved, nil
}

func (m *memory) Save(_ context.Context, s probe.Saved, verdicts []probe.Verdict, facts []journal.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken {
		return fault.Wrap(fault.Unavailable, "save", errors.New("the database is down"))
	}
	if s.Version != m.saved.Version {
		return fault.New(fault.Conflict, "", "changed meanwhile", "")
	}
	m.saved, m.facts = s, append(m.facts, facts...)
	m.saved.Version++
	if m.verdicts == nil {
		m.verdicts = map[health.VerdictID]probe.Verdict{}
	}
	for _, v := range verdicts {
		m.verdicts[v.ID] = v
	}
	return nil
}

// breakDown makes every save fail, or ends that.
func (m *memory) breakDown(broken bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.broken = broken
}

func (m *memory) types() []health.FactType {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []health.FactType
	for _, f := range m.facts {
		out = append(out, f.Type)
	}
	return out
}

// prober answers as a region does of which a part of the hosts is gone.
type prober func(ctx context.Context, q probe.Question) probe.Failure

func (p prober) Probe(ctx context.Context, _ probe.Vantage, q probe.Question) probe.Result {
	return probe.Result{Failure: p(ctx, q), Transport: q.Transport}
}

// region fails the share of queries that its hosts in service can not carry:
// every query is counted, and the n-th is refused as evenly as can be.
type region struct {
	mu    sync.Mutex
	world *clock.World
	every time.Duration
	debt  float64
}

func (r *region) inService(now time.Time) int {
	first, stopped, back := seoul(8, 12, 20), seoul(9, 3, 0), seoul(9, 43, 0)
	if now.Before(first) {
		return 100
	}
	if !now.Before(back) {
		return 60
	}
	t := now
	if t.After(stopped) {
		t = stopped
	}
	gone := int(t.Sub(first)/r.every) + 1
	if gone > 80 { // the last 20 leave one in two minutes
		gone = 80 + int(t.Sub(first.Add(79*r.every))/(2*time.Minute))
	}
	if now.After(stopped) { // capacity comes back evenly, the 60th at 09:43
		n := 100 - gone
		return n + int(float64(60-n)*float64(now.Sub(stopped))/float64(back.Sub(stopped)))
	}
	return 100 - gone
}

func (r *region) ask(context.Context, probe.Question) probe.Failure {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.debt += max(0, 1-float64(r.inService(r.world.Now()))/60)
	if r.debt >= 1 {
		r.debt--
		return probe.Servfail
	}
	return probe.None
}

// story runs the morning and is killed at the given world times; it gives what
// was kept.
func story(t *testing.T, speed float64, every time.Duration, kills ...time.Time) *memory {
	t.Helper()
	m := &memory{}
	at := seoul(8, 10, 0)
	for _, end := range append(kills, seoul(9, 46, 0)) {
		w := clock.NewWorld(at, speed)
		r := &region{world: w, every: every}
		ctx, kill := context.WithCancel(t.Context())
		runner, err := probe.NewRunner(ctx, probe.Options{Check: check(5), Prober: prober(r.ask), Store: m, World: w})
		if err != nil {
			t.Fatal(err)
		}
		var run sync.WaitGroup
		run.Go(func() { _ = runner.Run(ctx) }) // what it could not save is the point of the kill
		if err := w.SleepUntil(ctx, end); err != nil {
			t.Fatal(err)
		}
		m.breakDown(true)
		kill()
		run.Wait()
		m.breakDown(false)
		at = end.Add(-time.Duration(speed) * time.Second / 2) // the world was saved half a second before
	}
	return m
}

func TestTheMorningOfNovember22(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		speed float64
		every time.Duration
		from  time.Time
		kills []time.Time
	}{
		"60x":                  {60, 10 * time.Second, seoul(8, 19, 0), nil},
		"240x":                 {240, 10 * time.Second, seoul(8, 19, 0), nil},
		"a host in 20 seconds": {60, 20 * time.Second, seoul(8, 25, 40), nil},
		"killed twice":         {60, 10 * time.Second, seoul(8, 19, 0), []time.Time{seoul(8, 19, 40), seoul(9, 20, 0)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				measured(t, story(t, tc.speed, tc.every, tc.kills...), tc.from, tc.every)
			})
		})
	}
}

func measured(t *testing.T, m *memory, from time.Time, every time.Duration) {
	t.Helper()
	want := []health.FactType{health.ComponentFreshnessFact, health.VerdictRaisedFact, health.VerdictClearedFact}
	got := m.types()
	if len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Fatalf("facts %v, want %v", got, want)
	}
	limit := 12 * every // 2 minutes at a host in 10 s; the slower it grows, the later it can be seen
	if late := m.facts[1].At.Sub(from); late > limit {
		t.Errorf("detected after %v", late)
	}
	for v := range maps.Values(m.verdicts) {
		if v.From.Sub(from).Abs() > time.Minute || v.To.Sub(seoul(9, 43, 0)).Abs() > time.Minute {
			t.Errorf("measured %v to %v", v.From, v.To)
		}
		if v.Level != health.MajorOutage {
			t.Errorf("share %v, level %v", v.Share(), v.Level)
		}
	}
	if len(m.verdicts) != 1 {
		t.Errorf("%d verdicts, want one", len(m.verdicts))
	}
}

// run starts a runner in a bubble and gives its store and how to stop it.
func run(t *testing.T, w *clock.World, p prober) (*probe.Runner, *memory) {
	t.Helper()
	m := &memory{}
	ctx, stop := context.WithCancel(t.Context())
	r, err := probe.NewRunner(ctx, probe.Options{Check: check(5), Prober: p, Store: m, World: w})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return r, m
}

func sleep(t *testing.T, d time.Duration) {
	t.Helper()
	if err := (clock.Wall{}).Sleep(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

func TestTimeoutsAreSeenInTheOrderOfSending(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := clock.NewWorld(seoul(9, 0, 0), 60)
		start := seoul(9, 5, 0)
		r, m := run(t, w, func(ctx context.Context, q probe.Question) probe.Failure {
			if w.Now().Before(start) || q.Kind != probe.Unique { // caches go on answering
				return probe.None
			}
			<-ctx.Done()
			return probe.Timeout
		})
		sleep(t, 8*time.Second)
		v, open := r.Current()
		if !open || v.From.Before(start) || v.From.Sub(start) > 15*time.Second {
			t.Errorf("verdict %+v", v)
		}
		if s := v.Share(); s < 0.3 || s > 0.36 {
			t.Errorf("share %v, want a third", s)
		}
		if got := m.types(); len(got) != 2 || got[1] != health.VerdictRaisedFact {
			t.Errorf("facts %v", got)
		}
	})
}

func TestWithoutSamplesTheComponentIsUnknown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := clock.NewWorld(seoul(9, 0, 0), 60)
		r, m := run(t, w, func(context.Context, probe.Question) probe.Failure { return probe.None })
		sleep(t, 3*time.Second)
		if !r.Fresh() {
			t.Error("samples come in: it is fresh")
		}
		w.SetSpeed(0) // nothing is sent any more
		sleep(t, 7*time.Second)
		if r.Fresh() {
			t.Error("no samples for longer than stale_after: it is unknown")
		}
		w.SetSpeed(60)
		sleep(t, time.Second)
		if got := m.types(); !r.Fresh() || len(got) != 3 {
			t.Errorf("fresh %v, facts %v", r.Fresh(), got)
		}
	})
}

func TestAJumpOfTheWorldSendsNoBurst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := clock.NewWorld(seoul(9, 0, 0), 60)
		r, _ := run(t, w, func(context.Context, probe.Question) probe.Failure { return probe.None })
		sleep(t, time.Second)
		before := r.Figures()
		w.Jump(seoul(9, 0, 0).AddDate(0, 0, 3))
		sleep(t, time.Second)
		after := r.Figures()
		if n := after.Sent - before.Sent; n > 5*66 || after.Skipped < 3*86000*5 {
			t.Errorf("%d probes in the second after the jump, %d skipped", n, after.Skipped)
		}
		if _, open := r.Current(); open {
			t.Error("a jump is no outage")
		}
	})
}

func TestFactsWaitForABrokenDatabase(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := clock.NewWorld(seoul(9, 0, 0), 60)
		_, m := run(t, w, func(context.Context, probe.Question) probe.Failure { return probe.Refused })
		m.breakDown(true)
		sleep(t, 5*time.Second)
		m.breakDown(false)
		sleep(t, 2*time.Second)
		if got := m.types(); len(got) != 2 {
			t.Errorf("facts %v, want freshness and the verdict, each once", got)
		}
	})
}

func TestTheSecondRunnerOfACheckStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, w := &memory{}, clock.NewWorld(seoul(9, 0, 0), 1)
		p := prober(func(context.Context, probe.Question) probe.Failure { return probe.None })
		o := probe.Options{Check: check(5), Prober: p, Store: m, World: w}
		ctx, stop := context.WithCancel(t.Context())
		errs := make(chan error, 2)
		for range 2 {
			r, err := probe.NewRunner(ctx, o)
			if err != nil {
				t.Fatal(err)
			}
			go func() { errs <- r.Run(ctx) }()
		}
		if err := <-errs; !fault.Is(err, fault.Conflict) {
			t.Errorf("the second runner ended with %v, want a conflict", err)
		}
		stop()
		if err := <-errs; err != nil {
			t.Errorf("the first runner ended with %v", err)
		}
	})
}

func TestACheckThatCanNotRunSaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	err := probe.Check{ID: "x", Vantages: []probe.Vantage{{ID: "a"}, {ID: "a"}}}.Validate()
	l, ok := errors.AsType[*fault.List](err)
	if !ok || len(l.Problems) != 6 {
		t.Errorf("problems: %v", err)
	}
	if err := check(5).Validate(); err != nil {
		t.Error(err)
	}
}

func TestQuestionsTakeTurns(t *testing.T) {
	t.Parallel()
	c := check(5)
	c.TCPEvery = 4
	var got []string
	for n := range uint64(8) {
		q := c.Question(c.Vantages[0], n, "salt")
		got = append(got, string(q.Transport)+" "+q.Name)
	}
	want := []string{
		"udp hot.example.", "udp v1-1-salt.unique.example.", "udp one.example.", "tcp hot.example.",
		"udp v1-4-salt.unique.example.", "udp two.example.", "udp hot.example.", "tcp v1-7-salt.unique.example.",
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("question %d is %q, want %q", i, got[i], want[i])
		}
	}
}

// TestAGapBetweenTwoRunsIsTold: nobody saw the component while nobody ran the
// check, and whoever takes it up again says since when. A short stop is no gap.
func TestAGapBetweenTwoRunsIsTold(t *testing.T) {
	t.Parallel()
	well := prober(func(context.Context, probe.Question) probe.Failure { return probe.None })
	for name, c := range map[string]struct {
		gap  time.Duration
		told int
	}{"a restart": {2 * time.Second, 1}, "an hour": {time.Hour, 3}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := clock.NewWorld(seoul(8, 0, 0), 1)
				m := &memory{}
				live := func() {
					ctx, stop := context.WithCancel(t.Context())
					r, err := probe.NewRunner(ctx, probe.Options{Check: check(5), Prober: well, Store: m, World: w})
					if err != nil {
						t.Fatal(err)
					}
					done := make(chan error, 1)
					go func() { done <- r.Run(ctx) }()
					time.Sleep(30 * time.Second)
					stop()
					if err := <-done; err != nil {
						t.Error(err)
					}
				}
				live()
				left := m.saved.SavedAt
				time.Sleep(c.gap)
				live()
				if got := m.types(); len(got) != c.told {
					t.Fatalf("told %v", got)
				}
				if c.told == 1 {
					return
				}
				p, err := journal.Decode[health.ComponentFreshness](journal.Fact{Entry: m.facts[1]})
				if err != nil || p.Fresh || !p.Since.Equal(left) {
					t.Errorf("%+v, %v: it was last seen at %v", p, err, left)
				}
			})
		})
	}
}
