package probe_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/probe"
)

func seoul(h, m, s int) time.Time { return time.Date(2018, 11, 22, h-9, m, s, 0, time.UTC) }

func check(vantages int) probe.Check {
	c := probe.Check{
		ID: "dns-seoul", Scope: health.Scope{Service: "ec2", Region: "ap-northeast-2"}, Symptom: health.DNS,
		Every: time.Second, Timeout: time.Second, StaleAfter: 5 * time.Second,
		Quorum: probe.Quorum{Vantages: min(3, vantages), Zones: min(2, vantages)},
		Names:  probe.Names{Hot: "hot.example", UniqueZone: "unique.example", Outside: []string{"one.example", "two.example"}},
	}
	for i := range vantages {
		c.Vantages = append(c.Vantages, probe.Vantage{
			ID: health.VantageID(fmt.Sprintf("v%d", i+1)), Zone: health.ZoneID("abc"[i%3 : i%3+1]),
		})
	}
	return c
}

// rounds feeds samples, one a vantage and second, from a time on, until the
// function that says which fail gives false for going on.
func rounds(d *probe.Detector, c probe.Check, from time.Time, n int, fails func(v, i int) bool) []probe.Event {
	var out []probe.Event
	for i := range n {
		for v, vantage := range c.Vantages {
			s := probe.Sample{Vantage: vantage.ID, SentAt: from.Add(time.Duration(i)*time.Second + time.Duration(v)*time.Millisecond)}
			if fails(v, i) {
				s.Failure = probe.Servfail
			}
			out = append(out, d.Observe(s)...)
		}
	}
	return out
}

func TestATotalOutageIsSeenInSixProbesAndDatedAtTheFirst(t *testing.T) {
	t.Parallel()
	c := check(5)
	d := probe.NewDetector(c, probe.State{}, nil)
	rounds(d, c, seoul(8, 0, 0), 300, func(int, int) bool { return false })
	start := seoul(8, 5, 0)
	events := rounds(d, c, start, 10, func(int, int) bool { return true })
	if len(events) != 1 || events[0].Change != probe.Raised {
		t.Fatalf("events %+v, want one raised", events)
	}
	v := events[0].Verdict
	if !v.From.Equal(start) || v.RaisedAt.Sub(start) >= 6*time.Second || v.Level != health.MajorOutage || v.Share() != 1 {
		t.Errorf("raised %v from %v with share %v as %v", v.RaisedAt, v.From, v.Share(), v.Level)
	}
	if cur, open := d.Current(); !open || cur.Tally.Probes != 50 || len(cur.Vantages) != 5 {
		t.Errorf("the verdict grows while it lasts: %+v", cur)
	}
}

func TestAQuorumNeedsVantagesAndZones(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		failing []int // of v1..v5 in zones a b c a b
		raised  bool
	}{
		{"two vantages", []int{0, 1}, false},
		{"three in three zones", []int{0, 1, 2}, true},
		{"three in two zones", []int{0, 1, 3}, true},
		{"two in one zone", []int{0, 3}, false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := check(5)
			d := probe.NewDetector(c, probe.State{}, nil)
			events := rounds(d, c, seoul(8, 0, 0), 60, func(v, _ int) bool { return slices.Contains(tc.failing, v) })
			if (len(events) == 1) != tc.raised {
				t.Errorf("events %+v, raised should be %v", events, tc.raised)
			}
		})
	}
	c := check(5)
	for i := range c.Vantages {
		c.Vantages[i].Zone = "a"
	}
	d := probe.NewDetector(c, probe.State{}, nil)
	if events := rounds(d, c, seoul(8, 0, 0), 60, func(int, int) bool { return true }); len(events) != 0 {
		t.Error("one zone alone is its own trouble, not the region's")
	}
}

