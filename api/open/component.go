package open

import (
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/sla"
)

// Components are all components with how they stand.
type Components struct {
	State
	Components []ComponentRow `json:"components" nullable:"false" doc:"In the catalogue's order"`
}

// ComponentRow is how a component stands.
type ComponentRow struct {
	ID        health.ComponentID  `json:"id" example:"ec2-ap-northeast-2"`
	Service   health.ServiceID    `json:"service" example:"ec2"`
	Region    health.RegionID     `json:"region" example:"ap-northeast-2"`
	Basis     health.Basis        `json:"basis" enum:"probed,declared" doc:"How its level is known: it is watched, or people say so"`
	Level     health.Level        `json:"level" enum:"operational,unknown,informational,maintenance,degraded,partial_outage,major_outage"`
	Since     time.Time           `json:"since,omitzero" doc:"When it came to stand so; absent where nothing is recorded"`
	Incidents []health.IncidentID `json:"incidents" nullable:"false" doc:"What touches it and has not ended, latest beginning first"`
}

// Component is a component with its last days and its months.
type Component struct {
	State
	ComponentRow
	ServiceName Text   `json:"service_name"`
	RegionName  Text   `json:"region_name"`
	Uptime      Uptime `json:"uptime"`
}

// Uptime is what a component's time was, and how that was reckoned.
type Uptime struct {
	Zone    string   `json:"zone" example:"Asia/Seoul" doc:"Whose calendar days and months are meant"`
	Formula string   `json:"formula"`
	Weights []Weight `json:"weights" nullable:"false" doc:"How much of the time at a level counts as down. A level that is not here does not count"`
	Window  Figures  `json:"window" doc:"All the days together"`
	Days    []Day    `json:"days" nullable:"false" doc:"The last 90 days, today included, oldest first"`
	Months  []Month  `json:"months" nullable:"false" doc:"From two years back, or further if something happened before, to the present one"`
}

// formula says what ppm is, in the fields' own names.
const formula = "ppm = floor((counted_s - down_s) * 1000000 / counted_s), where down_s is the time at each level by its weight, " +
	"as declared, or as measured where nothing was declared; overlaps count once, at the higher weight; maintenance_s and unmeasured_s are never down"

// Weight is how much of the time at a level counts as down.
type Weight struct {
	Level health.Level `json:"level" enum:"informational,maintenance,degraded,partial_outage,major_outage"`
	PPM   int64        `json:"ppm" minimum:"0" maximum:"1000000" doc:"Parts per million"`
}

// Figures are what a stretch of time was, as far as it has come.
type Figures struct {
	From         time.Time `json:"from"`
	To           time.Time `json:"to" doc:"The first instant after it; of the present day and month, now"`
	CountedS     float64   `json:"counted_s" minimum:"0" doc:"Seconds that count, to the microsecond: all but those that were not measured"`
	DownS        float64   `json:"down_s" minimum:"0" doc:"Seconds down of these, each level by its weight, rounded up to a microsecond"`
	MaintenanceS float64   `json:"maintenance_s" minimum:"0" doc:"Seconds of planned work, which is not down"`
	UnmeasuredS  float64   `json:"unmeasured_s" minimum:"0" doc:"Seconds in which it should have been measured and was not"`
	PPM          *int64    `json:"ppm,omitempty" minimum:"0" maximum:"1000000" doc:"Uptime in parts per million, cut, so that only all is 1000000; absent when nothing was measured"`
	Fraction     string    `json:"fraction,omitempty" example:"128736/128820" doc:"The same exactly, in lowest terms; absent when nothing was measured"`
}

// Day is one calendar day.
type Day struct {
	Date  string       `json:"date" format:"date"`
	Level health.Level `json:"level" enum:"operational,unknown,informational,maintenance,degraded,partial_outage,major_outage" doc:"The worst of the day"`
	Figures
}

// Month is one calendar month.
type Month struct {
	Month string `json:"month" example:"2018-11"`
	Figures
}

func (d *Documents) components() Components {
	out := Components{State: d.state(), Components: []ComponentRow{}}
	for _, c := range d.b.Plan.Components {
		out.Components = append(out.Components, d.componentRow(c))
	}
	return out
}

func (d *Documents) componentRow(c catalog.Component) ComponentRow {
	row := ComponentRow{
		ID: c.ID(), Service: c.Service, Region: c.Region, Basis: c.Basis, Level: d.b.Level(c.ID()), Since: d.b.Since(c.ID()),
		Incidents: []health.IncidentID{},
	}
	for _, e := range d.b.EventsOf(c.ID()) {
		if !e.Over() {
			row.Incidents = append(row.Incidents, e.ID)
		}
	}
	return row
}

// recordDays is how many days a component's record has, as on its page.
const recordDays = 90

func (d *Documents) component(c catalog.Component) Component {
	b := d.b
	record := b.Record(c.ID(), recordDays)
	u := Uptime{Zone: b.Zone.String(), Formula: formula, Weights: d.weights(), Window: figuresOf(record.Uptime)}
	for _, day := range record.Days {
		u.Days = append(u.Days, Day{Date: day.Date.Format(time.DateOnly), Level: day.Level, Figures: figuresOf(day.Uptime)})
	}
	for _, month := range b.Months(c.ID(), d.firstMonth(c)) {
		u.Months = append(u.Months, Month{Month: month.During.From.In(b.Zone).Format(monthForm), Figures: figuresOf(month)})
	}
	out := Component{State: d.state(), ComponentRow: d.componentRow(c), Uptime: u}
	if s, ok := b.Plan.Service(c.Service); ok {
		out.ServiceName = textOf(s.Name)
	}
	if r, ok := b.Plan.Region(c.Region); ok {
		out.RegionName = textOf(r.Name)
	}
	return out
}

// firstMonth is the history's first month, or the one in which the component's
// region opened.
func (d *Documents) firstMonth(c catalog.Component) time.Time {
	first := d.b.FirstMonth()
	r, _ := d.b.Plan.Region(c.Region)
	opened, err := time.ParseInLocation(time.DateOnly, r.Since, d.b.Zone)
	if err == nil && opened.After(first) && !opened.After(d.b.Now) {
		return opened
	}
	return first
}

func (d *Documents) weights() []Weight {
	out := []Weight{}
	for _, l := range slices.Backward(health.Levels()) {
		if ppm, ok := d.b.Weights[l]; ok {
			out = append(out, Weight{Level: l, PPM: ppm})
		}
	}
	return out
}

func figuresOf(u board.Uptime) Figures {
	f := Figures{
		From: u.During.From.UTC(), To: u.During.To.UTC(), CountedS: seconds(u.Counted), DownS: seconds(u.Down),
		MaintenanceS: seconds(u.Maintenance), UnmeasuredS: seconds(u.Unmeasured),
	}
	if u.Known() {
		ppm := u.PPM()
		f.PPM, f.Fraction = &ppm, sla.NewFraction((u.Counted-u.Down).Microseconds(), u.Counted.Microseconds()).String()
	}
	return f
}

// seconds are exact when written: some centuries of microseconds have fewer digits
// than a float64 keeps.
func seconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1_000_000 }
