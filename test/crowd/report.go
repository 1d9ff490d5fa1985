package crowd

import (
	"slices"
	"time"
)

// Seen is what one reader has lived through.
type Seen struct {
	Told    time.Time   `json:"told"`             // zero: never
	Asked   []time.Time `json:"asked"`            // each time it asked for the fragment
	Fetched time.Time   `json:"fetched"`          // when it had it; zero: never
	Problem string      `json:"problem,omitzero"` // why it went no further
}

// Report is what all of them have.
type Report struct {
	Readers []Seen `json:"readers"`
}

// Told is how long after a publication each was told, ascending; who never was is
// missing.
func (r Report) Told(published time.Time) []time.Duration {
	return r.after(published, func(s Seen) time.Time { return s.Told })
}

// Fetched is how long after a publication each had the new page, ascending; who
// never had is missing.
func (r Report) Fetched(published time.Time) []time.Duration {
	return r.after(published, func(s Seen) time.Time { return s.Fetched })
}

func (r Report) after(published time.Time, when func(Seen) time.Time) []time.Duration {
	var out []time.Duration
	for _, s := range r.Readers {
		if at := when(s); !at.IsZero() {
			out = append(out, at.Sub(published))
		}
	}
	slices.Sort(out)
	return out
}

// Fetches counts the requests in each stretch of time after a publication. Those
// that were refused count too.
func (r Report) Fetches(published time.Time, stretch time.Duration) []int {
	var out []int
	for _, at := range r.asked() {
		n := int(max(at.Sub(published), 0) / stretch)
		out = append(out, make([]int, max(0, n+1-len(out)))...)
		out[n]++
	}
	return out
}

// Busiest is the most requests within any stretch of time, wherever it begins.
func (r Report) Busiest(stretch time.Duration) int {
	all, first, most := r.asked(), 0, 0
	for i, at := range all {
		for at.Sub(all[first]) >= stretch {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

func (r Report) asked() []time.Time {
	var all []time.Time
	for _, s := range r.Readers {
		all = append(all, s.Asked...)
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// Problems are what went wrong, and for how many.
func (r Report) Problems() map[string]int {
	out := map[string]int{}
	for _, s := range r.Readers {
		if s.Problem != "" {
			out[s.Problem]++
		}
	}
	return out
}