func TestAVerdictEndsAfterAMinuteWithoutFailureAndIsDatedAtTheLast(t *testing.T) {
	t.Parallel()
	c := check(3)
	d := probe.NewDetector(c, probe.State{}, nil)
	start := seoul(9, 0, 0)
	// 100 seconds of failure, 59 well, one more failure of one vantage, then well.
	fails := func(v, i int) bool { return i < 100 || i == 159 && v == 1 }
	events := rounds(d, c, start, 400, fails)
	if len(events) != 2 || events[1].Change != probe.Cleared {
		t.Fatalf("events %+v", events)
	}
	v := events[1].Verdict
	if want := start.Add(159*time.Second + time.Millisecond); !v.To.Equal(want) {
		t.Errorf("to %v, want the last failure %v", v.To, want)
	}
	if want := (probe.Tally{Probes: 159*3 + 2, Failed: 301}); v.Tally != want {
		t.Errorf("tally %+v, want %+v: only what lies in [from, to]", v.Tally, want)
	}
	if v.Level != health.MajorOutage {
		t.Errorf("level %v", v.Level)
	}
	if again := rounds(d, c, start.Add(400*time.Second), 5, func(_, i int) bool { return i == 0 }); len(again) != 0 {
		t.Error("one failure after the end must not raise again: the scores start anew")
	}
}

func TestSilenceEndsNothing(t *testing.T) {
	t.Parallel()
	c := check(3)
	d := probe.NewDetector(c, probe.State{}, nil)
	rounds(d, c, seoul(9, 0, 0), 20, func(int, int) bool { return true })
	if events := rounds(d, c, seoul(9, 10, 0), 29, func(int, int) bool { return false }); len(events) != 0 {
		t.Error("29 right answers after ten minutes without probes are no minute without failure")
	}
	two := c
	two.Vantages = c.Vantages[:2]
	if events := rounds(d, two, seoul(9, 1, 0), 600, func(int, int) bool { return false }); len(events) != 0 {
		t.Error("a vantage that says nothing has not seen the end")
	}
}

func TestLevelOfAShare(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		failed, probes int
		want           health.Level
	}{
		{49, 1000, health.Degraded},
		{50, 1000, health.PartialOutage},
		{499, 1000, health.PartialOutage},
		{500, 1000, health.MajorOutage},
	} {
		if got := probe.LevelOf(probe.Tally{Probes: tc.probes, Failed: tc.failed}); got != tc.want {
			t.Errorf("%d of %d is %v, want %v", tc.failed, tc.probes, got, tc.want)
		}
	}
}

func TestAnExcursionStartsWhenAFaintFailureBegins(t *testing.T) {
	t.Parallel()
	var offs []time.Duration
	for seed := range uint64(200) {
		c := check(5)
		r := rand.New(rand.NewPCG(seed, 2018))
		d := probe.NewDetector(c, probe.State{}, nil)
		start := seoul(8, 19, 0)
		rounds(d, c, start.Add(-time.Hour), 3600, func(int, int) bool { return r.Float64() < 0.0005 })
		// 1.7 % more are lost every ten seconds, as when one host of 60 leaves.
		events := rounds(d, c, start, 300, func(_, i int) bool { return r.Float64() < float64(i/10+1)/60 })
		if len(events) != 1 {
			t.Fatalf("seed %d: events %+v", seed, events)
		}
		v := events[0].Verdict
		offs = append(offs, v.From.Sub(start).Abs())
		if took := v.RaisedAt.Sub(start); took > 150*time.Second {
			t.Errorf("seed %d: raised after %v", seed, took)
		}
	}
	slices.Sort(offs)
	if offs[100] > 20*time.Second || offs[190] > time.Minute {
		t.Errorf("the start is off by %v in the median and %v at the 95th hundredth", offs[100], offs[190])
	}
}

// TestReferenceFigures repeats the simulation of contracts/fleet.md on one
// vantage: how many probes a failure rate takes to be seen.
func TestReferenceFigures(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		rate        float64
		median, p99 int
	}{
		{rate: 1, median: 6, p99: 6},
		{rate: 0.2, median: 30, p99: 72},
		{rate: 0.05, median: 150, p99: 330},
	} {
		r := rand.New(rand.NewPCG(1, uint64(tc.rate*1000)))
		var took []int
		for range 1000 {
			took = append(took, probesToAlarm(r, tc.rate))
		}
		slices.Sort(took)
		if m := took[500]; m < tc.median*4/5 || m > tc.median*6/5 {
			t.Errorf("at %v the median is %d probes, want about %d", tc.rate, m, tc.median)
		}
		if p := took[990]; p > tc.p99*6/5 {
			t.Errorf("at %v the 99th hundredth is %d probes, want about %d", tc.rate, p, tc.p99)
		}
	}
}

