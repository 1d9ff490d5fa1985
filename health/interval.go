package health

import (
	"time"
)

// Interval is a half-open span of world time [From, To) in UTC. A zero To means
// that it has not ended.
type Interval struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to,omitzero"`
}

// Open reports whether the interval has not ended.
func (i Interval) Open() bool { return i.To.IsZero() }

// Contains reports whether t lies in the interval.
func (i Interval) Contains(t time.Time) bool {
	return !t.Before(i.From) && (i.Open() || t.Before(i.To))
}

// Overlaps reports whether the two share an instant.
func (i Interval) Overlaps(j Interval) bool {
	return (j.Open() || i.From.Before(j.To)) && (i.Open() || j.From.Before(i.To)) && !i.empty() && !j.empty()
}

// Until is the interval ended at now if it was open.
func (i Interval) Until(now time.Time) Interval {
	if i.Open() {
		i.To = now
	}
	return i
}

// Duration is To − From; an open interval has none.
func (i Interval) Duration() time.Duration {
	if i.Open() {
		return 0
	}
	return i.To.Sub(i.From)
}

func (i Interval) empty() bool { return !i.Open() && !i.From.Before(i.To) }
