// Package statuspage prints the public record in the form that programs know from
// Atlassian Statuspage: the JSON documents under /api/v2, at the same paths, with
// the same fields and no others, so that monitors, aggregators and widgets made for
// it read Bonghwa unchanged. What it has no word for stands in /api/v1.
//
// It promises that ids stay the same for ever, being a function of ours (ID), that
// a component nobody measures is never told to be operational, that nothing newer
// is claimed than what happened, and that each document exists in every language.
// It takes no subscriptions and answers no requests itself: the press does.
package statuspage

import (
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"sync"

	"github.com/bonghwa/bonghwa/api/view"
	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/press"
)

// Prefix begins the path of every document, after the language.
const Prefix = "/api/v2"

// Options are what a Writer is made from.
type Options struct {
	view.Options
	Log *slog.Logger // is told when two things have one id; nil: nobody is
}

// Writer prints boards. It is safe for concurrent use.
type Writer struct {
	o     Options
	mu    sync.Mutex
	names *register
}

// NewWriter makes a writer.
func NewWriter(o Options) *Writer {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Writer{o: o, names: newRegister(ID)}
}

// Tell makes the documents of a board. Two things of the record whose ids collide
// are told of in the log: programs would take them for one.
func (w *Writer) Tell(b *board.Board) *Documents {
	w.mu.Lock()
	clashes := w.names.enter(b)
	w.mu.Unlock()
	for _, c := range clashes {
		w.o.Log.Error("two things have one id in the documents of "+Prefix,
			slog.String("id", c.id), slog.String("one", c.one), slog.String("other", c.other))
	}
	d := &Documents{views: view.All(w.o.Options, b)}
	for _, v := range d.views {
		d.tellers = append(d.tellers, newTeller(v))
	}
	return d
}

// Documents prints every document of a board.
type Documents struct {
	views   view.Views
	tellers []*teller
}

// Paths lists the documents, without their languages.
func Paths() []string {
	list := make([]string, 0, len(documents()))
	for _, d := range documents() {
		list = append(list, d.path)
	}
	return list
}

// document is one path and what stands there.
type document struct {
	path string
	tell func(*teller) any
}

func documents() []document {
	return []document{
		{Prefix + "/summary.json", (*teller).summary},
		{Prefix + "/status.json", (*teller).status},
		{Prefix + "/components.json", (*teller).components},
		{Prefix + "/incidents.json", (*teller).incidents},
		{Prefix + "/incidents/unresolved.json", (*teller).unresolved},
		{Prefix + "/scheduled-maintenances.json", (*teller).maintenances},
		{Prefix + "/scheduled-maintenances/upcoming.json", (*teller).upcoming},
		{Prefix + "/scheduled-maintenances/active.json", (*teller).active},
	}
}

// Print finishes the document at a path such as "/ko/api/v2/summary.json".
func (d *Documents) Print(path string) (press.Paper, bool, error) {
	n, rest := d.views.Find(path)
	all := documents()
	at := slices.IndexFunc(all, func(x document) bool { return x.path == rest })
	if at < 0 {
		return press.Paper{}, false, nil
	}
	body, err := json.Marshal(all[at].tell(d.tellers[n]))
	if err != nil {
		return press.Paper{}, true, fmt.Errorf("write JSON: %w", err)
	}
	return press.Paper{
		Type: "application/json; charset=utf-8", Language: string(d.views[n].Language()), Body: body, Keep: press.Feed, Open: true,
	}, true, nil
}

// Paths are the paths of all documents in all languages.
func (d *Documents) Paths() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, v := range d.views {
			for _, path := range Paths() {
				if !yield(v.Path(path)) {
					return
				}
			}
		}
	}
}
