package health

import "time"

// FactType names what a fact says. A fact's payload is the struct of the same
// name, as JSON, at the version the fact carries. Payloads hold ids, never
// addresses or names of people, so that the journal can be kept for ever.
type FactType string

// The facts that cross rooms, all at version 1.
const (
	CatalogAppliedFact     FactType = "catalog.applied"
	AudienceImportedFact   FactType = "audience.imported"
	VerdictRaisedFact      FactType = "probe.verdict_raised"
	VerdictClearedFact     FactType = "probe.verdict_cleared"
	IncidentOpenedFact     FactType = "incident.opened"
	ImpactStatedFact       FactType = "incident.impact_stated"
	IncidentChangedFact    FactType = "incident.changed"
	UpdatePublishedFact    FactType = "incident.update_published"
	SummaryPublishedFact   FactType = "postevent.published"
	CreditRunPlannedFact   FactType = "credit.planned"
	CreditRunPostedFact    FactType = "credit.posted"
	CreditRunAppliedFact   FactType = "credit.applied"
	ComponentFreshnessFact FactType = "probe.freshness"
	HistoryImportedFact    FactType = "history.imported"
	BannerSaidFact         FactType = "page.banner_said"
)

// CatalogApplied says that a new revision of the catalogue is in force.
type CatalogApplied struct {
	Revision int64  `json:"revision"`
	Hash     string `json:"hash"` // SHA-256 of its canonical form, hex
}

// AudienceImported says that organizations, accounts, contacts or resources
// were imported.
type AudienceImported struct {
	Kind    string `json:"kind"` // organizations, accounts, contacts, resources
	Rows    int    `json:"rows"`
	Skipped int    `json:"skipped"`
}

// VerdictRaised says that a quorum of vantages sees a check failing.
type VerdictRaised struct {
	Verdict  VerdictID   `json:"verdict"`
	Check    CheckID     `json:"check"`
	Scope    Scope       `json:"scope"`
	Symptom  Symptom     `json:"symptom"`
	From     time.Time   `json:"from"`  // start of the earliest excursion in the quorum
	Share    float64     `json:"share"` // of probes failed since From, (0..1]
	Level    Level       `json:"level"`
	Vantages []VantageID `json:"vantages"` // the quorum, sorted
}

// VerdictCleared says that the check answers again; the figures are those of
// the whole span.
type VerdictCleared struct {
	Verdict VerdictID `json:"verdict"`
	Check   CheckID   `json:"check"`
	Scope   Scope     `json:"scope"`
	Symptom Symptom   `json:"symptom"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"` // the last failed sample
	Share   float64   `json:"share"`
	Level   Level     `json:"level"`
	Probes  int       `json:"probes"`
	Failed  int       `json:"failed"`
}

// ComponentFreshness says that a probed component's data went stale or came
// back.
type ComponentFreshness struct {
	Scope Scope     `json:"scope"`
	Fresh bool      `json:"fresh"`
	Since time.Time `json:"since,omitzero"` // world time; zero: since the fact
}

// IncidentOpened says that an incident exists, as a draft or already public.
type IncidentOpened struct {
	Incident IncidentID `json:"incident"`
	Kind     string     `json:"kind"`
	Verdict  VerdictID  `json:"verdict,omitempty"` // when the probes opened it
}

// ImpactStated says that an impact was stated or restated.
type ImpactStated struct {
	Incident IncidentID `json:"incident"`
	Impact   ImpactID   `json:"impact"`
}

// IncidentChanged says that an incident's state changed without a public
// message: a false alarm, a merge.
type IncidentChanged struct {
	Incident IncidentID `json:"incident"`
	From     string     `json:"from"`
	To       string     `json:"to"`
}

// UpdatePublished says that a public message is out. Delays of telling people
// are counted from this fact.
type UpdatePublished struct {
	Incident IncidentID `json:"incident"`
	Update   UpdateID   `json:"update"`
	Sequence int        `json:"sequence"` // 1 for the incident's first update
	State    string     `json:"state"`
}

// HistoryImported says that an incident, or more of one, came in from what was
// told elsewhere in the past. Whoever it concerned was told then, so nobody is
// told of this fact.
type HistoryImported struct {
	Incident IncidentID `json:"incident"`
	Updates  []UpdateID `json:"updates,omitempty"` // those that came in, in their order
	Impacts  []ImpactID `json:"impacts,omitempty"` // likewise
}

// SummaryPublished says that a post-event summary is out.
type SummaryPublished struct {
	Summary  SummaryID  `json:"summary"`
	Incident IncidentID `json:"incident"`
}

// CreditRun says what became of a credit run: planned, posted to the ledger or
// applied to bills.
type CreditRun struct {
	Run CreditRunID `json:"run"`
}

// BannerSaid says that the emergency banner was set or, without a text, taken
// back: perhaps some time ago, while there was no journal to say it in. It is kept
// whole and with its signature, since nothing else proves what was said.
type BannerSaid struct {
	ID        BannerID  `json:"id"`
	Text      Text      `json:"text,omitempty"`
	SaidAt    time.Time `json:"said_at"`
	By        string    `json:"by"` // as the system of the machine calls them
	Signature string    `json:"signature"`
}
