package language

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// Zones are the two zones that times are written in: the place where something
// happens or, on a page of no one place, the provider's own.
type Zones struct {
	Local *time.Location
}

// In makes the zones of a place; nil means UTC alone.
func In(local *time.Location) Zones {
	if local == nil {
		local = time.UTC
	}
	return Zones{Local: local}
}

// Seoul is Korean time, UTC+9 without daylight saving since 1988, and needs no
// zone file.
func Seoul() *time.Location { return time.FixedZone("KST", 9*60*60) }

// order gives the zone a language names first and the one it names beside it:
// Korean the local one, English UTC. Korean pages of a place abroad still name
// Korean time first.
func (z Zones) order(l health.Language, t time.Time) (first, beside time.Time) {
	if l == health.Korean {
		return t.In(Seoul()), t.UTC()
	}
	return t.UTC(), t.In(z.Local)
}

// sameClock reports whether both zones read the same, so that one is enough.
func sameClock(a, b time.Time) bool {
	_, x := a.Zone()
	_, y := b.Zone()
	return x == y
}

// Moment writes day and time in both zones: "2018년 11월 22일 08:19 KST(11월 21일
// 23:19 UTC)", "21 Nov 2018, 23:19 UTC (22 Nov, 08:19 KST)".
func (z Zones) Moment(l health.Language, t time.Time) string {
	first, beside := z.order(l, t)
	head := Day(l, first) + sep(l) + hour(first)
	if sameClock(first, beside) {
		return head
	}
	return head + gap(l) + "(" + besideDay(l, first, beside) + hour(beside) + ")"
}

// Short is Moment without the year.
func (z Zones) Short(l health.Language, t time.Time) string {
	first, beside := z.order(l, t)
	head := shortDay(l, first) + sep(l) + hour(first)
	if sameClock(first, beside) {
		return head
	}
	return head + gap(l) + "(" + besideDay(l, first, beside) + hour(beside) + ")"
}

// Hour writes the time of day in both zones, for a text whose day is known:
// "08:19 KST(23:19 UTC)", "23:19 UTC (08:19 KST)".
func (z Zones) Hour(l health.Language, t time.Time) string {
	first, beside := z.order(l, t)
	if sameClock(first, beside) {
		return hour(first)
	}
	return hour(first) + gap(l) + "(" + hour(beside) + ")"
}

// HourPlain writes the time of day in the language's first zone alone: "08:19 KST".
func (z Zones) HourPlain(l health.Language, t time.Time) string {
	first, _ := z.order(l, t)
	return hour(first)
}

// Span writes a stretch of time in both zones, the end without its day when it is
// the same: "11월 22일 08:19–09:43 KST(11월 21일 23:19–11월 22일 00:43 UTC)". An open
// span ends in a dash.
func (z Zones) Span(l health.Language, i health.Interval) string { return z.span(l, i, shortDay) }

// SpanYear is Span with the year at its beginning.
func (z Zones) SpanYear(l health.Language, i health.Interval) string { return z.span(l, i, Day) }

// dayWriter writes a day, with its year or without.
type dayWriter func(health.Language, time.Time) string

func (z Zones) span(l health.Language, i health.Interval, first dayWriter) string {
	from, fromBeside := z.order(l, i.From)
	same := sameClock(from, fromBeside)
	if i.Open() {
		head := first(l, from) + sep(l) + hour(from)
		if same {
			return head + " –"
		}
		return head + gap(l) + "(" + besideDay(l, from, fromBeside) + hour(fromBeside) + ") –"
	}
	to, toBeside := z.order(l, i.To)
	head := spanIn(l, from, to, first)
	if same {
		return head
	}
	return head + gap(l) + "(" + spanIn(l, fromBeside, toBeside, shortDay) + ")"
}

func spanIn(l health.Language, from, to time.Time, first dayWriter) string {
	tail := to.Format("15:04")
	if from.YearDay() != to.YearDay() || from.Year() != to.Year() {
		tail = shortDay(l, to) + sep(l) + tail
	}
	return first(l, from) + sep(l) + from.Format("15:04") + "–" + tail + " " + zoneName(to)
}

