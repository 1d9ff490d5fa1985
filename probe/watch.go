package probe

import (
	"slices"
	"sync"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
)

// watch is the part of a Runner that everybody touches: the probes under way in
// the order they were sent, the detector behind them, and what waits to be
// saved. All of it stands under one lock.
type watch struct {
	check Check
	world *clock.World
	wall  clock.Wall

	mu       sync.Mutex
	detector *Detector
	flight   []*flying
	seen     map[health.VantageID]time.Time // wall time of each vantage's newest sample
	fresh    bool
	figures  Figures
	version  int64
	verdicts []Verdict       // changed and not saved yet
	facts    []journal.Entry // not saved yet
	urgent   chan struct{}   // holds one token while facts wait
}

// flying is a probe that was sent and may have been answered.
type flying struct {
	sample   Sample
	answered bool
	void     bool // it says nothing
}

// Figures count what a Runner did since it was started.
type Figures struct {
	Sent    int64 // probes sent
	Failed  int64 // of those answered or given up
	Skipped int64 // probes not sent because their time had passed
	Void    int64 // time-outs not counted because this machine stood still
}

func newWatch(o Options, saved Saved) *watch {
	w := &watch{
		check: o.Check, world: o.World, wall: o.Wall,
		detector: NewDetector(o.Check, saved.State, nil),
		seen:     map[health.VantageID]time.Time{}, fresh: saved.Fresh, version: saved.Version,
		urgent: make(chan struct{}, 1),
	}
	if saved.Fresh { // a short stop is no reason to call the component unknown
		for _, v := range o.Check.Vantages {
			w.seen[v.ID] = o.Wall.Now()
		}
	}
	return w
}

// resume says that nobody saw the component since the check was last saved, when
// that is longer ago than data stay fresh: whoever ran the check could not say so.
func (w *watch) resume(savedAt time.Time) error {
	gone := w.world.Now().Sub(savedAt)
	if !w.fresh || savedAt.IsZero() || gone < time.Duration(float64(w.check.StaleAfter)*max(1, w.world.Speed())) {
		return nil
	}
	w.fresh = false
	clear(w.seen)
	return w.sayFresh(savedAt)
}

// send dates a probe and queues it.
func (w *watch) send(v health.VantageID) *flying {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := &flying{sample: Sample{Vantage: v, SentAt: w.world.Now()}}
	w.flight = append(w.flight, f)
	w.figures.Sent++
	return f
}

// answer takes a probe's result, and gives the detector every sample before
// which nothing is under way any more: it sees them in the order of sending,
// though a time-out comes later than the answers sent after it.
func (w *watch) answer(f *flying, r Result, void bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	f.sample.Result, f.answered, f.void = r, true, void
	done := 0
	for done < len(w.flight) && w.flight[done].answered {
		if err := w.observe(w.flight[done]); err != nil {
			return err
		}
		w.flight[done] = nil
		done++
	}
	w.flight = w.flight[done:]
	return nil
}

func (w *watch) observe(f *flying) error {
	if f.void {
		w.figures.Void++
		return nil
	}
	s := f.sample
	w.seen[s.Vantage] = w.wall.Now()
	if !s.OK() {
		w.figures.Failed++
	}
	for _, e := range w.detector.Observe(s) {
		kind, payload := e.fact()
		if err := w.say(kind, string(e.Verdict.ID), payload); err != nil {
			return err
		}
		w.verdicts = append(w.verdicts, e.Verdict)
	}
	if !w.fresh {
		return w.freshen()
	}
	return nil
}

// freshen says so when the component's data have gone stale or come back: they
// are fresh while the vantages that see something make a quorum.
func (w *watch) freshen() error {
	now := w.wall.Now()
	count, zones := 0, map[health.ZoneID]bool{}
	for _, v := range w.check.Vantages {
		if at, ok := w.seen[v.ID]; ok && now.Sub(at) < w.check.StaleAfter {
			count++
			zones[v.Zone] = true
		}
	}
	fresh := count >= w.check.Quorum.Vantages && len(zones) >= w.check.Quorum.Zones
	if fresh == w.fresh {
		return nil
	}
	w.fresh = fresh
	return w.sayFresh(time.Time{})
}

// sayFresh tells whether the component's data are fresh; since is zero for now.
func (w *watch) sayFresh(since time.Time) error {
	return w.say(health.ComponentFreshnessFact, string(w.check.Scope.Component()),
		health.ComponentFreshness{Scope: w.check.Scope, Fresh: w.fresh, Since: since})
}

func (w *watch) say(kind health.FactType, subject string, payload any) error {
	e, err := journal.NewEntry(kind, subject, "probe:"+string(w.check.ID), w.world.Now(), payload)
	if err != nil {
		return err
	}
	w.facts = append(w.facts, e)
	select {
	case w.urgent <- struct{}{}:
	default:
	}
	return nil
}

// unsaved is all that a save must hold.
func (w *watch) unsaved() (Saved, []Verdict, []journal.Entry, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.freshen(); err != nil {
		return Saved{}, nil, nil, err
	}
	saved := Saved{Check: w.check.ID, State: w.detector.State(), Fresh: w.fresh, SavedAt: w.world.Now(), Version: w.version}
	verdicts := slices.Clip(w.verdicts)
	if v, open := w.detector.Current(); open {
		verdicts = append(verdicts, v)
	}
	return saved, verdicts, slices.Clip(w.facts), nil
}

// kept forgets what a save has written: the first facts and changed verdicts.
func (w *watch) kept(verdicts, facts int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.verdicts = w.verdicts[min(verdicts, len(w.verdicts)):]
	w.facts = w.facts[facts:]
	w.version++
}
