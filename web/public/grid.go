package public

import (
	"slices"
	"strconv"

	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
)

// How much of the grid stands where. The first screen must not grow with the
// catalogue: it is read by everybody at once, on the worst of nights.
const (
	foldedCells = 1000 // components up to which the whole grid stands folded on the first screen
	openCells   = 400  // of what is not well, in the open on the first screen
	openRegions = 12   // that the first screen counts by name when more is not well than that
	pageCells   = 2000 // of the grid on one page of a category
	mostHit     = 12   // components of one event on the first screen
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

// gridOf makes the table of services and the regions that keep says yes to.
func (v view) gridOf(services []catalog.Service, keep func(health.RegionID) bool) grid {
	var g grid
	for _, r := range v.b.Plan.Regions {
		if keep(r.ID) {
			g.regions = append(g.regions, r)
		}
	}
	for _, s := range services {
		row := gridRow{service: s, cells: make([]cell, 0, len(g.regions))}
		for _, r := range g.regions {
			id := health.Scope{Service: s.ID, Region: r.ID}.Component()
			_, ok := v.b.Plan.Component(id)
			row.cells = append(row.cells, cell{offered: ok, id: id, level: v.b.Level(id)})
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// whole is the grid of everything.
func (v view) whole() grid {
	return v.gridOf(v.b.Plan.Offered(), func(health.RegionID) bool { return true })
}

// offers is the grid of some services and the regions that offer any of them.
func (v view) offers(services []catalog.Service) grid {
	regions := map[health.RegionID]bool{}
	for _, s := range services {
		for _, c := range v.b.Plan.OfService(s.ID) {
			regions[c.Region] = true
		}
	}
	return v.gridOf(services, func(id health.RegionID) bool { return regions[id] })
}

// roomy reports whether there is room for words in the cells.
func (g grid) roomy() bool { return len(g.regions) <= 4 }

// alone reports whether the provider has no places: then there is no grid, and a
// service is the same as its component.
func (v view) alone() bool {
	_, alone := v.b.Plan.OneRegion()
	return alone
}

// large reports whether the catalogue is too large for the first screen.
func (v view) large() bool { return len(v.b.Plan.Components) > foldedCells }

// tally is how a group of components stands.
type tally struct {
	worst  health.Level
	unwell []catalog.Component // in the catalogue's order
}

func (t *tally) add(c catalog.Component, l health.Level) {
	t.worst = max(t.worst, l)
	t.unwell = append(t.unwell, c)
}

// unwell are the components that are not well, by region and by service: what it
// costs to make grows with what is not well, not with the catalogue.
type unwell struct {
	regions  map[health.RegionID]tally
	services map[health.ServiceID]tally
}

func (v view) unwell() unwell {
	u := unwell{regions: map[health.RegionID]tally{}, services: map[health.ServiceID]tally{}}
	for _, id := range v.b.Unwell() {
		if c, ok := v.b.Plan.Component(id); ok {
			l := v.b.Level(id)
			region, service := u.regions[c.Region], u.services[c.Service]
			region.add(c, l)
			service.add(c, l)
			u.regions[c.Region], u.services[c.Service] = region, service
		}
	}
	return u
}

// fits reports whether all that is not well can stand in the open.
func (u unwell) fits() bool { return len(u.regions)*len(u.services) <= openCells }

// grid is the table of the services and regions that are not all well.
func (u unwell) grid(v view) grid {
	var services []catalog.Service
	for _, s := range v.b.Plan.Offered() {
		if _, ok := u.services[s.ID]; ok {
			services = append(services, s)
		}
	}
	return v.gridOf(services, func(id health.RegionID) bool { return len(u.regions[id].unwell) > 0 })
}

// place is a region, a service or a category with how its components stand.
type place struct {
	path  string // of its page
	name  string
	code  string
	count int // of its components
	tally
}

// worstRegions are the regions that are not all well, those with most that is not
// first where all cannot be named, and how many were left out.
func (v view) worstRegions(u unwell) (list []place, more int) {
	for _, r := range v.b.Plan.Regions {
		if t := u.regions[r.ID]; len(t.unwell) > 0 {
			list = append(list, v.regionPlace(r, t))
		}
	}
	if len(list) <= openRegions {
		return list, 0
	}
	slices.SortStableFunc(list, func(a, b place) int { return len(b.unwell) - len(a.unwell) })
	return list[:openRegions], len(list) - openRegions
}

func (v view) regionPlace(r catalog.Region, t tally) place {
	return place{path: regionPath(r.ID), name: r.Name.In(v.l), code: string(r.ID), count: len(v.b.Plan.InRegion(r.ID)), tally: t}
}

// regions are the regions that offer anything.
func (v view) regions(u unwell) []place {
	var list []place
	for _, r := range v.b.Plan.Regions {
		if p := v.regionPlace(r, u.regions[r.ID]); p.count > 0 {
			list = append(list, p)
		}
	}
	return list
}

// servicePlaces are services with how they stand.
func (v view) servicePlaces(services []catalog.Service, u unwell) []place {
	list := make([]place, 0, len(services))
	for _, s := range services {
		list = append(list, place{
			path: servicePath(s.ID), name: s.Name.In(v.l), code: string(s.ID),
			count: len(v.b.Plan.OfService(s.ID)), tally: u.services[s.ID],
		})
	}
	return list
}

// shelf is the services of a category, in pages of the grid.
type shelf struct {
	category catalog.Category
	services []catalog.Service
	pages    [][]catalog.Service
}

// shelves are the categories that have services, in the order pages show them; none
// where there are no places.
func (v view) shelves() []shelf {
	if v.alone() {
		return nil
	}
	var list []shelf
	perPage := max(1, pageCells/max(1, len(v.b.Plan.Regions)))
	for _, c := range v.categories() {
		s := shelf{category: c}
		for _, x := range v.b.Plan.Offered() {
			if x.Category == c {
				s.services = append(s.services, x)
			}
		}
		if len(s.services) > 0 {
			s.pages = slices.Collect(slices.Chunk(s.services, perPage))
			list = append(list, s)
		}
	}
	return list
}

// categories are those there are, then others that services name.
func (v view) categories() []catalog.Category {
	list := catalog.Categories()
	for _, s := range v.b.Plan.Offered() {
		if !slices.Contains(list, s.Category) {
			list = append(list, s.Category)
		}
	}
	return list
}

// categoryPlace is how the services of a shelf stand together.
func (v view) categoryPlace(s shelf, u unwell) place {
	p := place{path: shelfPath(s.category, 1), name: v.category(s.category), count: len(s.services)}
	for _, x := range s.services {
		t := u.services[x.ID]
		p.worst = max(p.worst, t.worst)
		p.unwell = append(p.unwell, t.unwell...)
	}
	return p
}

func (v view) category(c catalog.Category) string {
	if id := language.Message("category." + string(c)); v.Voice.Has(id) {
		return v.Say(id)
	}
	return string(c)
}

// shelfPath is the address of a page of a category's grid; the first is 1.
func shelfPath(c catalog.Category, page int) string {
	return "/components/" + string(c) + "/" + strconv.Itoa(page)
}

// shelfAt finds the page of a category's grid at what follows "/components/".
func (v view) shelfAt(rest string) (s shelf, page int, ok bool) {
	for _, s := range v.shelves() {
		for n := range s.pages {
			if "/components/"+rest == shelfPath(s.category, n+1) {
				return s, n + 1, true
			}
		}
	}
	return shelf{}, 0, false
}
