package public

import (
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
)

// group is the services under one heading of the provider's own; the first may have
// none.
type group struct {
	name     string
	services []groupedService
}

// groupedService is a service of a provider that has no places.
type groupedService struct {
	id      health.ComponentID
	service catalog.Service
	level   health.Level
}

// groups are the services of a provider that has no places, under its headings, in
// the order in which each is first named. None where there are places: then the
// grid tells more.
func (v view) groups() []group {
	only, alone := v.b.Plan.OneRegion()
	if !alone {
		return nil
	}
	var list []group
	at := map[string]int{}
	for _, s := range v.b.Plan.Offered() {
		name := s.Group.In(v.l)
		n, ok := at[name]
		if !ok {
			n = len(list)
			at[name] = n
			list = append(list, group{name: name})
		}
		id := health.Scope{Service: s.ID, Region: only.ID}.Component()
		list[n].services = append(list[n].services, groupedService{id: id, service: s, level: v.b.Level(id)})
	}
	return list
}

// groupOf is the heading a service stands under; empty when it has none.
func (v view) groupOf(id health.ServiceID) string {
	s, _ := v.b.Plan.Service(id)
	return s.Group.In(v.l)
}

// describe says what a service does; empty when nobody wrote it.
func (v view) describe(id health.ServiceID) string {
	s, _ := v.b.Plan.Service(id)
	return s.Description.In(v.l)
}
