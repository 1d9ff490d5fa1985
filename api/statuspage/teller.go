package statuspage

import (
	"slices"
	"sync"
	"time"

	"github.com/bonghwa/bonghwa/api/view"
	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/incident"
)

// teller tells a board in one language.
type teller struct {
	view.View
	pageID string
	table  func() table // the components, made when first asked for
}

func newTeller(v view.View) *teller {
	t := &teller{View: v, pageID: ID(PageKind, v.Authority())}
	t.table = sync.OnceValue(t.makeTable)
	return t
}

// page is the head of every document. It was updated when something last happened,
// whenever it is asked for.
func (t *teller) page() pageWire {
	updated := t.table().changed
	for _, e := range t.Events {
		updated = view.Later(updated, view.Changed(e))
	}
	for _, s := range t.Summaries {
		updated = view.Later(updated, s.PublishedAt)
	}
	return pageWire{ID: t.pageID, Name: t.Provider(), URL: t.Site(), TimeZone: zoneName(t.Zone), UpdatedAt: stamp(notBefore(updated))}
}

// notBefore keeps moments that nobody knows out of the documents: a node without a
// catalogue has changed at no time.
func notBefore(t time.Time) time.Time { return view.Later(time.Unix(0, 0), t) }

// zoneName is the IANA name of a zone; Go's own names for UTC and for the machine's
// zone are none.
func zoneName(z *time.Location) string {
	switch name := z.String(); name {
	case "UTC", "Local", "":
		return "Etc/UTC"
	default:
		return name
	}
}

func (t *teller) rollup() statusWire {
	working := slices.ContainsFunc(t.Events, underWay)
	indicator, headline := rollup(t.table().top, working)
	return statusWire{Indicator: indicator, Description: t.Say(headline)}
}

func (t *teller) summary() any {
	return summaryDocument{
		Page: t.page(), Components: t.table().list, Status: t.rollup(),
		Incidents:    t.incidentsOf(0, unresolvedIncident),
		Maintenances: t.maintenancesOf(0, unfinished),
	}
}

func (t *teller) status() any { return statusDocument{t.page(), t.rollup()} }

func (t *teller) components() any { return componentsDocument{t.page(), t.table().list} }

// most is how many incidents and maintenances of all times are listed.
const most = 50

func (t *teller) incidents() any {
	return incidentsDocument{t.page(), t.incidentsOf(most, isIncident)}
}

func (t *teller) unresolved() any {
	return incidentsDocument{t.page(), t.incidentsOf(0, unresolvedIncident)}
}

func (t *teller) maintenances() any {
	return maintenancesDocument{t.page(), t.maintenancesOf(most, isMaintenance)}
}

func (t *teller) upcoming() any {
	return maintenancesDocument{t.page(), t.maintenancesOf(0, func(e *board.Event) bool {
		return isMaintenance(e) && view.StateOf(e.State) == view.Scheduled
	})}
}

func (t *teller) active() any { return maintenancesDocument{t.page(), t.maintenancesOf(0, underWay)} }

func isMaintenance(e *board.Event) bool { return e.Kind == incident.Maintenance }

func isIncident(e *board.Event) bool { return !isMaintenance(e) }

func unresolvedIncident(e *board.Event) bool { return isIncident(e) && !e.Over() }

func unfinished(e *board.Event) bool { return isMaintenance(e) && !e.Over() }

func underWay(e *board.Event) bool {
	return unfinished(e) && view.StateOf(e.State) != view.Scheduled
}

// pick lists the events that are wanted, latest beginning first, at most so many;
// 0: all.
func (t *teller) pick(limit int, want func(*board.Event) bool) []*board.Event {
	var list []*board.Event
	for _, e := range t.Events {
		if limit > 0 && len(list) == limit {
			break
		}
		if want(e) {
			list = append(list, e)
		}
	}
	return list
}
