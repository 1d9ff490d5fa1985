package app

import (
	"context"
	"net/http"
	"net/url"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/bonghwa/bonghwa/api"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/mine"
	"github.com/bonghwa/bonghwa/web/public"
	"github.com/bonghwa/bonghwa/web/replay"
	"github.com/bonghwa/bonghwa/web/told"
	"github.com/bonghwa/bonghwa/web/ui"
)

// site is what every page says of the provider.
func (n *Node) site() ui.Site {
	logo, accent := brand(n.config.Page)
	return ui.Site{
		Provider: n.config.Provider.Name, Invented: n.config.Provider.Invented, Story: n.o.Replay != nil, Zone: n.zone(),
		Languages: n.config.Page.Languages, Logo: logo, Accent: accent, PageOnly: n.config.PageOnly(),
	}
}

// siteOfRequests is site for pages that are made on request, which say the banner
// in force.
func (n *Node) siteOfRequests() ui.Site {
	s := n.site()
	s.Said = func(l health.Language) *ui.Banner { return public.Said(n.page.above.Load(), l) }
	return s
}

// openGate puts the sites together and lets the public listener answer with them.
func (n *Node) openGate(ctx context.Context) error {
	address, err := url.Parse(n.config.PublicURL)
	if err != nil {
		return fault.Wrap(fault.Invalid, "public_url", err)
	}
	rest, _, err := api.New(n.apiOptions())
	if err != nil {
		return err
	}
	cookies := web.CookiesFor(address)
	routes := append([][]web.Route{n.page.routes(), apiRoutes(rest)}, n.moreRoutes(cookies)...)
	var sessions web.Sessions // of a page alone there are none
	if !n.config.PageOnly() {
		door := n.openDoor()
		n.run(ctx, "door", door.Run)
		sessions, routes = door, append(routes, n.ownRoutes(door, cookies))
	}
	router, err := n.newRouter(sessions, routes...)
	if err != nil {
		return err
	}
	n.gate.router.Store(router)
	return nil
}

// ownRoutes are the Personal Health Dashboard's.
func (n *Node) ownRoutes(door *identity.Door, cookies web.Cookies) []web.Route {
	return mine.New(mine.Options{
		Site: n.siteOfRequests(), Messages: n.book, Cookies: cookies, Door: door,
		Accounts: n.db.Audience(), Directory: n.rooms.directory, Incidents: n.rooms.incidents, Catalogs: n.shelf,
		Records: mineRecords{n.rooms.records}, StaleAfter: staleAfter, Session: identity.DefaultTerms().Absolute,
		Proxies: n.config.TrustedProxies, Now: n.o.World.Now,
	}).Routes()
}

func (n *Node) openDoor() *identity.Door {
	post := &postman{
		mail: n.mail, book: n.book, provider: n.config.Provider.Name, url: n.publicURL(),
		invented: n.config.Provider.Invented, world: n.o.World,
	}
	return identity.NewDoor(identity.DoorOptions{
		Contacts: visitors{n.db}, Visits: n.db.Identity(), Mailer: post, Wall: n.o.Wall, Log: n.o.Log,
	})
}

func apiRoutes(h http.Handler) []web.Route {
	return []web.Route{
		{Pattern: api.Prefix + "/", Kind: web.Mount, Access: web.Public, Handler: web.Plain(h)},
		{Pattern: api.DocumentPath, Kind: web.Mount, Access: web.Public, Handler: web.Plain(h)},
	}
}

// moreRoutes are unsubscribing, where mail leaves, and the pages of a replay.
func (n *Node) moreRoutes(cookies web.Cookies) [][]web.Route {
	var out [][]web.Route
	if n.mail != nil {
		out = append(out, told.New(told.Options{
			Site: n.siteOfRequests(), Messages: n.book, Tokens: n.mail, Suppressor: n.db.Notify(), Now: n.o.World.Now,
			Contact: n.config.Mail.From, Cookies: cookies, Language: n.config.Page.Languages[0],
		}).Routes())
	}
	if r := n.o.Replay; r != nil {
		out = append(out, replay.New(replay.Options{
			Site: n.siteOfRequests(), Messages: n.book, BaseURL: n.publicURL(), Story: r.Story, Box: r.Box, Customers: r.Customers,
		}).Routes())
	}
	return out
}

// apiOptions give the API what there is to speak to: of a page alone, its incidents
// and their summaries.
func (n *Node) apiOptions() api.Options {
	o := api.Options{
		Version: n.o.Version, Keys: n.rooms.keyring, Incidents: n.rooms.incidents, Catalogs: n.db.Catalogs(),
		Summaries: n.rooms.summaries, Told: deliveries{n.rooms.records}, Feedback: n.db.Feedback(), World: n.o.World, Log: n.o.Log,
	}
	if n.config.PageOnly() {
		o.CatalogFrom = "its configuration, under page.components"
		return o
	}
	o.Accounts, o.Directory, o.Roll = n.db.Audience(), n.rooms.directory, n.db.Audience()
	o.Meter, o.Credits, o.Runs, o.Ledger = n.rooms.meter, n.rooms.credits, n.db.Credits(), ledger{n.rooms.records}
	if n.o.Replay != nil {
		o.Demo = n.o.Replay.Summary
	}
	return o
}

// startAdmin opens the admin listener.
func (n *Node) startAdmin(ctx context.Context) error {
	l, err := open(ctx, "admin listener", n.config.Admin)
	if err != nil {
		return err
	}
	n.admin = l.Addr().String()
	n.serve(ctx, "admin listener", l, web.Admin(web.AdminOptions{
		Ready:   n.ready,
		Metrics: promhttp.HandlerFor(n.meters.registry, promhttp.HandlerOpts{}), Routes: n.Routes,
	}))
	return nil
}

// publicSite makes the Service Health Dashboard.
func (n *Node) publicSite() *public.Site {
	return public.New(public.Options{
		Book: n.book, Site: n.site(), Real: n.o.World.Speed() == 1 && n.o.Replay == nil, URL: n.publicURL(),
		Opinions: opinions{n.meters}, Now: n.o.World.Now, Wall: n.o.Wall, Proxies: n.config.TrustedProxies,
	})
}
