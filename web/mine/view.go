package mine

import (
	"time"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/sla"
	"github.com/bonghwa/bonghwa/web/ui"
)

func messageID(id string) language.Message { return language.Message(id) }

// names writes the names of things in one language.
type names struct {
	l health.Language
	c catalog.Catalog
}

func (n names) region(id health.RegionID) string {
	if r, ok := n.c.Region(id); ok && r.Name.In(n.l) != "" {
		return r.Name.In(n.l)
	}
	return string(id)
}

func (n names) service(id health.ServiceID) string {
	if s, ok := n.c.Service(id); ok && s.Name.In(n.l) != "" {
		return s.Name.In(n.l)
	}
	return string(id)
}

// scope writes "Compute (EC2), Seoul" and, if narrower, the zone.
func (n names) scope(s health.Scope) string {
	out := n.service(s.Service) + ", " + n.region(s.Region)
	if s.Zone != "" {
		out += " " + string(s.Zone)
	}
	return out
}

// disturbances are the incident's impacts in force that can hit somebody. One
// left open ends with the incident.
func disturbances(i incident.Incident) []audience.Disturbance {
	var out []audience.Disturbance
	for _, p := range i.Hits() {
		out = append(out, audience.Disturbance{Scope: p.Scope, During: p.During, Level: p.Level})
	}
	return out
}

// worst is the worst level the incident had anywhere.
func worst(i incident.Incident) health.Level {
	level := health.Informational
	if i.Kind == incident.Maintenance {
		level = health.Maintenance
	}
	for _, p := range i.Hits() {
		level = max(level, p.Level)
	}
	return level
}

// minutes are how long impacts of one determination overlapped with the life of
// the account's resources in their scopes, and whether that still goes on.
type minutes struct {
	Length  time.Duration
	During  health.Interval // from the first to the last
	Running bool
	Any     bool
}

func minutesFor(i incident.Incident, spans []audience.Span, d health.Determination, now time.Time) minutes {
	var hit sla.Spans
	var m minutes
	for _, p := range i.Hits() {
		if p.Determination != d || p.Level <= health.Unknown {
			continue
		}
		mine := lives(spans, p.Scope, now)
		part := sla.Spans{sla.SpanOf(p.During, now)}.Clip(mine)
		m.Running = m.Running || p.During.Open() && len(part) > 0
		hit = append(hit, part...)
	}
	hit = hit.Union()
	if len(hit) == 0 {
		return m
	}
	m.Any = true
	m.Length = time.Duration(hit.Total()) * time.Microsecond
	m.During = health.Interval{From: hit[0].Interval().From, To: hit[len(hit)-1].Interval().To}
	if m.Running {
		m.During.To = time.Time{}
	}
	return m
}

// lives are when the account had anything in what the scope touches.
func lives(spans []audience.Span, scope health.Scope, now time.Time) sla.Spans {
	var out sla.Spans
	for _, s := range spans {
		if s.Scope.Touches(scope) {
			out = append(out, sla.SpanOf(s.During, now))
		}
	}
	return out
}

// relevance is an assessment in words, with the level whose icon fits it.
type relevance struct {
	Word   string
	Level  health.Level
	Reason string
}

func relevanceOf(p ui.Page, n names, a audience.Assessment, hit health.Level) relevance {
	r := relevance{
		Word:   p.Say(messageID("mine.relevance." + a.Relevance.String())),
		Reason: reason(p, n, a.Reason),
	}
	switch a.Relevance {
	case audience.Impacted:
		r.Level = hit
	case audience.Related, audience.PartiallyRelated:
		r.Level = health.Informational
	case audience.NotImpacted:
		r.Level = health.Operational
	case audience.RelevanceUnknown:
		r.Level = health.Unknown
	}
	return r
}

// span is when something was; what still goes on has a beginning only.
func span(p ui.Page, i health.Interval) string {
	l := p.Voice.Language()
	if i.Open() {
		return p.Say("mine.since", "time", p.Zones().Short(l, i.From))
	}
	return p.Zones().Span(l, i)
}

func reason(p ui.Page, n names, r audience.Reason) string {
	l, z := p.Voice.Language(), p.Zones()
	regions := make([]string, len(r.Regions))
	for i, id := range r.Regions {
		regions[i] = n.region(id)
	}
	pairs := []any{"count", r.Count, "total", r.Total, "service", n.service(r.Scope.Service), "region", n.region(r.Scope.Region), "regions", language.List(l, regions)}
	if !r.At.IsZero() {
		pairs = append(pairs, "at", z.Short(l, r.At))
	}
	if !r.AsOf.IsZero() {
		pairs = append(pairs, "as_of", z.Short(l, r.AsOf))
	}
	return p.Say(messageID("mine.reason."+string(r.Code)), pairs...)
}
