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
	routes := []web.Route{s.dayRoute()}
	for _, pattern := range []string{
		"/{lang}/{$}", "/{lang}/history", "/{lang}/history/{month}", "/{lang}/incidents/{id}",
		"/{lang}/components/{id}", "/{lang}/regions/{id}", "/{lang}/summaries/{id}",
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

// sample is a page of a pattern that has most to show; empty while there is none.
func (s *Site) sample(pattern string) string {
	p := s.current.Load()
	if p == nil {
		return ""
	}
	b := p.board
	month, id := b.Now, ""
	var at health.Scope
	if len(b.Plan.Components) > 0 {
		at = b.Plan.Components[0].Scope()
	}
	if len(b.Events) > 0 {
		e := b.Events[0]
		id = string(e.ID)
		if e.From.Before(month) {
			month = e.From
		}
		if hits := e.Hits(b.Now); len(hits) > 0 {
			at = hits[0].Scope
		}
	}
	kind, _, _ := strings.Cut(strings.TrimPrefix(pattern, "/{lang}/"), "/")
	switch {
	case !strings.Contains(pattern, "/{id}") && kind != "history":
		return ""
	case kind == "components" && at.Service != "":
		id = string(at.Component())
	case kind == "regions":
		id = string(placeOf(b.Plan, at.Region))
	case kind == "summaries":
		id = ""
		if len(b.Summaries) > 0 {
			id = string(b.Summaries[0].ID)
		}
	}
	if id == "" {
		return ""
	}
	return strings.NewReplacer("{month}", month.In(b.Zone).Format("2006-01"), "{id}", id).Replace(pattern)
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
	p := s.current.Load()
	if p == nil {
		w.Header().Set("Retry-After", "1")
		return fault.New(fault.Unavailable, "", "the page is being prepared", "try again in a moment")
	}
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