func probesToAlarm(r *rand.Rand, rate float64) int {
	c := check(1)
	d := probe.NewDetector(c, probe.State{}, func(time.Time) health.VerdictID { return "x" })
	for n := 1; ; n++ {
		s := probe.Sample{Vantage: "v1", SentAt: seoul(8, 0, 0).Add(time.Duration(n) * time.Second)}
		if r.Float64() < rate {
			s.Failure = probe.Timeout
		}
		if len(d.Observe(s)) > 0 {
			return n
		}
	}
}

func TestNoFalseAlarmAtThreeInAThousand(t *testing.T) {
	t.Parallel()
	probes := 500_000
	if os.Getenv("BONGHWA_SOAK") != "" {
		probes = 5_000_000
	}
	c := check(5)
	r := rand.New(rand.NewPCG(3, 1000))
	d := probe.NewDetector(c, probe.State{}, nil)
	if events := rounds(d, c, seoul(9, 0, 0), probes/5, func(int, int) bool { return r.Float64() < 0.003 }); len(events) != 0 {
		t.Errorf("false alarm: %+v", events[0])
	}
}

func TestAKillAnywhereChangesNothing(t *testing.T) {
	t.Parallel()
	c := check(5)
	named := func(at time.Time) health.VerdictID { return health.VerdictID(at.Format(time.RFC3339Nano)) }
	run := func(kill func(i int) bool) []probe.Event {
		r := rand.New(rand.NewPCG(8, 19))
		d := probe.NewDetector(c, probe.State{}, named)
		var out []probe.Event
		for i := range 3000 {
			at := seoul(8, 0, 0).Add(time.Duration(i) * time.Second)
			rate := 0.001
			if i > 1000 && i < 2000 {
				rate = float64(i-1000) / 2000
			}
			out = append(out, rounds(d, c, at, 1, func(int, int) bool { return r.Float64() < rate })...)
			if !kill(i) {
				continue
			}
			d = restart(t, c, d, named)
			// What was seen before the kill comes once more: it must not count again.
			out = append(out, rounds(d, c, at, 1, func(int, int) bool { return true })...)
		}
		return out
	}
	whole := run(func(int) bool { return false })
	if len(whole) != 2 {
		t.Fatalf("events %+v, want one raised and one cleared", whole)
	}
	if killed := run(func(i int) bool { return i%7 == 0 }); !reflect.DeepEqual(killed, whole) {
		t.Errorf("with kills\n%+v\nwithout\n%+v", killed, whole)
	}
}

// restart saves the detector's state as JSON and makes a new one of it.
func restart(t *testing.T, c probe.Check, d *probe.Detector, named func(time.Time) health.VerdictID) *probe.Detector {
	t.Helper()
	b, err := json.Marshal(d.State())
	if err != nil {
		t.Fatal(err)
	}
	var s probe.State
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	return probe.NewDetector(c, s, named)
}

func TestAVantageThatIsGoneDoesNotHoldAVerdictOpen(t *testing.T) {
	t.Parallel()
	c := check(5)
	d := probe.NewDetector(c, probe.State{}, nil)
	rounds(d, c, seoul(9, 0, 0), 20, func(v, _ int) bool { return v < 3 })
	after := c
	after.Vantages = c.Vantages[1:]
	d = restart(t, after, d, nil)
	events := rounds(d, after, seoul(9, 1, 0), 120, func(int, int) bool { return false })
	if len(events) != 1 || events[0].Change != probe.Cleared {
		t.Errorf("events %+v, want it cleared by those that are left", events)
	}
}
