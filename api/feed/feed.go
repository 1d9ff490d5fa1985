// Package feed prints the public record as feeds and calendars: the history in
// Statuspage's RSS and Atom, each component's messages in the RSS of the old AWS
// Service Health Dashboard, JSON Feed 1.1, and planned work as iCalendar (RFC 5545).
//
// It promises documents that parse whatever people wrote, with absolute addresses
// and ids that stay, dated by the record alone: asking again gives the same bytes
// until something happens. Each exists in every language. It answers no requests
// itself: the press does.
package feed

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/bonghwa/bonghwa/api/view"
	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/press"
)

// The paths of the documents, after the language. Those of one component have its
// id where {component} stands.
const (
	RSSPath       = "/history.rss"
	AtomPath      = "/history.atom"
	JSONPath      = "/feed.json"
	AllPath       = "/rss/all.rss"
	ComponentPath = "/rss/{component}.rss"
	CalendarPath  = "/calendar.ics"
	WorkPath      = "/calendar/{component}.ics"
)

// most is how many entries a feed has.
const most = 50

// Feeds prints every feed of a board.
type Feeds struct {
	views view.Views
	tell  []teller
}

// New makes the feeds of a board.
func New(o view.Options, b *board.Board) *Feeds {
	f := &Feeds{views: view.All(o, b)}
	for _, v := range f.views {
		f.tell = append(f.tell, teller{v})
	}
	return f
}

// teller tells a board in one language.
type teller struct{ view.View }

// Print finishes the feed at a path such as "/ko/history.rss".
func (f *Feeds) Print(path string) (press.Paper, bool, error) {
	n, rest := f.views.Find(path)
	t := f.tell[n]
	paper, ok, err := t.print(rest)
	if !ok || err != nil {
		return press.Paper{}, ok, err
	}
	paper.Language, paper.Keep, paper.Open = string(t.Language()), press.Feed, true
	return paper, true, nil
}

const (
	rssType  = "application/rss+xml; charset=utf-8"
	atomType = "application/atom+xml; charset=utf-8"
	jsonType = "application/feed+json; charset=utf-8"
	icsType  = "text/calendar; charset=utf-8"
)

func (t teller) print(path string) (press.Paper, bool, error) {
	switch path {
	case RSSPath:
		return paper(rssType)(t.rss())
	case AtomPath:
		return paper(atomType)(t.atom())
	case JSONPath:
		return paper(jsonType)(t.json())
	case AllPath:
		return paper(rssType)(t.healthAll())
	case CalendarPath:
		return calendarPaper(t.calendar(), "calendar.ics"), true, nil
	}
	if c, ok := t.component(path, ComponentPath); ok {
		return paper(rssType)(t.healthOf(c))
	}
	if c, ok := t.component(path, WorkPath); ok {
		return calendarPaper(t.calendarOf(c), string(c.Component())+".ics"), true, nil
	}
	return press.Paper{}, false, nil
}

// paper makes a paper of a type out of a body, or of the error there was instead.
func paper(kind string) func([]byte, error) (press.Paper, bool, error) {
	return func(body []byte, err error) (press.Paper, bool, error) {
		if err != nil {
			return press.Paper{}, true, fmt.Errorf("write the feed: %w", err)
		}
		return press.Paper{Type: kind, Body: body}, true, nil
	}
}

func calendarPaper(body []byte, name string) press.Paper {
	return press.Paper{Type: icsType, Body: body, Name: name}
}

// component finds the component that a path of a pattern names.
func (t teller) component(path, pattern string) (health.Scope, bool) {
	head, tail, _ := strings.Cut(pattern, "{component}")
	id, ok := strings.CutPrefix(path, head)
	if !ok {
		return health.Scope{}, false
	}
	if id, ok = strings.CutSuffix(id, tail); !ok {
		return health.Scope{}, false
	}
	c, ok := t.Plan.Component(health.ComponentID(id))
	return c.Scope(), ok
}

// Patterns lists the feeds, without their languages.
func Patterns() []string {
	return []string{RSSPath, AtomPath, JSONPath, AllPath, ComponentPath, CalendarPath, WorkPath}
}

// Paths are the paths of all feeds in all languages.
func (f *Feeds) Paths() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, t := range f.tell {
			for path := range t.paths() {
				if !yield(t.Path(path)) {
					return
				}
			}
		}
	}
}

func (t teller) paths() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, pattern := range Patterns() {
			if !t.each(pattern, yield) {
				return
			}
		}
	}
}

// each yields the paths of a pattern, until yield says no.
func (t teller) each(pattern string, yield func(string) bool) bool {
	if !strings.Contains(pattern, "{component}") {
		return yield(pattern)
	}
	for _, c := range t.Plan.Components {
		if !yield(strings.Replace(pattern, "{component}", string(c.ID()), 1)) {
			return false
		}
	}
	return true
}

// newest sorts by a moment, the latest first, and keeps the first most.
func newest[T any](list []T, compare func(a, b T) int) []T {
	slices.SortStableFunc(list, func(a, b T) int { return compare(b, a) })
	return list[:min(len(list), most)]
}
