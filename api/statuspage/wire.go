package statuspage

import "time"

// What follows are the documents' shapes, with the fields that Statuspage has and
// in its order. Strict readers refuse any other.

type pageWire struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	URL       string `json:"url"`
	TimeZone  string `json:"time_zone"`
	UpdatedAt stamp  `json:"updated_at"`
}

type statusWire struct {
	Indicator   string `json:"indicator"`
	Description string `json:"description"`
}

type componentWire struct {
	ID                 string   `json:"id"`
	Name               string   `json:"name"`
	Status             string   `json:"status"`
	CreatedAt          stamp    `json:"created_at"`
	UpdatedAt          stamp    `json:"updated_at"`
	Position           int      `json:"position"`
	Description        *string  `json:"description"`
	Showcase           bool     `json:"showcase"`
	StartDate          *string  `json:"start_date"`
	GroupID            *string  `json:"group_id"`
	PageID             string   `json:"page_id"`
	Group              bool     `json:"group"`
	OnlyShowIfDegraded bool     `json:"only_show_if_degraded"`
	Components         []string `json:"components,omitempty"` // of groups alone, which have at least one
}

type incidentWire struct {
	ID           string          `json:"id"`
	Name         string          `json:"name"`
	Status       string          `json:"status"`
	CreatedAt    stamp           `json:"created_at"`
	UpdatedAt    stamp           `json:"updated_at"`
	MonitoringAt *stamp          `json:"monitoring_at"`
	ResolvedAt   *stamp          `json:"resolved_at"`
	Impact       string          `json:"impact"`
	Shortlink    string          `json:"shortlink"`
	StartedAt    stamp           `json:"started_at"`
	PageID       string          `json:"page_id"`
	Updates      []updateWire    `json:"incident_updates"`
	Components   []componentWire `json:"components"`
}

type maintenanceWire struct {
	incidentWire
	ScheduledFor   stamp  `json:"scheduled_for"`
	ScheduledUntil *stamp `json:"scheduled_until"` // null while no end is known
}

type updateWire struct {
	ID                   string         `json:"id"`
	Status               string         `json:"status"`
	Body                 string         `json:"body"`
	IncidentID           string         `json:"incident_id"`
	CreatedAt            stamp          `json:"created_at"`
	UpdatedAt            stamp          `json:"updated_at"`
	DisplayAt            stamp          `json:"display_at"`
	AffectedComponents   []affectedWire `json:"affected_components"` // null when none is known
	DeliverNotifications bool           `json:"deliver_notifications"`
	CustomTweet          *string        `json:"custom_tweet"`
	TweetID              *string        `json:"tweet_id"`
}

type affectedWire struct {
	Code      string `json:"code"`
	Name      string `json:"name"`
	OldStatus string `json:"old_status"`
	NewStatus string `json:"new_status"`
}

type summaryDocument struct {
	Page         pageWire          `json:"page"`
	Components   []componentWire   `json:"components"`
	Incidents    []incidentWire    `json:"incidents"`
	Maintenances []maintenanceWire `json:"scheduled_maintenances"`
	Status       statusWire        `json:"status"`
}

type statusDocument struct {
	Page   pageWire   `json:"page"`
	Status statusWire `json:"status"`
}

type componentsDocument struct {
	Page       pageWire        `json:"page"`
	Components []componentWire `json:"components"`
}

type incidentsDocument struct {
	Page      pageWire       `json:"page"`
	Incidents []incidentWire `json:"incidents"`
}

type maintenancesDocument struct {
	Page         pageWire          `json:"page"`
	Maintenances []maintenanceWire `json:"scheduled_maintenances"`
}

// stamp is a time as RFC 3339 with milliseconds, in UTC.
type stamp time.Time

// MarshalText writes the time.
func (s stamp) MarshalText() ([]byte, error) {
	return []byte(time.Time(s).UTC().Format("2006-01-02T15:04:05.000Z")), nil
}

// stampOf is a time, or null for the zero one.
func stampOf(t time.Time) *stamp {
	if t.IsZero() {
		return nil
	}
	s := stamp(t)
	return &s
}
