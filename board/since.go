package board

import (
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// Overall is how everything stands, for who has room for one word: the worst level
// there is, at least informational while anything is open, and never well when the
// board is old or there is nothing to be well.
func (b *Board) Overall() health.Level {
	l := b.Worst
	if len(b.Open()) > 0 {
		l = max(l, health.Informational)
	}
	if b.Old() || len(b.Plan.Components) == 0 {
		l = max(l, health.Unknown)
	}
	return l
}

// Since is when a component came to stand as it does: the first beginning of what
// makes its level, or, for one that is well, the end of what was last the matter.
// It is zero where nothing is recorded.
func (b *Board) Since(id health.ComponentID) time.Time {
	level := b.Level(id)
	var began, ended time.Time
	note := func(during health.Interval, makes bool) {
		if makes && during.Contains(b.Now) && (began.IsZero() || during.From.Before(began)) {
			began = during.From
		}
		if !during.Open() && !during.To.After(b.Now) {
			ended = later(ended, during.To)
		}
	}
	for _, i := range b.noticed(id) {
		note(i.During, i.Level == level)
	}
	for _, silence := range b.silences[id] {
		note(silence, level == health.Unknown)
	}
	switch {
	case level == health.Operational:
		return ended
	case level == health.Unknown && b.Old() && !b.never[id] && began.IsZero():
		return b.Confirmed
	default:
		return began
	}
}
