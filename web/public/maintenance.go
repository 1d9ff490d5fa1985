package public

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
)

// How far ahead the calendar of planned work goes, in months: so far at least, and
// no further, whatever end somebody wrote.
const (
	leastAhead = 3
	mostAhead  = 36
)

// calendarEnd is the last month of the calendar: some months ahead, or the one in
// which the last planned work ends.
func (v view) calendarEnd() time.Time {
	present := board.MonthOf(v.b.Now, v.b.Zone)
	last, end := present.AddDate(0, leastAhead, 0), present.AddDate(0, mostAhead, 0)
	for _, e := range v.b.Maintenances() {
		if m := board.MonthOf(workSpan(e).To.Add(-time.Microsecond), v.b.Zone); m.After(last) {
			last = m
		}
	}
	if last.After(end) {
		return end
	}
	return last
}

// workSpan is when planned work goes on. Work without a known end is shown where it
// begins.
func workSpan(e event) health.Interval {
	least := e.From.Add(time.Second)
	if end := e.Ends(); end.After(least) {
		return health.Interval{From: e.From, To: end}
	}
	return health.Interval{From: e.From, To: least}
}

// plannedMonth finds the calendar of a month such as "2018-11".
func (v view) plannedMonth(word string) (templ.Component, bool) {
	month, err := time.ParseInLocation(yearMonth, word, v.b.Zone)
	if err != nil || month.Format(yearMonth) != word || month.Before(v.b.FirstMonth()) || month.After(v.calendarEnd()) {
		return nil, false
	}
	return plannedPage(v, month), true
}

// comingWork is planned work that runs or is to come, the next first.
func (v view) comingWork() []event {
	list := slices.DeleteFunc(v.b.Maintenances(), func(e event) bool { return e.Over() })
	slices.Reverse(list)
	return list
}

// date is one day of the calendar.
type date struct {
	day   time.Time // its midnight
	out   bool      // of another month: it fills the week
	today bool
	work  []event // that goes on then, the earliest first
}

// firstWeekday is the first day of a week, as people of the language count.
func (v view) firstWeekday() time.Weekday {
	if v.l == health.Korean {
		return time.Sunday
	}
	return time.Monday
}

// weeks are the days of a month in whole weeks.
func (v view) weeks(month time.Time) [][]date {
	back := (int(month.Weekday()) - int(v.firstWeekday()) + 7) % 7
	work := v.workIn(health.Interval{From: month, To: month.AddDate(0, 1, 0)})
	today := board.Midnight(v.b.Now, v.b.Zone)
	var list [][]date
	for first := month.AddDate(0, 0, -back); first.Before(month.AddDate(0, 1, 0)); first = first.AddDate(0, 0, 7) {
		week := make([]date, 7)
		for i := range week {
			d := first.AddDate(0, 0, i)
			week[i] = date{day: d, out: d.Month() != month.Month(), today: d.Equal(today)}
			if !week[i].out {
				week[i].work = onDay(work, d)
			}
		}
		list = append(list, week)
	}
	return list
}

// workIn is the planned work that goes on in an interval, the earliest first.
func (v view) workIn(during health.Interval) []event {
	list := slices.DeleteFunc(v.b.Maintenances(), func(e event) bool { return !workSpan(e).Overlaps(during) })
	slices.Reverse(list)
	return list
}

func onDay(work []event, day time.Time) []event {
	during := health.Interval{From: day, To: day.AddDate(0, 0, 1)}
	return slices.DeleteFunc(slices.Clone(work), func(e event) bool { return !workSpan(e).Overlaps(during) })
}

// busyDays are the days of a month on which planned work goes on.
func busyDays(weeks [][]date) []date {
	var list []date
	for _, d := range slices.Concat(weeks...) {
		if len(d.work) > 0 {
			list = append(list, d)
		}
	}
	return list
}

// hours says when on a day planned work goes on, in the page's zone.
func (v view) hours(e event, day time.Time) string {
	span, next := workSpan(e), day.AddDate(0, 0, 1)
	from, to := span.From.In(v.b.Zone).Format("15:04"), span.To.In(v.b.Zone).Format("15:04")
	begins, ends := !span.From.Before(day), !span.To.After(next)
	if span.To.Equal(next) {
		to = "24:00"
	}
	switch {
	case e.Ends().IsZero() || begins && !ends:
		return v.Say("maintenance.from", "time", from)
	case begins:
		return from + "–" + to
	case ends:
		return v.Say("maintenance.until", "time", to)
	default:
		return v.Say("maintenance.all_day")
	}
}

// weekday names a day of the week in the head of the calendar.
func (v view) weekday(d time.Weekday) string {
	return v.Say(language.Message("weekday." + strings.ToLower(d.String()[:3])))
}

func calledOff(e event) bool { return e.State == incident.Canceled }

func dayNumber(d time.Time) string { return strconv.Itoa(d.Day()) }
