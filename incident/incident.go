// Package incident is the life of one disturbance or planned change: its
// states, the impacts stated for it, and the messages published about it.
//
// Every decision is a pure method that takes the state, the input and now, and
// gives the new state and the facts, or an error and no change. Nothing that was
// published is ever altered: a mistake is corrected by a further update, an
// impact is restated by appending. The package keeps nothing and tells nobody;
// followers of the journal do.
package incident

import (
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// Kind is what sort of event an incident is.
type Kind string

// The kinds.
const (
	Issue       Kind = "issue"
	Maintenance Kind = "maintenance"
	Notice      Kind = "notice"
)

// State is where an incident stands. Issues go from Draft towards Resolved,
// maintenances from Scheduled towards Completed.
type State string

// The states of an issue or a notice, then those of a maintenance.
const (
	Draft         State = "draft"
	Investigating State = "investigating"
	Identified    State = "identified"
	Monitoring    State = "monitoring"
	Resolved      State = "resolved"
	FalseAlarm    State = "false_alarm"
	Merged        State = "merged"

	Scheduled  State = "scheduled"
	InProgress State = "in_progress"
	Verifying  State = "verifying"
	Completed  State = "completed"
	Canceled   State = "cancelled"
)

// Incident is one disturbance or planned change with all that was said of it.
type Incident struct {
	ID       health.IncidentID
	Kind     Kind
	State    State
	Title    health.Text
	Cause    string // cause class once known, such as "configuration_change"
	Verdict  health.VerdictID
	OpenedAt time.Time
	Request  string   // the opener's idempotency key; usually empty
	Impacts  []Impact // in the order stated; a restatement names the one it replaces
	Updates  []Update // in the order published: sequence 1, 2, …
	Version  int64    // of the saved row; 0 for one never saved
}

// Impact is one statement of who was hit, how and for how long.
type Impact struct {
	ID            health.ImpactID
	Replaces      health.ImpactID // the statement this one restates; empty for a first one
	Scope         health.Scope
	Symptom       health.Symptom
	Level         health.Level
	During        health.Interval
	SharePPM      int64 // of requests hit, parts per million, 1 to 1,000,000
	Determination health.Determination
	Evidence      string      // how it is known: a verdict's id, a document
	Reason        health.Text // why it was declared so, as it is published; empty for measured ones
	StatedBy      string      // id of who stated it
	StatedAt      time.Time
	Request       string // the caller's idempotency key; usually empty
}

// Action is what an update asks of customers.
type Action string

// What customers may have to do.
const (
	ActionNone     Action = "none"
	ActionOptional Action = "optional"
	ActionRequired Action = "required"
)

// Assurance is what is known about a fear that customers have.
type Assurance string

// What can be said about a risk.
const (
	AssuranceNone          Assurance = "none" // no such risk
	AssuranceInvestigating Assurance = "under_investigation"
	AssuranceYes           Assurance = "yes" // there is a risk
)

// Assurances are what the provider says of the two risks that people ask about
// first. Empty values say nothing.
type Assurances struct {
	Security Assurance `json:"security,omitempty"`
	DataLoss Assurance `json:"data_loss,omitempty"`
}

// Update is one public message. It never changes once published.
type Update struct {
	ID          health.UpdateID
	Sequence    int // 1 for the first
	State       State
	Body        health.Text
	Fallback    health.Language // language shown where Body has none, chosen by name; usually empty
	Workaround  health.Text     // may be empty
	Action      Action          // empty where nothing was said of it, in what was told elsewhere
	ActionText  health.Text     // what to do; empty when Action is none
	Assurances  Assurances
	NextUpdate  time.Time       // promised time of the next update; zero when none is promised
	Corrects    health.UpdateID // the update this one corrects; usually empty
	PublishedAt time.Time       // world time
	PublishedBy string          // id of who published it
	Request     string          // the caller's idempotency key; usually empty
}
