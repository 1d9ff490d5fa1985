// Package postevent writes post-event summaries: what happened, when, why, whom
// it hit, and what is done so that it does not happen again.
//
// The timeline and the figures come from the incident's own record and are
// frozen when the summary is published; people write the narrative, in every
// language. A published summary never changes: a mistake in it is corrected by
// an update of its incident. The package tells nobody; followers do.
package postevent

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
)

// Summary is the post-event summary of one incident.
type Summary struct {
	ID          health.SummaryID
	Incident    health.IncidentID
	Title       health.Text
	Overview    health.Text
	Cause       health.Text
	Actions     []Action
	Notes       []Moment  // moments that people added to the timeline, by time
	Timeline    []Moment  // the incident's own moments and the notes, by time; frozen at publication
	Figures     []Figure  // the impacts in force; frozen at publication
	PublishedAt time.Time // zero while it is a draft
	PublishedBy string
	Version     int64 // of the saved row; 0 for one never saved
}

// Action is one thing done, or to be done, so that it does not happen again.
type Action struct {
	What  health.Text `json:"what"`
	Owner health.Text `json:"owner"` // a team, never a person
	Due   time.Time   `json:"due,omitzero"`
	Done  bool        `json:"done"`
}

// MomentKind is what a moment of the timeline is.
type MomentKind string

// The kinds of moment.
const (
	Began    MomentKind = "began"    // the earliest impact began
	Detected MomentKind = "detected" // the probes raised it
	Told     MomentKind = "told"     // a public message
	Ended    MomentKind = "ended"    // the last impact ended
	Note     MomentKind = "note"     // added by people
)

// Moment is one line of the timeline.
type Moment struct {
	At    time.Time      `json:"at"`
	Kind  MomentKind     `json:"kind"`
	State incident.State `json:"state,omitempty"` // of a public message
	Text  health.Text    `json:"text,omitempty"`  // of a message or a note
}

// Figure is one impact as it stands in the summary.
type Figure struct {
	Scope         health.Scope         `json:"scope"`
	Symptom       health.Symptom       `json:"symptom"`
	Level         health.Level         `json:"level"`
	During        health.Interval      `json:"during"`
	SharePPM      int64                `json:"share_ppm"`
	Determination health.Determination `json:"determination"`
	Evidence      string               `json:"evidence,omitempty"`
}

// Narrative is what people write of a summary.
type Narrative struct {
	Title    health.Text
	Overview health.Text
	Cause    health.Text
	Actions  []Action
	Notes    []Moment // At and Text; Kind is set to Note
}

// Published reports whether the public may read it.
func (s Summary) Published() bool { return !s.PublishedAt.IsZero() }

// Draft makes the summary of an incident, with the incident's title, timeline
// and figures, and no narrative yet.
func Draft(i incident.Incident, now time.Time) Summary {
	s := Summary{ID: health.SummaryID(health.NewID(now)), Incident: i.ID, Title: i.Title}
	return s.freeze(i)
}

// Write gives the draft a narrative. It is a Conflict once the summary is out.
func (s Summary) Write(n Narrative) (Summary, error) {
	if s.Published() {
		return s, fault.New(fault.Conflict, "summary", "it is published and never changes", "correct it by an update of the incident")
	}
	var l fault.List
	for i, m := range n.Notes {
		if m.At.IsZero() {
			l.Add(fmt.Sprintf("notes[%d].at", i), "the time is missing", "write a time such as 2018-11-22T00:03:00Z")
		}
		n.Notes[i].Kind = Note
	}
	if err := l.Err(); err != nil {
		return s, err
	}
	if !n.Title.Empty() {
		s.Title = n.Title
	}
	s.Overview, s.Cause, s.Actions, s.Notes = n.Overview, n.Cause, n.Actions, n.Notes
	return s, nil
}

