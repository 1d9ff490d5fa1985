package board

import (
	"time"

	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
)

// Plan is a catalogue with its indexes, made once for each revision.
type Plan struct {
	catalog.Catalog
	Number    int64     // of the catalogue's revision
	Applied   time.Time // world time it came into force
	regions   map[health.RegionID]int
	services  map[health.ServiceID]int
	ranks     map[health.ComponentID]int
	ofRegion  map[health.RegionID][]catalog.Component
	ofService map[health.ServiceID][]catalog.Component
	probed    []health.ComponentID
	offered   []catalog.Service
}

func newPlan(r catalog.Revision) *Plan {
	c := r.Catalog
	p := &Plan{
		Catalog: c, Number: r.Number, Applied: r.AppliedAt,
		regions: make(map[health.RegionID]int, len(c.Regions)), services: make(map[health.ServiceID]int, len(c.Services)),
		ranks:    make(map[health.ComponentID]int, len(c.Components)),
		ofRegion: map[health.RegionID][]catalog.Component{}, ofService: map[health.ServiceID][]catalog.Component{},
	}
	p.offered = c.Offered()
	for i, x := range c.Regions {
		p.regions[x.ID] = i
	}
	for i, x := range c.Services {
		p.services[x.ID] = i
	}
	for i, x := range c.Components {
		p.ranks[x.ID()] = i
		p.ofRegion[x.Region] = append(p.ofRegion[x.Region], x)
		p.ofService[x.Service] = append(p.ofService[x.Service], x)
		if x.Basis == health.Probed {
			p.probed = append(p.probed, x.ID())
		}
	}
	return p
}

// Region finds a region.
func (p *Plan) Region(id health.RegionID) (catalog.Region, bool) {
	i, ok := p.regions[id]
	if !ok {
		return catalog.Region{}, false
	}
	return p.Regions[i], true
}

// Service finds a service.
func (p *Plan) Service(id health.ServiceID) (catalog.Service, bool) {
	i, ok := p.services[id]
	if !ok {
		return catalog.Service{}, false
	}
	return p.Services[i], true
}

// Component finds a component.
func (p *Plan) Component(id health.ComponentID) (catalog.Component, bool) {
	i, ok := p.ranks[id]
	if !ok {
		return catalog.Component{}, false
	}
	return p.Components[i], true
}

// Offered are the services that have a component, in the catalogue's order.
func (p *Plan) Offered() []catalog.Service { return p.offered }

// InRegion are the components of a region, in the catalogue's order.
func (p *Plan) InRegion(id health.RegionID) []catalog.Component { return p.ofRegion[id] }

// OfService are the components of a service, in the catalogue's order.
func (p *Plan) OfService(id health.ServiceID) []catalog.Component { return p.ofService[id] }

// rank is a component's place in the catalogue; one it lacks comes last.
func (p *Plan) rank(id health.ComponentID) int {
	if i, ok := p.ranks[id]; ok {
		return i
	}
	return len(p.Components)
}

// silent are the probed components of which no check has fresh data, or any has
// stale ones.
func (p *Plan) silent(checks map[health.CheckID]bool) map[health.ComponentID]bool {
	fresh := make(map[health.ComponentID]bool, len(checks))
	for _, k := range p.Checks {
		id := k.Scope.Component()
		was, seen := fresh[id]
		fresh[id] = checks[k.ID] && (was || !seen)
	}
	out := map[health.ComponentID]bool{}
	for _, id := range p.probed {
		if !fresh[id] {
			out[id] = true
		}
	}
	return out
}

// never are the probed components of which no check has ever run.
func (p *Plan) never(s Source) map[health.ComponentID]bool {
	ran := map[health.ComponentID]bool{}
	for _, k := range p.Checks {
		if _, ok := s.Checks[k.ID]; ok || len(s.Silences[k.ID]) > 0 {
			ran[k.Scope.Component()] = true
		}
	}
	out := map[health.ComponentID]bool{}
	for _, id := range p.probed {
		if !ran[id] {
			out[id] = true
		}
	}
	return out
}
