package public

import (
	"math/bits"
	"slices"
	"strconv"
	"time"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/web/ui"
)

// share is what the components of a region were together over a period.
type share struct {
	open    bool  // the region was open in the period
	counted int64 // microseconds measured, of all components together
	down    int64 // of those, weighted by level
	lowest  health.ComponentID
	least   board.Uptime // the lowest component's; well when there is none below all
	longest time.Duration
	worst   health.ComponentID // the component that was down longest
}

// mean is the time-weighted mean over the components in parts per million, cut.
func (s share) mean() int64 {
	if s.counted <= 0 {
		return 0
	}
	up, all := uint64(max(0, s.counted-s.down)), uint64(s.counted)
	hi, lo := bits.Mul64(min(up, all), whole)
	ppm, _ := bits.Div64(hi, lo, all)
	return int64(ppm) //nolint:gosec // at most a million
}

// whole is all of the time, in parts per million.
const whole = 1_000_000

// add takes a component into the share.
func (s *share) add(id health.ComponentID, u board.Uptime) {
	s.counted += u.Counted.Microseconds()
	s.down += u.Down.Microseconds()
	if u.Known() && u.PPM() < whole && (s.lowest == "" || u.PPM() < s.least.PPM()) {
		s.lowest, s.least = id, u
	}
	if u.Down > s.longest {
		s.longest, s.worst = u.Down, id
	}
}

// period is a column of the availability tables.
type period struct {
	name   string
	during health.Interval
}

// yearPeriods are the years of the table, the present one first, back to the one
// in which the first region opened or the first event began.
func (v view) yearPeriods() []period {
	first := v.b.Now
	for _, r := range v.b.Plan.Regions {
		if since := v.opened(r); !since.IsZero() && since.Before(first) {
			first = since
		}
	}
	if n := len(v.b.Events); n > 0 && v.b.Events[n-1].From.Before(first) {
		first = v.b.Events[n-1].From
	}
	var list []period
	for y := v.b.Now.In(v.b.Zone).Year(); y >= first.In(v.b.Zone).Year(); y-- {
		list = append(list, period{name: v.Say("history.year", "year", strconv.Itoa(y)), during: v.year(y)})
	}
	return list
}

func (v view) year(y int) health.Interval {
	from := time.Date(y, time.January, 1, 0, 0, 0, 0, v.b.Zone)
	return health.Interval{From: from, To: from.AddDate(1, 0, 0)}
}

// monthPeriods are the months of the present year up to now, oldest first.
func (v view) monthPeriods() []period {
	var list []period
	now := v.b.Now.In(v.b.Zone)
	for m := time.January; m <= now.Month(); m++ {
		from := time.Date(now.Year(), m, 1, 0, 0, 0, 0, v.b.Zone)
		list = append(list, period{name: v.shortMonth(from), during: health.Interval{From: from, To: from.AddDate(0, 1, 0)}})
	}
	return list
}

// shareOf is a subject's share of a period. Components that nothing ever happened to
// were well throughout and are counted, not measured one by one.
func (v view) shareOf(of subject, during health.Interval) share {
	if of.since.After(during.From) {
		during.From = of.since
	}
	if during.To.After(v.b.Now) {
		during.To = v.b.Now
	}
	if !during.From.Before(during.To) {
		return share{}
	}
	s := share{open: true, counted: int64(of.well) * during.Duration().Microseconds()}
	for _, id := range of.eventful {
		s.add(id, v.b.Uptime(id, during))
	}
	return s
}

// beginning is when a region's record begins: the day it opened, or the year of its
// first event where that was earlier or the day is not known. What nobody knows is
// not counted from its first outage on, of which nothing good would be left.
func (v view) beginning(r catalog.Region, eventful []health.ComponentID) time.Time {
	opened, first := v.opened(r), v.b.Now
	for _, id := range eventful {
		if list := v.b.EventsOf(id); len(list) > 0 && list[len(list)-1].From.Before(first) {
			first = list[len(list)-1].From
		}
	}
	if opened.IsZero() || first.Before(opened) {
		return v.year(first.In(v.b.Zone).Year()).From
	}
	return opened
}

// eventful are the components with a history, by region.
func (v view) eventful() map[health.RegionID][]health.ComponentID {
	found := map[health.RegionID][]health.ComponentID{}
	for _, id := range v.b.Eventful() {
		if c, ok := v.b.Plan.Component(id); ok {
			found[c.Region] = append(found[c.Region], id)
		}
	}
	return found
}

// yearOf is a region's share of the present year.
func (v view) yearOf(r catalog.Region) share {
	return v.shareOf(v.regionSubject(r, v.eventful()[r.ID]), v.year(v.b.Now.In(v.b.Zone).Year()))
}

// subject is what a row of the tables is about: a region or, where there are no
// places, a service.
type subject struct {
	name, path string
	since      time.Time // when its record begins
	well       int       // of its components nothing ever happened to so many
	eventful   []health.ComponentID
}

func (v view) regionSubject(r catalog.Region, eventful []health.ComponentID) subject {
	return subject{
		name: r.Name.In(v.l), path: regionPath(r.ID), since: v.beginning(r, eventful),
		well: len(v.b.Plan.InRegion(r.ID)) - len(eventful), eventful: eventful,
	}
}

