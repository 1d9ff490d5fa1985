package probe

import (
	"context"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
)

// Saved is what is kept of a check between runs.
type Saved struct {
	Check   health.CheckID
	State   State
	Fresh   bool      // what was last said of the component: its data are fresh
	SavedAt time.Time // world time; zero: not known
	Version int64     // of the saved row; 0 for one never saved
}

// Store keeps checks' states and verdicts.
type Store interface {
	// Load gives what is kept of a check; one never saved has version 0.
	Load(ctx context.Context, check health.CheckID) (Saved, error)
	// Save keeps the state, the verdicts with their figures so far, and the
	// facts in one transaction. The version must be the one kept, and is one
	// higher afterwards; else the error is fault.Conflict: somebody else runs
	// the same check.
	Save(ctx context.Context, saved Saved, verdicts []Verdict, facts []journal.Entry) error
}

// fact is what the journal says of the event.
func (e Event) fact() (health.FactType, any) {
	v := e.Verdict
	if e.Change == Raised {
		return health.VerdictRaisedFact, health.VerdictRaised{
			Verdict: v.ID, Check: v.Check, Scope: v.Scope, Symptom: v.Symptom,
			From: v.From, Share: v.Share(), Level: v.Level, Vantages: v.Vantages,
		}
	}
	return health.VerdictClearedFact, health.VerdictCleared{
		Verdict: v.ID, Check: v.Check, Scope: v.Scope, Symptom: v.Symptom,
		From: v.From, To: v.To, Share: v.Share(), Level: v.Level,
		Probes: v.Tally.Probes, Failed: v.Tally.Failed,
	}
}
