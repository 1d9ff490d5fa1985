package mine

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
)

// logged is how far back the log of past events goes.
const logged = 90 * 24 * time.Hour

// overviewView is "what affects me".
type overviewView struct {
	page
	Headline  string
	Worst     health.Level
	Inventory string // how well the resources are known
	Sections  []section
	Unrelated []row // events that do not hit this account
}

// section is one of the four views: open issues, scheduled changes, other
// notices, log.
type section struct {
	ID, Title, Empty string
	Rows             []row
}

// row is one event in a list.
type row struct {
	Href, Title string
	Level       health.Level
	Relevance   relevance
	State       string
	Began       time.Time
	When        string
	Next        string // when the next update is promised; may be empty
}

// seen is an event with what it means to the account.
type seen struct {
	incident.Incident
	audience.Assessment
}

func (s *Site) overview(w http.ResponseWriter, r *http.Request) error {
	p, err := s.open(r, "mine.overview.title", "/")
	if err != nil {
		return err
	}
	now := s.o.Now()
	inventory, err := s.o.Accounts.Inventory(r.Context())
	if err != nil {
		return fmt.Errorf("read the inventory's age: %w", err)
	}
	events, err := s.events(r.Context(), p, inventory, now)
	if err != nil {
		return err
	}
	return show(w, r, http.StatusOK, overviewPage(newOverview(p, events, inventory)))
}

// events are the open events and those of the log, with what they mean to the
// account.
func (s *Site) events(ctx context.Context, p page, inventory audience.Inventory, now time.Time) ([]seen, error) {
	recent, err := s.o.Incidents.List(ctx, incident.Filter{Public: true, From: now.Add(-logged)})
	if err != nil {
		return nil, fmt.Errorf("list events: %w", err)
	}
	open, err := s.o.Incidents.List(ctx, incident.Filter{Public: true, Open: true})
	if err != nil {
		return nil, fmt.Errorf("list open events: %w", err)
	}
	spans, err := s.o.Accounts.Spans(ctx, p.Customer.ID, audience.Latest)
	if err != nil {
		return nil, fmt.Errorf("read what account %s has: %w", p.Customer.ID, err)
	}
	var out []seen
	known := map[health.IncidentID]bool{}
	for _, i := range slices.Concat(open, recent) {
		if known[i.ID] || len(i.Updates) == 0 {
			continue
		}
		known[i.ID] = true
		q := audience.Question{Disturbances: disturbances(i), Inventory: inventory, Now: now, StaleAfter: s.o.StaleAfter}
		a := audience.Assess(spans, q)
		if a.Relevance == audience.Impacted { // only then do the exact counts need a look at the resources
			if a, err = s.o.Directory.Assess(ctx, p.Customer.ID, q.Disturbances, audience.Latest, now); err != nil {
				return nil, fmt.Errorf("assess %s: %w", i.ID, err)
			}
		}
		out = append(out, seen{i, a})
	}
	slices.SortStableFunc(out, func(a, b seen) int { return b.Began().Compare(a.Began()) })
	return out, nil
}

func newOverview(p page, events []seen, inventory audience.Inventory) overviewView {
	v := overviewView{page: p, Inventory: inventoryWords(p, inventory)}
	for _, id := range []string{"issues", "planned", "notices", "log"} {
		v.Sections = append(v.Sections, section{
			ID: id, Title: p.Say(messageID("mine." + id + ".title")), Empty: p.Say(messageID("mine." + id + ".empty")),
		})
	}
	hit, unknown, open := 0, 0, 0
	for _, e := range events {
		line := newRow(p, e)
		to := sectionOf(e.Incident)
		if to == 0 {
			open++
			switch e.Relevance {
			case audience.Impacted:
				hit++
				v.Worst = max(v.Worst, line.Level)
			case audience.RelevanceUnknown:
				unknown++
				v.Worst = max(v.Worst, health.Unknown)
			case audience.NotImpacted, audience.PartiallyRelated, audience.Related:
			}
		}
		if e.Relevance == audience.NotImpacted {
			v.Unrelated = append(v.Unrelated, line)
			continue
		}
		v.Sections[to].Rows = append(v.Sections[to].Rows, line)
	}
	v.Headline, v.Level = headline(p, hit, unknown, open), v.Worst
	return v
}

func headline(p page, hit, unknown, open int) string {
	switch {
	case hit > 0:
		return p.Say("mine.headline.hit", "count", hit)
	case unknown > 0:
		return p.Say("mine.headline.unknown", "count", unknown)
	case open > 0:
		return p.Say("mine.headline.spared", "count", open)
	}
	return p.Say("mine.headline.quiet")
}

// sectionOf is the place of an event among the four views.
func sectionOf(i incident.Incident) int {
	const issues, planned, notices, log = 0, 1, 2, 3
	if i.State.Ended() {
		return log
	}
	switch i.Kind {
	case incident.Issue:
		return issues
	case incident.Maintenance:
		return planned
	case incident.Notice:
		return notices
	}
	return notices
}

func newRow(p page, e seen) row {
	l, z := p.Voice.Language(), p.Zones()
	level := worst(e.Incident)
	out := row{
		Href: p.at("/events/" + string(e.ID)), Title: e.Title.In(l), Level: level,
		Relevance: relevanceOf(p.Page, p.names, e.Assessment, level),
		State:     stateWord(p, e.State), Began: e.Began(), When: span(p.Page, during(e.Incident)),
	}
	if next := e.Promised(); !next.IsZero() {
		out.Next = z.Hour(l, next)
	}
	return out
}

func stateWord(p page, s incident.State) string { return p.Say(messageID("mine.state." + string(s))) }

// during is from the first impact's beginning to the last one's end; as declared
// where something was declared.
func during(i incident.Incident) health.Interval {
	impacts := i.Hits()
	said := slices.DeleteFunc(slices.Clone(impacts), func(p incident.Impact) bool { return p.Determination == health.DeterminationMeasured })
	if len(said) > 0 {
		impacts = said
	}
	if len(impacts) == 0 {
		return health.Interval{From: i.Began(), To: i.EndedAt()}
	}
	out := impacts[0].During
	for _, p := range impacts[1:] {
		if p.During.From.Before(out.From) {
			out.From = p.During.From
		}
		if out.Open() || p.During.Open() {
			out.To = time.Time{}
		} else if p.During.To.After(out.To) {
			out.To = p.During.To
		}
	}
	return out
}

func inventoryWords(p page, i audience.Inventory) string {
	if i.AsOf.IsZero() {
		return p.Say("mine.inventory.never")
	}
	return p.Say("mine.inventory.as_of", "time", p.Zones().Short(p.Voice.Language(), i.AsOf), "day", language.Day(p.Voice.Language(), i.AsOf))
}
