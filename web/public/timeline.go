package public

import (
	"slices"

	"github.com/a-h/templ"

	"github.com/bonghwa/bonghwa/incident"
)

// correctionsOf are the updates that correct one, in the order published.
func correctionsOf(e event, u incident.Update) []incident.Update {
	var list []incident.Update
	for _, c := range e.Updates {
		if c.Corrects == u.ID {
			list = append(list, c)
		}
	}
	return list
}

// correctedBy finds the update that one corrects.
func correctedBy(e event, u incident.Update) (incident.Update, bool) {
	i := slices.IndexFunc(e.Updates, func(x incident.Update) bool { return u.Corrects != "" && x.ID == u.Corrects })
	if i < 0 {
		return incident.Update{}, false
	}
	return e.Updates[i], true
}

// corrected lists the updates of an event that later ones correct.
func corrected(e event) []incident.Update {
	return slices.DeleteFunc(slices.Clone(e.Updates), func(u incident.Update) bool { return len(correctionsOf(e, u)) == 0 })
}

// updateLink leads to an update: on the incident's own page within it, from the
// first screen, where older ones are folded away, to the incident's page.
func (v view) updateLink(e event, u incident.Update, heading int) templ.SafeURL {
	to := "#" + anchor(e, u, 3)
	if heading != 3 {
		to = v.Link(incidentPath(e.ID)) + to
	}
	return templ.SafeURL(to)
}

// timeWords says what an event's time is: of planned work the window.
func (v view) timeWords(e event) string {
	if e.Kind == incident.Maintenance {
		return v.Say("event.window")
	}
	return v.Say("event.time")
}
