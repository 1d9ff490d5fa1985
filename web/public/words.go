package public

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/catalog"
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

// uptime is the share of the measured time that was not down; a dash when nothing
// was measured.
func (v view) uptime(u board.Uptime) string {
	if !u.Known() {
		return "–"
	}
	return language.Percent(u.PPM(), 4)
}

// formula is the uptime's arithmetic in words.
func (v view) formula(r board.Record) string {
	if !r.Known() {
		return v.Say("component.unmeasured", "days", barDays)
	}
	return v.Say("component.formula",
		"days", barDays, "total", v.minutes(r.Counted), "down", v.minutes(r.Down), "uptime", v.uptime(r.Uptime),
		"n_total", inMinutes(r.Counted), "n_down", inMinutes(r.Down))
}

func inMinutes(d time.Duration) int64 { return int64(d.Round(time.Minute) / time.Minute) }

// weights says how much of the time at each level counts as down.
func (v view) weights() string {
	of := func(l health.Level) string { return wholePercent(v.b.Weights[l]) }
	return v.Say("component.weights", "major", of(health.MajorOutage), "partial", of(health.PartialOutage), "degraded", of(health.Degraded))
}

// wholePercent writes a weight without decimals where it has none.
func wholePercent(ppm int64) string {
	if ppm%10_000 == 0 {
		return language.Percent(ppm, 0)
	}
	return language.Percent(ppm, 2)
}

// apart says what of the time is neither up nor down: announced maintenance, and
// what was not measured.
func (v view) apart(u board.Uptime, maintenance, unmeasured language.Message) []string {
	var list []string
	if u.Maintenance > 0 {
		list = append(list, v.Say(maintenance, "duration", v.duration(u.Maintenance)))
	}
	if u.Unmeasured > 0 {
		list = append(list, v.Say(unmeasured, "duration", v.duration(u.Unmeasured)))
	}
	return list
}

// apartOf are the sentences below the formula.
func (v view) apartOf(r board.Record) []string {
	return v.apart(r.Uptime, "component.maintained", "component.not_measured")
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
	var list []string
	apart := v.apart(d.Uptime, "day.maintenance", "day.unmeasured")
	switch {
	case d.Down > 0:
		list = append(list, v.Say("day.down", "level", v.level(d.Level), "duration", v.minutes(d.Down)))
	case len(apart) == 0 && d.Level != health.Operational, d.Level >= health.Degraded:
		list = append(list, v.level(d.Level))
	case len(apart) == 0:
		list = append(list, v.Say("day.well"))
	}
	return strings.Join(append(list, apart...), v.Say("day.join"))
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

// monthRow is a month of a component's table.
type monthRow struct {
	board.Uptime
	month time.Time
}

// monthsOf are a component's months, newest first, from the one its region opened
// in, as far as the history goes.
func (v view) monthsOf(s health.Scope) []monthRow {
	from := v.b.FirstMonth()
	if r, ok := v.b.Plan.Region(s.Region); ok {
		if since := v.opened(r); since.After(from) {
			from = since
		}
	}
	var list []monthRow
	for _, u := range v.b.Months(s.Component(), from) {
		list = append(list, monthRow{Uptime: u, month: u.During.From.In(v.b.Zone)})
	}
	slices.Reverse(list)
	return list
}

// opened is the beginning of the day a region opened; zero when nobody knows.
func (v view) opened(r catalog.Region) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, r.Since, v.b.Zone)
	if err != nil {
		return time.Time{}
	}
	return t
}

// monthUptime is an uptime in a table, where all of the time stands out as such.
func (v view) monthUptime(u board.Uptime) string {
	if u.PPM() == whole {
		return allOrPart(whole)
	}
	return v.uptime(u)
}

// recentMonths stand in the open, older ones folded.
const recentMonths = 12

func (v view) spell(d time.Duration) string {
	if d <= 0 {
		return "–"
	}
	return v.duration(d)
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
