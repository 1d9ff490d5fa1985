package board

import (
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

// Event is a published incident as its readers see it.
type Event struct {
	incident.Incident
	Latest []incident.Impact // statements in force, ended when the incident is
	From   time.Time         // the first impact's beginning, or when it was opened
	To     time.Time         // the last impact's end; zero while one is open or to end later

	ends time.Time // as To, though it lie ahead
}

func newEvent(in incident.Incident) *Event {
	e := &Event{Incident: in, From: in.Began(), Latest: in.CurrentImpacts()}
	end := in.EndedAt()
	for n, i := range e.Latest {
		if i.During.Open() && !end.IsZero() {
			e.Latest[n].During.To = end
		}
	}
	e.ends = e.lastEnd(end)
	return e
}

// at is the event as it is told at an instant: an end that lies ahead has not come.
func (e *Event) at(now time.Time) *Event {
	to := e.ends
	if to.After(now) {
		to = time.Time{}
	}
	if to.Equal(e.To) {
		return e
	}
	told := *e
	told.To = to
	return &told
}

// lastEnd is when the last impact ended, else the incident's own end.
func (e *Event) lastEnd(end time.Time) time.Time {
	if len(e.Latest) == 0 {
		return end
	}
	var last time.Time
	for _, i := range e.Latest {
		if i.During.Open() {
			return time.Time{}
		}
		last = later(last, i.During.To)
	}
	return last
}

// Ends is when the event ended or, for planned work, is to end; zero when nobody
// knows.
func (e *Event) Ends() time.Time {
	if e.Kind == incident.Maintenance {
		return e.ends
	}
	return e.To
}

// Over reports whether the incident's life has ended.
func (e *Event) Over() bool { return e.State.Ended() }

// Stands reports whether the incident counts for levels and bars: it was neither
// withdrawn nor called off.
func (e *Event) Stands() bool { return e.Public() && e.State != incident.Canceled }

// Components lists the components the event touches, in the order first stated.
func (e *Event) Components() []health.ComponentID {
	var ids []health.ComponentID
	for _, i := range e.Impacts {
		if id := i.Scope.Component(); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// LastUpdate is the newest message.
func (e *Event) LastUpdate() incident.Update { return e.Updates[len(e.Updates)-1] }

// Newest gives the updates, newest first.
func (e *Event) Newest() []incident.Update {
	list := slices.Clone(e.Updates)
	slices.Reverse(list)
	return list
}

// SequenceOf finds the number of an update by its id, 0 when there is none.
func (e *Event) SequenceOf(id health.UpdateID) int {
	for _, u := range e.Updates {
		if u.ID == id {
			return u.Sequence
		}
	}
	return 0
}

// CorrectedBy finds the update that corrects one, 0 when none does.
func (e *Event) CorrectedBy(id health.UpdateID) int {
	for _, u := range e.Updates {
		if u.Corrects == id {
			return u.Sequence
		}
	}
	return 0
}

// Level is the worst level of the statements in force.
func (e *Event) Level() health.Level {
	worst := health.Operational
	for _, i := range e.Latest {
		if i.Determination != health.DeterminationGoodwill {
			worst = max(worst, i.Level)
		}
	}
	if worst == health.Operational {
		return health.Informational
	}
	return worst
}

// LevelAt is the worst level of the impacts that are open at an instant.
func (e *Event) LevelAt(now time.Time) health.Level {
	worst := health.Operational
	for _, i := range e.Latest {
		if i.During.Contains(now) && i.Determination != health.DeterminationGoodwill {
			worst = max(worst, i.Level)
		}
	}
	return worst
}

// Hit is one component of an event with its worst level.
type Hit struct {
	Scope health.Scope // the whole component
	Level health.Level
	Now   bool // the impact is open
}

// Hits lists the components of an event, worst first.
func (e *Event) Hits(now time.Time) []Hit {
	var list []Hit
	for _, i := range e.Latest {
		if i.Determination == health.DeterminationGoodwill {
			continue
		}
		whole := health.Scope{Service: i.Scope.Service, Region: i.Scope.Region}
		n := slices.IndexFunc(list, func(h Hit) bool { return h.Scope == whole })
		if n < 0 {
			n = len(list)
			list = append(list, Hit{Scope: whole})
		}
		list[n].Level = max(list[n].Level, i.Level)
		list[n].Now = list[n].Now || i.During.Contains(now)
	}
	slices.SortStableFunc(list, func(a, b Hit) int { return int(b.Level) - int(a.Level) })
	return list
}

// span is the event's time as far as it has come, at least a second.
func (e *Event) span(now time.Time) health.Interval {
	least := e.From.Add(time.Second)
	span := health.Interval{From: e.From, To: e.To}.Until(later(now, least))
	span.To = later(span.To, least)
	return span
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