// subjects are the rows of the tables.
func (v view) subjects() []subject {
	eventful := v.eventful()
	var list []subject
	for _, r := range v.b.Plan.Places() {
		if len(v.b.Plan.InRegion(r.ID)) > 0 {
			list = append(list, v.regionSubject(r, eventful[r.ID]))
		}
	}
	only, alone := v.b.Plan.OneRegion()
	if !alone {
		return list
	}
	for _, c := range v.b.Plan.InRegion(only.ID) {
		s := subject{name: v.service(c.Service), path: componentPath(c.ID()), since: v.beginning(only, eventful[only.ID]), well: 1}
		if slices.Contains(eventful[only.ID], c.ID()) {
			s.well, s.eventful = 0, []health.ComponentID{c.ID()}
		}
		list = append(list, s)
	}
	return list
}

// shareRow is a subject over the periods of a table.
type shareRow struct {
	subject
	shares []share
}

// allWell reports whether the subject was all well in every period.
func (r shareRow) allWell() bool {
	return !slices.ContainsFunc(r.shares, func(s share) bool { return s.open && (s.mean() < whole || s.lowest != "") })
}

// shareTable is subjects by periods.
type shareTable struct {
	periods []period
	rows    []shareRow
}

func (v view) shareTable(subjects []subject, periods []period) shareTable {
	t := shareTable{periods: periods}
	for _, s := range subjects {
		row := shareRow{subject: s, shares: make([]share, 0, len(periods))}
		for _, p := range periods {
			row.shares = append(row.shares, v.shareOf(s, p.during))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// openRows is how many rows a table shows before those that were well throughout
// are folded.
const openRows = 30

// split folds the rows that were well throughout away where there are many.
func (t shareTable) split() (open, folded shareTable) {
	if len(t.rows) <= openRows {
		return t, shareTable{}
	}
	open.periods, folded.periods = t.periods, t.periods
	for _, r := range t.rows {
		if r.allWell() {
			folded.rows = append(folded.rows, r)
		} else {
			open.rows = append(open.rows, r)
		}
	}
	return open, folded
}

// worst is, of each period, the component that was down longest, and for how long.
func (t shareTable) worst() []share {
	list := make([]share, len(t.periods))
	for _, r := range t.rows {
		for i, s := range r.shares {
			if s.longest > list[i].longest {
				list[i] = s
			}
		}
	}
	return list
}

// chart shows the longest outage of any component in each period, in minutes, or in
// hours where minutes would be too many to read.
func (v view) chart(t shareTable, title string) (c ui.Chart, axis string) {
	c = ui.Chart{ID: "chart", Caption: title}
	worst, unit := t.worst(), time.Minute
	axis = v.Say("availability.axis")
	for _, s := range worst {
		if s.longest >= 1000*time.Minute {
			unit, axis = time.Hour, v.Say("availability.axis_hours")
		}
	}
	for i, s := range worst {
		n := int64(s.longest.Round(unit) / unit)
		if s.longest > 0 {
			n = max(n, 1) // what happened is never drawn as nothing
		}
		c.Columns = append(c.Columns, ui.Column{Name: t.periods[i].name, Value: n, Words: language.Number(v.l, n)})
	}
	return c, axis
}

// yearFinding says what the months of the present year come to.
func (v view) yearFinding(t shareTable) string {
	year := v.Say("history.year", "year", strconv.Itoa(v.b.Now.In(v.b.Zone).Year()))
	var most share
	bad := 0
	for _, s := range t.worst() {
		if s.longest > 0 {
			bad++
		}
		if s.longest > most.longest {
			most = s
		}
	}
	if bad == 0 {
		return v.Say("availability.finding_well", "year", year)
	}
	c, _ := v.b.Plan.Component(most.worst)
	return v.Say("availability.finding", "year", year, "n", bad, "months", len(t.periods), "place", v.within(c), "duration", v.minutes(most.longest))
}

// within writes a component as sentences do: "EC2 in Seoul".
func (v view) within(c catalog.Component) string {
	if v.placeless(c.Region) {
		return v.service(c.Service)
	}
	return v.Say("lead.subject", "service", v.service(c.Service), "region", v.region(c.Region))
}

func (s share) known() bool { return s.open && s.counted > 0 }

func (v view) meanWords(s share) string {
	if !s.known() {
		return "–"
	}
	return allOrPart(s.mean())
}

// allOrPart writes all of the time without decimals and anything less with them.
func allOrPart(ppm int64) string {
	if ppm == whole {
		return "100%"
	}
	return language.Percent(ppm, 4)
}

// lowestWords name the lowest component and its figure.
func (v view) lowestWords(s share) string {
	c, _ := v.b.Plan.Component(s.lowest)
	return v.Say("availability.lowest", "service", v.service(c.Service), "uptime", v.uptime(s.least))
}

// localZone is a region's own time: the zone's name and how far it is from UTC.
func (v view) localZone(r catalog.Region) string {
	_, offset := v.b.Now.In(r.Location()).Zone()
	sign := "+"
	if offset < 0 {
		sign, offset = "-", -offset
	}
	minutes := offset / 60
	return r.Location().String() + " (UTC" + sign + two(minutes/60) + ":" + two(minutes%60) + ")"
}

func two(n int) string { return strconv.Itoa(100 + n)[1:] }

// either says the first where there are places, and the second where there are none.
func (v view) either(places, alone language.Message, pairs ...any) string {
	if v.alone() {
		return v.Say(alone, pairs...)
	}
	return v.Say(places, pairs...)
}

func (v view) subjectWord() string { return v.either("availability.region", "grid.service") }
