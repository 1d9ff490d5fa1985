package api

import (
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

// Text is what people read, in both languages.
type Text struct {
	Korean  string `json:"ko,omitempty" doc:"Korean"`
	English string `json:"en,omitempty" doc:"English"`
}

func (t Text) text() health.Text {
	out := health.Text{}
	if t.Korean != "" {
		out[health.Korean] = t.Korean
	}
	if t.English != "" {
		out[health.English] = t.English
	}
	return out
}

func textOf(t health.Text) Text {
	return Text{Korean: t.In(health.Korean), English: t.In(health.English)}
}

// ImpactInput is a statement of impact to be made.
type ImpactInput struct {
	Service       string    `json:"service" example:"ec2"`
	Region        string    `json:"region,omitempty" example:"ap-northeast-2" doc:"May be left out where the catalogue has a single hidden one"`
	Zone          string    `json:"zone,omitempty" doc:"Empty: the whole region"`
	Symptom       string    `json:"symptom" enum:"connectivity,dns,api,latency,data,other"`
	Level         string    `json:"level" enum:"informational,maintenance,degraded,partial_outage,major_outage,operational"`
	From          time.Time `json:"from" example:"2018-11-21T23:19:00Z"`
	To            time.Time `json:"to,omitzero" doc:"The first instant that was well again; absent while it lasts"`
	SharePPM      int64     `json:"share_ppm" minimum:"1" maximum:"1000000" doc:"Share of requests hit, parts per million"`
	Determination string    `json:"determination" enum:"measured,declared,goodwill"`
	Evidence      string    `json:"evidence,omitempty" maxLength:"2000"`
	Reason        Text      `json:"reason,omitzero" doc:"Why it is declared so; needed in every language when it is, at most 2,000 bytes each. It is published"`
	Replaces      string    `json:"replaces,omitempty" doc:"Id of the statement that this one restates"`
}

func (in ImpactInput) impact(request string) (incident.Impact, error) {
	level, err := health.ParseLevel(in.Level)
	return incident.Impact{
		Replaces: health.ImpactID(in.Replaces),
		Scope:    health.Scope{Service: health.ServiceID(in.Service), Region: health.RegionID(in.Region), Zone: health.ZoneID(in.Zone)},
		Symptom:  health.Symptom(in.Symptom), Level: level, During: health.Interval{From: in.From, To: in.To},
		SharePPM: in.SharePPM, Determination: health.Determination(in.Determination),
		Evidence: in.Evidence, Reason: in.Reason.text(), Request: request,
	}, err
}

// Impact is a statement of impact as it was made.
type Impact struct {
	ID string `json:"id"`
	ImpactInput
	InForce  bool      `json:"in_force" doc:"False once a later statement restates it"`
	StatedAt time.Time `json:"stated_at"`
	StatedBy string    `json:"stated_by,omitempty" doc:"Shown to the provider's own people"`
}

// Assurances are what is known about the two risks people ask about first.
type Assurances struct {
	Security string `json:"security,omitempty" enum:"none,under_investigation,yes"`
	DataLoss string `json:"data_loss,omitempty" enum:"none,under_investigation,yes"`
}

// UpdateInput is a public message to be published. It cannot be changed later.
type UpdateInput struct {
	State      string     `json:"state,omitempty" enum:"investigating,identified,monitoring,resolved,scheduled,in_progress,verifying,completed,cancelled" doc:"Where the incident stands from now on; absent: unchanged"`
	Body       Text       `json:"body"`
	Fallback   string     `json:"fallback,omitempty" enum:"ko,en" doc:"Language to show where a text is missing; without it a missing text is refused"`
	Workaround Text       `json:"workaround,omitzero"`
	Action     string     `json:"action,omitempty" enum:"none,optional,required"`
	ActionText Text       `json:"action_text,omitzero"`
	Assurances Assurances `json:"assurances,omitzero"`
	NextUpdate time.Time  `json:"next_update,omitzero" doc:"Promised time of the next update"`
	Corrects   string     `json:"corrects,omitempty" doc:"Id of the update that this one corrects"`
}

func (in UpdateInput) message(request string) incident.Message {
	return incident.Message{
		State: incident.State(in.State), Body: in.Body.text(), Fallback: health.Language(in.Fallback),
		Workaround: in.Workaround.text(), Action: incident.Action(in.Action), ActionText: in.ActionText.text(),
		Assurances: incident.Assurances{
			Security: incident.Assurance(in.Assurances.Security), DataLoss: incident.Assurance(in.Assurances.DataLoss),
		},
		NextUpdate: in.NextUpdate, Corrects: health.UpdateID(in.Corrects), Request: request,
	}
}

// Update is a public message as it was published.
type Update struct {
	ID       string `json:"id"`
	Sequence int    `json:"sequence" doc:"1 for the first"`
	UpdateInput
	PublishedAt time.Time `json:"published_at"`
	PublishedBy string    `json:"published_by,omitempty" doc:"Shown to the provider's own people"`
}

// Incident is one disturbance or planned change.
type Incident struct {
	ID         string    `json:"id"`
	Kind       string    `json:"kind" enum:"issue,maintenance,notice"`
	State      string    `json:"state"`
	Title      Text      `json:"title"`
	Cause      string    `json:"cause,omitempty" doc:"Cause class, once known"`
	Verdict    string    `json:"verdict,omitempty" doc:"When the probes opened it; shown to the provider's own people"`
	Public     bool      `json:"public"`
	OpenedAt   time.Time `json:"opened_at"`
	BeganAt    time.Time `json:"began_at"`
	EndedAt    time.Time `json:"ended_at,omitzero"`
	NextUpdate time.Time `json:"next_update,omitzero" doc:"Promised time of the next update"`
	Impacts    []Impact  `json:"impacts" doc:"In the order stated, restated ones too"`
	Updates    []Update  `json:"updates" doc:"In the order published"`
	Version    int64     `json:"version"`
}

// incidentOf is the incident as it is shown: with who did what for the
// provider's own people only.
func incidentOf(i incident.Incident, inside bool) Incident {
	out := Incident{
		ID: string(i.ID), Kind: string(i.Kind), State: string(i.State), Title: textOf(i.Title), Cause: i.Cause,
		Public: i.Public(), OpenedAt: i.OpenedAt, BeganAt: i.Began(), EndedAt: i.EndedAt(), NextUpdate: i.Promised(),
		Impacts: []Impact{}, Updates: []Update{}, Version: i.Version,
	}
	force := map[health.ImpactID]bool{}
	for _, p := range i.CurrentImpacts() {
		force[p.ID] = true
	}
	for _, p := range i.Impacts {
		shown := impactOf(p, force[p.ID])
		if !inside {
			shown.StatedBy, shown.Evidence = "", ""
		}
		out.Impacts = append(out.Impacts, shown)
	}
	for _, u := range i.Updates {
		shown := updateOf(u)
		if !inside {
			shown.PublishedBy = ""
		}
		out.Updates = append(out.Updates, shown)
	}
	if inside {
		out.Verdict = string(i.Verdict)
	}
	return out
}

func impactOf(p incident.Impact, inForce bool) Impact {
	return Impact{
		ID: string(p.ID), InForce: inForce, StatedAt: p.StatedAt, StatedBy: p.StatedBy,
		ImpactInput: ImpactInput{
			Service: string(p.Scope.Service), Region: string(p.Scope.Region), Zone: string(p.Scope.Zone),
			Symptom: string(p.Symptom), Level: p.Level.String(), From: p.During.From, To: p.During.To,
			SharePPM: p.SharePPM, Determination: string(p.Determination), Evidence: p.Evidence, Reason: textOf(p.Reason),
			Replaces: string(p.Replaces),
		},
	}
}

func updateOf(u incident.Update) Update {
	return Update{
		ID: string(u.ID), Sequence: u.Sequence, PublishedAt: u.PublishedAt, PublishedBy: u.PublishedBy,
		UpdateInput: UpdateInput{
			State: string(u.State), Body: textOf(u.Body), Fallback: string(u.Fallback), Workaround: textOf(u.Workaround),
			Action: string(u.Action), ActionText: textOf(u.ActionText),
			Assurances: Assurances{Security: string(u.Assurances.Security), DataLoss: string(u.Assurances.DataLoss)},
			NextUpdate: u.NextUpdate, Corrects: string(u.Corrects),
		},
	}
}
