// Package open is what programs of anybody may read of the public record, without a
// key: finished JSON documents under /api/v1/public.
//
// It promises that a document says what the pages say, of the same board; that both
// languages stand in it; that levels are our own words and no component is
// operational of which nothing is known; that figures are exact and come with what
// they were reckoned from; and that it holds nothing but what was published: not who
// published, not the evidence inside. Each document has a type here, of which
// package api makes its schema.
//
// It decides nothing and asks nobody.
package open

import (
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/press"
)

// Prefix begins the path of every document.
const Prefix = "/api/v1/public"

// Options are what documents are made from besides a board.
type Options struct {
	Provider health.Text
	Invented bool // a replay: provider and customers are invented
}

// Documents prints the documents of a board.
type Documents struct {
	o Options
	b *board.Board
}

// New makes the documents of a board.
func New(o Options, b *board.Board) *Documents { return &Documents{o: o, b: b} }

// Print finishes the document at a path; false when there is none.
func (d *Documents) Print(path string) (press.Paper, bool, error) {
	rest, ok := strings.CutPrefix(path, Prefix+"/")
	if !ok {
		return press.Paper{}, false, nil
	}
	value, ok := d.document(rest)
	if !ok {
		return press.Paper{}, false, nil
	}
	body, err := json.Marshal(value)
	if err != nil {
		return press.Paper{}, true, fmt.Errorf("write a document: %w", err)
	}
	return press.Paper{Type: "application/json", Body: append(body, '\n'), Keep: press.Feed, Open: true}, true, nil
}

// document finds what stands at the rest of a path.
func (d *Documents) document(rest string) (any, bool) {
	kind, id, one := strings.Cut(rest, "/")
	if one {
		return d.one(kind, id)
	}
	switch kind {
	case "status":
		return d.status(), true
	case "components":
		return d.components(), true
	case "incidents":
		return d.incidents(), true
	case "maintenances":
		return d.maintenances(), true
	case "summaries":
		return d.summaries(), true
	case "regions":
		return d.regions(), true
	case "services":
		return d.services(), true
	}
	return nil, false
}

// one finds a document about one thing.
func (d *Documents) one(kind, id string) (any, bool) {
	switch kind {
	case "components":
		if c, ok := d.b.Plan.Component(health.ComponentID(id)); ok {
			return d.component(c), true
		}
	case "incidents":
		if e, ok := d.b.Event(health.IncidentID(id)); ok {
			return d.incident(e), true
		}
	case "summaries":
		if s, ok := d.b.Summary(health.SummaryID(id)); ok {
			return d.summary(s), true
		}
	case "history":
		if month, ok := d.month(id); ok {
			return d.history(month), true
		}
	}
	return nil, false
}

// Paths are the paths of all documents.
func (d *Documents) Paths() iter.Seq[string] {
	return func(yield func(string) bool) {
		for rest := range d.paths() {
			if !yield(Prefix + "/" + rest) {
				return
			}
		}
	}
}

func (d *Documents) paths() iter.Seq[string] {
	b := d.b
	return func(yield func(string) bool) {
		ok := true
		each := func(path string) { ok = ok && yield(path) }
		for _, path := range []string{"status", "components", "incidents", "maintenances", "summaries", "regions", "services"} {
			each(path)
		}
		for _, e := range b.Events {
			each("incidents/" + string(e.ID))
		}
		for _, s := range b.Summaries {
			each("summaries/" + string(s.ID))
		}
		for month := board.MonthOf(b.Now, b.Zone); ok && !month.Before(b.FirstMonth()); month = month.AddDate(0, -1, 0) {
			each("history/" + month.Format(monthForm))
		}
		for _, c := range b.Plan.Components {
			each("components/" + string(c.ID()))
		}
	}
}

// monthForm is how months are written.
const monthForm = "2006-01"

// month reads a month of the history.
func (d *Documents) month(word string) (time.Time, bool) {
	month, err := time.ParseInLocation(monthForm, word, d.b.Zone)
	ok := err == nil && month.Format(monthForm) == word && !month.After(d.b.Now) && !month.Before(d.b.FirstMonth())
	return month, ok
}

// Text is what people read, by language.
type Text struct {
	Korean  string `json:"ko,omitempty" doc:"Korean"`
	English string `json:"en,omitempty" doc:"English"`
}

func textOf(t health.Text) Text {
	return Text{Korean: t.In(health.Korean), English: t.In(health.English)}
}

// State is which state of the record a document tells.
type State struct {
	Revision   string    `json:"revision" example:"1.4711" doc:"Of the record: epoch.number. A higher epoch is later whatever the numbers"`
	Confirmed  time.Time `json:"confirmed_at" doc:"When it was true"`
	FreshUntil time.Time `json:"fresh_until,omitzero" doc:"Later than this, whoever reads it should take it for old: it could not be renewed"`
	Old        bool      `json:"old" doc:"It was old when it was written. Probed components are unknown then"`
}

func (d *Documents) state() State {
	s := State{Revision: d.b.Revision.String(), Confirmed: d.b.Confirmed, Old: d.b.Old()}
	if d.b.Fresh > 0 {
		s.FreshUntil = d.b.Confirmed.Add(d.b.Fresh)
	}
	return s
}
