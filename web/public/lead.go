package public

import (
	"slices"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
)

// lead is the answer in the first line.
type lead struct {
	words string
	level health.Level
	event event // the one the sentence is about; zero when all is well
	about bool
	more  int // further open incidents
}

// lead words the state of everything in one sentence: the worst open incident,
// else running maintenance, else how many components are well.
func (v view) lead() lead {
	list := v.b.Open()
	if len(list) > 0 {
		worst := slices.MaxFunc(list, func(a, b event) int { return int(a.LevelAt(v.b.Now)) - int(b.LevelAt(v.b.Now)) })
		return lead{words: v.sentence(worst), level: max(worst.LevelAt(v.b.Now), health.Informational), event: worst, about: true, more: len(list) - 1}
	}
	for _, e := range v.b.Planned() {
		if e.State != incident.Scheduled {
			return lead{words: v.Say("lead.maintenance", "title", e.Title.In(v.l)), level: health.Maintenance, event: e, about: true}
		}
	}
	unknown := v.b.Count(health.Unknown)
	switch total := len(v.b.Plan.Components); {
	case total == 0:
		return lead{words: v.Say("lead.empty"), level: health.Unknown}
	case unknown > 0:
		return lead{words: v.Say("lead.unknown", "n", unknown, "total", total), level: health.Unknown}
	default:
		return lead{words: v.Say("lead.well", "n", total), level: health.Operational}
	}
}

// sentence says what an open incident does to whom since when.
func (v view) sentence(e event) string {
	z := v.zonesOf(e)
	i, ok := v.heaviest(e)
	if !ok {
		if !e.To.IsZero() && len(e.Latest) > 0 {
			return v.Say("lead.recovered", "subject", v.subject(e), "since", v.near(z, e.To))
		}
		return v.Say("lead.other", "title", e.Title.In(v.l), "state", v.state(e.State))
	}
	id := language.Message("lead." + string(i.Symptom) + "." + weight(i.Level))
	if !v.Voice.Has(id) {
		return v.Say("lead.other", "title", e.Title.In(v.l), "state", v.state(e.State))
	}
	return v.Say(id, "subject", v.subject(e), "since", v.near(z, i.During.From))
}

// heaviest is the worst open impact; of equals the one that began first.
func (v view) heaviest(e event) (incident.Impact, bool) {
	var found incident.Impact
	ok := false
	for _, i := range e.Latest {
		if !i.During.Contains(v.b.Now) || i.Determination == health.DeterminationGoodwill {
			continue
		}
		if !ok || i.Level > found.Level || i.Level == found.Level && i.During.From.Before(found.During.From) {
			found, ok = i, true
		}
	}
	return found, ok
}

// subject names who is hit: "Amazon EC2 in Seoul", "Amazon EC2 and 2 more
// services in Seoul", "Amazon EC2 in Seoul and 2 more regions".
func (v view) subject(e event) string {
	var services []health.ServiceID
	var regions []health.RegionID
	for _, c := range e.Hits(v.b.Now) {
		if !slices.Contains(services, c.Scope.Service) {
			services = append(services, c.Scope.Service)
		}
		if !slices.Contains(regions, c.Scope.Region) {
			regions = append(regions, c.Scope.Region)
		}
	}
	if len(services) == 0 {
		return e.Title.In(v.l)
	}
	service, region := v.service(services[0]), v.region(regions[0])
	if n := len(services) - 1; n > 0 {
		service = v.Say("lead.services", "service", service, "n", n)
	}
	if v.placeless(regions[0]) {
		return service
	}
	if n := len(regions) - 1; n > 0 {
		region = v.Say("lead.regions", "region", region, "n", n)
	}
	return v.Say("lead.subject", "service", service, "region", region)
}

// weight picks the wording: all of the requests or a part of them.
func weight(l health.Level) string {
	if l >= health.MajorOutage {
		return "all"
	}
	return "part"
}
