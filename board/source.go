package board

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/banner"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/postevent"
)

// Source is what was read of the domains: the whole public record. It is a value
// that a change copies, so that boards made of it stay as they are.
type Source struct {
	Revision  journal.Position
	Dated     time.Time // world time of the revision's newest fact
	Read      time.Time // world time of the reading
	Catalog   catalog.Revision
	Summaries []postevent.Summary
	Checks    map[health.CheckID]bool              // true: has fresh data
	Silences  map[health.CheckID][]health.Interval // when a check had none, in order; an open one lasts
	Banner    *banner.Banner                       `json:",omitempty"` // the one said last, perhaps to take one back

	plan   *Plan
	events []*Event // latest beginning first
}

// withCatalog is the source with another catalogue.
func (s Source) withCatalog(r catalog.Revision) Source {
	if s.plan == nil || s.Catalog.Number != r.Number || r.Number == 0 {
		s.Catalog, s.plan = r, newPlan(r)
	}
	return s
}

// withIncidents is the source with all public incidents anew.
func (s Source) withIncidents(all []incident.Incident) Source {
	s.events = nil
	for _, in := range all {
		if published(in) {
			s.events = append(s.events, newEvent(in))
		}
	}
	slices.SortFunc(s.events, compareEvents)
	return s
}

// withIncident is the source with one incident as it is now.
func (s Source) withIncident(in incident.Incident) Source {
	list := slices.DeleteFunc(slices.Clone(s.events), func(e *Event) bool { return e.ID == in.ID })
	if published(in) {
		e := newEvent(in)
		at, _ := slices.BinarySearchFunc(list, e, compareEvents)
		list = slices.Insert(list, at, e)
	}
	s.events = list
	return s
}

func published(in incident.Incident) bool { return in.Public() && len(in.Updates) > 0 }

// compareEvents puts the latest beginning first.
func compareEvents(a, b *Event) int {
	return cmp.Or(b.From.Compare(a.From), cmp.Compare(b.ID, a.ID))
}

// withSilence is the source with what a fact says of a check's data.
func (s Source) withSilence(check health.CheckID, fresh bool, at time.Time) Source {
	list := slices.Clone(s.Silences[check])
	n := len(list)
	switch {
	case fresh && n > 0 && list[n-1].Open():
		list[n-1].To = at
		if !list[n-1].From.Before(at) {
			list = list[:n-1]
		}
	case !fresh && (n == 0 || !list[n-1].Open()):
		list = append(list, health.Interval{From: at})
	default:
		return s
	}
	s.Silences = maps.Clone(s.Silences)
	if s.Silences == nil {
		s.Silences = map[health.CheckID][]health.Interval{}
	}
	s.Silences[check] = list
	return s
}

// WithBanner is the source with a banner that came otherwise than through the
// journal, unless it knows of a later one.
func (s Source) WithBanner(b *banner.Banner) Source {
	s.Banner = banner.Newest(s.Banner, b)
	return s
}

// Board is the source told at an instant.
func (s Source) Board(t Terms, now time.Time) *Board {
	if t.Zone == nil {
		t.Zone = time.UTC
	}
	if t.Weights == nil {
		t.Weights = DefaultWeights()
	}
	if s.plan == nil {
		s.plan = newPlan(s.Catalog)
	}
	b := &Board{
		Terms: t, Revision: s.Revision, Now: now.UTC(), Confirmed: s.Read.UTC(), Plan: s.plan,
		byID: make(map[health.IncidentID]*Event, len(s.events)), Events: make([]*Event, len(s.events)),
		silent: s.plan.silent(s.Checks), never: s.plan.never(s),
	}
	if s.Banner != nil && !s.Banner.TakenBack() {
		b.Banner = s.Banner
	}
	for i, e := range s.events {
		e = e.at(b.Now)
		b.Events[i], b.byID[e.ID] = e, e
	}
	b.Summaries = slices.DeleteFunc(slices.Clone(s.Summaries), func(x postevent.Summary) bool { return !x.Published() })
	slices.SortFunc(b.Summaries, func(x, y postevent.Summary) int {
		return cmp.Or(y.PublishedAt.Compare(x.PublishedAt), cmp.Compare(x.ID, y.ID))
	})
	b.silences = s.componentSilences()
	b.index()
	b.rate()
	return b
}

// componentSilences are the silences of each probed component's checks.
func (s Source) componentSilences() map[health.ComponentID][]health.Interval {
	out := map[health.ComponentID][]health.Interval{}
	if len(s.Silences) == 0 {
		return out
	}
	for _, k := range s.plan.Checks {
		if list := s.Silences[k.ID]; len(list) > 0 {
			id := k.Scope.Component()
			out[id] = append(out[id], list...)
		}
	}
	return out
}

// saved is a source as it is kept on disk.
type saved struct {
	Form int `json:"form"`
	Source
	Incidents []incident.Incident
}

// form is the version of what is kept on disk.
const form = 1

// Save writes the source so that Load reads it. Public things alone are in it.
func (s Source) Save(w io.Writer) error {
	out := saved{Form: form, Source: s}
	for _, e := range s.events {
		out.Incidents = append(out.Incidents, anonymous(e.Incident))
	}
	if err := json.NewEncoder(w).Encode(out); err != nil {
		return fmt.Errorf("save the public record: %w", err)
	}
	return nil
}

// anonymous is an incident without what is not for the public: who stated and
// published, under which request.
func anonymous(in incident.Incident) incident.Incident {
	in.Verdict, in.Request = "", ""
	in.Impacts, in.Updates = slices.Clone(in.Impacts), slices.Clone(in.Updates)
	for n := range in.Impacts {
		in.Impacts[n].StatedBy, in.Impacts[n].Request = "", ""
	}
	for n := range in.Updates {
		in.Updates[n].PublishedBy, in.Updates[n].Request = "", ""
	}
	return in
}

// Load reads what Save wrote. It is Invalid when it was written by another
// version, or was cut.
func Load(r io.Reader) (Source, error) {
	var in saved
	if err := json.NewDecoder(r).Decode(&in); err != nil {
		return Source{}, fault.Wrap(fault.Invalid, "read the saved public record", err)
	}
	if in.Form != form {
		return Source{}, fault.New(fault.Invalid, "the saved public record", fmt.Sprintf("it has form %d, this version reads %d", in.Form, form), "start once with the database up")
	}
	s := in.Source
	return s.withCatalog(in.Catalog).withIncidents(in.Incidents), nil
}
