package app

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/bonghwa/bonghwa/api"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/mine"
	"github.com/bonghwa/bonghwa/web/public"
	"github.com/bonghwa/bonghwa/web/replay"
	"github.com/bonghwa/bonghwa/web/told"
	"github.com/bonghwa/bonghwa/web/ui"
)

// site is what every page says of the provider.
func (n *Node) site() ui.Site {
	return ui.Site{Provider: n.config.Provider.Name, Invented: n.config.Provider.Invented, Zone: n.zone()}
}

// keepPage keeps the public page true: it follows the journal on this node, and
// renders anew each minute of the world, but at most once a wall second, so that
// the page can say how old it is.
func (n *Node) keepPage(ctx context.Context) error {
	head, err := n.db.Head(ctx)
	if err != nil {
		return err
	}
	// What was applied between the node's start and this head would else be missed.
	if err := n.shelf.refresh(ctx); err != nil {
		return err
	}
	if err := n.refreshPage(ctx); err != nil {
		return err
	}
	renew := make(chan struct{})
	go func() {
		defer close(renew)
		for n.o.Wall.Sleep(ctx, renewEvery(n.o.World.Speed())) == nil {
			if err := n.refreshPage(ctx); err != nil && ctx.Err() == nil {
				n.o.Log.LogAttrs(ctx, slog.LevelWarn, "the public page grows old", slog.Any("error", err))
			}
		}
	}()
	err = journal.Local(ctx, n.journal(), head.Number, func(ctx context.Context, facts []journal.Fact) error {
		if slices.ContainsFunc(facts, func(f journal.Fact) bool { return f.Type == health.CatalogAppliedFact }) {
			if err := n.shelf.refresh(ctx); err != nil {
				return err
			}
		}
		return n.refreshPage(ctx)
	})
	<-renew
	return err
}

func (n *Node) refreshPage(ctx context.Context) error { return n.rooms.public.Refresh(ctx) }

// renewEvery is a world minute in wall time, within a second and a minute.
func renewEvery(speed float64) time.Duration {
	if speed <= 0 {
		return time.Second
	}
	return min(max(time.Duration(float64(time.Minute)/speed), time.Second), time.Minute)
}

// startWeb puts the sites together and opens the public listener.
func (n *Node) startWeb(ctx context.Context) error {
	address, err := url.Parse(n.config.PublicURL)
	if err != nil {
		return fault.Wrap(fault.Invalid, "public_url", err)
	}
	door, err := n.openDoor()
	if err != nil {
		return err
	}
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
	more, err := n.moreRoutes(cookies)
	if err != nil {
		return err
	}
	n.router, err = web.New(web.Options{
		PublicURL: address, Language: health.English, Sessions: door, Site: n.site(), Messages: n.book,
		Observe: n.meters.answered, Wall: n.o.Wall, Log: n.o.Log,
	}, append(routes, more...)...)
	if err != nil {
		return err
	}
	n.serve(ctx, "public listener", n.door, n.router)
	return nil
}

func (n *Node) openDoor() (*identity.Door, error) {
	post := &postman{
		book: n.book, provider: n.config.Provider.Name, url: n.publicURL(),
		replay: n.config.Provider.Invented, world: n.o.World,
	}
	if n.config.Mail.Relay != "" {
		var err error
		if post.mail, err = n.relay(); err != nil {
			return nil, err
		}
	}
	return identity.NewDoor(identity.DoorOptions{
		Contacts: visitors{n.db}, Visits: n.db.Identity(), Mailer: post, Wall: n.o.Wall, Log: n.o.Log,
	}), nil
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
func (n *Node) moreRoutes(cookies web.Cookies) ([][]web.Route, error) {
	var out [][]web.Route
	if n.config.Mail.Relay != "" {
		tokens, err := n.relay()
		if err != nil {
			return nil, err
		}
		out = append(out, told.New(told.Options{
			Site: n.site(), Messages: n.book, Tokens: tokens, Suppressor: n.db.Notify(), Now: n.o.World.Now,
			Contact: n.config.Mail.From, Cookies: cookies, Language: health.English,
		}).Routes())
	}
	if r := n.o.Replay; r != nil {
		out = append(out, replay.New(replay.Options{
			Site: n.site(), Messages: n.book, BaseURL: n.publicURL(), Story: r.Story, Box: r.Box, Customers: r.Customers,
		}).Routes())
	}
	return out, nil
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
