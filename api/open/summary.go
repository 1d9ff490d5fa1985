package open

import (
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/postevent"
)

// Summaries are the published post-event summaries.
type Summaries struct {
	Summaries []SummaryRow `json:"summaries" nullable:"false" doc:"The newest first"`
}

// SummaryRow is a post-event summary in short.
type SummaryRow struct {
	ID          health.SummaryID  `json:"id"`
	Incident    health.IncidentID `json:"incident"`
	Title       Text              `json:"title"`
	PublishedAt time.Time         `json:"published_at"`
}

// Summary is a post-event summary. It never changes.
type Summary struct {
	SummaryRow
	Overview Text     `json:"overview"`
	Cause    Text     `json:"cause"`
	Actions  []Action `json:"actions" nullable:"false" doc:"What is done so that it does not happen again"`
	Timeline []Moment `json:"timeline" nullable:"false" doc:"By time"`
	Figures  []Figure `json:"figures" nullable:"false" doc:"The impacts as they stood when it was published"`
}

// Action is one thing done, or to be done.
type Action struct {
	What  Text      `json:"what"`
	Owner Text      `json:"owner" doc:"A team"`
	Due   time.Time `json:"due,omitzero"`
	Done  bool      `json:"done"`
}

// Moment is one line of a timeline.
type Moment struct {
	At    time.Time            `json:"at"`
	Kind  postevent.MomentKind `json:"kind" enum:"began,detected,told,ended,note"`
	State incident.State       `json:"state,omitempty" enum:"investigating,identified,monitoring,resolved,scheduled,in_progress,verifying,completed,cancelled" doc:"Of a public message"`
	Text  Text                 `json:"text,omitzero" doc:"Of a message or a note"`
}

// Figure is one impact as it stands in a summary.
type Figure struct {
	Component     health.ComponentID   `json:"component"`
	Service       health.ServiceID     `json:"service"`
	Region        health.RegionID      `json:"region"`
	Zone          health.ZoneID        `json:"zone,omitempty" doc:"Absent: the whole region"`
	Symptom       health.Symptom       `json:"symptom" enum:"connectivity,dns,api,latency,data,other"`
	Level         health.Level         `json:"level" enum:"operational,unknown,informational,maintenance,degraded,partial_outage,major_outage"`
	From          time.Time            `json:"from"`
	To            time.Time            `json:"to,omitzero"`
	SharePPM      int64                `json:"share_ppm" doc:"Share of requests hit, parts per million"`
	Determination health.Determination `json:"determination" enum:"measured,declared,goodwill"`
}

func (d *Documents) summaries() Summaries {
	out := Summaries{Summaries: []SummaryRow{}}
	for _, s := range d.b.Summaries {
		out.Summaries = append(out.Summaries, summaryRow(s))
	}
	return out
}

func summaryRow(s postevent.Summary) SummaryRow {
	return SummaryRow{ID: s.ID, Incident: s.Incident, Title: textOf(s.Title), PublishedAt: s.PublishedAt}
}

func (d *Documents) summary(s postevent.Summary) Summary {
	out := Summary{
		SummaryRow: summaryRow(s), Overview: textOf(s.Overview), Cause: textOf(s.Cause),
		Actions: []Action{}, Timeline: []Moment{}, Figures: []Figure{},
	}
	for _, a := range s.Actions {
		out.Actions = append(out.Actions, Action{What: textOf(a.What), Owner: textOf(a.Owner), Due: a.Due, Done: a.Done})
	}
	for _, m := range s.Timeline {
		out.Timeline = append(out.Timeline, Moment{At: m.At, Kind: m.Kind, State: m.State, Text: textOf(m.Text)})
	}
	for _, f := range s.Figures {
		out.Figures = append(out.Figures, Figure{
			Component: f.Scope.Component(), Service: f.Scope.Service, Region: f.Scope.Region, Zone: f.Scope.Zone,
			Symptom: f.Symptom, Level: f.Level, From: f.During.From, To: f.During.To, SharePPM: f.SharePPM, Determination: f.Determination,
		})
	}
	return out
}
