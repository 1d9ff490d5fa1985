package open

import (
	"time"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

// Incidents are disturbances and notices: all that have not ended, and the newest.
type Incidents struct {
	Incidents []IncidentRow `json:"incidents" nullable:"false" doc:"Latest beginning first"`
	Older     int           `json:"older" doc:"How many more there are; they stand in the history"`
}

// Maintenances are planned work: all that has not ended, and the newest.
type Maintenances struct {
	Maintenances []IncidentRow `json:"maintenances" nullable:"false" doc:"Latest beginning first"`
	Older        int           `json:"older" doc:"How many more there are; they stand in the history"`
}

// IncidentRow is a disturbance, a notice or planned work in short.
type IncidentRow struct {
	ID         health.IncidentID    `json:"id"`
	Kind       incident.Kind        `json:"kind" enum:"issue,maintenance,notice"`
	State      incident.State       `json:"state" enum:"investigating,identified,monitoring,resolved,scheduled,in_progress,verifying,completed,cancelled"`
	Over       bool                 `json:"over" doc:"Nothing more is expected"`
	Title      Text                 `json:"title"`
	Level      health.Level         `json:"level" enum:"operational,unknown,informational,maintenance,degraded,partial_outage,major_outage" doc:"The worst of the statements in force"`
	OpenedAt   time.Time            `json:"opened_at"`
	BeganAt    time.Time            `json:"began_at"`
	EndedAt    time.Time            `json:"ended_at,omitzero" doc:"When the last impact ended; absent while one lasts"`
	EndsAt     time.Time            `json:"ends_at,omitzero" doc:"When planned work is to end"`
	Components []health.ComponentID `json:"components" nullable:"false" doc:"In the order first stated"`
	Messages   int                  `json:"messages" doc:"How many updates were published"`
	UpdatedAt  time.Time            `json:"updated_at" doc:"When the newest was published"`
	NextUpdate time.Time            `json:"next_update,omitzero" doc:"Promised time of the next one"`
	Summary    health.SummaryID     `json:"summary,omitempty" doc:"Its post-event summary"`
}

// Incident is one disturbance, notice or planned work with all that was said of it.
type Incident struct {
	IncidentRow
	Cause   string   `json:"cause,omitempty" example:"configuration_change" doc:"Cause class, once known"`
	Impacts []Impact `json:"impacts" nullable:"false" doc:"In the order stated, restated ones too"`
	Updates []Update `json:"updates" nullable:"false" doc:"In the order published. None ever changes"`
}

// Impact is one statement of who was hit, how and for how long.
type Impact struct {
	ID            health.ImpactID      `json:"id"`
	InForce       bool                 `json:"in_force" doc:"False once a later statement restates it"`
	Replaces      health.ImpactID      `json:"replaces,omitempty" doc:"The statement that this one restates"`
	Component     health.ComponentID   `json:"component"`
	Service       health.ServiceID     `json:"service"`
	Region        health.RegionID      `json:"region"`
	Zone          health.ZoneID        `json:"zone,omitempty" doc:"Absent: the whole region"`
	Symptom       health.Symptom       `json:"symptom" enum:"connectivity,dns,api,latency,data,other"`
	Level         health.Level         `json:"level" enum:"operational,unknown,informational,maintenance,degraded,partial_outage,major_outage"`
	From          time.Time            `json:"from"`
	To            time.Time            `json:"to,omitzero" doc:"The first instant that was well again; absent while it lasts"`
	SharePPM      int64                `json:"share_ppm" doc:"Share of requests hit, parts per million"`
	Determination health.Determination `json:"determination" enum:"measured,declared,goodwill" doc:"Who says so: probes measured it, the provider declared it, or it is granted as goodwill and was no outage"`
	Reason        Text                 `json:"reason,omitzero" doc:"Why it was declared so"`
	StatedAt      time.Time            `json:"stated_at"`
}

// Update is one public message.
type Update struct {
	ID          health.UpdateID `json:"id"`
	Sequence    int             `json:"sequence" doc:"1 for the first"`
	State       incident.State  `json:"state" enum:"investigating,identified,monitoring,resolved,scheduled,in_progress,verifying,completed,cancelled"`
	Body        Text            `json:"body"`
	Fallback    health.Language `json:"fallback,omitempty" enum:"ko,en" doc:"The language shown where a text has none in the reader's"`
	Workaround  Text            `json:"workaround,omitzero"`
	Action      incident.Action `json:"action" enum:"none,optional,required" doc:"What customers have to do"`
	ActionText  Text            `json:"action_text,omitzero"`
	Assurances  Assurances      `json:"assurances" doc:"What is known of the two risks people ask about first"`
	NextUpdate  time.Time       `json:"next_update,omitzero" doc:"Promised time of the next message"`
	Corrects    int             `json:"corrects,omitempty" doc:"The sequence of the message that this one corrects"`
	CorrectedBy int             `json:"corrected_by,omitempty" doc:"The sequence of the message that corrects this one"`
	PublishedAt time.Time       `json:"published_at"`
}

// Assurances are what the provider says of risks; absent ones say nothing.
type Assurances struct {
	Security incident.Assurance `json:"security,omitempty" enum:"none,under_investigation,yes"`
	DataLoss incident.Assurance `json:"data_loss,omitempty" enum:"none,under_investigation,yes"`
}

// newest is how many of what has ended a list has at most.
const newest = 100

func (d *Documents) incidents() Incidents {
	rows, older := d.rows(func(e *board.Event) bool { return e.Kind != incident.Maintenance })
	return Incidents{Incidents: rows, Older: older}
}

func (d *Documents) maintenances() Maintenances {
	rows, older := d.rows(func(e *board.Event) bool { return e.Kind == incident.Maintenance })
	return Maintenances{Maintenances: rows, Older: older}
}

// rows are all events of a sort that have not ended and the newest of it, and how
// many more there are.
func (d *Documents) rows(of func(*board.Event) bool) (rows []IncidentRow, older int) {
	rows = []IncidentRow{}
	met := 0
	for _, e := range d.b.Events {
		if !of(e) {
			continue
		}
		if met++; met > newest && e.Over() {
			older++
			continue
		}
		rows = append(rows, d.incidentRow(e))
	}
	return rows, older
}

func (d *Documents) incidentRow(e *board.Event) IncidentRow {
	last := e.LastUpdate()
	row := IncidentRow{
		ID: e.ID, Kind: e.Kind, State: e.State, Over: e.Over(), Title: textOf(e.Title), Level: e.Level(),
		OpenedAt: e.OpenedAt, BeganAt: e.From, EndedAt: e.To, Components: e.Components(),
		Messages: len(e.Updates), UpdatedAt: last.PublishedAt, NextUpdate: e.Promised(),
	}
	if row.Components == nil {
		row.Components = []health.ComponentID{}
	}
	if e.To.IsZero() && e.State != incident.Canceled {
		row.EndsAt = e.Ends()
	}
	if s, ok := d.b.SummaryOf(e.ID); ok {
		row.Summary = s.ID
	}
	return row
}

func (d *Documents) incident(e *board.Event) Incident {
	out := Incident{IncidentRow: d.incidentRow(e), Cause: e.Cause, Impacts: []Impact{}, Updates: []Update{}}
	force := map[health.ImpactID]health.Interval{}
	for _, i := range e.Latest {
		force[i.ID] = i.During
	}
	for _, i := range e.Impacts {
		out.Impacts = append(out.Impacts, impactOf(i, force))
	}
	for _, u := range e.Updates {
		out.Updates = append(out.Updates, updateOf(e, u))
	}
	return out
}

func impactOf(i incident.Impact, force map[health.ImpactID]health.Interval) Impact {
	during, ok := force[i.ID] // ended when the incident is
	if !ok {
		during = i.During
	}
	return Impact{
		ID: i.ID, InForce: ok, Replaces: i.Replaces, Component: i.Scope.Component(), Service: i.Scope.Service, Region: i.Scope.Region, Zone: i.Scope.Zone,
		Symptom: i.Symptom, Level: i.Level, From: during.From, To: during.To, SharePPM: i.SharePPM,
		Determination: i.Determination, Reason: textOf(i.Reason), StatedAt: i.StatedAt,
	}
}

func updateOf(e *board.Event, u incident.Update) Update {
	out := Update{
		ID: u.ID, Sequence: u.Sequence, State: u.State, Body: textOf(u.Body), Fallback: u.Fallback, Workaround: textOf(u.Workaround),
		Action: u.Action, ActionText: textOf(u.ActionText), Assurances: Assurances{Security: u.Assurances.Security, DataLoss: u.Assurances.DataLoss},
		NextUpdate: u.NextUpdate, CorrectedBy: e.CorrectedBy(u.ID), PublishedAt: u.PublishedAt,
	}
	if out.Action == "" {
		out.Action = incident.ActionNone
	}
	if u.Corrects != "" {
		out.Corrects = e.SequenceOf(u.Corrects)
	}
	return out
}
