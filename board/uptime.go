package board

import (
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/sla"
)

// Uptime is what an interval was for a component. Maintenance that was announced
// and time in which the probes were silent stand apart: neither counts as down.
type Uptime struct {
	During      health.Interval
	Counted     time.Duration // of the interval, without what was not measured
	Down        time.Duration // weighted by level, rounded up to a microsecond
	Maintenance time.Duration
	Unmeasured  time.Duration
	fraction    sla.Fraction
}

// Known reports whether any of the interval was measured.
func (u Uptime) Known() bool { return u.Counted > 0 }

// PPM is the share of the counted time that was not down, in parts per million,
// cut: what is not quite all is never shown as all.
func (u Uptime) PPM() int64 {
	if !u.Known() {
		return 0
	}
	counted, down := u.Counted.Microseconds(), u.Down.Microseconds()
	return share(counted-down, counted)
}

// share is part of all in parts per million, cut; all is at most some centuries.
func share(part, all int64) int64 {
	const safe = (1<<63 - 1) / whole
	for all > safe { // exact below 107 days; further out a microsecond is no matter
		part, all = part/2, all/2
	}
	return part * whole / all
}

// Uptime measures a component over an interval as far as it has come, by the
// interval code of package sla: of each incident what the provider declared, or
// what the probes measured where nothing was declared, each level by its weight.
func (b *Board) Uptime(id health.ComponentID, during health.Interval) Uptime {
	return b.uptime(b.told(id), b.silences[id], during)
}

// told is what counts of a component's impacts.
type told struct {
	never       bool // its checks have never run: nothing counts
	downs       []sla.Down
	maintenance sla.Spans
	levels      []incident.Impact
}

func (b *Board) uptime(t told, silences []health.Interval, during health.Interval) Uptime {
	during.To = earlier(during.To, b.Now)
	u := Uptime{During: during}
	period := sla.SpanOf(during, b.Now)
	if period.Length() == 0 {
		return u
	}
	if t.never {
		u.Unmeasured = micros(period.Length())
		return u
	}
	unmeasured := b.spans(silences).Clip(sla.Spans{period}).Subtract(spansOf(t.downs)).Subtract(t.maintenance)
	life := (sla.Spans{period}).Subtract(unmeasured)
	u.Unmeasured = micros(unmeasured.Total())
	u.Maintenance = micros(t.maintenance.Clip(life).Total())
	if len(life) == 0 {
		return u
	}
	policy := sla.Policy{Weight: sla.WeightShare, Quantum: sla.QuantumExact, Denominator: sla.DenominatorDeployed}
	a := policy.Availability(period, life, t.downs, t.maintenance)
	u.Counted, u.Down, u.fraction = micros(a.Total), micros(a.DownTime), a.Fraction
	return u
}

// told gathers the impacts that count for a component.
func (b *Board) told(id health.ComponentID) told {
	t := told{never: b.never[id]}
	for _, e := range b.EventsOf(id) {
		if !e.Stands() {
			continue
		}
		for _, i := range tellings(e, id, b.Now) {
			span := sla.SpanOf(i.During, b.Now)
			t.levels = append(t.levels, i)
			if e.Kind == incident.Maintenance || i.Level == health.Maintenance {
				t.maintenance = append(t.maintenance, span)
				continue
			}
			if w := b.Weights[i.Level]; w > 0 {
				t.downs = append(t.downs, sla.Down{Span: span, SharePPM: w, Incident: e.ID})
			}
		}
	}
	return t
}

// tellings are an event's impacts on a component that have begun: those that were
// declared, or the measured ones where none was.
func tellings(e *Event, id health.ComponentID, now time.Time) []incident.Impact {
	var declared, measured []incident.Impact
	for _, i := range e.Latest {
		switch {
		case i.Scope.Component() != id || i.During.From.After(now):
		case i.Determination == health.DeterminationDeclared:
			declared = append(declared, i)
		case i.Determination == health.DeterminationMeasured:
			measured = append(measured, i)
		}
	}
	if len(declared) > 0 {
		return declared
	}
	return measured
}

func (b *Board) spans(list []health.Interval) sla.Spans {
	var out sla.Spans
	for _, i := range list {
		out = append(out, sla.SpanOf(i, b.Now))
	}
	return out
}

func spansOf(downs []sla.Down) sla.Spans {
	var out sla.Spans
	for _, d := range downs {
		out = append(out, d.Span)
	}
	return out
}

func micros(n int64) time.Duration { return time.Duration(n) * time.Microsecond }

// Day is one calendar day of a component in the board's zone.
type Day struct {
	Uptime
	Date  time.Time // its midnight
	Level health.Level
}

// Record is a run of days and what they come to.
type Record struct {
	Uptime
	Days []Day // oldest first
}

// Record is a component's last days, today included.
func (b *Board) Record(id health.ComponentID, days int) Record {
	t, silences := b.told(id), b.silences[id]
	today := Midnight(b.Now, b.Zone)
	first := today.AddDate(0, 0, 1-days)
	r := Record{Uptime: b.uptime(t, silences, health.Interval{From: first, To: b.Now})}
	for n := range days {
		date := first.AddDate(0, 0, n)
		during := health.Interval{From: date, To: date.AddDate(0, 0, 1)}
		d := Day{Date: date, Uptime: b.uptime(t, silences, during), Level: health.Operational}
		for _, i := range t.levels {
			if i.During.Overlaps(d.During) {
				d.Level = max(d.Level, i.Level)
			}
		}
		if d.Unmeasured > 0 || date.Equal(today) && b.Level(id) == health.Unknown {
			d.Level = max(d.Level, health.Unknown)
		}
		r.Days = append(r.Days, d)
	}
	return r
}

// Months are a component's uptimes by calendar month of the board's zone, from the
// month that holds from to the present one.
func (b *Board) Months(id health.ComponentID, from time.Time) []Uptime {
	t, silences := b.told(id), b.silences[id]
	var out []Uptime
	for month := MonthOf(from, b.Zone); !month.After(b.Now); month = month.AddDate(0, 1, 0) {
		out = append(out, b.uptime(t, silences, health.Interval{From: month, To: month.AddDate(0, 1, 0)}))
	}
	return out
}

// FirstMonth is the first month of the history: two years back, or further if
// something happened before.
func (b *Board) FirstMonth() time.Time {
	first := MonthOf(b.Now, b.Zone).AddDate(0, -24, 0)
	if n := len(b.Events); n > 0 {
		first = earlier(first, MonthOf(b.Events[n-1].From, b.Zone))
	}
	return first
}

// Midnight is the beginning of the day that holds t in a zone.
func Midnight(t time.Time, zone *time.Location) time.Time {
	y, mo, d := t.In(zone).Date()
	return time.Date(y, mo, d, 0, 0, 0, 0, zone)
}

// MonthOf is the beginning of the month that holds t in a zone.
func MonthOf(t time.Time, zone *time.Location) time.Time {
	y, mo, _ := t.In(zone).Date()
	return time.Date(y, mo, 1, 0, 0, 0, 0, zone)
}
