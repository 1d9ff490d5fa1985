package app

import (
	openapi "github.com/bonghwa/bonghwa/api/open" // app has a func of its name
	"github.com/bonghwa/bonghwa/board"
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
}

func (n *Node) printers() printers {
	site := n.site()
	return printers{
		badges:    badge.Options{Book: n.book, Site: site},
		notes:     embed.Options{Book: n.book, Site: site},
		documents: openapi.Options{Provider: site.Provider, Invented: site.Invented},
	}
}

// of are the printers of a board whose pages word how everything stands.
func (p printers) of(b *board.Board, pages *public.Pages) []press.Printer {
	return []press.Printer{badge.New(p.badges, b), embed.New(p.notes, b, pages), openapi.New(p.documents, b)}
}

// routes list what they print, and answer for what is not there. Those of the
// documents are the API's.
func (p printers) routes() []web.Route {
	return append(badge.Routes(p.badges), embed.Routes()...)
}
