package app

import (
	"cmp"
	"slices"

	"github.com/bonghwa/bonghwa/api/feed"
	openapi "github.com/bonghwa/bonghwa/api/open" // app has a func of its name
	"github.com/bonghwa/bonghwa/api/statuspage"
	"github.com/bonghwa/bonghwa/api/view"
	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/badge"
	"github.com/bonghwa/bonghwa/web/embed"
	"github.com/bonghwa/bonghwa/web/public"
)

// printers make what an edition holds beside the pages: badges, the note for other
// sites, and documents for programs.
type printers struct {
	badges    badge.Options
	notes     embed.Options
	documents openapi.Options
	words     view.Options       // what feeds and documents in others' formats are made by
	status    *statuspage.Writer // documents as programs know them from Statuspage
}

func (n *Node) printers() printers {
	site := n.site()
	words := view.Options{Book: n.book, Provider: site.Provider, URL: n.publicURL(), Languages: englishFirst(site.Speaks())}
	return printers{
		words: words, status: statuspage.NewWriter(statuspage.Options{Options: words, Log: n.o.Log}),
		badges:    badge.Options{Book: n.book, Site: site},
		notes:     embed.Options{Book: n.book, Site: site},
		documents: openapi.Options{Provider: site.Provider, Invented: site.Invented},
	}
}

// englishFirst puts English before other languages: what programs read without
// naming a language is English, where the site speaks it.
func englishFirst(speaks []health.Language) []health.Language {
	return slices.SortedStableFunc(slices.Values(speaks), func(a, b health.Language) int {
		return cmp.Compare(rank(a), rank(b))
	})
}

func rank(l health.Language) int {
	if l == health.English {
		return 0
	}
	return 1
}

// of are the printers of a board whose pages word how everything stands.
func (p printers) of(b *board.Board, pages *public.Pages) []press.Printer {
	return []press.Printer{public.Assets{}, badge.New(p.badges, b), embed.New(p.notes, b, pages), openapi.New(p.documents, b), p.status.Tell(b), feed.New(p.words, b)}
}

// routes list what they print, and answer for what is not there. Those of the
// documents are the API's.
func (p printers) routes() []web.Route {
	return append(badge.Routes(p.badges), embed.Routes()...)
}
