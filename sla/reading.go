package sla

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

// Predicate is what an agreement calls down, in its own words: a symptom, a
// level reached, or the provider's word alone. One field is set.
type Predicate struct {
	Symptom  health.Symptom
	MinLevel health.Level // 0 when the predicate is no level
	Declared bool
}

// ParsePredicate reads "symptom=connectivity", "level>=partial_outage" or
// "declared".
func ParsePredicate(s string) (Predicate, error) {
	if word, ok := strings.CutPrefix(s, "symptom="); ok {
		symptom, err := health.ParseSymptom(word)
		return Predicate{Symptom: symptom}, err
	}
	if word, ok := strings.CutPrefix(s, "level>="); ok {
		level, err := health.ParseLevel(word)
		if err == nil && level < health.Degraded {
			err = fault.New(fault.Invalid, "", "level "+word+" is no downtime", "write degraded, partial_outage or major_outage")
		}
		return Predicate{MinLevel: level}, err
	}
	switch s {
	case "declared":
		return Predicate{Declared: true}, nil
	case "all_running_in_2_zones", "resource":
		return Predicate{}, fault.New(fault.Invalid, "", "predicate "+s+" is not computed yet", "write symptom=…, level>=… or declared")
	}
	return Predicate{}, fault.New(fault.Invalid, "", `predicate "`+s+`" is not known`, "write symptom=connectivity, level>=partial_outage or declared")
}

// String writes the predicate as ParsePredicate reads it.
func (p Predicate) String() string {
	switch {
	case p.Declared:
		return "declared"
	case p.Symptom != "":
		return "symptom=" + string(p.Symptom)
	}
	return "level>=" + p.MinLevel.String()
}

// Holds reports whether an impact is down by the predicate. Maintenance and
// levels that are only information never are.
func (p Predicate) Holds(i incident.Impact) bool {
	if i.Level < health.Degraded {
		return false
	}
	switch {
	case p.Declared:
		return i.Determination == health.DeterminationDeclared
	case p.Symptom != "":
		return i.Symptom == p.Symptom
	}
	return i.Level >= p.MinLevel
}

// Question is what is asked of a policy: a scope in a period, read one way, as
// known at some time.
type Question struct {
	Scope     health.Scope
	Period    Span
	Life      Spans               // when the thing existed; empty: throughout
	Incidents []incident.Incident // any: drafts, false alarms and other scopes are left out
	Reading   health.Determination
	KnownAt   time.Time // zero: by everything stated so far
	Now       time.Time // impacts not over yet are taken to last until now
}

// now is until when an impact that is not over is taken to last: as known at an
// earlier time, no further than that.
func (q Question) now() time.Time {
	if !q.KnownAt.IsZero() && q.KnownAt.Before(q.Now) {
		return q.KnownAt
	}
	return q.Now
}

// Measure answers a question. Declared counts what the provider declared and
// nothing else; literal counts what the predicate holds of, where a declared
// impact stands for the measured ones of the same incident, scope and symptom.
// Goodwill is no downtime in either. An impact on one zone is not one on the region.
func (p Policy) Measure(q Question) Availability {
	var downs []Down
	var excluded Spans
	for _, inc := range q.Incidents {
		if !inc.Public() || inc.State == incident.Canceled {
			continue
		}
		hit := ending(inc, p.counted(inc, q), q)
		if inc.Kind == incident.Maintenance && p.Maintenance.Quota > 0 {
			excluded = append(excluded, p.announced(inc, hit, q)...)
		}
		if slices.Contains(p.ExcludeCauses, inc.Cause) {
			continue
		}
		for _, i := range hit {
			downs = append(downs, Down{Span: SpanOf(i.During, q.now()), SharePPM: i.SharePPM, Incident: inc.ID})
		}
	}
	return p.Availability(q.Period, q.Life, downs, quota(excluded.Clip(Spans{q.Period}), p.Maintenance.Quota))
}

// counted are the impacts of an incident that a reading counts in the scope.
func (p Policy) counted(inc incident.Incident, q Question) []incident.Impact {
	type matter struct {
		scope   health.Scope
		symptom health.Symptom
	}
	var hit []incident.Impact
	declared := map[matter]bool{}
	for _, i := range known(inc, q.KnownAt) {
		if !i.Scope.Covers(q.Scope) || i.Level < health.Degraded {
			continue
		}
		if i.Determination == health.DeterminationDeclared {
			declared[matter{i.Scope, i.Symptom}] = true
		}
		hit = append(hit, i)
	}
	return slices.DeleteFunc(hit, func(i incident.Impact) bool {
		if q.Reading == health.DeterminationDeclared {
			return i.Determination != health.DeterminationDeclared
		}
		measured := i.Determination == health.DeterminationMeasured
		if i.Determination == health.DeterminationGoodwill || measured && declared[matter{i.Scope, i.Symptom}] {
			return true
		}
		return !p.Predicate.Holds(i)
	})
}

// known are the impacts in force at a time; at the zero time, now.
func known(inc incident.Incident, at time.Time) []incident.Impact {
	if at.IsZero() {
		return inc.CurrentImpacts()
	}
	return inc.ImpactsAsKnown(at)
}

// ending ends the impacts that were left open when their incident ended, as far as
// that was known.
func ending(inc incident.Incident, impacts []incident.Impact, q Question) []incident.Impact {
	end := inc.EndedAt()
	if end.IsZero() || end.After(q.now()) {
		return impacts
	}
	out := slices.Clone(impacts)
	for n := range out {
		if out[n].During.Open() {
			out[n].During.To = end
		}
	}
	return out
}

// announced are the spans of work that was first stated long enough before it
// began.
func (p Policy) announced(inc incident.Incident, hit []incident.Impact, q Question) Spans {
	first := make(map[health.ImpactID]time.Time, len(inc.Impacts))
	for _, i := range inc.Impacts {
		first[i.ID] = i.StatedAt
		if at, ok := first[i.Replaces]; ok {
			first[i.ID] = at
		}
	}
	var out Spans
	for _, i := range hit {
		if i.During.From.Sub(first[i.ID]) >= p.Maintenance.Notice {
			out = append(out, SpanOf(i.During, q.now()))
		}
	}
	return out
}

// quota is the first part of the spans, no longer than limit in all.
func quota(spans Spans, limit time.Duration) Spans {
	left := limit.Microseconds()
	out := spans.Union()
	slices.SortFunc(out, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	for i := range out {
		out[i].To = out[i].From + min(out[i].Length(), left)
		left -= out[i].Length()
	}
	return out.Union()
}
