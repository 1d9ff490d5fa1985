package incident

import (
	"context"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
)

// Filter chooses incidents to list. Zero values choose all.
type Filter struct {
	Public bool      // only those the public may read of
	Open   bool      // only those that have not ended
	States []State   // only those in one of these states
	From   time.Time // opened or updated at or after
	Limit  int       // at most this many; 0: no limit
}

// Store keeps incidents.
type Store interface {
	// Incident is the whole incident, or NotFound.
	Incident(ctx context.Context, id health.IncidentID) (Incident, error)
	// List gives whole incidents, newest opened first.
	List(ctx context.Context, f Filter) ([]Incident, error)
	// Find is the incident of a verdict or of a request key, whichever is not
	// empty, or NotFound.
	Find(ctx context.Context, verdict health.VerdictID, request string) (Incident, error)
	// Touching are the incidents with any statement of an impact that shares an
	// instant with the interval, newest opened first.
	Touching(ctx context.Context, during health.Interval) ([]Incident, error)
	// Save writes the incident, its new impacts and updates, and the entries, in
	// one transaction. It is a Conflict when the saved version is not i.Version.
	Save(ctx context.Context, i Incident, entries []journal.Entry) (Incident, error)
}

// Desk is where incidents are decided upon: it reads, lets the incident decide,
// and saves what came of it.
type Desk struct {
	store  Store
	world  *clock.World
	needed []health.Language
}

// NewDesk makes a desk over a store; world dates what is decided. What is published
// there must be written in the languages that the site speaks; none named means
// every one.
func NewDesk(store Store, world *clock.World, needed ...health.Language) *Desk {
	return &Desk{store: store, world: world, needed: needed}
}

// Open opens an incident. The same request key gives the same incident.
func (d *Desk) Open(ctx context.Context, in Opening, by string) (Incident, error) {
	if in.Request != "" || in.Verdict != "" {
		switch was, err := d.store.Find(ctx, in.Verdict, in.Request); {
		case err == nil:
			return was, nil
		case !fault.Is(err, fault.NotFound):
			return Incident{}, err
		}
	}
	i, entries, err := Open(in, by, d.world.Now(), d.needed...)
	if err != nil {
		return Incident{}, err
	}
	return d.store.Save(ctx, i, entries)
}

// StateImpact states or restates an impact.
func (d *Desk) StateImpact(ctx context.Context, id health.IncidentID, p Impact, by string) (Incident, error) {
	return d.change(ctx, id, func(i Incident, now time.Time) (Incident, []journal.Entry, error) {
		return i.StateImpact(p, by, now, d.needed...)
	})
}

// Publish publishes an update.
func (d *Desk) Publish(ctx context.Context, id health.IncidentID, m Message, by string) (Incident, error) {
	return d.change(ctx, id, func(i Incident, now time.Time) (Incident, []journal.Entry, error) {
		return i.Publish(m, by, now, d.needed...)
	})
}

// Dismiss ends a draft without a public message.
func (d *Desk) Dismiss(ctx context.Context, id health.IncidentID, as State, by string) (Incident, error) {
	return d.change(ctx, id, func(i Incident, now time.Time) (Incident, []journal.Entry, error) {
		return i.Dismiss(as, by, now)
	})
}

// Incident is one incident, or NotFound.
func (d *Desk) Incident(ctx context.Context, id health.IncidentID) (Incident, error) {
	return d.store.Incident(ctx, id)
}

// List gives incidents, newest opened first.
func (d *Desk) List(ctx context.Context, f Filter) ([]Incident, error) { return d.store.List(ctx, f) }

// change reads, decides and saves; when somebody else saved first it does all of
// it again on what they left, so that two decisions that do not contradict each
// other both stand.
func (d *Desk) change(ctx context.Context, id health.IncidentID, decide func(Incident, time.Time) (Incident, []journal.Entry, error)) (Incident, error) {
	const attempts = 5
	var lost error
	for range attempts {
		was, err := d.store.Incident(ctx, id)
		if err != nil {
			return Incident{}, err
		}
		next, entries, err := decide(was, d.world.Now())
		if err != nil || len(entries) == 0 {
			return was, err
		}
		saved, err := d.store.Save(ctx, next, entries)
		if !fault.Is(err, fault.Conflict) {
			return saved, err
		}
		lost = err
	}
	return Incident{}, lost
}
