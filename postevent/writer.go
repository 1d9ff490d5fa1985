package postevent

import (
	"context"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
)

// Store keeps summaries, one an incident.
type Store interface {
	// SummaryOf is an incident's summary, or NotFound.
	SummaryOf(ctx context.Context, id health.IncidentID) (Summary, error)
	// Save writes the summary and the entries in one transaction; a Conflict when
	// the saved version is not s.Version.
	Save(ctx context.Context, s Summary, entries []journal.Entry) (Summary, error)
}

// Incidents reads incidents.
type Incidents interface {
	Incident(ctx context.Context, id health.IncidentID) (incident.Incident, error)
}

// Writer is where summaries are written and published.
type Writer struct {
	store     Store
	incidents Incidents
	world     *clock.World
	needed    []health.Language
}

// NewWriter makes a writer; world dates what is published. Summaries must be
// written in the languages that the site speaks; none named means every one.
func NewWriter(store Store, incidents Incidents, world *clock.World, needed ...health.Language) *Writer {
	return &Writer{store: store, incidents: incidents, world: world, needed: needed}
}

// Write gives the incident's summary a narrative, making the draft when there is
// none yet.
func (w *Writer) Write(ctx context.Context, id health.IncidentID, n Narrative) (Summary, error) {
	i, err := w.incidents.Incident(ctx, id)
	if err != nil {
		return Summary{}, err
	}
	s, err := w.store.SummaryOf(ctx, id)
	if fault.Is(err, fault.NotFound) {
		s, err = Draft(i, w.world.Now()), nil
	}
	if err != nil {
		return Summary{}, err
	}
	if s, err = s.Write(n); err != nil {
		return Summary{}, err
	}
	return w.store.Save(ctx, s.freeze(i), nil)
}

// Publish makes the incident's summary public. Publishing it again changes
// nothing.
func (w *Writer) Publish(ctx context.Context, id health.IncidentID, by string) (Summary, error) {
	s, err := w.store.SummaryOf(ctx, id)
	if err != nil {
		return Summary{}, err
	}
	i, err := w.incidents.Incident(ctx, id)
	if err != nil {
		return Summary{}, err
	}
	next, entries, err := s.Publish(i, by, w.world.Now(), w.needed...)
	if err != nil || len(entries) == 0 {
		return s, err
	}
	return w.store.Save(ctx, next, entries)
}

// Summary is the incident's summary, draft or published, or NotFound.
func (w *Writer) Summary(ctx context.Context, id health.IncidentID) (Summary, error) {
	return w.store.SummaryOf(ctx, id)
}
