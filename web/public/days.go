package public

import (
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

// barDays is how many days the bars show, today included.
const barDays = 90

// day is one calendar day of a component in the page's zone.
type day struct {
	date  time.Time // its midnight
	level health.Level
	down  time.Duration // at partial outage or worse
}

// record is a component's last ninety days.
type record struct {
	days  []day // oldest first
	total time.Duration
	down  time.Duration
}

// ppm is the share of time that was not down, in parts per million, cut.
func (r record) ppm() int64 {
	if r.total <= 0 {
		return 1_000_000
	}
	total, down := int64(r.total/time.Second), int64(r.down.Round(time.Second)/time.Second)
	return (total - down) * 1_000_000 / total
}

// counts reports whether a level makes a component count as down.
func counts(l health.Level) bool { return l >= health.PartialOutage }

func (m *model) record(c health.ComponentID) record {
	impacts := m.told(c)
	today := midnight(m.now, m.site.Zone)
	var r record
	for back := barDays - 1; back >= 0; back-- {
		date := today.AddDate(0, 0, -back)
		during := health.Interval{From: date, To: earlier(date.AddDate(0, 0, 1), m.now)}
		d := day{date: date, level: health.Operational, down: downtime(impacts, during)}
		for _, i := range impacts {
			if i.During.Overlaps(during) {
				d.level = max(d.level, i.Level)
			}
		}
		if back == 0 && m.levels[c] == health.Unknown {
			d.level = max(d.level, health.Unknown)
		}
		r.days = append(r.days, d)
		r.total += max(0, during.To.Sub(during.From))
		r.down += d.down
	}
	return r
}

// told gives the impacts that the bars count for a component: of each incident
// what the provider declared, or what the probes measured if nothing was declared.
func (m *model) told(c health.ComponentID) []incident.Impact {
	var list []incident.Impact
	for _, n := range m.byScope[c] {
		e := m.events[n]
		if !e.stands() {
			continue
		}
		var declared, measured []incident.Impact
		for _, i := range e.latest {
			switch {
			case i.Scope.Component() != c || i.During.From.After(m.now):
			case i.Determination == health.DeterminationDeclared:
				declared = append(declared, i)
			case i.Determination == health.DeterminationMeasured:
				measured = append(measured, i)
			}
		}
		if len(declared) > 0 {
			list = append(list, declared...)
		} else {
			list = append(list, measured...)
		}
	}
	return list
}

// downtime is how long within the interval any impact counted as down;
// overlapping impacts count once.
func downtime(impacts []incident.Impact, within health.Interval) time.Duration {
	var spans []health.Interval
	for _, i := range impacts {
		if !counts(i.Level) || !i.During.Overlaps(within) {
			continue
		}
		span := i.During.Until(within.To)
		spans = append(spans, health.Interval{From: later(span.From, within.From), To: earlier(span.To, within.To)})
	}
	slices.SortFunc(spans, func(a, b health.Interval) int { return a.From.Compare(b.From) })
	var total time.Duration
	var end time.Time
	for _, s := range spans {
		from := later(s.From, end)
		if s.To.After(from) {
			total += s.To.Sub(from)
			end = s.To
		}
	}
	return total
}

func midnight(t time.Time, zone *time.Location) time.Time {
	y, mo, d := t.In(zone).Date()
	return time.Date(y, mo, d, 0, 0, 0, 0, zone)
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

// touched lists the events that were going on during the day.
func (m *model) touched(date time.Time) []event {
	during := health.Interval{From: date, To: date.AddDate(0, 0, 1)}
	return m.filter(func(e event) bool {
		if e.from.After(m.now) {
			return false
		}
		to := e.to
		if !to.IsZero() && !to.After(e.from) {
			to = e.from.Add(time.Second)
		}
		return health.Interval{From: e.from, To: to}.Until(later(m.now, e.from.Add(time.Second))).Overlaps(during)
	})
}

// firstMonth is the first month the history shows: two years back, or further if
// something happened before.
func (m *model) firstMonth() time.Time {
	first := monthOf(m.now, m.site.Zone).AddDate(0, -24, 0)
	for _, e := range m.events {
		first = earlier(first, monthOf(e.from, m.site.Zone))
	}
	return first
}

func monthOf(t time.Time, zone *time.Location) time.Time {
	y, mo, _ := t.In(zone).Date()
	return time.Date(y, mo, 1, 0, 0, 0, 0, zone)
}
