package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/postevent"
)

// summaries registers the operations on post-event summaries.
func (s *server) summaries() {
	if s.o.Summaries == nil || s.o.Incidents == nil {
		return
	}
	op := func(method, path, id, summary string) huma.Operation {
		return huma.Operation{Method: method, Path: "/incidents/{id}/summary" + path, OperationID: id, Summary: summary, Tags: []string{"summaries"}}
	}
	register(s, op(http.MethodGet, "", "get-summary", "Read an incident's post-event summary"), everyRole(), s.getSummary)
	register(s, op(http.MethodPost, "", "write-summary", "Write the draft of a post-event summary"), roles(identity.Operator), s.writeSummary)
	register(s, op(http.MethodPost, "/publish", "publish-summary", "Publish a post-event summary"), roles(identity.Operator), s.publishSummary)
}

// ActionItem is one thing done, or to be done, so that it does not happen again.
type ActionItem struct {
	What  Text      `json:"what"`
	Owner Text      `json:"owner" doc:"A team, never a person"`
	Due   time.Time `json:"due,omitzero"`
	Done  bool      `json:"done,omitempty"`
}

// NoteInput is a moment that people add to the timeline.
type NoteInput struct {
	At   time.Time `json:"at"`
	Text Text      `json:"text"`
}

// Narrative is what people write of a summary. Texts may be missing in a draft.
type Narrative struct {
	Title    Text         `json:"title,omitzero" doc:"Absent: the incident's"`
	Overview Text         `json:"overview,omitzero"`
	Cause    Text         `json:"cause,omitzero"`
	Actions  []ActionItem `json:"actions,omitempty" maxItems:"100"`
	Notes    []NoteInput  `json:"notes,omitempty" maxItems:"500"`
}

func (in Narrative) narrative() postevent.Narrative {
	n := postevent.Narrative{Title: in.Title.text(), Overview: in.Overview.text(), Cause: in.Cause.text()}
	for _, a := range in.Actions {
		n.Actions = append(n.Actions, postevent.Action{What: a.What.text(), Owner: a.Owner.text(), Due: a.Due, Done: a.Done})
	}
	for _, m := range in.Notes {
		n.Notes = append(n.Notes, postevent.Moment{At: m.At.UTC(), Text: m.Text.text()})
	}
	return n
}

// Moment is one line of a summary's timeline.
type Moment struct {
	At    time.Time `json:"at"`
	Kind  string    `json:"kind" enum:"began,detected,told,ended,note"`
	State string    `json:"state,omitempty" doc:"Of a public message"`
	Text  Text      `json:"text,omitzero"`
}

// Summary is the post-event summary of an incident.
type Summary struct {
	ID          string             `json:"id"`
	Incident    string             `json:"incident"`
	Published   bool               `json:"published"`
	PublishedAt time.Time          `json:"published_at,omitzero"`
	PublishedBy string             `json:"published_by,omitempty" doc:"Shown to the provider's own people"`
	Title       Text               `json:"title"`
	Overview    Text               `json:"overview"`
	Cause       Text               `json:"cause"`
	Actions     []ActionItem       `json:"actions"`
	Timeline    []Moment           `json:"timeline"`
	Figures     []postevent.Figure `json:"figures"`
}

func summaryOf(in postevent.Summary, inside bool) Summary {
	out := Summary{
		ID: string(in.ID), Incident: string(in.Incident), Published: in.Published(), PublishedAt: in.PublishedAt,
		Title: textOf(in.Title), Overview: textOf(in.Overview), Cause: textOf(in.Cause),
		Actions: []ActionItem{}, Timeline: []Moment{}, Figures: append([]postevent.Figure{}, in.Figures...),
	}
	for _, a := range in.Actions {
		out.Actions = append(out.Actions, ActionItem{What: textOf(a.What), Owner: textOf(a.Owner), Due: a.Due, Done: a.Done})
	}
	for _, m := range in.Timeline {
		out.Timeline = append(out.Timeline, Moment{At: m.At, Kind: string(m.Kind), State: string(m.State), Text: textOf(m.Text)})
	}
	if inside {
		out.PublishedBy = in.PublishedBy
	}
	return out
}

type summaryOutput struct{ Body Summary }

func (s *server) getSummary(ctx context.Context, in *IncidentPath) (*summaryOutput, error) {
	sum, err := s.o.Summaries.Summary(ctx, health.IncidentID(in.ID))
	if err == nil && !inside(ctx) && !sum.Published() {
		err = fault.New(fault.NotFound, "summary", "there is no such summary", "")
	}
	if err != nil {
		return nil, err
	}
	return &summaryOutput{summaryOf(sum, inside(ctx))}, nil
}

type summaryInput struct {
	IncidentPath
	Body Narrative
}

func (s *server) writeSummary(ctx context.Context, in *summaryInput) (*summaryOutput, error) {
	sum, err := s.o.Summaries.Write(ctx, health.IncidentID(in.ID), in.Body.narrative())
	return &summaryOutput{summaryOf(sum, true)}, err
}

func (s *server) publishSummary(ctx context.Context, in *IncidentPath) (*summaryOutput, error) {
	sum, err := s.o.Summaries.Publish(ctx, health.IncidentID(in.ID), callerOf(ctx).ID)
	return &summaryOutput{summaryOf(sum, true)}, err
}
