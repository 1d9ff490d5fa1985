package public

import (
	"cmp"
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/postevent"
	"github.com/bonghwa/bonghwa/web/ui"
)

// source is what was read from the domains.
type source struct {
	catalog   catalog.Catalog
	incidents []incident.Incident
	summaries []postevent.Summary
	fresh     map[health.Scope]bool // nil: nobody watches, nothing is unknown
}

// model is everything the pages are made from, at one instant. It never changes.
type model struct {
	book       *language.Book
	site       ui.Site
	now        time.Time
	catalog    catalog.Catalog
	components []catalog.Component // in the catalogue's order
	fresh      map[health.Scope]bool
	events     []event // those that were published, latest beginning first
	byID       map[health.IncidentID]int
	byScope    map[health.ComponentID][]int // indices of events that touch the component
	published  map[health.SummaryID]postevent.Summary
	summaryOf  map[health.IncidentID]health.SummaryID
	levels     map[health.ComponentID]health.Level
	worst      health.Level
}

func newModel(o Options, now time.Time, src source) *model {
	m := &model{
		book: o.Book, site: o.Site, now: now, catalog: src.catalog, components: src.catalog.Components, fresh: src.fresh,
		byID: map[health.IncidentID]int{}, byScope: map[health.ComponentID][]int{},
		published: map[health.SummaryID]postevent.Summary{}, summaryOf: map[health.IncidentID]health.SummaryID{},
		levels: map[health.ComponentID]health.Level{},
	}
	for _, in := range src.incidents {
		if in.Public() && len(in.Updates) > 0 {
			m.events = append(m.events, newEvent(in, now))
		}
	}
	slices.SortFunc(m.events, func(a, b event) int {
		return cmp.Or(b.from.Compare(a.from), cmp.Compare(b.ID, a.ID))
	})
	for i, e := range m.events {
		m.byID[e.ID] = i
		for _, c := range e.components() {
			m.byScope[c] = append(m.byScope[c], i)
		}
	}
	for _, s := range src.summaries {
		if s.Published() {
			m.published[s.ID] = s
			m.summaryOf[s.Incident] = s.ID
		}
	}
	m.rate()
	return m
}

// rate gives every component its level: the worst open impact of an incident
// that stands, or unknown when it is probed and the probes are silent.
func (m *model) rate() {
	for _, c := range m.components {
		l := health.Operational
		if m.fresh != nil && c.Basis == health.Probed && !m.fresh[c.Scope()] {
			l = health.Unknown
		}
		m.levels[c.ID()] = l
	}
	for _, e := range m.events {
		if !e.stands() {
			continue
		}
		for _, i := range e.latest {
			if i.Determination == health.DeterminationGoodwill || !i.During.Contains(m.now) {
				continue
			}
			id := i.Scope.Component()
			m.levels[id] = max(m.levels[id], i.Level)
		}
	}
	for _, l := range m.levels {
		m.worst = max(m.worst, l)
	}
}

// event is an incident as the pages see it.
type event struct {
	incident.Incident
	latest []incident.Impact // statements in force, ended when the incident is
	from   time.Time         // the first impact's beginning, or when it was opened
	to     time.Time         // the last impact's end; zero while one is open
}

func newEvent(in incident.Incident, now time.Time) event {
	e := event{Incident: in, from: in.Began(), latest: in.CurrentImpacts()}
	end := in.EndedAt()
	for n, i := range e.latest {
		if i.During.Open() && !end.IsZero() {
			e.latest[n].During.To = end
		}
	}
	e.to = e.lastEnd(end)
	if e.to.After(now) {
		e.to = time.Time{}
	}
	return e
}

// lastEnd is when the last impact ended, else the incident's own end.
func (e event) lastEnd(end time.Time) time.Time {
	if len(e.latest) == 0 {
		return end
	}
	var last time.Time
	for _, i := range e.latest {
		if i.During.Open() {
			return time.Time{}
		}
		last = later(last, i.During.To)
	}
	return last
}

// over reports whether the incident's life has ended.
func (e event) over() bool { return e.State.Ended() }

// stands reports whether the incident counts for levels and bars: it was neither
// withdrawn nor called off.
func (e event) stands() bool { return e.Public() && e.State != incident.Canceled }

// components lists the components the event touches, in the order first stated.
func (e event) components() []health.ComponentID {
	var ids []health.ComponentID
	for _, i := range e.Impacts {
		if id := i.Scope.Component(); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (e event) lastUpdate() incident.Update { return e.Updates[len(e.Updates)-1] }

// newest gives the updates, newest first.
func (e event) newest() []incident.Update {
	list := slices.Clone(e.Updates)
	slices.Reverse(list)
	return list
}

// sequenceOf finds the number of an update by its id, 0 when there is none.
func (e event) sequenceOf(id health.UpdateID) int {
	for _, u := range e.Updates {
		if u.ID == id {
			return u.Sequence
		}
	}
	return 0
}

// correctedBy finds the update that corrects one, 0 when none does.
func (e event) correctedBy(id health.UpdateID) int {
	for _, u := range e.Updates {
		if u.Corrects == id {
			return u.Sequence
		}
	}
	return 0
}

// level is the worst level of the latest statements.
func (e event) level() health.Level {
	worst := health.Operational
	for _, i := range e.latest {
		if i.Determination != health.DeterminationGoodwill {
			worst = max(worst, i.Level)
		}
	}
	if worst == health.Operational {
		return health.Informational
	}
	return worst
}

// open lists the issues and notices whose life goes on.
func (m *model) open() []event {
	return m.filter(func(e event) bool { return e.Kind != incident.Maintenance && !e.over() })
}

// planned lists maintenances that run or begin within fourteen days, the next
// one first.
func (m *model) planned() []event {
	list := m.filter(func(e event) bool {
		return e.Kind == incident.Maintenance && !e.over() && e.from.Before(m.now.Add(plannedAhead))
	})
	slices.Reverse(list)
	return list
}

// recent lists what ended within a day.
func (m *model) recent() []event {
	return m.filter(func(e event) bool {
		return e.stands() && e.over() && e.lastUpdate().PublishedAt.After(m.now.Add(-24*time.Hour))
	})
}

func (m *model) filter(keep func(event) bool) []event {
	var list []event
	for _, e := range m.events {
		if keep(e) {
			list = append(list, e)
		}
	}
	return list
}

// plannedAhead is how far ahead planned work is announced on the first screen.
const plannedAhead = 14 * 24 * time.Hour
