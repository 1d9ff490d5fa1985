package public

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

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
	case e.from.After(v.now) && plannedEnd(e).After(e.from):
		return v.Say("event.will_last", "duration", v.duration(plannedEnd(e).Sub(e.from)))
	case e.from.After(v.now):
		return v.Say("event.not_begun")
	case e.to.IsZero():
		return v.Say("event.so_far", "duration", v.duration(v.now.Sub(e.from)))
	default:
		return v.duration(e.to.Sub(e.from))
	}
}

// plannedEnd is when the event ended or, for planned work, is to end.
func plannedEnd(e event) time.Time {
	if e.Kind == incident.Maintenance && e.to.IsZero() {
		return e.lastEnd(time.Time{})
	}
	return e.to
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

func percent(ppm int64) string { return language.Percent(ppm, 1) }

func (v view) foldWords(services, regions int) string {
	if services == len(v.catalog.Services) {
		return v.Say("grid.fold_all", "components", len(v.components), "services", services, "regions", regions)
	}
	return v.Say("grid.fold", "services", services, "regions", regions)
}

func (v view) basis(s health.Scope) string {
	c, ok := v.catalog.Component(s.Service, s.Region)
	switch {
	case ok && c.Basis == health.Probed && v.levels[c.ID()] == health.Unknown:
		return v.Say("basis.silent")
	case ok && c.Basis == health.Probed:
		return v.Say("basis.probed")
	default:
		return v.Say("basis.declared")
	}
}

func (v view) uptime(r record) string { return language.Percent(r.ppm(), 4) }

// formula is the uptime's arithmetic in words.
func (v view) formula(r record) string {
	return v.Say("component.formula",
		"days", barDays, "total", v.minutes(r.total), "down", v.minutes(r.down), "uptime", v.uptime(r),
		"n_total", int64(r.total.Round(time.Minute)/time.Minute), "n_down", int64(r.down.Round(time.Minute)/time.Minute))
}

func (v view) calendar(r record) ui.Calendar {
	c := ui.Calendar{Voice: v.Voice, Action: v.Link("/history"), Caption: v.finding(r)}
	for i, d := range r.days {
		x := ui.Day{
			Date: d.date.Format(time.DateOnly), Name: language.Weekday(v.l, d.date),
			Num: strconv.Itoa(d.date.Day()), Level: d.level, Words: v.dayWords(d),
		}
		if i == 0 || d.date.Day() == 1 {
			x.Month = v.shortMonth(d.date)
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

func (v view) dayWords(d day) string {
	switch {
	case d.down > 0:
		return v.Say("day.down", "level", v.level(d.level), "duration", v.minutes(d.down))
	case d.level != health.Operational:
		return v.level(d.level)
	default:
		return v.Say("day.well")
	}
}

// finding says what the bars show.
func (v view) finding(r record) string {
	bad := 0
	for _, d := range r.days {
		if d.down > 0 {
			bad++
		}
	}
	from, to := r.days[0].date, r.days[len(r.days)-1].date
	if bad == 0 {
		return v.Say("component.finding_well", "from", language.Day(v.l, from), "to", language.Day(v.l, to), "zone", v.zoneWords())
	}
	return v.Say("component.finding", "n", bad, "days", barDays, "duration", v.minutes(r.down),
		"from", language.Day(v.l, from), "to", language.Day(v.l, to), "zone", v.zoneWords())
}

func (v view) eventsOf(c health.ComponentID) []event {
	var list []event
	for _, n := range v.byScope[c] {
		list = append(list, v.events[n])
	}
	return list
}

func (v view) summaryList() []postevent.Summary {
	list := make([]postevent.Summary, 0, len(v.published))
	for _, s := range v.published {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b postevent.Summary) int {
		return cmp.Or(b.PublishedAt.Compare(a.PublishedAt), cmp.Compare(a.ID, b.ID))
	})
	return list
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
	first := v.firstMonth()
	for m := monthOf(v.now, v.site.Zone); !m.Before(first); m = m.AddDate(0, -1, 0) {
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
	n := 0
	during := health.Interval{From: month, To: month.AddDate(0, 1, 0)}
	for _, e := range v.events {
		if e.from.After(v.now) {
			continue
		}
		span := health.Interval{From: e.from, To: e.to}.Until(later(v.now, e.from.Add(time.Second)))
		if !span.To.After(span.From) {
			span.To = span.From.Add(time.Second)
		}
		if span.Overlaps(during) {
			n++
		}
	}
	return n
}

func (v view) monthWords(n int) string {
	if n == 0 {
		return v.Say("month.nothing")
	}
	return v.Say("history.count", "n", n)
}

// daysOf lists the days of a month up to now, newest first.
func (m *model) daysOf(month time.Time) []time.Time {
	var list []time.Time
	for d := month; d.Month() == month.Month() && !d.After(m.now); d = d.AddDate(0, 0, 1) {
		list = append(list, d)
	}
	slices.Reverse(list)
	return list
}

// dayTarget is where a day chosen on the bars is shown: its place on its month's
// page.
func dayTarget(l health.Language, word string) (string, error) {
	d, err := time.Parse(time.DateOnly, word)
	if err != nil {
		return "", fmt.Errorf("read day: %w", err)
	}
	return ui.Link(l, monthPath(d)) + "#d-" + d.Format(time.DateOnly), nil
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
	if n, ok := v.byID[s.Incident]; ok {
		return v.zonesOf(v.events[n])
	}
	return v.Zones()
}

// zoneWords names the zone that the days are in.
func (v view) zoneWords() string {
	if name, offset := v.now.In(v.site.Zone).Zone(); name == "KST" && offset == 9*60*60 {
		return v.Say("zone.name")
	}
	return v.site.Zone.String()
}
