package public

import (
	"iter"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/web/ui"
)

// Fragments prints the main part of every page at one revision, for pages that are
// open already: "/live/1.52/en/history". They are told at the time of the revision's
// newest fact, so that every node prints the same.
type Fragments struct {
	pages  *Pages
	prefix string
}

// Fragments makes the fragments of a board, which is told at its revision's time.
func (s *Site) Fragments(b *board.Board) *Fragments {
	f := &Fragments{pages: newPages(s.options, b), prefix: ui.LivePath + "/" + b.Revision.String()}
	for l, v := range f.pages.views {
		v.Live.Part = true
		f.pages.views[l] = v
	}
	return f
}

// Print finishes a fragment; false where there is no page.
func (f *Fragments) Print(path string) (press.Paper, bool, error) {
	rest, ok := strings.CutPrefix(path, f.prefix)
	if !ok {
		return press.Paper{}, false, nil
	}
	paper, ok, err := f.pages.Print(rest)
	paper.Keep = press.Forever
	return paper, ok, err
}

// Paths are none: a copy of the site has no pages that are open.
func (f *Fragments) Paths() iter.Seq[string] { return func(func(string) bool) {} }

// First are the fragments that open pages ask for first.
func (f *Fragments) First() []string {
	paths := f.pages.First()
	for i := range paths {
		paths[i] = f.prefix + paths[i]
	}
	return paths
}

// Confirmed is until when the pages are known to be true, and how they write it.
func (p *Pages) Confirmed() (time.Time, health.Text) {
	words := health.Text{}
	for l, v := range p.views {
		words[l] = v.ConfirmedWords()
	}
	return p.board.Confirmed.Truncate(time.Minute), words
}
