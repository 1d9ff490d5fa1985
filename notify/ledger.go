package notify

import (
	"context"
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
)

// Publications saves publications.
type Publications interface {
	// Publish gives the publication the next sequence of its thread, saves it and
	// makes the thread's chunks due, all or nothing. A publication with the same
	// number is given back as it stands. An old fence is a Conflict.
	Publish(ctx context.Context, p Publication, fence journal.Fence) (Publication, error)
}

// Ledger is what a dispatcher works from.
type Ledger interface {
	// Due lists open chunks: those due at the wall time, and those somebody holds.
	Due(ctx context.Context, now time.Time) ([]Chunk, error)
	// Take makes holder the holder of the chunk as seen, with the next fence;
	// Conflict when it has changed.
	Take(ctx context.Context, seen Chunk, holder string) (Chunk, error)
	// Load reads what decides what the chunk's endpoints get next.
	Load(ctx context.Context, c Chunk) (Work, error)
	// Commit saves the steps of several connections durably and at once, renews
	// their leases, and gives each step its verdict.
	Commit(ctx context.Context, steps []Step) ([]Verdict, error)
	// Release gives the chunk back, final up to done, with something to do at due.
	Release(ctx context.Context, c Chunk, done int, due time.Time) error
	// Names are the names of an account's resources that the publication is about,
	// sorted, at most limit.
	Names(ctx context.Context, account health.AccountID, p Publication, limit int) ([]string, error)
}

// Records reads what was told to whom.
type Records interface {
	// Publication is a publication, or NotFound.
	Publication(ctx context.Context, id health.PublicationID) (Publication, error)
	// Outcome is what became of a publication for an endpoint, and the endpoint's
	// address, which is empty when it was erased; NotFound when nothing became of
	// it.
	Outcome(ctx context.Context, id health.PublicationID, endpoint health.EndpointID) (Outcome, string, error)
}

// Step is what one connection has to make durable before it goes on: what became
// of its last message, and which one it is about to finish.
type Step struct {
	Chunk   Chunk
	Results []Outcome // of messages under way; kept even after the lease is lost, while the row is ours
	Closed  []Outcome // settled without a message under way
	Intent  *Outcome  // the next message; nil if there is none
}

// Begun are the outcomes that need the lease and the newest publication: the
// closed ones and the intent.
func (s Step) Begun() []Outcome {
	out := slices.Clip(s.Closed)
	if s.Intent != nil {
		out = append(out, *s.Intent)
	}
	return out
}

// Judge is the verdict on the step when its chunk, held under its fence, has the
// goal; 0 says that it is not held.
func (s Step) Judge(goal int) Verdict {
	switch goal {
	case 0:
		return Lost
	case s.Chunk.Goal:
		return Held
	}
	return Stale
}

// Verdict is what a step may do next.
type Verdict int

// The verdicts.
const (
	Lost  Verdict = iota // somebody else has the chunk: stop, finish no message
	Stale                // something newer was published: plan again
	Held                 // go on
)
