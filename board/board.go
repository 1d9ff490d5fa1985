// Package board is the public record at one instant: which components stand how,
// what is going on, what was said of it, and how the past days and months were.
// Every public reader (pages, feeds, documents for programs, static copies) tells
// the same board, so that they cannot contradict each other.
//
// It promises that a board never changes once made, that a probed component
// without fresh data is unknown and never well, that a board which could not be
// read anew says how old it is, and that what it costs to make one grows with what
// changed, not with the catalogue. A Keeper reads the domains and follows the
// journal; what it read can be saved and loaded, so that a board can be made with
// the database down.
//
// The package decides nothing about incidents, knows no accounts, and words
// nothing: languages are the readers' affair.
package board

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/bonghwa/bonghwa/banner"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/postevent"
)

// Terms are what a board is told by besides the record.
type Terms struct {
	Zone    *time.Location         // whose calendar days and months are meant
	Weights map[health.Level]int64 // how much of the time at a level counts as down, in parts per million
	Fresh   time.Duration          // how long after it was read a board counts as current
}

// DefaultWeights count partial outages and worse as down, whole.
func DefaultWeights() map[health.Level]int64 {
	return map[health.Level]int64{health.MajorOutage: whole, health.PartialOutage: whole, health.Degraded: 0}
}

// whole is all of the time or of the requests, in parts per million.
const whole = 1_000_000

// Board is the public record at one instant. It is never changed and safe for
// concurrent use.
type Board struct {
	Terms
	Revision  journal.Position
	Now       time.Time // world time it is told at
	Confirmed time.Time // world time it was read at
	Plan      *Plan
	Events    []*Event // what was published, latest beginning first
	Summaries []postevent.Summary
	Worst     health.Level
	Banner    *banner.Banner // said above every page; nil: nothing is

	silent   map[health.ComponentID]bool // probed, and nothing fresh is known
	never    map[health.ComponentID]bool // probed, and no check of it has ever run
	silences map[health.ComponentID][]health.Interval
	levels   map[health.ComponentID]health.Level // those that are not operational
	byID     map[health.IncidentID]*Event
	scopes   func() map[health.ComponentID][]*Event
	unwell   func() []health.ComponentID
}

// rate gives every component that is not well its level: the worst open impact of
// an event that stands, or unknown when it is probed and nothing fresh is known.
func (b *Board) rate() {
	b.levels = make(map[health.ComponentID]health.Level, len(b.silent))
	for id := range b.silent {
		b.levels[id] = health.Unknown
	}
	if b.Old() {
		for _, id := range b.Plan.probed {
			b.levels[id] = health.Unknown
		}
	}
	for _, e := range b.Events {
		if e.Stands() && (e.To.IsZero() || e.To.After(b.Now)) {
			b.rateBy(e)
		}
	}
	for _, l := range b.levels {
		b.Worst = max(b.Worst, l)
	}
}

func (b *Board) rateBy(e *Event) {
	for _, i := range e.Latest {
		if i.Level > health.Operational && i.Determination != health.DeterminationGoodwill && i.During.Contains(b.Now) {
			id := i.Scope.Component()
			b.levels[id] = max(b.levels[id], i.Level)
		}
	}
}

// noticed are the impacts of standing events on a component that make a level, or
// made one.
func (b *Board) noticed(id health.ComponentID) []incident.Impact {
	var list []incident.Impact
	for _, e := range b.EventsOf(id) {
		if !e.Stands() {
			continue
		}
		for _, i := range e.Latest {
			if i.Scope.Component() == id && i.Level > health.Operational && i.Determination != health.DeterminationGoodwill {
				list = append(list, i)
			}
		}
	}
	return list
}

// Old reports whether the board could not be read for so long that it no longer
// counts as current.
func (b *Board) Old() bool { return b.Fresh > 0 && b.Now.Sub(b.Confirmed) > b.Fresh }

// Level is how a component stands.
func (b *Board) Level(id health.ComponentID) health.Level { return b.levels[id] }

// Unmeasured reports whether a component is probed and nothing fresh is known of it,
// whatever its level says besides.
func (b *Board) Unmeasured(id health.ComponentID) bool {
	c, ok := b.Plan.Component(id)
	return ok && c.Basis == health.Probed && (b.silent[id] || b.Old())
}

// Silences are when a component's checks had no fresh data, each check's in order.
// They must not be changed.
func (b *Board) Silences(id health.ComponentID) []health.Interval { return b.silences[id] }

// Unwell lists the components that are not operational, in the catalogue's order,
// then those that the catalogue no longer has. The list must not be changed.
func (b *Board) Unwell() []health.ComponentID { return b.unwell() }

