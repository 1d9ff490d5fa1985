package public

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/web/ui"
)

// Pages prints every page of a board.
type Pages struct {
	board  *board.Board
	speaks []health.Language
	views  map[health.Language]view
}

func newPages(o Options, b *board.Board) *Pages {
	p := &Pages{board: b, speaks: o.Site.Speaks(), views: map[health.Language]view{}}
	for _, l := range o.Site.Speaks() {
		p.views[l] = newView(o, b, l)
	}
	return p
}

// anyView is the view of the site's first language, for what no language changes.
func (p *Pages) anyView() view { return p.views[p.speaks[0]] }

// First are the pages that people ask for first.
func (p *Pages) First() []string {
	paths := []string{"/", "/history", monthPath(p.board.Now.In(p.board.Zone))}
	for _, e := range p.board.Open() {
		paths = append(paths, incidentPath(e.ID))
	}
	var all []string
	for _, l := range p.speaks {
		for _, path := range paths {
			all = append(all, ui.Link(l, path))
		}
	}
	return all
}

// Print finishes the page at a path such as "/ko/history"; false when there is
// none.
func (p *Pages) Print(path string) (press.Paper, bool, error) {
	v, rest, ok := p.view(path)
	if !ok {
		return press.Paper{}, false, nil
	}
	c, ok := v.page(rest)
	if !ok {
		return press.Paper{}, false, nil
	}
	return v.paper(c)
}

// view splits a path into the view of its language and the rest.
func (p *Pages) view(path string) (view, string, bool) {
	tag, rest, found := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	v, ok := p.views[health.Language(tag)]
	return v, "/" + rest, ok && found
}

// paper finishes a page. Nothing in a page waits, so it needs no context of a
// request: whoever asks first finishes it for everyone.
func (v view) paper(c templ.Component) (press.Paper, bool, error) {
	var body bytes.Buffer
	if err := c.Render(context.Background(), &body); err != nil {
		return press.Paper{}, true, fmt.Errorf("render: %w", err)
	}
	return press.Paper{Type: "text/html; charset=utf-8", Language: string(v.l), Body: body.Bytes()}, true, nil
}

// Missing is the page for what is not there.
func (p *Pages) Missing(l health.Language) (press.Paper, error) {
	paper, _, err := p.views[l].paper(missingPage(p.views[l], "/"))
	paper.Keep, paper.Status = press.Never, http.StatusNotFound
	return paper, err
}

// page finds what is shown at a path.
func (v view) page(path string) (templ.Component, bool) {
	switch path {
	case "/":
		return frontPage(v), true
	case "/history":
		return historyPage(v), true
	case "/components":
		return componentsPage(v), true
	case "/maintenance":
		return maintenancePage(v), true
	case "/availability":
		return availabilityPage(v), true
	case "/sla":
		return agreementsPage(v), true
	case "/feeds":
		return feedsPage(v), true
	}
	kind, id, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return v.pageOf(kind, id)
}

// pageOf finds the page of one thing.
func (v view) pageOf(kind, id string) (templ.Component, bool) {
	switch kind {
	case "components", "services", "regions":
		return v.placePage(kind, id)
	case "incidents":
		if e, ok := v.b.Event(health.IncidentID(id)); ok {
			return incidentPage(v, e), true
		}
	case "summaries":
		if found, ok := v.b.Summary(health.SummaryID(id)); ok {
			return summaryPage(v, found), true
		}
	case "history":
		return v.monthPage(id)
	case "maintenance":
		return v.plannedMonth(id)
	}
	return nil, false
}

// placePage finds the page of a component, a category, a service or a region.
func (v view) placePage(kind, id string) (templ.Component, bool) {
	switch kind {
	case "components":
		if strings.Contains(id, "/") {
			s, page, ok := v.shelfAt(id)
			return shelfPage(v, s, page), ok
		}
		c, ok := v.b.Plan.Component(health.ComponentID(id))
		return componentPage(v, c.Scope()), ok
	case "services":
		s, ok := v.b.Plan.Service(health.ServiceID(id))
		return servicePage(v, s), ok && !v.alone()
	default:
		r, ok := v.b.Plan.Region(health.RegionID(id))
		return regionPage(v, r), ok && !r.Hidden
	}
}

func (v view) monthPage(word string) (templ.Component, bool) {
	month, err := time.ParseInLocation(yearMonth, word, v.b.Zone)
	if err != nil || month.Format(yearMonth) != word || month.After(v.b.Now) || month.Before(v.b.FirstMonth()) {
		return nil, false
	}
	return monthPage(v, month), true
}

// Paths are the paths of all pages, for a copy of the site.
func (p *Pages) Paths() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, l := range p.speaks {
			for path := range p.paths() {
				if !yield(ui.Link(l, path)) {
					return
				}
			}
		}
	}
}

// paths are the paths without their language.
func (p *Pages) paths() iter.Seq[string] {
	b, v := p.board, p.anyView()
	return func(yield func(string) bool) {
		ok := true
		each := func(path string) { ok = ok && yield(path) }
		for _, path := range []string{"/", "/history", "/components", "/maintenance", "/availability", "/sla", "/feeds"} {
			each(path)
		}
		for month := v.calendarEnd(); ok && !month.Before(b.FirstMonth()); month = month.AddDate(0, -1, 0) {
			each(plannedPath(month))
			if !month.After(b.Now) {
				each(monthPath(month))
			}
		}
		for _, e := range b.Events {
			each(incidentPath(e.ID))
		}
		for _, s := range b.Summaries {
			each(summaryPath(s.ID))
		}
		p.placePaths(each)
	}
}

// placePaths are the paths of what the catalogue has.
func (p *Pages) placePaths(each func(string)) {
	b := p.board
	for _, s := range p.anyView().shelves() {
		for n := range s.pages {
			each(shelfPath(s.category, n+1))
		}
	}
	if !p.anyView().alone() {
		for _, s := range b.Plan.Services {
			each(servicePath(s.ID))
		}
	}
	for _, r := range b.Plan.Places() {
		each(regionPath(r.ID))
	}
	for _, c := range b.Plan.Components {
		each(componentPath(c.ID()))
	}
}
