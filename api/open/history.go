package open

import (
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// History is one month: what went on, and whose time was not all well.
type History struct {
	Month      string             `json:"month" example:"2018-11"`
	Zone       string             `json:"zone" example:"Asia/Seoul" doc:"Whose calendar days are meant"`
	Incidents  []IncidentRow      `json:"incidents" nullable:"false" doc:"What went on in it, planned work too, latest beginning first"`
	Days       []HistoryDay       `json:"days" nullable:"false" doc:"Its days as far as it has come, oldest first"`
	Components []ComponentFigures `json:"components" nullable:"false" doc:"Those that were down, in maintenance or not measured at some time; of all others the whole month counts and was up"`
}

// HistoryDay is one day and what went on in it.
type HistoryDay struct {
	Date      string              `json:"date" format:"date"`
	Incidents []health.IncidentID `json:"incidents" nullable:"false"`
}

// ComponentFigures are a component's figures of a month.
type ComponentFigures struct {
	Component health.ComponentID `json:"component"`
	Figures
}

func (d *Documents) history(month time.Time) History {
	whole := health.Interval{From: month, To: month.AddDate(0, 1, 0)}
	out := History{
		Month: month.Format(monthForm), Zone: d.b.Zone.String(),
		Incidents: []IncidentRow{}, Days: []HistoryDay{}, Components: []ComponentFigures{},
	}
	for _, e := range d.b.Touching(whole) {
		out.Incidents = append(out.Incidents, d.incidentRow(e))
	}
	for day := month; day.Before(whole.To) && !day.After(d.b.Now); day = day.AddDate(0, 0, 1) {
		x := HistoryDay{Date: day.Format(time.DateOnly), Incidents: []health.IncidentID{}}
		for _, e := range d.b.Touching(health.Interval{From: day, To: day.AddDate(0, 0, 1)}) {
			x.Incidents = append(x.Incidents, e.ID)
		}
		out.Days = append(out.Days, x)
	}
	for _, c := range d.b.Plan.Components {
		u := d.b.Uptime(c.ID(), whole)
		if u.Down > 0 || u.Maintenance > 0 || u.Unmeasured > 0 {
			out.Components = append(out.Components, ComponentFigures{Component: c.ID(), Figures: figuresOf(u)})
		}
	}
	return out
}
