// Package embed prints what other sites show of the public page in their own: a
// script of our own that shows a small note while something is wrong
// (/embed/status.js), the document it reads (/embed/{lang}.json), and the same as a
// page for a frame, for those who want no script (/embed/{lang}).
//
// It promises that the note says what the first line of the page says, works under a
// strict content security policy of the other site and can be closed by keyboard;
// that the page in the frame needs no script; and that neither learns anything of
// who reads it: no cookie, nothing sent. A note that cannot be renewed says when it
// was confirmed.
//
// It words nothing about incidents: the public site hands in its first line.
package embed

import (
	"bytes"
	"context"
	_ "embed" // the script
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"strings"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/ui"
)

//go:embed status.js
var script []byte

// Options are what the note is made from besides a board.
type Options struct {
	Book *language.Book
	Site ui.Site
}

// Teller words how everything stands; the public pages of the same board do.
type Teller interface {
	// Lead is the sentence, how bad it is, and the incident it is about, if any.
	Lead(l health.Language) (words string, level health.Level, about health.IncidentID)
}

// Papers prints the note of a board.
type Papers struct {
	o Options
	b *board.Board
	t Teller
}

// New makes the note of a board, in the words of t.
func New(o Options, b *board.Board, t Teller) *Papers { return &Papers{o: o, b: b, t: t} }

const (
	prefix     = "/embed/"
	scriptPath = prefix + "status.js"
)

// Print finishes the script, a document or a frame; false for any other path.
func (p *Papers) Print(path string) (press.Paper, bool, error) {
	if path == scriptPath {
		return press.Paper{Type: "text/javascript; charset=utf-8", Body: packed(script, p.o.Site.Speaks()), Keep: press.Hour, Open: true}, true, nil
	}
	for _, l := range p.o.Site.Speaks() {
		switch path {
		case prefix + string(l) + ".json":
			paper, err := p.document(l).paper()
			return paper, true, err
		case prefix + string(l):
			paper, err := p.frame(l)
			return paper, true, err
		}
	}
	return press.Paper{}, false, nil
}

// packed is the script of a site that speaks some languages, without the lines that
// are for readers of its source.
func packed(source []byte, speaks []health.Language) []byte {
	words := make([]string, len(speaks))
	for i, l := range speaks {
		words[i] = "'" + string(l) + "'"
	}
	told := strings.Replace(string(source), "['ko', 'en']", "["+strings.Join(words, ", ")+"]", 1)
	var out bytes.Buffer
	for line := range strings.Lines(told) {
		if line = strings.TrimLeft(line, " "); line != "\n" && !strings.HasPrefix(line, "//") {
			out.WriteString(line)
		}
	}
	return out.Bytes()
}

func (d Document) paper() (press.Paper, error) {
	body, err := json.Marshal(d)
	if err != nil {
		return press.Paper{}, fmt.Errorf("write the note: %w", err)
	}
	return press.Paper{Type: "application/json", Language: string(d.Language), Body: append(body, '\n'), Keep: press.Feed, Open: true}, nil
}

func (p *Papers) frame(l health.Language) (press.Paper, error) {
	var body bytes.Buffer
	if err := framed(p.document(l), p.o.Book.In(l)).Render(context.Background(), &body); err != nil {
		return press.Paper{}, fmt.Errorf("write the frame: %w", err)
	}
	return press.Paper{Type: "text/html; charset=utf-8", Language: string(l), Body: body.Bytes(), Frame: true}, nil
}

// Paths are the paths of all that is printed.
func (p *Papers) Paths() iter.Seq[string] {
	return func(yield func(string) bool) {
		paths := []string{scriptPath}
		for _, l := range p.o.Site.Speaks() {
			paths = append(paths, prefix+string(l), prefix+string(l)+".json")
		}
		for _, path := range paths {
			if !yield(path) {
				return
			}
		}
	}
}

// Routes list what the press hands out; the handler answers for what it has not.
func Routes() []web.Route {
	var routes []web.Route
	for _, rest := range []string{"status.js", "{note}"} {
		routes = append(routes, web.Route{
			Method: http.MethodGet, Pattern: prefix + rest, Kind: web.Data, Access: web.Public,
			Sample: func() string { return prefix + rest },
			Handler: func(http.ResponseWriter, *http.Request) error {
				return fault.New(fault.NotFound, "", "there is no such note", "")
			},
		})
	}
	return routes
}
