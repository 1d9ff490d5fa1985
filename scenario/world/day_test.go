package world_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/probe"
	"github.com/bonghwa/bonghwa/probe/dnsprobe"
	"github.com/bonghwa/bonghwa/scenario/world"
)

// day is one morning: when it starts, how fast hosts leave from 08:12:20 on,
// when that is stopped, and when the 60th is back.
type day struct {
	speed         float64
	start         time.Time
	every         time.Duration
	stopped, back time.Time
	level         health.Level
	from          time.Time // when the 60th leaves
}

// days are a few minutes of the morning, or with BONGHWA_SOAK all of it at two
// speeds and two rates, which takes four minutes.
func days() map[string]day {
	if os.Getenv("BONGHWA_SOAK") == "" {
		return map[string]day{"minutes": {
			60, seoul(8, 18, 30), 10 * time.Second, seoul(8, 20, 30), seoul(8, 21, 0), health.PartialOutage, seoul(8, 19, 0),
		}}
	}
	whole := func(speed float64, every time.Duration, from time.Time) day {
		return day{speed, seoul(8, 11, 0), every, seoul(9, 3, 0), seoul(9, 43, 0), health.MajorOutage, from}
	}
	return map[string]day{
		"60x":                           whole(60, 10*time.Second, seoul(8, 19, 0)),
		"240x":                          whole(240, 10*time.Second, seoul(8, 19, 0)),
		"60x and a host in 20 seconds":  whole(60, 20*time.Second, seoul(8, 25, 40)),
		"240x and a host in 20 seconds": whole(240, 20*time.Second, seoul(8, 25, 40)),
	}
}

// TestTheDayIsMeasuredAsItWas lives through the morning with real sockets: as
// the detector sees it, the failures begin when the 60th host leaves and end
// when it is back.
func TestTheDayIsMeasuredAsItWas(t *testing.T) {
	for name, d := range days() {
		t.Run(name, func(t *testing.T) {
			v, raised := morning(t, d)
			t.Logf("detected after %v; from off by %v, to by %v; %+v; %v",
				raised.Sub(d.from), v.From.Sub(d.from), v.To.Sub(d.back), v.Tally, v.Level)
			if v.From.Sub(d.from).Abs() > time.Minute || v.To.Sub(d.back).Abs() > time.Minute {
				t.Errorf("measured %v to %v, want %v to %v, each within a minute", v.From, v.To, d.from, d.back)
			}
			if late := raised.Sub(d.from); late > 120*time.Second {
				t.Errorf("detected after %v", late)
			}
			if v.Level != d.level {
				t.Errorf("level %v, want %v", v.Level, d.level)
			}
		})
	}
}

// morning gives the one verdict of the morning, and the world time at which it
// was raised.
func morning(t *testing.T, d day) (probe.Verdict, time.Time) {
	t.Helper()
	w := clock.NewWorld(d.start, d.speed)
	var vantages []string
	for i := range 5 {
		vantages = append(vantages, fmt.Sprintf("v%d", i+1))
	}
	f := open(t, w, vantages...)
	client := dnsprobe.New(clock.Wall{})
	kept := &memory{}
	r, err := probe.NewRunner(t.Context(), probe.Options{
		Check: check(f), Prober: client, Store: kept, World: w,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var run sync.WaitGroup
	run.Go(func() {
		if err := r.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	script(t, w, f, d)
	wait(t, w, 75*time.Second)
	stop()
	run.Wait()
	f.Close()
	sent, lost := f.Sent()
	t.Logf("%+v; %d queries sent, %d turns skipped, %d packets dropped", r.Figures(), sent, f.Skipped(), client.Dropped())
	sum(t, f, sent, lost)
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	return kept.one(t)
}

func check(f *world.Fleet) probe.Check {
	c := probe.Check{
		ID: "dns-seoul", Scope: health.Scope{Service: "ec2", Region: "ap-northeast-2"}, Symptom: health.DNS,
		Every: time.Second, Timeout: time.Second, StaleAfter: 3 * time.Second,
		Quorum: probe.Quorum{Vantages: 3, Zones: 2}, Names: names(), TCPEvery: 20,
	}
	for i, s := range f.Stubs() {
		c.Vantages = append(c.Vantages, probe.Vantage{
			ID: health.VantageID(s.Vantage), Zone: health.ZoneID("abc"[i%3 : i%3+1]), Target: s.Addr.String(),
		})
	}
	return c
}

// script takes hosts away from 08:12:20 on until 20 are left, then one in two
// minutes until that is stopped, and brings them back until 60 serve.
func script(t *testing.T, w *clock.World, f *world.Fleet, d day) {
	t.Helper()
	at, n := seoul(8, 12, 20), 100
	for at.Before(d.stopped) {
		until(t, w, at)
		n--
		f.SetInService(n)
		step := d.every
		if n <= 20 {
			step = 2 * time.Minute
		}
		at = at.Add(step)
	}
	for step := d.back.Sub(d.stopped) / time.Duration(60-n); n < 60; {
		n++
		until(t, w, d.back.Add(-time.Duration(60-n)*step))
		f.SetInService(n)
	}
}

func until(t *testing.T, w *clock.World, at time.Time) {
	t.Helper()
	if err := w.SleepUntil(t.Context(), at); err != nil {
		t.Fatal(err)
	}
}

// memory keeps a check in memory.
type memory struct {
	mu       sync.Mutex
	saved    probe.Saved
	facts    []journal.Entry
	verdicts map[health.VerdictID]probe.Verdict
}

func (m *memory) Load(context.Context, health.CheckID) (probe.Saved, error) { return m.saved, nil }

func (m *memory) Save(_ context.Context, s probe.Saved, verdicts []probe.Verdict, facts []journal.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.saved, m.facts = s, append(m.facts, facts...)
	if m.verdicts == nil {
		m.verdicts = map[health.VerdictID]probe.Verdict{}
	}
	for _, v := range verdicts {
		m.verdicts[v.ID] = v
	}
	return nil
}

func (m *memory) one(t *testing.T) (probe.Verdict, time.Time) {
	t.Helper()
	var raised time.Time
	for _, e := range m.facts {
		if e.Type == health.VerdictRaisedFact {
			raised = e.At
		}
		t.Log(e.At.Format(time.TimeOnly), e.Type, string(e.Payload))
	}
	if len(m.verdicts) != 1 {
		t.Fatalf("%d verdicts, want one", len(m.verdicts))
	}
	for _, v := range m.verdicts {
		return v, raised
	}
	panic("unreachable")
}
