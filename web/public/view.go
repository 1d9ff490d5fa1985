package public

import (
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/banner"
	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/web/ui"
)

// event is an incident as the board tells it.
type event = *board.Event

// view is a board as one language tells it.
type view struct {
	ui.Page
	b     *board.Board
	l     health.Language
	url   string // how the site is reached, without a slash at its end
	asked bool   // readers are asked whether a page was useful
}

func newView(o Options, b *board.Board, l health.Language) view {
	v := view{b: b, l: l, url: o.URL, asked: o.Opinions != nil, Page: ui.Page{
		Voice: o.Book.In(l), Site: o.Site, Known: true, Level: b.Worst, Confirmed: b.Confirmed.Truncate(time.Minute),
		Live:   ui.Live{Revision: b.Revision.String(), Real: o.Real},
		Banner: Said(b.Banner, l),
	}}
	v.Feeds = []ui.Feed{
		{Title: v.Say("feeds.rss"), Type: "application/rss+xml", Path: v.file("/history.rss")},
		{Title: v.Say("feeds.atom"), Type: "application/atom+xml", Path: v.file("/history.atom")},
	}
	if b.Old() {
		v.Stale = v.Say("page.old", "time", v.near(v.Zones(), b.Confirmed), "ago", v.duration(b.Now.Sub(b.Confirmed)))
	}
	return v
}

// file is the address of what programs read, in the view's language: the English
// edition stands at the root.
func (v view) file(path string) string {
	if v.l == health.English {
		return path
	}
	return ui.Link(v.l, path)
}

// Said is a banner in a language of the page; nil where nothing is said. What it is
// not said in is told in the language it is said in, rather than not at all.
func Said(b *banner.Banner, l health.Language) *ui.Banner {
	if b == nil || b.TakenBack() {
		return nil
	}
	words := b.Text.In(l)
	for _, other := range health.Languages() {
		if words == "" {
			words = b.Text.In(other)
		}
	}
	return &ui.Banner{Words: words, At: b.SaidAt}
}

// at is the shell's page for a path.
func (v view) at(path, title string, s ui.Section) ui.Page {
	p := v.Page
	p.Path, p.Title, p.Section = path, title, s
	return p
}

func (v view) service(id health.ServiceID) string {
	if s, ok := v.b.Plan.Service(id); ok {
		return s.Name.In(v.l)
	}
	return string(id)
}

func (v view) region(id health.RegionID) string {
	if r, ok := v.b.Plan.Region(id); ok {
		return r.Name.In(v.l)
	}
	return string(id)
}

// placeless reports whether a region is no place, so that its services are named
// alone.
func (v view) placeless(id health.RegionID) bool {
	r, ok := v.b.Plan.Region(id)
	return ok && r.Hidden
}

// place writes "Amazon EC2, Seoul" in the language's order, with the zone.
func (v view) place(s health.Scope) string {
	if v.placeless(s.Region) {
		return v.service(s.Service)
	}
	if s.Zone != "" {
		return v.Say("place.zone", "service", v.service(s.Service), "region", v.region(s.Region), "zone", string(s.Zone))
	}
	return v.Say("place.region", "service", v.service(s.Service), "region", v.region(s.Region))
}

// zonesOf are the zones that an event's times are told in: those of its region,
// or the provider's own when it has none or several.
func (v view) zonesOf(e event) language.Zones {
	var only health.RegionID
	for _, i := range e.Latest {
		if only != "" && only != i.Scope.Region {
			return v.Zones()
		}
		only = i.Scope.Region
	}
	if r, ok := v.b.Plan.Region(only); ok {
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
	if board.Midnight(t, zone).Equal(board.Midnight(v.b.Now, zone)) {
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

func (v view) hasComponent(s health.Scope) bool {
	_, ok := v.b.Plan.Component(s.Component())
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
func pairs(e event) []pair {
	var list []pair
	for _, i := range e.Latest {
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
func restated(e event) []incident.Impact {
	var list []incident.Impact
	for _, i := range e.Impacts {
		if !slices.ContainsFunc(e.Latest, func(l incident.Impact) bool { return l.ID == i.ID }) {
			list = append(list, i)
		}
	}
	return list
}

// lasted is how long an impact lasted, or has lasted so far.
func (v view) lasted(i health.Interval) time.Duration {
	return max(0, i.Until(v.b.Now).Duration())
}

func (v view) minutes(d time.Duration) string { return language.Minutes(v.l, d) }

func (v view) duration(d time.Duration) string { return language.Duration(v.l, d) }

// pathOf are the pages' own addresses, without the language.
func incidentPath(id health.IncidentID) string   { return "/incidents/" + string(id) }
func componentPath(id health.ComponentID) string { return "/components/" + string(id) }
func regionPath(id health.RegionID) string       { return "/regions/" + string(id) }
func summaryPath(id health.SummaryID) string     { return "/summaries/" + string(id) }
func servicePath(id health.ServiceID) string     { return "/services/" + string(id) }
func monthPath(t time.Time) string               { return "/history/" + t.Format(yearMonth) }
func plannedPath(t time.Time) string             { return "/maintenance/" + t.Format(yearMonth) }

// yearMonth is how addresses write a month.
const yearMonth = "2006-01"
