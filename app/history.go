package app

import (
	"context"
	"fmt"

	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/history"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/language"
)

// Historian brings past incidents into a bench's database.
type Historian struct {
	bench    *Bench
	importer *history.Importer
}

// Historian opens the import of past incidents with the catalogue in force. It is
// NotFound when a mapping names a component that the catalogue does not have.
func (b *Bench) Historian(ctx context.Context, mappings []history.Mapping) (*Historian, error) {
	current, err := b.db.Catalogs().Current(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range mappings {
		if !current.Catalog.HasComponent(m.Scope.Service, m.Scope.Region) {
			return nil, fault.New(fault.NotFound, fmt.Sprintf("--map %q", m.Name), m.Scope.String()+" is no component of the catalogue in force",
				"write service/region as the catalogue has them, or apply the catalogue first")
		}
	}
	book, err := language.Load()
	if err != nil {
		return nil, fmt.Errorf("read the messages: %w", err)
	}
	return &Historian{bench: b, importer: history.NewImporter(history.Options{
		Incidents: b.db.Incidents(), Places: placesOf(current.Catalog), Mappings: mappings, Book: book,
	})}, nil
}

// Import brings one file in, one import at a time whoever runs it. A node may be
// running on the same database. A dry run takes no lease: it changes nothing.
func (h *Historian) Import(ctx context.Context, s history.Source, t history.Terms) (report history.Report, err error) {
	if t.DryRun {
		return h.importer.Import(ctx, s, t)
	}
	b := h.bench
	o := journal.Options{Reader: b.db, Leases: b.db, Node: health.NewID(b.wall.Now()), Wall: b.wall, Log: b.log}
	err = journal.Once(ctx, o, "history", func(ctx context.Context, _ journal.Fence) error {
		report, err = h.importer.Import(ctx, s, t)
		return err
	})
	return report, err
}

// placesOf lists the catalogue's components with everything they are called.
func placesOf(c catalog.Catalog) []history.Place {
	out := make([]history.Place, 0, len(c.Components))
	for _, x := range c.Components {
		p := history.Place{Scope: x.Scope(), Services: []string{string(x.Service)}, Regions: []string{string(x.Region)}}
		service, _ := c.Service(x.Service)
		region, _ := c.Region(x.Region)
		for _, l := range health.Languages() {
			p.Services, p.Regions = append(p.Services, service.Name.In(l)), append(p.Regions, region.Name.In(l))
		}
		out = append(out, p)
	}
	return out
}
