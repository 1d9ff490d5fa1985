package history

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

// wholly is the share of requests that an imported impact says were hit. Pages do not
// tell it, and availability that counts shares must not come out better for that.
const wholly = 1_000_000

// levelOf is the level of a page's word for an impact.
func levelOf(impact string) (health.Level, bool) {
	switch impact {
	case "critical":
		return health.MajorOutage, true
	case "major":
		return health.PartialOutage, true
	case "minor":
		return health.Degraded, true
	case "none":
		return health.Informational, true
	case "maintenance":
		return health.Maintenance, true
	}
	return health.Operational, false
}

// impacts are the statements that p adds: one for each component it names, or a
// restatement where an imported one says something else now.
func (h *historian) impacts(p Past, was incident.Incident) []incident.Impact {
	scopes := h.scopes(p)
	if len(scopes) == 0 {
		return nil
	}
	if p.Impact == "" && p.Kind == incident.Maintenance {
		p.Impact = "maintenance"
	}
	level, ok := levelOf(p.Impact)
	if !ok {
		what, instead := "its impact is not told, so none was stated for its components", "write one of: critical, major, minor, none, maintenance"
		if p.Impact != "" {
			what = fmt.Sprintf("the impact %q is not known, so none was stated for its components", shown(p.Impact))
		}
		h.report.note(p.Where, what, instead)
		return nil
	}
	during, ok := h.during(p)
	if !ok {
		return nil
	}
	var out []incident.Impact
	for _, scope := range scopes {
		if s, ok := h.state(p, was, incident.Impact{Scope: scope, Level: level, During: during}); ok {
			out = append(out, s)
		}
	}
	return out
}

// scopes are the components of the catalogue that p names, each once, sorted.
func (h *historian) scopes(p Past) []health.Scope {
	var out []health.Scope
	for _, c := range p.Components {
		found, what, instead := h.atlas.find(c)
		if what != "" {
			h.report.note(p.Where, what, instead)
		}
		out = append(out, found...)
	}
	slices.SortFunc(out, func(a, b health.Scope) int { return cmp.Compare(a.String(), b.String()) })
	return slices.Compact(out)
}

// during is when the impact was: as the page tells, else from the first message to the
// one that ended it.
func (h *historian) during(p Past) (health.Interval, bool) {
	last := p.Updates[len(p.Updates)-1]
	in := health.Interval{From: p.Began, To: p.Ended}
	if in.From.IsZero() {
		in.From = p.Updates[0].At
	}
	if in.To.IsZero() && last.State.Ended() {
		in.To = ending(p.Updates)
	}
	ahead := p.Kind != incident.Maintenance && (in.From.After(h.now) || in.To.After(h.now))
	switch {
	case !in.Open() && !in.From.Before(in.To):
		h.report.note(p.Where, "it ended no later than it began, so no impact was stated", "")
	case ahead:
		h.report.note(p.Where, "it began or ended in the future, so no impact was stated", "mend started_at and resolved_at")
	default:
		return in, true
	}
	return in, false
}

// ending is when the message that ended the incident was told: reports written
// afterwards follow it.
func ending(updates []Told) time.Time {
	at := updates[len(updates)-1].At
	for _, u := range slices.Backward(updates) {
		if !u.State.Ended() {
			break
		}
		at = u.At
	}
	return at
}

// state makes the statement that says s, if none in force does.
func (h *historian) state(p Past, was incident.Incident, s incident.Impact) (incident.Impact, bool) {
	var ok bool
	before := statedBefore(was, s.Scope)
	if s.Replaces, ok = standing(p, was, s); !ok || s.Replaces == "" && before > 0 {
		return s, false
	}
	s.ID = p.impactID(s.Scope, before)
	s.Symptom, s.SharePPM, s.Determination = health.Other, wholly, health.DeterminationDeclared
	if s.Evidence = p.Link; s.Evidence == "" {
		s.Evidence = p.key()
	}
	s.Reason = health.Text{}
	for _, l := range health.Languages() {
		s.Reason[l] = h.book.In(l).Say("history.reason", "page", p.Page)
		if p.Page == "" {
			s.Reason[l] = h.book.In(l).Say("history.reason_file")
		}
	}
	return s, true
}

// standing is the imported statement in force that s restates, none if s is the first
// of its component. It is not ok to state s when it says nothing new, when p has not
// heard the last yet, or when people spoke here about the component: that is left to
// them.
func standing(p Past, was incident.Incident, s incident.Impact) (replaces health.ImpactID, ok bool) {
	for _, q := range was.CurrentImpacts() {
		if q.Scope != s.Scope {
			continue
		}
		same := q.Level == s.Level && q.During.From.Equal(s.During.From) && q.During.To.Equal(s.During.To)
		if same || q.StatedBy != Actor || older(p, was) {
			return "", false
		}
		replaces = q.ID
	}
	return replaces, true
}

// statedBefore counts the imported statements about a component.
func statedBefore(was incident.Incident, scope health.Scope) int {
	n := 0
	for _, q := range was.Impacts {
		if q.Scope == scope && q.StatedBy == Actor {
			n++
		}
	}
	return n
}

// older reports whether p is an earlier edition than the one that came in: it has not
// heard the last message yet.
func older(p Past, was incident.Incident) bool {
	return minute(p.Updates[len(p.Updates)-1].At).Before(minute(was.Updates[len(was.Updates)-1].PublishedAt))
}
