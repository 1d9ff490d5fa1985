package public

import (
	"net/http"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/ui"
)

// Routes lists every kind of page with a sample out of the pages told last. The
// pages themselves are handed out by the press; the handlers answer what is not on
// it.
func (s *Site) Routes() []web.Route {
	routes := append([]web.Route{s.dayRoute(), s.searchRoute()}, s.usefulRoutes()...)
	for _, pattern := range []string{
		"/{lang}/{$}", "/{lang}/history", "/{lang}/history/{month}", "/{lang}/incidents/{id}", "/{lang}/summaries/{id}",
		"/{lang}/components", "/{lang}/components/{id}", "/{lang}/components/{category}/{page}", "/{lang}/services/{id}", "/{lang}/regions/{id}",
		"/{lang}/maintenance", "/{lang}/maintenance/{month}", "/{lang}/availability", "/{lang}/sla", "/{lang}/feeds",
	} {
		routes = append(routes, web.Route{
			Method: http.MethodGet, Pattern: pattern, Kind: web.Page, Access: web.Public,
			Sample:  func() string { return s.sample(pattern) },
			Handler: s.missing,
		})
	}
	return append(routes, web.Route{
		Method: http.MethodGet, Pattern: "/{lang}/{rest...}", Kind: web.Action, Access: web.Public, Handler: s.missing,
	})
}

// sample is a page of a pattern that has most to show; empty where the pattern is a
// path itself, or while there is none.
func (s *Site) sample(pattern string) string {
	p := s.current.Load()
	if rest := strings.TrimPrefix(pattern, "/{lang}/"); p == nil || rest == "{$}" || !strings.Contains(rest, "{") {
		return ""
	}
	v, at := p.anyView(), p.busiest()
	month, id := p.board.Now, string(at.event)
	kind, _, _ := strings.Cut(strings.TrimPrefix(pattern, "/{lang}/"), "/")
	switch kind {
	case "history":
		month, id = at.began, kind
	case "maintenance":
		id = kind
	case "components":
		id = string(at.scope.Component())
	case "services":
		if id = string(at.scope.Service); v.alone() {
			id = ""
		}
	case "regions":
		id = string(placeOf(p.board.Plan, at.scope.Region))
	case "summaries":
		id = string(at.summary)
	}
	if id == "" || id == "-" {
		return ""
	}
	shelf := ""
	if list := v.shelves(); len(list) > 0 {
		shelf = string(list[0].category)
	} else if strings.Contains(pattern, "{category}") {
		return ""
	}
	return strings.NewReplacer("{month}", month.In(p.board.Zone).Format(yearMonth), "{id}", id, "{category}", shelf, "{page}", "1").Replace(pattern)
}

// busy is where a board has most to show.
type busy struct {
	event   health.IncidentID
	began   time.Time // not after now
	scope   health.Scope
	summary health.SummaryID
}

// busiest is what the event that begins last is about, else the first component.
func (p *Pages) busiest() busy {
	b := p.board
	at := busy{began: b.Now}
	if len(b.Plan.Components) > 0 {
		at.scope = b.Plan.Components[0].Scope()
	}
	if len(b.Events) > 0 {
		e := b.Events[0]
		at.event = e.ID
		if e.From.Before(at.began) {
			at.began = e.From
		}
		if hits := e.Hits(b.Now); len(hits) > 0 {
			at.scope = hits[0].Scope
		}
	}
	if len(b.Summaries) > 0 {
		at.summary = b.Summaries[0].ID
	}
	return at
}

// placeOf is the region if it is a place; empty for a hidden one.
func placeOf(p *board.Plan, id health.RegionID) health.RegionID {
	if r, ok := p.Region(id); ok && r.Hidden {
		return ""
	}
	return id
}

// dayRoute opens a day chosen on the bars: its place on its month's page.
func (s *Site) dayRoute() web.Route {
	return web.Route{
		Method: http.MethodGet, Pattern: "/{lang}/day", Kind: web.Action, Access: web.Public,
		Handler: func(w http.ResponseWriter, r *http.Request) error {
			day, err := time.Parse(time.DateOnly, r.URL.Query().Get("day"))
			if err != nil {
				return fault.New(fault.Invalid, "day", "it is no day", "choose one of the bars")
			}
			to := ui.Link(web.LanguageOf(r), monthPath(day)) + "#d-" + day.Format(time.DateOnly)
			http.Redirect(w, r, to, http.StatusSeeOther) //nolint:gosec // made of a parsed date, always a path of ours
			return nil
		},
	}
}

// missing answers for what the press does not have: a path with a slash too many is
// led to the page, anything else is said not to exist.
func (s *Site) missing(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.view(w, r); err != nil {
		return err
	}
	p := s.current.Load()
	l := web.LanguageOf(r)
	if short := strings.TrimRight(r.URL.Path, "/"); short != r.URL.Path {
		if _, ok, err := p.Print(short); ok && err == nil {
			http.Redirect(w, r, short, http.StatusPermanentRedirect) //nolint:gosec // a path that is ours: it was printed
			return nil
		}
	}
	paper, err := p.Missing(l)
	if err != nil {
		return err
	}
	sheet, err := press.Cut(paper, press.Imprint{})
	if err != nil {
		return err
	}
	sheet.ServeHTTP(w, r)
	return nil
}
