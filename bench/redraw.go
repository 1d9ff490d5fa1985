package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/web/public"
	"github.com/bonghwa/bonghwa/web/ui"
)

// redraw is B4: how long after one update until what it changed is printed anew in
// both languages: read from the database, the pages people ask for first, the
// incident's and the component's.
func redraw(ctx context.Context, b *yard) ([]Result, error) {
	small, err := b.redraw(ctx, 40, 20)
	if err != nil {
		return nil, err
	}
	large, err := b.redraw(ctx, 200, 100)
	if err != nil {
		return nil, err
	}
	const how = "an update is published into SQLite; then board.Keeper.Read, a new edition, and the printing of front page, history, month, incident and component in Korean and English, compressed; wall time, in process, median of %d updates."
	result := func(components int, figures []float64) Result {
		return less(Result{
			ID: "B4", What: fmt.Sprintf("redrawing after one update, %d components", components), Ours: median(figures), Peer: 50, PeerName: "the limit",
			Unit: "ms", Spread: spread(figures), How: fmt.Sprintf(how, len(figures)),
		})
	}
	grown := more(Result{
		ID: "B4", What: "800 components beside 20,000: what it costs does not grow with the catalogue", Ours: median(small), Peer: median(large),
		PeerName: "20,000 components", Unit: "ms", Floor: 0.5, Spread: spread(small), How: "the two above, the small one divided by the large one.",
	})
	return []Result{result(800, small), result(20_000, large), grown}, nil
}

// drawing is what a node does when a fact arrives, without the node.
type drawing struct {
	keeper   *board.Keeper
	site     *public.Site
	desk     *incident.Desk
	incident health.IncidentID
	paths    []string
}

func (b *yard) redraw(ctx context.Context, services, regions int) ([]float64, error) {
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(b.dir, fmt.Sprintf("redraw-%d.db", services)), store.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	d, err := newDrawing(ctx, db, services, regions)
	if err != nil {
		return nil, err
	}
	var figures []float64
	for i := range 4*b.rounds + 2 {
		if err := d.publish(ctx, i); err != nil {
			return nil, err
		}
		t, err := took(func() error { return d.draw(ctx) })
		if err != nil {
			return nil, err
		}
		if i >= 2 {
			figures = append(figures, float64(t)/float64(time.Millisecond))
		}
	}
	return figures, nil
}

func newDrawing(ctx context.Context, db *store.DB, services, regions int) (*drawing, error) {
	if err := db.Migrate(ctx); err != nil {
		return nil, err
	}
	if _, _, err := catalog.NewKeeper(db.Catalogs()).Apply(ctx, catalog.Application{Catalog: wide(services, regions), Base: catalog.Any, Actor: "bench", At: clock.Real().Now()}); err != nil {
		return nil, err
	}
	book, err := language.Load()
	if err != nil {
		return nil, err
	}
	world := clock.Real()
	d := &drawing{
		desk: incident.NewDesk(db.Incidents(), world),
		site: public.New(public.Options{Book: book, Site: ui.Site{Provider: both("벤치", "Bench"), Zone: language.Seoul()}}),
		keeper: board.NewKeeper(board.Sources{
			Journal: db, Catalogs: db.Catalogs(), Incidents: db.Incidents(), Summaries: db.Summaries(), Pulses: db.Probes(),
		}, world, clock.Wall{}, board.Source{}),
	}
	opened, err := d.desk.Open(ctx, incident.Opening{Kind: incident.Issue, Title: both("장애", "Outage"), Impacts: []incident.Impact{{
		Scope: health.Scope{Service: "s7", Region: "r7"}, Symptom: health.API, Level: health.MajorOutage, SharePPM: 1_000_000,
		During: health.Interval{From: world.Now()}, Determination: health.DeterminationDeclared, Reason: both("측정", "measured"),
	}}}, "bench")
	if err != nil {
		return nil, err
	}
	d.incident = opened.ID
	d.paths = []string{"/ko/incidents/" + string(opened.ID), "/en/incidents/" + string(opened.ID), "/ko/components/s7-r7", "/en/components/s7-r7"}
	return d, d.publish(ctx, -1)
}

func (d *drawing) publish(ctx context.Context, n int) error {
	_, err := d.desk.Publish(ctx, d.incident, incident.Message{State: incident.Investigating, Body: both("조사: "+prose(n), "Looking: "+prose(n))}, "bench")
	return err
}

func (d *drawing) draw(ctx context.Context) error {
	if err := d.keeper.Read(ctx); err != nil {
		return err
	}
	now := d.keeper.Source().Board(board.Terms{Zone: language.Seoul(), Fresh: 5 * time.Minute}, clock.Real().Now())
	pages := d.site.Tell(now)
	edition := press.NewEdition(press.Imprint{Revision: now.Revision, Confirmed: now.Confirmed}, pages)
	return edition.Prepare(append(pages.First(), d.paths...)...)
}

// wide is a catalogue of so many services in so many regions.
func wide(services, regions int) catalog.Catalog {
	var c catalog.Catalog
	for i := range services {
		name := fmt.Sprintf("Service %d", i)
		c.Services = append(c.Services, catalog.Service{ID: health.ServiceID(fmt.Sprintf("s%d", i)), Name: both(name, name), Category: catalog.Compute})
	}
	for i := range regions {
		name := fmt.Sprintf("Region %d", i)
		c.Regions = append(c.Regions, catalog.Region{
			ID: health.RegionID(fmt.Sprintf("r%d", i)), Name: both(name, name), OperatedBy: both("벤치", "Bench"), OperatedFrom: both("서울", "Seoul"),
			Since: "2016-01-07", TimeZone: "Asia/Seoul",
		})
	}
	for _, s := range c.Services {
		for _, r := range c.Regions {
			c.Components = append(c.Components, catalog.Component{Service: s.ID, Region: r.ID, Basis: health.Declared})
		}
	}
	return c
}

func both(ko, en string) health.Text { return health.Text{health.Korean: ko, health.English: en} }