// ranked is a component with its place in the catalogue.
type ranked struct {
	id   health.ComponentID
	rank int
}

func (b *Board) sortUnwell() []health.ComponentID {
	order := make([]ranked, 0, len(b.levels))
	for id := range b.levels {
		order = append(order, ranked{id, b.Plan.rank(id)})
	}
	return inOrder(order)
}

func inOrder(order []ranked) []health.ComponentID {
	slices.SortFunc(order, func(x, y ranked) int { return cmp.Or(cmp.Compare(x.rank, y.rank), cmp.Compare(x.id, y.id)) })
	list := make([]health.ComponentID, len(order))
	for i, x := range order {
		list[i] = x.id
	}
	return list
}

// Eventful lists the components of the catalogue that any event touches or whose
// probes were ever silent, in the catalogue's order. All others were well
// throughout.
func (b *Board) Eventful() []health.ComponentID {
	var order []ranked
	add := func(id health.ComponentID) {
		if r, ok := b.Plan.ranks[id]; ok {
			order = append(order, ranked{id, r})
		}
	}
	for id := range b.scopes() {
		add(id)
	}
	for id := range b.silences {
		if len(b.scopes()[id]) == 0 {
			add(id)
		}
	}
	return inOrder(order)
}

// Count is how many components of the catalogue stand at a level.
func (b *Board) Count(l health.Level) int {
	n := 0
	for id, at := range b.levels {
		if _, ok := b.Plan.Component(id); ok && (at == l || l == health.Operational) {
			n++
		}
	}
	if l == health.Operational {
		return len(b.Plan.Components) - n
	}
	return n
}

// Event finds an event by its incident's id.
func (b *Board) Event(id health.IncidentID) (*Event, bool) {
	e, ok := b.byID[id]
	return e, ok
}

// EventsOf are the events that touch a component, latest beginning first.
func (b *Board) EventsOf(id health.ComponentID) []*Event { return b.scopes()[id] }

// Summary finds a published post-event summary.
func (b *Board) Summary(id health.SummaryID) (postevent.Summary, bool) {
	i := slices.IndexFunc(b.Summaries, func(s postevent.Summary) bool { return s.ID == id })
	if i < 0 {
		return postevent.Summary{}, false
	}
	return b.Summaries[i], true
}

// SummaryOf finds the published summary of an incident.
func (b *Board) SummaryOf(id health.IncidentID) (postevent.Summary, bool) {
	i := slices.IndexFunc(b.Summaries, func(s postevent.Summary) bool { return s.Incident == id })
	if i < 0 {
		return postevent.Summary{}, false
	}
	return b.Summaries[i], true
}

// Open lists the issues and notices whose life goes on.
func (b *Board) Open() []*Event {
	return b.filter(func(e *Event) bool { return e.Kind != incident.Maintenance && !e.Over() })
}

// PlannedAhead is how far ahead planned work is announced.
const PlannedAhead = 14 * 24 * time.Hour

// Planned lists the maintenances that run, or begin within PlannedAhead, the next
// one first.
func (b *Board) Planned() []*Event {
	list := b.filter(func(e *Event) bool {
		return e.Kind == incident.Maintenance && !e.Over() && e.From.Before(b.Now.Add(PlannedAhead))
	})
	slices.Reverse(list)
	return list
}

// Maintenances lists all planned work, latest beginning first.
func (b *Board) Maintenances() []*Event {
	return b.filter(func(e *Event) bool { return e.Kind == incident.Maintenance })
}

// Recent lists what ended within a day.
func (b *Board) Recent() []*Event {
	return b.filter(func(e *Event) bool {
		return e.Stands() && e.Over() && e.LastUpdate().PublishedAt.After(b.Now.Add(-24*time.Hour))
	})
}

// Touching lists the events that went on during an interval, as far as it has come.
func (b *Board) Touching(during health.Interval) []*Event {
	return b.filter(func(e *Event) bool { return !e.From.After(b.Now) && e.span(b.Now).Overlaps(during) })
}

func (b *Board) filter(keep func(*Event) bool) []*Event {
	var list []*Event
	for _, e := range b.Events {
		if keep(e) {
			list = append(list, e)
		}
	}
	return list
}

// index finds the events of each component, and what is not well, when first asked
// for.
func (b *Board) index() {
	b.unwell = sync.OnceValue(b.sortUnwell)
	b.scopes = sync.OnceValue(func() map[health.ComponentID][]*Event {
		found := map[health.ComponentID][]*Event{}
		for _, e := range b.Events {
			for _, id := range e.Components() {
				found[id] = append(found[id], e)
			}
		}
		return found
	})
}
