package statuspage

import (
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/api/view"
	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

func (t *teller) incidentsOf(limit int, want func(*board.Event) bool) []incidentWire {
	list := []incidentWire{}
	for _, e := range t.pick(limit, want) {
		list = append(list, t.incident(e))
	}
	return list
}

func (t *teller) maintenancesOf(limit int, want func(*board.Event) bool) []maintenanceWire {
	list := []maintenanceWire{}
	for _, e := range t.pick(limit, want) {
		from, to := view.Window(e)
		m := maintenanceWire{incidentWire: t.incident(e), ScheduledFor: stamp(from), ScheduledUntil: stampOf(to)}
		list = append(list, m)
	}
	return list
}

func (t *teller) incident(e *board.Event) incidentWire {
	w := incidentWire{
		ID: ID(IncidentKind, string(e.ID)), Name: t.Title(e), Status: string(view.StateOf(e.State)),
		CreatedAt: stamp(view.Begun(e)), UpdatedAt: stamp(view.Changed(e)), StartedAt: stamp(e.From),
		MonitoringAt: stampOf(monitoredFrom(e)), ResolvedAt: stampOf(e.EndedAt()),
		Impact: impact(e), Shortlink: t.IncidentPage(e.ID), PageID: t.pageID, Components: []componentWire{},
	}
	for _, m := range t.Messages(e) {
		w.Updates = append(w.Updates, t.update(w.ID, m))
	}
	for _, at := range view.Scopes(e) {
		if c, ok := t.table().byID[at.Component()]; ok {
			w.Components = append(w.Components, c)
		}
	}
	return w
}

// impact is the worst that an incident did to any component. Notices do nothing.
func impact(e *board.Event) string {
	switch e.Kind {
	case incident.Maintenance:
		return "maintenance"
	case incident.Notice:
		return "none"
	case incident.Issue:
	}
	return standingOf(e.Level()).impact()
}

// monitoredFrom is when the monitoring began that an incident stands in or was
// resolved after; zero when there was none.
func monitoredFrom(e *board.Event) time.Time {
	var from time.Time
	var was view.State
	for _, u := range e.Updates {
		state := view.StateOf(u.State)
		switch state {
		case view.Monitoring:
			if was != view.Monitoring {
				from = u.PublishedAt
			}
		case view.Investigating, view.Identified:
			from = time.Time{}
		case view.Resolved, view.Scheduled, view.InProgress, view.Verifying, view.Completed:
		}
		was = state
	}
	return from
}

func (t *teller) update(of string, m view.Told) updateWire {
	at := stamp(m.PublishedAt)
	w := updateWire{
		ID: ID(UpdateKind, string(m.ID)), Status: string(m.State), Body: strings.Join(m.Text, "\n\n"), IncidentID: of,
		CreatedAt: at, UpdatedAt: at, DisplayAt: at, DeliverNotifications: true,
	}
	for _, c := range m.Touched {
		w.AffectedComponents = append(w.AffectedComponents, affectedWire{
			Code: ID(ComponentKind, string(c.Scope.Component())), Name: t.Place(c.Scope),
			OldStatus: then(c.Old), NewStatus: then(c.New),
		})
	}
	return w
}

// then is how a component stood as the incident's impacts tell, which state no
// silence of probes.
func then(l health.Level) string { return standingOf(l).status() }
