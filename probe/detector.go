package probe

import (
	"maps"
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// quiet is the world time every vantage of the quorum must go without a failure
// before a verdict is over.
const quiet = time.Minute

// Verdict is a disturbance as the vantages measured it.
type Verdict struct {
	ID       health.VerdictID   `json:"id"`
	Check    health.CheckID     `json:"check"`
	Scope    health.Scope       `json:"scope"`
	Symptom  health.Symptom     `json:"symptom"`
	RaisedAt time.Time          `json:"raised_at"`   // when the sample that settled it was sent
	From     time.Time          `json:"from"`        // the quorum's earliest excursion start
	To       time.Time          `json:"to,omitzero"` // the last failed sample, once it is over
	Vantages []health.VantageID `json:"vantages"`    // the quorum, sorted; it may grow
	Tally    Tally              `json:"tally"`       // the quorum's probes from From to the last failure
	Level    health.Level       `json:"level"`
}

// Share is which part of the quorum's probes failed, 0 to 1.
func (v Verdict) Share() float64 {
	if v.Tally.Probes == 0 {
		return 0
	}
	return float64(v.Tally.Failed) / float64(v.Tally.Probes)
}

// LevelOf is the level that a share of failures makes: below 5 % degraded,
// below 50 % a partial outage, else a major one.
func LevelOf(t Tally) health.Level {
	switch {
	case t.Failed*20 < t.Probes:
		return health.Degraded
	case t.Failed*2 < t.Probes:
		return health.PartialOutage
	}
	return health.MajorOutage
}

// Change says what became of a verdict by one sample.
type Change int

// The changes. A verdict grows without a word when another vantage joins; its
// current figures can be read at any time.
const (
	Raised Change = iota + 1
	Cleared
)

// Event is a verdict at the moment it was raised or cleared.
type Event struct {
	Change  Change
	Verdict Verdict
}

// State is all that the detector remembers, fit to be kept as JSON.
type State struct {
	Tracks  map[health.VantageID]*Track `json:"tracks"`
	Verdict *Open                       `json:"verdict,omitempty"` // while one is open
}

// Open is a verdict that is not over. All counts everybody from From to the
// last failure in the quorum, Tail what came after it and belongs to the
// verdict only if another failure follows.
type Open struct {
	Verdict
	LastFailure time.Time `json:"last_failure"`
	All         Tallies   `json:"all"`
	Tail        Tallies   `json:"tail"`
}

// Detector turns the samples of one check into verdicts. It is a plain state
// machine: no clock, no I/O, no goroutine, and not safe for concurrent use.
type Detector struct {
	check Check
	zones map[health.VantageID]health.ZoneID
	state State
	newID func(time.Time) health.VerdictID
}

// NewDetector goes on from a saved state of a valid check; the zero State starts anew. What the
// state remembers of vantages that the check no longer has is dropped. newID
// names a verdict raised at a time; nil makes UUIDv7s.
func NewDetector(check Check, state State, newID func(time.Time) health.VerdictID) *Detector {
	if newID == nil {
		newID = func(at time.Time) health.VerdictID { return health.VerdictID(health.NewID(at)) }
	}
	d := &Detector{check: check, zones: map[health.VantageID]health.ZoneID{}, state: copyState(state), newID: newID}
	for _, v := range check.Vantages {
		d.zones[v.ID] = v.Zone
		if d.state.Tracks[v.ID] == nil {
			d.state.Tracks[v.ID] = &Track{}
		}
	}
	gone := func(id health.VantageID) bool { _, known := d.zones[id]; return !known }
	maps.DeleteFunc(d.state.Tracks, func(id health.VantageID, _ *Track) bool { return gone(id) })
	if open := d.state.Verdict; open != nil {
		open.Vantages = slices.DeleteFunc(open.Vantages, gone)
		if len(open.Vantages) == 0 { // nobody who saw it is left: ask all there are
			open.Vantages = slices.Sorted(maps.Keys(d.zones))
		}
	}
	return d
}

// State is a copy of all that the detector remembers.
func (d *Detector) State() State { return copyState(d.state) }

// Current is the open verdict with its figures so far; false when there is none.
func (d *Detector) Current() (Verdict, bool) {
	if d.state.Verdict == nil {
		return Verdict{}, false
	}
	v := d.state.Verdict.Verdict
	v.Vantages = slices.Clone(v.Vantages)
	return v, true
}

// Observe takes one sample. Samples must come in the order of sending; one that
// is not newer than the newest of its vantage was seen before and changes
// nothing, and neither does one of an unknown vantage.
func (d *Detector) Observe(s Sample) []Event {
	track := d.state.Tracks[s.Vantage]
	if track == nil || !s.SentAt.After(track.Newest) {
		return nil
	}
	track.observe(s)
	for _, t := range d.state.Tracks {
		if t.Excursion != nil && !s.SentAt.Before(t.Excursion.Start) {
			t.Excursion.Since.count(s)
		}
	}
	if d.state.Verdict == nil {
		return d.raise(s)
	}
	d.continueVerdict(s)
	return d.clear()
}

// raise opens a verdict when the vantages in alarm make a quorum.
func (d *Detector) raise(s Sample) []Event {
	var quorum []health.VantageID
	zones := map[health.ZoneID]bool{}
	for id, t := range d.state.Tracks {
		if t.alarmed() {
			quorum = append(quorum, id)
			zones[d.zones[id]] = true
		}
	}
	if len(quorum) < d.check.Quorum.Vantages || len(zones) < d.check.Quorum.Zones {
		return nil
	}
	slices.Sort(quorum)
	first := d.state.Tracks[quorum[0]].Excursion
	for _, id := range quorum[1:] {
		if e := d.state.Tracks[id].Excursion; e.Start.Before(first.Start) {
			first = e
		}
	}
	open := &Open{
		Verdict: Verdict{
			ID: d.newID(s.SentAt), Check: d.check.ID, Scope: d.check.Scope, Symptom: d.check.Symptom,
			RaisedAt: s.SentAt, From: first.Start, Vantages: quorum,
		},
		All: maps.Clone(first.Since), Tail: Tallies{},
	}
	for _, id := range quorum {
		if at := d.state.Tracks[id].LastFailure; at.After(open.LastFailure) {
			open.LastFailure = at
		}
	}
	open.reckon()
	d.state.Verdict = open
	v, _ := d.Current()
	return []Event{{Change: Raised, Verdict: v}}
}

// continueVerdict counts the sample into the open verdict, and takes its vantage
// in when it has come to be in alarm as well.
func (d *Detector) continueVerdict(s Sample) {
	open, track := d.state.Verdict, d.state.Tracks[s.Vantage]
	open.Tail.count(s)
	if s.OK() {
		return
	}
	at, in := slices.BinarySearch(open.Vantages, s.Vantage)
	if !in {
		if !track.alarmed() {
			return
		}
		open.Vantages = slices.Insert(open.Vantages, at, s.Vantage)
		if track.Excursion.Start.Before(open.From) {
			open.From, open.All, open.Tail = track.Excursion.Start, maps.Clone(track.Excursion.Since), Tallies{}
		}
	}
	open.All.add(open.Tail)
	open.Tail, open.LastFailure = Tallies{}, s.SentAt
	open.reckon()
}

// clear ends the verdict when every vantage of the quorum has been asked for
// long enough since the last failure of any of them. Silence ends nothing: of
// the probes due in that time at least half must have been answered.
func (d *Detector) clear() []Event {
	open := d.state.Verdict
	enough := int(quiet / (2 * d.check.Every))
	for _, id := range open.Vantages {
		if d.state.Tracks[id].Newest.Before(open.LastFailure.Add(quiet)) || open.Tail[id].Probes < enough {
			return nil
		}
	}
	open.To = open.LastFailure
	v, _ := d.Current()
	for _, id := range open.Vantages {
		t := d.state.Tracks[id]
		t.Score, t.Excursion = 0, nil
	}
	d.state.Verdict = nil
	return []Event{{Change: Cleared, Verdict: v}}
}

// reckon works the quorum's figures out of the counts.
func (o *Open) reckon() {
	o.Tally = Tally{}
	for _, id := range o.Vantages {
		o.Tally = o.Tally.plus(o.All[id])
	}
	o.Level = LevelOf(o.Tally)
}

func copyState(s State) State {
	out := State{Tracks: make(map[health.VantageID]*Track, len(s.Tracks))}
	for id, t := range s.Tracks {
		c := *t
		if t.Excursion != nil {
			e := *t.Excursion
			e.Since = cloneTallies(e.Since)
			c.Excursion = &e
		}
		out.Tracks[id] = &c
	}
	if s.Verdict != nil {
		v := *s.Verdict
		v.Vantages = slices.Clone(v.Vantages)
		v.All, v.Tail = cloneTallies(v.All), cloneTallies(v.Tail)
		out.Verdict = &v
	}
	return out
}

// cloneTallies never gives nil, so that a restored state can be counted into.
func cloneTallies(t Tallies) Tallies {
	out := make(Tallies, len(t))
	maps.Copy(out, t)
	return out
}
