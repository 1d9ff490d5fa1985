package incident

import (
	"fmt"
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
)

// Chronicle is an incident of the past as it was told elsewhere. Its ids and times
// come with it, so that the same chronicle is the same incident.
type Chronicle struct {
	ID       health.IncidentID
	Kind     Kind
	Title    health.Text // in every language
	OpenedAt time.Time
	Request  string // idempotency key; may be empty
	Told     Told
}

// Told is what an edition of a chronicle adds. Of an update its id, state, body,
// fallback, time and request count, of an impact all but who stated it when. What
// customers had to do was not said, so nothing is said of it here.
type Told struct {
	Updates []Update // in the order published
	Impacts []Impact
}

// Remember makes the incident of a chronicle, which tells of one update at least.
// States may follow each other as they did: whether they could is not asked of what
// has happened. The one fact says that history came in, of which nobody is told.
// Errors are Invalid and name the field.
func Remember(c Chronicle, by string, now time.Time) (Incident, []journal.Entry, error) {
	if _, err := ParseKind(string(c.Kind)); err != nil {
		return Incident{}, nil, err
	}
	if err := complete("title", c.Title, MaxTitle, nil); err != nil {
		return Incident{}, nil, err
	}
	var l fault.List
	if c.ID == "" {
		l.Add("id", "the incident has no id", "derive one from where it was told")
	}
	checkPast(&l, "opened_at", c.OpenedAt, now)
	if len(c.Told.Updates) == 0 {
		l.Add("updates", "nothing was told of the incident", "give one update at least")
	}
	if err := l.Err(); err != nil {
		return Incident{}, nil, err
	}
	i := Incident{ID: c.ID, Kind: c.Kind, State: first(c.Kind), Title: c.Title, OpenedAt: c.OpenedAt.UTC(), Request: c.Request}
	return i.Recall(c.Told, by, now)
}

// Recall appends what a later edition of the incident's chronicle tells. Nothing
// that stands is altered; nothing told is no change and no fact.
func (i Incident) Recall(t Told, by string, now time.Time) (Incident, []journal.Entry, error) {
	if len(t.Updates)+len(t.Impacts) == 0 {
		return i, nil, nil
	}
	was := i
	fact := health.HistoryImported{Incident: i.ID}
	i.Updates, i.Impacts = slices.Clone(i.Updates), slices.Clone(i.Impacts)
	if err := i.checkIDs(t); err != nil {
		return was, nil, err
	}
	for n, u := range t.Updates {
		if err := i.checkTold(fmt.Sprintf("updates[%d]", n), u, now); err != nil {
			return was, nil, err
		}
		i.State = u.State
		i.Updates = append(i.Updates, Update{
			ID: u.ID, Sequence: len(i.Updates) + 1, State: u.State, Body: u.Body, Fallback: u.Fallback,
			PublishedAt: u.PublishedAt.UTC(), PublishedBy: by, Request: u.Request,
		})
		fact.Updates = append(fact.Updates, u.ID)
	}
	for _, p := range t.Impacts {
		if err := i.checkImpact(p, now, nil); err != nil {
			return was, nil, err
		}
		p.StatedBy, p.StatedAt = by, now.UTC()
		p.During.From, p.During.To = p.During.From.UTC(), p.During.To.UTC()
		i.Impacts = append(i.Impacts, p)
		fact.Impacts = append(fact.Impacts, p.ID)
	}
	e, err := journal.NewEntry(health.HistoryImportedFact, string(i.ID), by, now, fact)
	return i, []journal.Entry{e}, err
}

// checkIDs refuses updates and impacts without an id of their own.
func (i Incident) checkIDs(t Told) error {
	var l fault.List
	taken := map[string]bool{"": true}
	for _, u := range i.Updates {
		taken[string(u.ID)] = true
	}
	for _, p := range i.Impacts {
		taken[string(p.ID)] = true
	}
	check := func(where string, n int, id string) {
		if taken[id] {
			l.Add(fmt.Sprintf("%s[%d].id", where, n), "it needs an id of its own", "derive one from where it was told")
		}
		taken[id] = true
	}
	for n, u := range t.Updates {
		check("updates", n, string(u.ID))
	}
	for n, p := range t.Impacts {
		check("impacts", n, string(p.ID))
	}
	return l.Err()
}

func (i Incident) checkTold(where string, u Update, now time.Time) error {
	var l fault.List
	switch _, err := ParseState(i.Kind, string(u.State)); {
	case err != nil:
		l.Add(where+".state", err.Error(), "")
	case !u.State.Public():
		l.Add(where+".state", string(u.State)+" is never told", "give the state that was")
	}
	checkTexts(&l, where+".body", u.Body, u.Fallback, nil)
	checkPast(&l, where+".published_at", u.PublishedAt, now)
	// Some pages tell minutes alone: within one the order given stands.
	if n := len(i.Updates); n > 0 && u.PublishedAt.Truncate(time.Minute).Before(i.Updates[n-1].PublishedAt.Truncate(time.Minute)) {
		l.Add(where+".published_at", "it lies before the update before it", "give them in the order published")
	}
	return l.Err()
}

// checkPast finds what is wrong with a time of the past.
func checkPast(l *fault.List, where string, t, now time.Time) {
	switch {
	case t.IsZero():
		l.Add(where, "the time is missing", "write a time such as 2018-11-21T23:19:00Z")
	case t.After(now):
		l.Add(where, "the time "+t.UTC().Format(time.RFC3339)+" is in the future", "tell it once it has happened, or mend the clock")
	case t.Before(now.AddDate(-longestImpact, 0, 0)):
		l.Add(where, fmt.Sprintf("the time %s is more than %d years ago", t.UTC().Format(time.RFC3339), longestImpact), "mend the year")
	}
}
