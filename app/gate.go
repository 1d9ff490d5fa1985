package app

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/bonghwa/bonghwa/api"
	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/web"
)

// gate is the handler of the public listener: the router of the whole node, or of
// the page alone while there is no database.
type gate struct{ router atomic.Pointer[web.Router] }

// ServeHTTP answers with the router in force. The listener is served only when
// there is one.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.router.Load().ServeHTTP(w, r) }

// newRouter is a router of the routes, before which what lies ready is answered.
func (n *Node) newRouter(sessions web.Sessions, routes ...[]web.Route) (*web.Router, error) {
	address, err := url.Parse(n.config.PublicURL)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "public_url", err)
	}
	return web.New(web.Options{
		PublicURL: address, Language: n.config.Page.Languages[0], Sessions: sessions, Site: n.siteOfRequests(), Messages: n.book,
		Proxies: n.config.TrustedProxies, Private: n.config.Page.Private, Finished: n.page.stand.Serve, Observe: n.meters.answered, Wall: n.o.Wall, Log: n.o.Log,
	}, routes...)
}

// standAlone serves the page without a database, and builds the rest as soon as
// the database is there.
func (n *Node) standAlone(ctx context.Context) error {
	if err := n.page.draw(ctx); err != nil {
		return err
	}
	router, err := n.newRouter(nil, n.page.routes(), n.needDatabase())
	if err != nil {
		return err
	}
	n.gate.router.Store(router)
	n.runBase(ctx, "way back to the database", n.comeBack)
	return nil
}

// needDatabase are the routes that say so while there is none: what they lead to
// exists, and comes back.
func (n *Node) needDatabase() []web.Route {
	patterns := []string{api.Prefix + "/"}
	if !n.config.PageOnly() {
		patterns = append(patterns, "/{lang}/my/{rest...}", "/{lang}/sign-in", "/{lang}/sign-in/{rest...}")
	}
	var routes []web.Route
	for _, pattern := range patterns {
		routes = append(routes, web.Route{
			Method: http.MethodGet, Pattern: pattern, Kind: web.Action, Access: web.Public,
			Handler: func(http.ResponseWriter, *http.Request) error {
				return fault.New(fault.Unavailable, "", "the database does not answer", "try again in a moment")
			},
		})
	}
	return routes
}

func (n *Node) comeBack(ctx context.Context) error {
	for {
		if err := n.o.Wall.Sleep(ctx, retryEvery); err != nil {
			return err
		}
		err := n.build(ctx)
		if err == nil {
			n.o.Log.LogAttrs(ctx, slog.LevelInfo, "the database answers again: the node is whole")
			return nil
		}
		n.o.Log.LogAttrs(ctx, slog.LevelDebug, "the database does not answer yet", slog.Any("error", err))
	}
}

// retryEvery is how often a database that does not answer is tried, in wall time.
const retryEvery = time.Second

// watchRecord lets the page follow the database.
func (n *Node) watchRecord() {
	n.page.keeper.Store(&watched{board.NewKeeper(sourcesOf(n.db), n.o.World, n.o.Wall, n.page.loaded), n.db.Changed})
}

// sourcesOf are what the page is read from.
func sourcesOf(db *store.DB) board.Sources {
	return board.Sources{
		Journal: db, Catalogs: db.Catalogs(), Incidents: db.Incidents(), Summaries: db.Summaries(), Pulses: db.Probes(), Banners: db.Banners(),
	}
}
