package public

import (
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/web/ui"
)

// view is the model as one language tells it.
type view struct {
	*model
	ui.Page
	l health.Language
}

func (m *model) view(l health.Language) view {
	v := view{model: m, l: l}
	v.Page = ui.Page{Voice: m.book.In(l), Site: m.site, Known: true, Level: m.worst, Confirmed: m.now.Truncate(time.Minute)}
	return v
}

// at is the shell's page for a path.
func (v view) at(path, title string, s ui.Section) ui.Page {
	p := v.Page
	p.Path, p.Title, p.Section = path, title, s
	return p
}

func (v view) service(id health.ServiceID) string {
	if s, ok := v.catalog.Service(id); ok {
		return s.Name.In(v.l)
	}
	return string(id)
}

func (v view) region(id health.RegionID) string {
	if r, ok := v.catalog.Region(id); ok {
		return r.Name.In(v.l)
	}
	return string(id)
}

// place writes "Amazon EC2, Seoul" in the language's order, with the zone.
func (v view) place(s health.Scope) string {
	if s.Zone != "" {
		return v.Say("place.zone", "service", v.service(s.Service), "region", v.region(s.Region), "zone", string(s.Zone))
	}
	return v.Say("place.region", "service", v.service(s.Service), "region", v.region(s.Region))
}

// zonesOf are the zones that an event's times are told in: those of its region,
// or the provider's own when it has none or several.
func (v view) zonesOf(e event) language.Zones {
	var only health.RegionID
	for _, i := range e.latest {
		if only != "" && only != i.Scope.Region {
			return v.Zones()
		}
		only = i.Scope.Region
	}
	if r, ok := v.catalog.Region(only); ok {
		return language.In(r.Location())
	}
	return v.Zones()
}

// near writes a moment without its day when that is the page's day.
func (v view) near(z language.Zones, t time.Time) string {
	zone := time.UTC
	if v.l == health.Korean {
		zone = language.Seoul()
	}
	if midnight(t, zone).Equal(midnight(v.now, zone)) {
		return z.Hour(v.l, t)
	}
	return z.Short(v.l, t)
}

func (v view) state(s incident.State) string { return v.Say(language.Message("state." + string(s))) }

func (v view) level(l health.Level) string { return v.Say(ui.LevelMessage(l)) }

func (v view) symptom(s health.Symptom) string {
	return v.Say(language.Message("symptom." + string(s)))
}

func (v view) cause(c string) string {
	if id := language.Message("cause." + c); v.Voice.Has(id) {
		return v.Say(id)
	}
	return strings.ReplaceAll(c, "_", " ")
}

func (v view) assurance(a incident.Assurance) string {
	return v.Say(language.Message("assurance." + string(a)))
}

// text is what people wrote, in the page's language or in the one named as
// fallback; lang is set when it is the latter.
type text struct {
	words string
	lang  health.Language
}

func (v view) text(words string, fellBack bool, u incident.Update) text {
	if fellBack {
		return text{words: words, lang: u.Fallback}
	}
	return text{words: words}
}

// componentLevel is one component of an event with its worst level.
type componentLevel struct {
	id    health.ComponentID
	scope health.Scope
	level health.Level
	now   bool // the impact is open
}

// hit lists the components of an event, worst first.
func (v view) hit(e event) []componentLevel {
	var list []componentLevel
	for _, i := range e.latest {
		if i.Determination == health.DeterminationGoodwill {
			continue
		}
		id := i.Scope.Component()
		n := slices.IndexFunc(list, func(c componentLevel) bool { return c.id == id })
		if n < 0 {
			n = len(list)
			list = append(list, componentLevel{id: id, scope: health.Scope{Service: i.Scope.Service, Region: i.Scope.Region}})
		}
		list[n].level = max(list[n].level, i.Level)
		list[n].now = list[n].now || i.During.Contains(v.now)
	}
	slices.SortStableFunc(list, func(a, b componentLevel) int { return int(b.level) - int(a.level) })
	return list
}

func (v view) hasComponent(s health.Scope) bool {
	_, ok := v.levels[s.Component()]
	return ok
}

// pair is one scope and symptom with what was declared and what was measured.
type pair struct {
	scope    health.Scope
	symptom  health.Symptom
	declared []incident.Impact
	measured []incident.Impact
}

// pairs puts declared and measured statements side by side.
func (e event) pairs() []pair {
	var list []pair
	for _, i := range e.latest {
		n := slices.IndexFunc(list, func(p pair) bool { return p.scope == i.Scope && p.symptom == i.Symptom })
		if n < 0 {
			n = len(list)
			list = append(list, pair{scope: i.Scope, symptom: i.Symptom})
		}
		switch i.Determination {
		case health.DeterminationMeasured:
			list[n].measured = append(list[n].measured, i)
		case health.DeterminationDeclared, health.DeterminationGoodwill, health.DeterminationLiteral:
			list[n].declared = append(list[n].declared, i)
		}
	}
	return list
}

// restated lists the statements that later ones replaced, oldest first.
func (e event) restated() []incident.Impact {
	var list []incident.Impact
	for _, i := range e.Impacts {
		if !slices.ContainsFunc(e.latest, func(l incident.Impact) bool { return l.ID == i.ID }) {
			list = append(list, i)
		}
	}
	return list
}

// lasted is how long an impact lasted, or has lasted so far.
func (v view) lasted(i health.Interval) time.Duration {
	return max(0, i.Until(v.now).Duration())
}

func (v view) minutes(d time.Duration) string { return language.Minutes(v.l, d) }

func (v view) duration(d time.Duration) string { return language.Duration(v.l, d) }

// pathOf are the pages' own addresses, without the language.
func incidentPath(id health.IncidentID) string   { return "/incidents/" + string(id) }
func componentPath(id health.ComponentID) string { return "/components/" + string(id) }
func regionPath(id health.RegionID) string       { return "/regions/" + string(id) }
func summaryPath(id health.SummaryID) string     { return "/summaries/" + string(id) }
func monthPath(t time.Time) string               { return "/history/" + t.Format("2006-01") }

// regionCount is a region with what its components are worth.
type regionCount struct {
	catalog.Region
	components []catalog.Component
	worst      health.Level
	unwell     int
}

func (v view) regions() []regionCount {
	list := make([]regionCount, 0, len(v.catalog.Regions))
	for _, r := range v.catalog.Regions {
		c := regionCount{Region: r}
		for _, x := range v.components {
			if x.Region != r.ID {
				continue
			}
			c.components = append(c.components, x)
			l := v.levels[x.ID()]
			c.worst = max(c.worst, l)
			if l != health.Operational {
				c.unwell++
			}
		}
		list = append(list, c)
	}
	return list
}
