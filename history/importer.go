package history

import (
	"context"
	"fmt"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/language"
)

// Incidents keeps incidents.
type Incidents interface {
	// Incident is the whole incident, or NotFound.
	Incident(ctx context.Context, id health.IncidentID) (incident.Incident, error)
	// Save writes the incident, its new impacts and updates, and the entries, in one
	// transaction. It is a Conflict when the saved version is not i.Version.
	Save(ctx context.Context, i incident.Incident, entries []journal.Entry) (incident.Incident, error)
}

// Options are what an importer needs.
type Options struct {
	Incidents Incidents
	Places    []Place   // of the catalogue in force
	Mappings  []Mapping // by hand
	Book      *language.Book
}

// Importer brings files in.
type Importer struct{ o Options }

// NewImporter makes an importer.
func NewImporter(o Options) *Importer { return &Importer{o: o} }

// Terms are how an import is to be done.
type Terms struct {
	DryRun   bool
	At       time.Time             // world time of the import
	Progress func(done, total int) // entries; may be nil
}

// Import reads a file and saves what it tells, entry by entry, each with its fact in
// one transaction: after an interruption the same import goes on where it stopped. A
// bad entry stops no other; the report names it. The error is for a file that cannot
// be read at all, of which nothing is saved, or a database that fails.
func (m *Importer) Import(ctx context.Context, s Source, t Terms) (Report, error) {
	past, report, err := Read(s)
	if err != nil {
		return Report{}, err
	}
	report.DryRun = t.DryRun
	keep := m.o.Incidents
	if t.DryRun {
		keep = &rehearsal{of: keep, saved: map[health.IncidentID]incident.Incident{}}
	}
	h := &historian{atlas: newAtlas(m.o.Places, m.o.Mappings), book: m.o.Book, report: &report, now: t.At.UTC()}
	for n, p := range past {
		if err := h.bring(ctx, keep, p); err != nil {
			return report, fmt.Errorf("%s: %s: %w", s.Name, p.Where, err)
		}
		if t.Progress != nil {
			t.Progress(n+1, len(past))
		}
	}
	return report, nil
}

// bring brings one past incident in. Somebody may change the incident meanwhile: then
// it is decided again.
func (h *historian) bring(ctx context.Context, keep Incidents, p Past) error {
	const attempts = 5
	var lost error
	for range attempts {
		was, err := known(ctx, keep, p.ID())
		if err != nil {
			return err
		}
		next, entries, err := h.decide(p, was)
		if err != nil {
			what, instead := explained(err)
			h.report.refuse(p.Where, what, instead)
			return nil
		}
		if len(entries) > 0 {
			_, err = keep.Save(ctx, next, entries)
		}
		if err == nil {
			h.count(was, next)
			h.goesOn(p, next)
			return nil
		}
		if lost = err; !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return lost
}

// known is the incident of an id; nil when there is none.
func known(ctx context.Context, keep Incidents, id health.IncidentID) (*incident.Incident, error) {
	i, err := keep.Incident(ctx, id)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, nil //nolint:nilnil // there is none, which is no error
	case err != nil:
		return nil, err
	}
	return &i, nil
}

func (h *historian) count(was *incident.Incident, next incident.Incident) {
	var before incident.Incident
	if was != nil {
		before = *was
	}
	updates, impacts := len(next.Updates)-len(before.Updates), len(next.Impacts)-len(before.Impacts)
	switch {
	case was == nil:
		h.report.Imported++
	case updates+impacts > 0:
		h.report.Extended++
	default:
		h.report.Unchanged++
	}
	h.report.Updates += updates
	h.report.Impacts += impacts
}

// goesOn notes what stands open on the pages although it is history elsewhere.
func (h *historian) goesOn(p Past, i incident.Incident) {
	ahead := i.Kind == incident.Maintenance && p.Ended.After(h.now)
	if !i.State.Ended() && !ahead {
		h.report.note(p.Where, "it has not ended by what was told, so it stands open on the pages", "import again once it has, or publish the update that ends it")
	}
}

// rehearsal keeps what a dry run would save, so that a later entry finds it.
type rehearsal struct {
	of    Incidents
	saved map[health.IncidentID]incident.Incident
}

// Incident is the incident as it would be.
func (r *rehearsal) Incident(ctx context.Context, id health.IncidentID) (incident.Incident, error) {
	if i, ok := r.saved[id]; ok {
		return i, nil
	}
	return r.of.Incident(ctx, id)
}

// Save keeps the incident in memory alone.
func (r *rehearsal) Save(_ context.Context, i incident.Incident, _ []journal.Entry) (incident.Incident, error) {
	r.saved[i.ID] = i
	return i, nil
}
