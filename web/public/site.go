// Package public is the Service Health Dashboard: what everyone may read, without
// signing in and without JavaScript.
//
// It prints the pages of a board, in both languages, for package press to keep and
// hand out: printing touches no database, no file and no other service, so the
// pages stand when they lie down, and say how old they are. The same board gives
// the same bytes on every node. What depends on the reader (a search, a chosen
// day) is answered from the same board in memory. It decides nothing about
// incidents and knows nothing of accounts.
package public

import (
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/web/ui"
)

// Options are what a site is made from.
type Options struct {
	Book *language.Book
	Site ui.Site // with the zone that the days of the bars are in; UTC if nil
	Real bool    // world time is wall time: browsers can tell an old page by their own clock
	// URL is how the site is reached, without a slash at its end: what readers copy
	// into their own pages begins with it.
	URL string
	// Opinions keeps what readers say of a page; nil: nobody is asked.
	Opinions Opinions
	Now      func() time.Time // world time, which dates opinions
	Wall     clock.Wall       // for rates
	Proxies  []netip.Prefix   // whose X-Forwarded-For is believed
}

// Site is the public dashboard. It is safe for concurrent use.
type Site struct {
	options  Options
	current  atomic.Pointer[Pages]
	searches chan struct{} // a place for each search under way
	library  library
	opinions *turnstile
}

// New makes a site. It has no pages until the first Tell.
func New(o Options) *Site {
	if o.Site.Zone == nil {
		o.Site.Zone = time.UTC
	}
	return &Site{options: o, searches: make(chan struct{}, searchesAtOnce), opinions: newTurnstile()}
}

// Tell makes the pages of a board, and answers searches and the like from it from
// now on.
func (s *Site) Tell(b *board.Board) *Pages {
	p := newPages(s.options, b)
	s.current.Store(p)
	return p
}
