package public

import (
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
)

// cell is one component in the grid; a service that a region does not offer has
// none.
type cell struct {
	offered bool
	id      health.ComponentID
	level   health.Level
}

// gridRow is one service over the grid's regions.
type gridRow struct {
	service catalog.Service
	cells   []cell
}

// grid is services by regions.
type grid struct {
	regions []catalog.Region
	rows    []gridRow
}

// grid makes the table of the services and regions that keep says yes to.
func (v view) grid(services map[health.ServiceID]bool, regions map[health.RegionID]bool) grid {
	var g grid
	for _, r := range v.b.Plan.Regions {
		if regions == nil || regions[r.ID] {
			g.regions = append(g.regions, r)
		}
	}
	for _, s := range v.b.Plan.Offered() {
		if services != nil && !services[s.ID] {
			continue
		}
		row := gridRow{service: s}
		for _, r := range g.regions {
			id := health.Scope{Service: s.ID, Region: r.ID}.Component()
			_, ok := v.b.Plan.Component(id)
			row.cells = append(row.cells, cell{offered: ok, id: id, level: v.b.Level(id)})
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// unwell is the grid of the services and regions that are not all well, and how
// many of each are.
func (v view) unwell() (g grid, wellServices, wellRegions int) {
	services, regions := map[health.ServiceID]bool{}, map[health.RegionID]bool{}
	for _, id := range v.b.Unwell() {
		if c, ok := v.b.Plan.Component(id); ok {
			services[c.Service], regions[c.Region] = true, true
		}
	}
	return v.grid(services, regions), len(v.b.Plan.Offered()) - len(services), len(v.b.Plan.Regions) - len(regions)
}

// roomy reports whether there is room for words in the cells.
func (g grid) roomy() bool { return len(g.regions) <= 4 }