// Publish freezes timeline and figures as the incident has them now and makes
// the summary public. Every text must be there in every language that is needed,
// none named means all there are, and the incident must have ended.
func (s Summary) Publish(i incident.Incident, by string, now time.Time, needed ...health.Language) (Summary, []journal.Entry, error) {
	if s.Published() {
		return s, nil, nil
	}
	if !i.State.Ended() || !i.Public() {
		return s, nil, fault.New(fault.Conflict, "incident", "it is "+string(i.State), "publish the summary once the incident has ended")
	}
	if err := s.complete(needed); err != nil {
		return s, nil, err
	}
	s = s.spread(needed).freeze(i)
	s.PublishedAt, s.PublishedBy = now.UTC(), by
	e, err := journal.NewEntry(health.SummaryPublishedFact, string(s.ID), by, now, health.SummaryPublished{Summary: s.ID, Incident: s.Incident})
	return s, []journal.Entry{e}, err
}

func (s Summary) complete(needed []health.Language) error {
	var l fault.List
	need := func(where string, t health.Text) {
		for _, lang := range t.Missing(needed...) {
			l.Add(where+"."+string(lang), "the text in this language is missing", "write it")
		}
	}
	need("title", s.Title)
	need("overview", s.Overview)
	need("cause", s.Cause)
	for i, a := range s.Actions {
		need(fmt.Sprintf("actions[%d].what", i), a.What)
		need(fmt.Sprintf("actions[%d].owner", i), a.Owner)
	}
	for i, m := range s.Notes {
		need(fmt.Sprintf("notes[%d].text", i), m.Text)
	}
	if len(s.Actions) == 0 {
		l.Add("actions", "no action is named", "say what is done so that it does not happen again")
	}
	return l.Err()
}

// spread gives the texts of the first needed language to those that nobody needs,
// as incidents do with their titles.
func (s Summary) spread(needed []health.Language) Summary {
	if len(needed) == 0 {
		return s
	}
	first := needed[0]
	s.Title, s.Overview, s.Cause = s.Title.Whole(first), s.Overview.Whole(first), s.Cause.Whole(first)
	s.Actions, s.Notes = slices.Clone(s.Actions), slices.Clone(s.Notes)
	for i, a := range s.Actions {
		s.Actions[i].What, s.Actions[i].Owner = a.What.Whole(first), a.Owner.Whole(first)
	}
	for i, m := range s.Notes {
		s.Notes[i].Text = m.Text.Whole(first)
	}
	return s
}

// freeze takes timeline and figures from the incident as it stands.
func (s Summary) freeze(i incident.Incident) Summary {
	s.Figures = nil
	moments := slices.Clone(s.Notes)
	for _, p := range i.CurrentImpacts() {
		s.Figures = append(s.Figures, Figure{
			Scope: p.Scope, Symptom: p.Symptom, Level: p.Level, During: p.During,
			SharePPM: p.SharePPM, Determination: p.Determination, Evidence: p.Evidence,
		})
	}
	for _, u := range i.Updates {
		moments = append(moments, Moment{At: u.PublishedAt, Kind: Told, State: u.State, Text: u.Body})
	}
	moments = append(moments, bounds(i)...)
	slices.SortStableFunc(moments, func(a, b Moment) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(string(a.Kind), string(b.Kind)))
	})
	s.Timeline = moments
	return s
}

// bounds are the moments that the impacts tell: when it began, when the probes
// first saw it, when it ended.
func bounds(i incident.Incident) []Moment {
	impacts := i.CurrentImpacts()
	if len(impacts) == 0 {
		return nil
	}
	out := []Moment{{At: i.Began(), Kind: Began}}
	if first := slices.IndexFunc(i.Impacts, measured); first >= 0 {
		out = append(out, Moment{At: i.Impacts[first].StatedAt, Kind: Detected})
	}
	if end := ended(impacts); !end.IsZero() {
		out = append(out, Moment{At: end, Kind: Ended})
	}
	return out
}

func measured(p incident.Impact) bool { return p.Determination == health.DeterminationMeasured }

// ended is when the last impact was over: as declared where something was
// declared, else as measured; the zero time while one goes on.
func ended(impacts []incident.Impact) time.Time {
	counted := slices.DeleteFunc(slices.Clone(impacts), measured)
	if len(counted) == 0 {
		counted = impacts
	}
	var end time.Time
	for _, p := range counted {
		if p.During.Open() {
			return time.Time{}
		}
		if p.During.To.After(end) {
			end = p.During.To
		}
	}
	return end
}
