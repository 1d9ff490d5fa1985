package probe

import (
	"math"
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// The CUSUM tells a failure rate of 5 % from one of 0.1 %. At the threshold a
// check that loses 0.3 % of its packets stays quiet over millions of probes,
// while a total outage is seen after 6 (contracts/fleet.md, Detection).
const (
	wellRate  = 0.001 // share of failures of a healthy vantage
	illRate   = 0.05  // share of failures worth waking somebody for
	threshold = 21.9
)

// weight is what one sample adds to the score: the log of how much likelier it
// is when things are ill than when they are well.
func weight(failed bool) float64 {
	if failed {
		return math.Log(illRate / wellRate) // +3.912
	}
	return math.Log((1 - illRate) / (1 - wellRate)) // -0.0503
}

// Tally counts probes and how many of them failed.
type Tally struct {
	Probes int `json:"probes"`
	Failed int `json:"failed"`
}

func (t *Tally) count(s Sample) {
	t.Probes++
	if !s.OK() {
		t.Failed++
	}
}

func (t Tally) plus(u Tally) Tally {
	return Tally{Probes: t.Probes + u.Probes, Failed: t.Failed + u.Failed}
}

// Tallies are counts by vantage.
type Tallies map[health.VantageID]Tally

func (t Tallies) count(s Sample) {
	v := t[s.Vantage]
	v.count(s)
	t[s.Vantage] = v
}

func (t Tallies) add(u Tallies) {
	for id, more := range u {
		t[id] = t[id].plus(more)
	}
}

// Track is what the detector remembers of one vantage.
type Track struct {
	Newest      time.Time `json:"newest,omitzero"`       // when its newest sample was sent
	LastFailure time.Time `json:"last_failure,omitzero"` // when its newest failed one was
	Score       float64   `json:"score"`                 // 0 to the threshold
	// Excursion is the time since the score last stood at zero; nil while it
	// does.
	Excursion *Excursion `json:"excursion,omitempty"`
}

// Excursion is a span in which a vantage's score stood above zero.
type Excursion struct {
	Start   time.Time `json:"start"`   // the first sample after the last zero
	Alarmed bool      `json:"alarmed"` // the score has reached the threshold
	Since   Tallies   `json:"since"`   // of every vantage, from Start on
}

// observe moves the score. The score is kept at the threshold at most, so that
// a long outage does not have to be worked off afterwards.
func (t *Track) observe(s Sample) {
	t.Newest = s.SentAt
	if !s.OK() {
		t.LastFailure = s.SentAt
	}
	t.Score = min(max(0, t.Score+weight(!s.OK())), threshold)
	if t.Score == 0 {
		t.Excursion = nil
		return
	}
	if t.Excursion == nil {
		t.Excursion = &Excursion{Start: s.SentAt, Since: Tallies{}}
	}
	if t.Score >= threshold {
		t.Excursion.Alarmed = true
	}
}

func (t *Track) alarmed() bool { return t.Excursion != nil && t.Excursion.Alarmed }
