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
	return ui.Site{Provider: n.config.Provider.Name, Invented: n.config.Provider.Invented, Story: n.o.Replay != nil, Zone: n.zone()}
}

// startWeb puts the sites together and opens the public listener.
func (n *Node) startWeb(ctx context.Context) error {
	address, err := url.Parse(n.config.PublicURL)
	if err != nil {
		return fault.Wrap(fault.Invalid, "public_url", err)
	}
	door := n.openDoor()
	n.run(ctx, "door", door.Run)
	rest, _, err := api.New(n.apiOptions())
	if err != nil {
		return err
	}
	cookies := web.CookiesFor(address)
	terms := identity.DefaultTerms()
	own := mine.New(mine.Options{
		Site: n.site(), Messages: n.book, Cookies: cookies, Door: door,
		Accounts: n.db.Audience(), Directory: n.rooms.directory, Incidents: n.rooms.incidents, Catalogs: n.shelf,
		Records: mineRecords{n.rooms.records}, StaleAfter: staleAfter, Session: terms.Absolute, Now: n.o.World.Now,
	})
	routes := [][]web.Route{n.publicRoutes(), own.Routes(), apiRoutes(rest)}
	n.router, err = web.New(web.Options{
		PublicURL: address, Language: health.English, Sessions: door, Site: n.site(), Messages: n.book,
		Observe: n.meters.answered, Wall: n.o.Wall, Log: n.o.Log,
	}, append(routes, n.moreRoutes(cookies)...)...)
	if err != nil {
		return err
	}
	n.serve(ctx, "public listener", n.door, n.router)
	return nil
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

// publicRoutes are the Service Health Dashboard's.
func (n *Node) publicRoutes() []web.Route {
	var out []web.Route
	for i, r := range n.rooms.public.Routes() {
		out = append(out, web.Route{
			Method: http.MethodGet, Pattern: r.Pattern, Kind: web.Page, Access: web.Public,
			Sample:  func() string { return n.rooms.public.Routes()[i].Sample },
			Handler: web.Plain(n.rooms.public),
		})
	}
	return out
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
			Site: n.site(), Messages: n.book, Tokens: n.mail, Suppressor: n.db.Notify(), Now: n.o.World.Now,
			Contact: n.config.Mail.From, Cookies: cookies, Language: health.English,
		}).Routes())
	}
	if r := n.o.Replay; r != nil {
		out = append(out, replay.New(replay.Options{
			Site: n.site(), Messages: n.book, BaseURL: n.publicURL(), Story: r.Story, Box: r.Box, Customers: r.Customers,
		}).Routes())
	}
	return out
}

func (n *Node) apiOptions() api.Options {
	o := api.Options{
		Version: n.o.Version, Keys: n.rooms.keyring, Incidents: n.rooms.incidents, Catalogs: n.db.Catalogs(),
		Accounts: n.db.Audience(), Directory: n.rooms.directory, Roll: n.db.Audience(), Meter: n.rooms.meter, Credits: n.rooms.credits,
		Runs: n.db.Credits(), Ledger: ledger{n.rooms.records}, Summaries: n.rooms.summaries, Told: deliveries{n.rooms.records},
		World: n.o.World, Log: n.o.Log,
	}
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
		Ready: func(ctx context.Context) error {
			_, err := n.db.Head(ctx)
			return err
		},
		Metrics: promhttp.HandlerFor(n.meters.registry, promhttp.HandlerOpts{}), Routes: n.Routes,
	}))
	return nil
}

// publicSite makes the Service Health Dashboard.
func (n *Node) publicSite() *public.Site {
	return public.New(public.Options{
		Book: n.book, Site: n.site(), Now: n.o.World.Now, Catalogs: n.shelf, Incidents: n.rooms.incidents,
		Summaries: n.db.Summaries(), Freshness: n.db.Probes(),
	})
}
