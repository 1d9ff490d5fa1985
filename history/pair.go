package history

import (
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/incident"
)

// paired finds for each message the one of the incident that it is, -1 for none. A
// page's own ids decide; where either has none, the minute does, and within a minute
// first the words and then the order.
func paired(was incident.Incident, told []Told) []int {
	p := pairing{was: was, told: told, out: slices.Repeat([]int{-1}, len(told)), used: make([]bool, len(was.Updates))}
	codes, minutes := map[string][]int{}, map[time.Time][]int{}
	for m, u := range was.Updates {
		if u.PublishedBy != Actor {
			continue
		}
		minutes[minute(u.PublishedAt)] = append(minutes[minute(u.PublishedAt)], m)
		if u.Request != "" {
			codes[u.Request] = append(codes[u.Request], m)
		}
	}
	anyway := func(incident.Update, Told) bool { return true }
	nameless := func(u incident.Update, t Told) bool { return u.Request == "" || t.Code == "" }
	for n, t := range told {
		p.pair(n, codes[t.Code], anyway)
	}
	for n, t := range told {
		p.pair(n, minutes[minute(t.At)], func(u incident.Update, t Told) bool { return nameless(u, t) && sameText(u.Body, t.Body) })
	}
	for n, t := range told {
		p.pair(n, minutes[minute(t.At)], nameless)
	}
	return p.out
}

// pairing is which messages have found each other so far.
type pairing struct {
	was  incident.Incident
	told []Told
	out  []int
	used []bool // of the incident's messages
}

// pair gives a message that has found none the first free one of some that is it.
func (p *pairing) pair(n int, among []int, is func(incident.Update, Told) bool) {
	if p.out[n] >= 0 {
		return
	}
	for _, m := range among {
		if !p.used[m] && is(p.was.Updates[m], p.told[n]) {
			p.out[n], p.used[m] = m, true
			return
		}
	}
}
