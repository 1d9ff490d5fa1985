package public

import (
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
)

// keeping is which places of a list are shown.
type keeping bool

const (
	all        keeping = false
	unwellOnly keeping = true
)

func (v view) worst(list []catalog.Component) health.Level {
	worst := health.Operational
	for _, c := range list {
		worst = max(worst, v.b.Level(c.ID()))
	}
	return worst
}

// openOf are the open events that touch a scope of which touches says yes.
func (v view) openOf(touches func(health.Scope) bool) []event {
	var list []event
	for _, e := range v.b.Open() {
		for _, i := range e.Latest {
			if touches(i.Scope) {
				list = append(list, e)
				break
			}
		}
	}
	return list
}

// restWords is the line that what is well folds into.
func (v view) restWords(u unwell) string {
	services, regions := len(v.b.Plan.Offered())-len(u.services), len(v.b.Plan.Regions)-len(u.regions)
	switch {
	case len(u.regions) == 0:
		return v.Say("grid.fold_all", "components", len(v.b.Plan.Components), "services", services, "regions", regions)
	case services == 0 && regions == 0:
		return v.Say("grid.all")
	case services == 0:
		return v.Say("grid.fold_regions", "regions", regions)
	case regions == 0:
		return v.Say("grid.fold_services", "services", services)
	default:
		return v.Say("grid.fold", "services", services, "regions", regions)
	}
}

func (v view) countWords() string {
	if v.alone() {
		return v.Say("components.count_alone", "n", len(v.b.Plan.Components))
	}
	return v.Say("components.count", "components", len(v.b.Plan.Components), "services", len(v.b.Plan.Offered()), "regions", len(v.b.Plan.Regions))
}

func (v view) shelfWords(s shelf, page int) string {
	if len(s.pages) == 1 {
		return v.Say("components.services", "n", len(s.services))
	}
	return v.Say("components.services_page", "n", len(s.services), "page", page, "pages", len(s.pages))
}

// pageWords names a page by its first service and its last.
func (v view) pageWords(s shelf, page int) string {
	list := s.pages[page-1]
	return v.Say("components.from_to", "from", list[0].Name.In(v.l), "to", list[len(list)-1].Name.In(v.l))
}

// unwellWords counts what is not well at a place; where nothing is known to be wrong,
// what is not known.
func (v view) unwellWords(p place) string {
	if p.worst == health.Unknown {
		return v.Say("components.unknown", "n", len(p.unwell))
	}
	return v.Say("components.unwell", "n", len(p.unwell))
}
