package statuspage

import (
	"time"

	"github.com/bonghwa/bonghwa/api/view"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
)

// table is every component as it stands: groups, each before its components, where
// the provider has several regions.
type table struct {
	list    []componentWire
	byID    map[health.ComponentID]componentWire
	top     []standing // of the groups, or of the components where there are none
	changed time.Time  // when one of them last changed
}

// makeTable goes through services and regions in the catalogue's order. A service
// is a group and its components are called by their regions; where there is one
// region, a group is a heading of the provider's, and components are the services.
func (t *teller) makeTable() table {
	out := table{list: []componentWire{}, byID: map[health.ComponentID]componentWire{}, changed: t.Plan.Applied}
	for _, g := range t.groups() {
		var own []componentWire
		worst := well
		for _, c := range g.members {
			w := t.component(c, g.id, len(own)+1)
			if g.id == "" {
				w.Position = len(out.top) + 1
			}
			own, worst = append(own, w), max(worst, t.standing(c.ID()))
			out.byID[c.ID()] = w
			out.changed = view.Later(out.changed, time.Time(w.UpdatedAt))
		}
		out.top = append(out.top, worst)
		if g.id != "" {
			out.list = append(out.list, t.group(g, worst, own, len(out.top)))
		}
		out.list = append(out.list, own...)
	}
	return out
}

// group is what stands at the top level: a group of components, or one component
// alone, which has no id for a group.
type group struct {
	id      string
	name    string
	members []catalog.Component
}

// groups are all groups that have components, each where its first service stands.
func (t *teller) groups() []group {
	var list []group
	place := map[string]int{}
	for _, s := range t.Plan.Services {
		offered := t.offered(s.ID)
		if len(offered) == 0 {
			continue
		}
		g := group{id: ID(GroupKind, string(s.ID)), name: t.Group(offered[0].Scope())}
		if t.Flat() {
			if g.id = ""; g.name != "" {
				g.id = ID(HeadingKind, headingOf(s))
			}
		}
		if n, ok := place[g.id]; ok && g.id != "" {
			list[n].members = append(list[n].members, offered...)
			continue
		}
		place[g.id] = len(list)
		g.members = offered
		list = append(list, g)
	}
	return list
}

// offered are the components of a service, in the order of the regions.
func (t *teller) offered(id health.ServiceID) []catalog.Component {
	var list []catalog.Component
	for _, r := range t.Plan.Regions {
		if c, ok := t.Plan.Component(health.Scope{Service: id, Region: r.ID}.Component()); ok && c.Service == id {
			list = append(list, c)
		}
	}
	return list
}

func (t *teller) component(c catalog.Component, groupID string, position int) componentWire {
	standing, created := t.standing(c.ID()), t.Plan.Applied
	w := componentWire{
		ID: ID(ComponentKind, string(c.ID())), Name: t.Component(c.Scope()), Status: standing.status(),
		Position: position, Showcase: true, GroupID: known(groupID), PageID: t.pageID,
		Description: known(t.describe(c, standing)),
	}
	if r, ok := t.Plan.Region(c.Region); ok {
		if opened, err := time.Parse(time.DateOnly, r.Since); err == nil {
			w.StartDate, created = &r.Since, opened
		}
	}
	w.CreatedAt, w.UpdatedAt = stamp(notBefore(created)), stamp(notBefore(t.changedAt(c.ID())))
	return w
}

// describe says what a component is: that it is not measured, its region's id, or
// what the provider says of the service.
func (t *teller) describe(c catalog.Component, s standing) string {
	switch {
	case s == unmeasured:
		return t.Say("basis.silent")
	case t.Flat():
		return t.About(c.Service)
	default:
		return string(c.Region)
	}
}

// known is a text, or null for an empty one.
func known(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// standing is how a component stands. What is said of a component does not make it
// well where nobody measures it.
func (t *teller) standing(id health.ComponentID) standing {
	s := standingOf(t.Level(id))
	if s == well && t.Unmeasured(id) {
		return unmeasured
	}
	return s
}

// group is as bad as the worst of its components.
func (t *teller) group(g group, worst standing, own []componentWire, position int) componentWire {
	w := componentWire{
		ID: g.id, Name: g.name, Status: worst.status(), Position: position,
		PageID: t.pageID, Group: true, CreatedAt: own[0].CreatedAt,
	}
	if worst == unmeasured {
		w.Description = known(t.Say("basis.silent"))
	}
	for _, c := range own {
		w.Components = append(w.Components, c.ID)
		w.UpdatedAt = stamp(view.Later(time.Time(w.UpdatedAt), time.Time(c.UpdatedAt)))
		if time.Time(c.CreatedAt).Before(time.Time(w.CreatedAt)) {
			w.CreatedAt = c.CreatedAt
		}
	}
	return w
}

// changedAt is when a component last changed as far as is known: by the catalogue,
// by what was said of its events, by an impact that began or ended, by its probes
// falling silent or speaking again, or by the board growing old.
func (t *teller) changedAt(id health.ComponentID) time.Time {
	last := t.Plan.Applied
	note := func(at time.Time) {
		if !at.After(t.Now) {
			last = view.Later(last, at)
		}
	}
	for _, e := range t.EventsOf(id) {
		note(view.Changed(e))
		for _, i := range e.Latest {
			if i.Scope.Component() == id {
				note(i.During.From)
				note(i.During.To)
			}
		}
	}
	for _, s := range t.Silences(id) {
		note(s.From)
		note(s.To)
	}
	if t.Old() && t.Unmeasured(id) {
		note(t.Confirmed.Add(t.Fresh))
	}
	return last
}
