package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/config"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/web/ui"
)

// pageRegion is the hidden region that all components of a page alone are in.
const pageRegion = health.RegionID("page")

// configured is who applies a catalogue that is written in the configuration.
const configured = "configuration"

// applyPage puts the components of the configuration in force, when they differ
// from those that are. It refuses to replace a catalogue of places, which somebody
// applied for more than a page.
func (n *Node) applyPage(ctx context.Context) error {
	if !n.config.PageOnly() {
		return nil
	}
	const attempts = 3 // of nodes that start at once, one applies it and the others find it applied
	var lost error
	for range attempts {
		current, err := n.db.Catalogs().Current(ctx)
		if err != nil {
			return fmt.Errorf("read the catalogue: %w", err)
		}
		if _, alone := current.Catalog.OneRegion(); current.Number > 0 && !alone {
			return fault.New(fault.Conflict, "page.components", fmt.Sprintf("the database holds a catalogue of regions (revision %d), which they would replace", current.Number),
				"name a database of its own, or leave page.components out")
		}
		next := pageCatalog(n.config, current.Catalog)
		if catalog.Compare(current.Number, current.Catalog, next).Empty() {
			return nil
		}
		_, _, err = catalog.NewKeeper(n.db.Catalogs()).Apply(ctx, catalog.Application{
			Catalog: next, Base: current.Number, Actor: configured, At: n.o.World.Now(),
		})
		if !fault.Is(err, fault.Conflict) {
			return err
		}
		lost = err
	}
	return fmt.Errorf("apply the components of the configuration: %w", lost)
}

// pageCatalog is the catalogue of a page alone. Components that were taken out stay
// as services that nobody offers, so that their history keeps its names.
func pageCatalog(c config.Config, was catalog.Catalog) catalog.Catalog {
	out := catalog.Catalog{Regions: []catalog.Region{{ID: pageRegion, Name: c.Provider.Name, TimeZone: c.TimeZone, Hidden: true}}}
	for _, p := range c.Page.Components {
		out.Services = append(out.Services, catalog.Service{ID: p.ID, Name: p.Name, Description: p.Description, Group: p.Group})
		out.Components = append(out.Components, catalog.Component{Service: p.ID, Region: pageRegion, Basis: health.Declared})
	}
	for _, s := range was.Services {
		if !out.HasService(s.ID) {
			out.Services = append(out.Services, s)
		}
	}
	slices.SortFunc(out.Components, func(a, b catalog.Component) int { return cmp.Compare(a.ID(), b.ID()) })
	return out
}

// brand is what pages show of the provider: its own picture and color.
func brand(p config.Page) (*ui.Logo, ui.Accent) {
	accent := ui.Accent{Light: p.Colors.Accent, Dark: p.Colors.AccentDark}
	if p.Logo.Type == "" {
		return nil, accent
	}
	return &ui.Logo{URI: ui.DataURI(p.Logo.Type, p.Logo.Data), Width: p.Logo.Width, Height: p.Logo.Height}, accent
}