func besideDay(l health.Language, first, beside time.Time) string {
	if first.YearDay() == beside.YearDay() {
		return ""
	}
	return shortDay(l, beside) + sep(l)
}

func hour(t time.Time) string { return t.Format("15:04") + " " + zoneName(t) }

// zoneName is the zone's abbreviation, or UTC with an offset where the zone data
// has no letters for it.
func zoneName(t time.Time) string {
	name, offset := t.Zone()
	if name == "" || strings.ContainsAny(name[:1], "+-0123456789") {
		return fmt.Sprintf("UTC%+03d:%02d", offset/3600, max(offset, -offset)%3600/60)
	}
	return name
}

// gap stands before a remark in brackets; Korean sets them close.
func gap(l health.Language) string {
	if l == health.Korean {
		return ""
	}
	return " "
}

func sep(l health.Language) string {
	if l == health.Korean {
		return " "
	}
	return ", "
}

// Day writes the calendar day of t in its own zone: "2018년 11월 22일", "22 Nov 2018".
func Day(l health.Language, t time.Time) string {
	if l == health.Korean {
		return fmt.Sprintf("%d년 %s", t.Year(), shortDay(l, t))
	}
	return t.Format("2 Jan 2006")
}

// Weekday writes the day with its weekday: "11월 22일 목요일", "Thursday, 22 November".
func Weekday(l health.Language, t time.Time) string {
	if l == health.Korean {
		names := [...]string{"일", "월", "화", "수", "목", "금", "토"}
		return shortDay(l, t) + " " + names[t.Weekday()] + "요일"
	}
	return t.Format("Monday, 2 January")
}

// Month writes the month of t in its own zone: "2018년 11월", "November 2018".
func Month(l health.Language, t time.Time) string {
	if l == health.Korean {
		return fmt.Sprintf("%d년 %d월", t.Year(), t.Month())
	}
	return t.Format("January 2006")
}

func shortDay(l health.Language, t time.Time) string {
	if l == health.Korean {
		return fmt.Sprintf("%d월 %d일", t.Month(), t.Day())
	}
	return t.Format("2 Jan")
}

// Minutes writes a duration in whole minutes, rounded to the nearest: "84분",
// "84 minutes".
func Minutes(l health.Language, d time.Duration) string {
	return counted(l, int64(d.Round(time.Minute)/time.Minute), "분", "minute")
}

// Duration writes a duration in its two largest units: "1시간 24분", "1 hour 24
// minutes", "3일 2시간", "40초".
func Duration(l health.Language, d time.Duration) string {
	d = max(d, -d)
	var parts []string
	add := func(n int64, ko, en string) {
		if n > 0 && len(parts) < 2 {
			parts = append(parts, counted(l, n, ko, en))
		}
	}
	if d < time.Minute {
		return counted(l, int64(d.Round(time.Second)/time.Second), "초", "second")
	}
	d = d.Round(time.Minute)
	if d >= 24*time.Hour {
		d = d.Round(time.Hour)
	}
	add(int64(d/(24*time.Hour)), "일", "day")
	add(int64(d/time.Hour)%24, "시간", "hour")
	add(int64(d/time.Minute)%60, "분", "minute")
	return strings.Join(parts, " ")
}

func counted(l health.Language, n int64, ko, en string) string {
	if l == health.Korean {
		return Number(l, n) + ko
	}
	if n != 1 {
		en += "s"
	}
	return Number(l, n) + " " + en
}

// Percent writes parts per million as a percentage with the decimals given, cut
// and never rounded up: 999,999 is not 100.
func Percent(ppm int64, decimals int) string {
	whole, rest := ppm/10_000, strconv.FormatInt(10_000+ppm%10_000, 10)[1:]
	if decimals <= 0 {
		return strconv.FormatInt(whole, 10) + "%"
	}
	return strconv.FormatInt(whole, 10) + "." + rest[:min(decimals, 4)] + "%"
}
