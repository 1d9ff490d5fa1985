// Package view is a board as one language tells it to programs: names, titles,
// messages and states, and the addresses they lead to.
//
// It promises that what people wrote comes out harmless in any format (Clean), that
// every address is absolute, and that nothing depends on when or by whom it is
// asked: the same board gives the same words. The formats themselves are the
// neighbors' affair (api/statuspage, api/feed).
package view

import (
	"net/url"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
)

// Options are what views are made by.
type Options struct {
	Book     *language.Book
	Provider health.Text
	URL      string // how the site is reached: absolute, without a slash at its end
	// Languages are those there are documents in. The first one's have paths
	// without a language; none means English, then Korean.
	Languages []health.Language
}

// View is a board in one language. It is safe for concurrent use.
type View struct {
	*board.Board
	language.Voice
	o  Options
	at string // what the paths of its documents begin with, such as "/ko"; empty for the first language
}

// Views are a board's views, the first language's first.
type Views []View

// All makes a board's view in each language.
func All(o Options, b *board.Board) Views {
	var list Views
	for n, l := range o.languages() {
		v := View{Board: b, Voice: o.Book.In(l), o: o}
		if n > 0 {
			v.at = "/" + string(l)
		}
		list = append(list, v)
	}
	return list
}

// Prefixes are what the paths of the documents begin with, in the order of All.
func (o Options) Prefixes() []string {
	var list []string
	for n, l := range o.languages() {
		if n == 0 {
			list = append(list, "")
			continue
		}
		list = append(list, "/"+string(l))
	}
	return list
}

func (o Options) languages() []health.Language {
	if len(o.Languages) == 0 {
		return []health.Language{health.English, health.Korean}
	}
	return o.Languages
}

// Find gives the place of the view whose document a path names, and the path
// without the language.
func (l Views) Find(path string) (n int, rest string) {
	for n, v := range l {
		if v.at == "" {
			continue
		}
		if rest, ok := strings.CutPrefix(path, v.at+"/"); ok {
			return n, "/" + rest
		}
	}
	return 0, path
}

// Site is the address that all of the view's documents stand under.
func (v View) Site() string { return v.o.URL + v.at }

// Path is the path of a document of the view.
func (v View) Path(path string) string { return v.at + path }

// Document is the address of a document of the view.
func (v View) Document(path string) string { return v.Site() + path }

// IncidentPage is the address of the page of an incident, for people.
func (v View) IncidentPage(id health.IncidentID) string {
	return v.page("/incidents/" + url.PathEscape(string(id)))
}

// SummaryPage is the address of the page of a post-event summary.
func (v View) SummaryPage(id health.SummaryID) string {
	return v.page("/summaries/" + url.PathEscape(string(id)))
}

func (v View) page(path string) string { return v.o.URL + "/" + string(v.Language()) + path }

// Authority is the host and port of the site, which tells it from all others.
func (v View) Authority() string {
	u, err := url.Parse(v.o.URL)
	if err != nil {
		return ""
	}
	return u.Host
}

// Host is the site's host alone, for names that a port has no place in.
func (v View) Host() string {
	u, err := url.Parse(v.o.URL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// Local is a moment in the zone that the language tells first: Korean time in
// Korean, else UTC.
func (v View) Local(t time.Time) time.Time {
	if v.Language() == health.Korean {
		return t.In(language.Seoul())
	}
	return t.UTC()
}

// Provider is the provider's name.
func (v View) Provider() string { return v.line(v.o.Provider) }

// Flat reports whether places say nothing: there is one region, and components are
// called by their services.
func (v View) Flat() bool { return len(v.Plan.Regions) <= 1 }

// Service is a service's name, or its id when the catalogue has it no more.
func (v View) Service(id health.ServiceID) string {
	if s, ok := v.Plan.Service(id); ok {
		return v.line(s.Name)
	}
	return Line(string(id))
}

// Region is a region's name, or its id when the catalogue has it no more.
func (v View) Region(id health.RegionID) string {
	if r, ok := v.Plan.Region(id); ok {
		return v.line(r.Name)
	}
	return Line(string(id))
}

// Component is what a component is called among those of its group: by its region,
// or by its service where there is one region.
func (v View) Component(s health.Scope) string {
	if v.Flat() {
		return v.Service(s.Service)
	}
	return v.Region(s.Region)
}

// Group is what a component's group is called: by its service, or, where there is
// one region, by the heading that the provider puts over the service. Empty where
// there is none.
func (v View) Group(s health.Scope) string {
	if !v.Flat() {
		return v.Service(s.Service)
	}
	service, _ := v.Plan.Service(s.Service)
	return v.line(service.Group)
}

// Place is what a component is called among all: "EC2 - Seoul".
func (v View) Place(s health.Scope) string {
	if group := v.Group(s); group != "" {
		return group + " - " + v.Component(s)
	}
	return v.Component(s)
}

// About is what a service does, in a line; empty where nobody says.
func (v View) About(id health.ServiceID) string {
	service, _ := v.Plan.Service(id)
	return v.line(service.Description)
}

// line is a text in the view's language on one line, or in the other where this
// one has none.
func (v View) line(t health.Text) string {
	if words := t.In(v.Language()); strings.TrimSpace(words) != "" {
		return Line(words)
	}
	for _, l := range health.Languages() {
		if words := t.In(l); strings.TrimSpace(words) != "" {
			return Line(words)
		}
	}
	return ""
}
