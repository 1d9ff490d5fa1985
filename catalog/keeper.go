package catalog

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
)

// Revision is a catalogue that is or was in force. Revisions are numbered from 1
// and never change; the zero Revision stands for "none yet".
type Revision struct {
	Number    int64
	Hash      string
	AppliedAt time.Time // world time
	AppliedBy string    // id of who applied it
	Catalog   Catalog
}

// Store keeps revisions.
type Store interface {
	// Current is the revision in force; the zero one when there is none yet.
	Current(ctx context.Context) (Revision, error)
	// Apply saves the revision that follows the current one, with its facts.
	// It is a Conflict when next.Number − 1 is not in force.
	Apply(ctx context.Context, next Revision, entries []journal.Entry) error
}

// Keeper plans and applies catalogues.
type Keeper struct{ store Store }

// NewKeeper makes a keeper of the catalogues in the store.
func NewKeeper(s Store) *Keeper { return &Keeper{store: s} }

// Plan compares a catalogue with the one in force. It changes nothing. The error
// is Invalid for a catalogue that is not consistent.
func (k *Keeper) Plan(ctx context.Context, next Catalog) (Plan, error) {
	current, err := k.store.Current(ctx)
	if err != nil {
		return Plan{}, fmt.Errorf("plan a catalogue: %w", err)
	}
	if err := next.Check(); err != nil {
		return Plan{}, err
	}
	return Compare(current.Number, current.Catalog, next), nil
}

// Application is a catalogue to put in force.
type Application struct {
	Catalog Catalog
	Base    int64     // the revision it was planned against; Any takes the current one
	Actor   string    // id of who applies it
	At      time.Time // world time
}

// Any as a base says that the applier did not look at a plan first.
const Any int64 = -1

// Apply puts a catalogue in force as a new revision, with the fact
// catalog.applied. It is a Conflict when nothing changes or when another
// revision than the base is in force; Invalid when the catalogue is not
// consistent. Nothing is changed then.
func (k *Keeper) Apply(ctx context.Context, a Application) (Revision, Plan, error) {
	current, err := k.store.Current(ctx)
	if err != nil {
		return Revision{}, Plan{}, fmt.Errorf("apply a catalogue: %w", err)
	}
	next, plan, entry, err := decide(current, a)
	if err != nil {
		return Revision{}, plan, err
	}
	if err := k.store.Apply(ctx, next, []journal.Entry{entry}); err != nil {
		return Revision{}, plan, fmt.Errorf("apply a catalogue: %w", err)
	}
	return next, plan, nil
}

func decide(current Revision, a Application) (Revision, Plan, journal.Entry, error) {
	if err := a.Catalog.Check(); err != nil {
		return Revision{}, Plan{}, journal.Entry{}, err
	}
	plan := Compare(current.Number, current.Catalog, a.Catalog)
	if a.Base != Any && a.Base != current.Number {
		return Revision{}, plan, journal.Entry{}, fault.New(fault.Conflict, "",
			fmt.Sprintf("revision %d is in force, not %d, against which this was planned", current.Number, a.Base),
			"plan again, read the difference, and apply that")
	}
	if plan.Empty() {
		return Revision{}, plan, journal.Entry{}, fault.New(fault.Conflict, "",
			fmt.Sprintf("nothing would change: revision %d is this very catalogue", current.Number), "")
	}
	next := Revision{Number: current.Number + 1, Hash: plan.Hash, AppliedAt: a.At.UTC(), AppliedBy: a.Actor, Catalog: a.Catalog}
	entry, err := journal.NewEntry(health.CatalogAppliedFact, strconv.FormatInt(next.Number, 10), a.Actor, a.At,
		health.CatalogApplied{Revision: next.Number, Hash: next.Hash})
	return next, plan, entry, err
}
