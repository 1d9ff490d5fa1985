package public

import (
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/banner"
	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/web/ui"
)

// AbsentPath is what a copy shows for what it does not have.
const AbsentPath = "/404.html"

// Cover prints what a copy of the site needs beside its pages, and what a node
// answers by itself: a front that leads to a language, style sheets, and a page for
// what a copy cannot do.
type Cover struct {
	views    []view // one a language, the site's first before the others
	original string // the site's own address, without a slash at its end
	bare     bool   // the fronts of the languages are printed too
}

// Cover is the cover of a copy of these pages, which says where the site itself is.
func (p *Pages) Cover(original string) *Cover {
	c := &Cover{original: strings.TrimSuffix(original, "/")}
	for _, l := range p.first() {
		c.views = append(c.views, p.views[l])
	}
	return c
}

// first are the site's languages with the first one first.
func (p *Pages) first() []health.Language {
	for _, v := range p.views {
		if len(v.Site.Languages) > 0 {
			return v.Site.Languages
		}
	}
	return p.speaks
}

// Bare is all there is of a copy when nothing is known of the record: a cover, and
// fronts that say so below the banner, which may be nil.
func (s *Site) Bare(b *banner.Banner, original string, now time.Time) *Cover {
	p := newPages(s.options, board.Source{}.WithBanner(b).Board(board.Terms{Zone: s.options.Site.Zone}, now))
	c := p.Cover(original)
	c.bare = true
	for i := range c.views {
		c.views[i].Known = false
	}
	return c
}

// First are the paths that people come in by.
func (c *Cover) First() []string {
	first := []string{"/", AbsentPath}
	if c.bare {
		first = append(first, c.fronts()...)
	}
	return first
}

func (c *Cover) fronts() []string {
	var paths []string
	for _, v := range c.views {
		paths = append(paths, ui.Link(v.l, "/"))
	}
	return paths
}

// Paths are all the paths it prints.
func (c *Cover) Paths() iter.Seq[string] {
	var paths []string
	for _, name := range ui.AssetNames() {
		paths = append(paths, ui.AssetPath(name))
	}
	return slices.Values(append(append(paths, ui.ThemePath), c.First()...))
}

// Print finishes what is at a path; false when nothing is.
func (c *Cover) Print(path string) (press.Paper, bool, error) {
	v := c.views[0]
	switch {
	case path == "/":
		return v.paper(leadPage(c, v))
	case path == AbsentPath:
		return v.paper(absentPage(c, v))
	case path == ui.ThemePath:
		return press.Paper{Type: "text/css; charset=utf-8", Body: ui.DefaultTheme(v.Site)}, true, nil
	case strings.HasPrefix(path, ui.AssetPrefix):
		return Assets{}.Print(path)
	case c.bare:
		for _, v := range c.views {
			if path == ui.Link(v.l, "/") {
				return v.paper(barePage(v))
			}
		}
	}
	return press.Paper{}, false, nil
}
