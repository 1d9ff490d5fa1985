package open

import (
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

// Status is how everything stands.
type Status struct {
	State
	Provider   Text         `json:"provider"`
	Invented   bool         `json:"invented" doc:"This is a replay: the provider and its customers are invented"`
	Level      health.Level `json:"level" enum:"operational,unknown,informational,maintenance,degraded,partial_outage,major_outage" doc:"The worst there is; unknown when too little is known to say better"`
	Components int          `json:"components" doc:"How many there are"`
	Counts     Counts       `json:"counts" doc:"How many components stand at each level"`
	Open       Ongoing      `json:"open" doc:"What is going on"`
	Zone       string       `json:"zone" example:"Asia/Seoul" doc:"The time zone whose days and months are meant"`
	FirstMonth string       `json:"first_month" example:"2016-11" doc:"The first month of the history"`
	Banner     *Banner      `json:"banner,omitempty" doc:"What is said above every page in an emergency; absent when nothing is"`
}

// Banner is what is said above every page.
type Banner struct {
	ID     health.BannerID `json:"id"`
	Text   Text            `json:"text"`
	SaidAt time.Time       `json:"said_at"`
}

// Counts are numbers of components by level.
type Counts struct {
	Operational   int `json:"operational"`
	Unknown       int `json:"unknown" doc:"Probed, and nothing fresh is known"`
	Informational int `json:"informational"`
	Maintenance   int `json:"maintenance"`
	Degraded      int `json:"degraded"`
	PartialOutage int `json:"partial_outage"`
	MajorOutage   int `json:"major_outage"`
}

// Ongoing are numbers of what is going on.
type Ongoing struct {
	Incidents    int `json:"incidents" doc:"Issues and notices that have not ended"`
	Maintenances int `json:"maintenances" doc:"Planned work under way"`
}

func (d *Documents) status() Status {
	b := d.b
	s := Status{
		State: d.state(), Provider: textOf(d.o.Provider), Invented: d.o.Invented, Level: b.Overall(), Components: len(b.Plan.Components),
		Counts: Counts{
			Operational: b.Count(health.Operational), Unknown: b.Count(health.Unknown), Informational: b.Count(health.Informational),
			Maintenance: b.Count(health.Maintenance), Degraded: b.Count(health.Degraded),
			PartialOutage: b.Count(health.PartialOutage), MajorOutage: b.Count(health.MajorOutage),
		},
		Open: Ongoing{Incidents: len(b.Open())}, Zone: b.Zone.String(), FirstMonth: b.FirstMonth().Format(monthForm),
	}
	if said := b.Banner; said != nil {
		s.Banner = &Banner{ID: said.ID, Text: textOf(said.Text), SaidAt: said.SaidAt}
	}
	for _, e := range b.Maintenances() {
		if !e.Over() && e.State != incident.Scheduled {
			s.Open.Maintenances++
		}
	}
	return s
}
