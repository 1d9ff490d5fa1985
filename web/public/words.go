package public

import (
	"slices"
	"strconv"
	"time"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/postevent"
	"github.com/bonghwa/bonghwa/web/ui"
)

func (v view) kind(e event) string { return v.Say(language.Message("kind." + string(e.Kind))) }

func (v view) determination(d health.Determination) string {
	return v.Say(language.Message("determination." + string(d)))
}

func (v view) body(u incident.Update) text {
	words, fell := u.BodyIn(v.l)
	return v.text(words, fell, u)
}

func (v view) workaround(u incident.Update) text {
	words, fell := u.WorkaroundIn(v.l)
	return v.text(words, fell, u)
}

func (v view) action(u incident.Update) text {
	words, fell := u.ActionIn(v.l)
	return v.text(words, fell, u)
}

// lastedWords is how long an incident lasted, has lasted so far, or will last.
func (v view) lastedWords(e event) string {
	switch {
	case e.From.After(v.b.Now) && e.Ends().After(e.From):
		return v.Say("event.will_last", "duration", v.duration(e.Ends().Sub(e.From)))
	case e.From.After(v.b.Now):
		return v.Say("event.not_begun")
	case e.To.IsZero():
		return v.Say("event.so_far", "duration", v.duration(v.b.Now.Sub(e.From)))
	default:
		return v.duration(e.To.Sub(e.From))
	}
}

// anchor is an update's id on a page. The first screen shows several incidents, so
// there the incident's id is part of it.
func anchor(e event, u incident.Update, heading int) string {
	id := "u" + strconv.Itoa(u.Sequence)
	if heading != 3 {
		return string(e.ID) + "-" + id
	}
	return id
}

func startOf(list []incident.Update) string {
	if len(list) == 0 {
		return "1"
	}
	return strconv.Itoa(list[0].Sequence)
}

// barDays is how many days the bars show, today included.
const barDays = 90

func percent(ppm int64) string { return language.Percent(ppm, 1) }

func (v view) foldWords(services, regions int) string {
	if services == len(v.b.Plan.Offered()) {
		return v.Say("grid.fold_all", "components", len(v.b.Plan.Components), "services", services, "regions", regions)
	}
	return v.Say("grid.fold", "services", services, "regions", regions)
}

func (v view) basis(s health.Scope) string {
	c, ok := v.b.Plan.Component(s.Component())
	switch {
	case ok && c.Basis == health.Probed && v.b.Level(c.ID()) == health.Unknown:
		return v.Say("basis.silent")
	case ok && c.Basis == health.Probed:
		return v.Say("basis.probed")
	default:
		return v.Say("basis.declared")
	}
}

func (v view) uptime(r board.Record) string { return language.Percent(r.PPM(), 4) }

// formula is the uptime's arithmetic in words.
func (v view) formula(r board.Record) string {
	return v.Say("component.formula",
		"days", barDays, "total", v.minutes(r.Counted), "down", v.minutes(r.Down), "uptime", v.uptime(r),
		"n_total", int64(r.Counted.Round(time.Minute)/time.Minute), "n_down", int64(r.Down.Round(time.Minute)/time.Minute))
}

func (v view) calendar(r board.Record) ui.Calendar {
	c := ui.Calendar{Voice: v.Voice, Action: v.Link("/day"), Caption: v.finding(r)}
	for i, d := range r.Days {
		x := ui.Day{
			Date: d.Date.Format(time.DateOnly), Name: language.Weekday(v.l, d.Date),
			Num: strconv.Itoa(d.Date.Day()), Level: d.Level, Words: v.dayWords(d),
		}
		if i == 0 || d.Date.Day() == 1 {
			x.Month = v.shortMonth(d.Date)
		}
		c.Days = append(c.Days, x)
	}
	return c
}

func (v view) shortMonth(t time.Time) string {
	if v.l == health.Korean {
		return strconv.Itoa(int(t.Month())) + "월"
	}
	return t.Format("Jan")
}

func (v view) dayWords(d board.Day) string {
	switch {
	case d.Down > 0:
		return v.Say("day.down", "level", v.level(d.Level), "duration", v.minutes(d.Down))
	case d.Level != health.Operational:
		return v.level(d.Level)
	default:
		return v.Say("day.well")
	}
}

// finding says what the bars show.
func (v view) finding(r board.Record) string {
	bad := 0
	for _, d := range r.Days {
		if d.Down > 0 {
			bad++
		}
	}
	from, to := r.Days[0].Date, r.Days[len(r.Days)-1].Date
	if bad == 0 {
		return v.Say("component.finding_well", "from", language.Day(v.l, from), "to", language.Day(v.l, to), "zone", v.zoneWords())
	}
	return v.Say("component.finding", "n", bad, "days", barDays, "duration", v.minutes(r.Down),
		"from", language.Day(v.l, from), "to", language.Day(v.l, to), "zone", v.zoneWords())
}

// monthCount is a month and how many incidents went on in it.
type monthCount struct {
	month time.Time
	count int
}

type yearOf struct {
	name   string
	months []monthCount
}

// years lists the months of the history, newest first.
func (v view) years() []yearOf {
	var list []yearOf
	first := v.b.FirstMonth()
	for m := board.MonthOf(v.b.Now, v.b.Zone); !m.Before(first); m = m.AddDate(0, -1, 0) {
		name := v.Say("history.year", "year", strconv.Itoa(m.Year()))
		if len(list) == 0 || list[len(list)-1].name != name {
			list = append(list, yearOf{name: name})
		}
		y := &list[len(list)-1]
		y.months = append(y.months, monthCount{month: m, count: v.countIn(m)})
	}
	return list
}

func (v view) countIn(month time.Time) int {
	return len(v.b.Touching(health.Interval{From: month, To: month.AddDate(0, 1, 0)}))
}

func (v view) monthWords(n int) string {
	if n == 0 {
		return v.Say("month.nothing")
	}
	return v.Say("history.count", "n", n)
}

// daysOf lists the days of a month up to now, newest first.
func (v view) daysOf(month time.Time) []time.Time {
	var list []time.Time
	for d := month; d.Month() == month.Month() && !d.After(v.b.Now); d = d.AddDate(0, 0, 1) {
		list = append(list, d)
	}
	slices.Reverse(list)
	return list
}

// moment names a moment of a summary's timeline.
func (v view) moment(m postevent.Moment) string {
	if m.Kind == postevent.Told {
		return v.Say("moment.told", "state", v.state(m.State))
	}
	return v.Say(language.Message("moment." + string(m.Kind)))
}

// zonesFor are the zones that a summary's times are told in.
func (v view) zonesFor(s postevent.Summary) language.Zones {
	if e, ok := v.b.Event(s.Incident); ok {
		return v.zonesOf(e)
	}
	return v.Zones()
}

// zoneWords names the zone that the days are in.
func (v view) zoneWords() string {
	if name, offset := v.b.Now.In(v.b.Zone).Zone(); name == "KST" && offset == 9*60*60 {
		return v.Say("zone.name")
	}
	return v.b.Zone.String()
}
