package incident

import (
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// CurrentImpacts are the statements in force: those that no later one restates,
// in the order stated.
func (i Incident) CurrentImpacts() []Impact { return inForce(i.Impacts) }

// ImpactsAsKnown are the statements that were in force at an earlier time.
func (i Incident) ImpactsAsKnown(at time.Time) []Impact {
	known := slices.DeleteFunc(slices.Clone(i.Impacts), func(p Impact) bool { return p.StatedAt.After(at) })
	return inForce(known)
}

func inForce(all []Impact) []Impact {
	replaced := make(map[health.ImpactID]bool, len(all))
	for _, p := range all {
		replaced[p.Replaces] = true
	}
	return slices.DeleteFunc(slices.Clone(all), func(p Impact) bool { return replaced[p.ID] })
}

// Hits are the impacts in force that somebody can have noticed: all but those
// granted as goodwill. One left open ends with its incident.
func (i Incident) Hits() []Impact {
	out := slices.DeleteFunc(i.CurrentImpacts(), func(p Impact) bool {
		return p.Determination == health.DeterminationGoodwill
	})
	end := i.EndedAt()
	for n := range out {
		if out[n].During.Open() && !end.IsZero() {
			out[n].During.To = end
		}
	}
	return out
}

// Public reports whether the public may read of the incident.
func (i Incident) Public() bool { return i.State.Public() }

// Began is the earliest start among the impacts in force, else when it was
// opened.
func (i Incident) Began() time.Time {
	began := i.OpenedAt
	for n, p := range i.CurrentImpacts() {
		if n == 0 || p.During.From.Before(began) {
			began = p.During.From
		}
	}
	return began
}

// EndedAt is when the last message that ended it was published; the zero time
// while it has not ended.
func (i Incident) EndedAt() time.Time {
	if !i.State.Ended() || len(i.Updates) == 0 {
		return time.Time{}
	}
	ended := i.Updates[len(i.Updates)-1].PublishedAt
	for _, u := range slices.Backward(i.Updates) {
		if !u.State.Ended() {
			break
		}
		ended = u.PublishedAt
	}
	return ended
}

// Promised is the time of the next update as the newest message promises it;
// the zero time when none is promised.
func (i Incident) Promised() time.Time {
	if len(i.Updates) == 0 || i.State.Ended() {
		return time.Time{}
	}
	return i.Updates[len(i.Updates)-1].NextUpdate
}

// BodyIn is the update's text in the language, or in its fallback; fellBack says
// that it is the latter.
func (u Update) BodyIn(l health.Language) (text string, fellBack bool) { return u.in(u.Body, l) }

// WorkaroundIn is the workaround likewise; empty when there is none.
func (u Update) WorkaroundIn(l health.Language) (text string, fellBack bool) {
	return u.in(u.Workaround, l)
}

// ActionIn is what to do likewise; empty when nothing is asked.
func (u Update) ActionIn(l health.Language) (text string, fellBack bool) {
	return u.in(u.ActionText, l)
}

func (u Update) in(t health.Text, l health.Language) (string, bool) {
	if s := t.In(l); s != "" || t.Empty() {
		return s, false
	}
	return t.In(u.Fallback), true
}
