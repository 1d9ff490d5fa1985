package history

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// stamp is a time as a feed's text tells it: to the minute, mostly without a year.
type stamp struct {
	year      int // 0: not told
	month     time.Month
	day       int
	hour, min int
	zone      string // as written, such as "UTC"
}

// parseStamp reads "Aug 21, 00:37 UTC" or "Aug 21, 2026 - 00:37 UTC".
func parseStamp(text string) (stamp, bool) {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '\t' || r == '\u00a0' })
	words = slices.DeleteFunc(words, func(w string) bool { return w == "-" || w == "–" || w == "at" })
	if len(words) < 4 || len(words) > 5 {
		return stamp{}, false
	}
	s := stamp{zone: words[len(words)-1]}
	if len(words) == 5 {
		year, ok := number(words[2], 1000, 9999)
		if !ok {
			return stamp{}, false
		}
		s.year = year
	}
	var okMonth, okDay, okTime bool
	s.month, okMonth = month(words[0])
	s.day, okDay = number(words[1], 1, 31)
	s.hour, s.min, okTime = hourOf(words[len(words)-2])
	return s, okMonth && okDay && okTime
}

// number reads a whole number between two bounds.
func number(word string, least, most int) (int, bool) {
	n, err := strconv.Atoi(word)
	return n, err == nil && n >= least && n <= most
}

// month reads an English name of a month or its first three letters.
func month(word string) (time.Month, bool) {
	for m := time.January; m <= time.December; m++ {
		if strings.EqualFold(word, m.String()) || strings.EqualFold(strings.TrimSuffix(word, "."), m.String()[:3]) {
			return m, true
		}
	}
	return 0, false
}

// hourOf reads "00:37".
func hourOf(word string) (hour, minute int, ok bool) {
	h, m, cut := strings.Cut(word, ":")
	hour, okHour := number(h, 0, 23)
	minute, okMinute := number(m, 0, 59)
	return hour, minute, cut && okHour && okMinute
}

// in is the stamp's instant in a year; false where the year lacks the day.
func (s stamp) in(year int, offset time.Duration) (time.Time, bool) {
	if s.year != 0 {
		year = s.year
	}
	t := time.Date(year, s.month, s.day, s.hour, s.min, 0, 0, time.UTC)
	return t.Add(-offset), t.Month() == s.month && t.Day() == s.day
}

// longestYears is how many years there may be between two 29ths of February.
const longestYears = 8

// slack is how far a page's order of messages may be off.
const slack = 24 * time.Hour

// upTo is the last instant of the stamp that is not after a time.
func (s stamp) upTo(latest time.Time, offset time.Duration) (time.Time, bool) {
	for year := latest.Year() + 1; year >= latest.Year()-longestYears; year-- {
		if t, ok := s.in(year, offset); ok && !t.After(latest) {
			return t, true
		}
	}
	return time.Time{}, false
}

// since is the first instant of the stamp that is not before a time.
func (s stamp) since(earliest time.Time, offset time.Duration) (time.Time, bool) {
	for year := earliest.Year() - 1; year <= earliest.Year()+longestYears; year++ {
		if t, ok := s.in(year, offset); ok && !t.Before(earliest) {
			return t, true
		}
	}
	return time.Time{}, false
}

// dated is a stamp with its offset.
type dated struct {
	stamp
	offset time.Duration
}

// anchors are the two times that a feed's entry tells in full. Pages put the time
// of the first or of the last message into published, and into updated that of the
// last change of any text, which may be much later.
type anchors struct{ published, updated time.Time }

// doubtful is how far from every message published may lie before the year is told
// to be inferred.
const doubtful = 31 * 24 * time.Hour

// years finds the instants of stamps, newest first: each is the last one that is not
// after the newer one, and the year of the newest is the one that brings any of them
// nearest to published without passing updated. doubt says that even so published
// is far from all of them.
func (a anchors) years(stamps []dated) (times []time.Time, doubt, ok bool) {
	if a.published.IsZero() {
		a.published = a.updated
	}
	if a.published.IsZero() || len(stamps) == 0 {
		return nil, false, false
	}
	latest := a.published
	if a.updated.After(latest) {
		latest = a.updated
	}
	best := time.Duration(-1)
	for year := a.published.Year() - 1; year <= latest.Year()+1; year++ {
		chain, far, found := a.chain(stamps, year)
		if !found || chain[0].After(latest.Add(slack)) {
			continue
		}
		if best < 0 || far <= best {
			times, best = chain, far
		}
	}
	return times, best > doubtful, best >= 0
}

// chain is the stamps' instants when the newest is of a year, and how far the
// nearest of them is from published.
func (a anchors) chain(stamps []dated, year int) (times []time.Time, far time.Duration, ok bool) {
	t, ok := stamps[0].in(year, stamps[0].offset)
	if !ok {
		return nil, 0, false
	}
	times = append(times, t)
	for _, s := range stamps[1:] {
		if t, ok = s.upTo(t.Add(slack), s.offset); !ok {
			return nil, 0, false
		}
		times = append(times, t)
	}
	near := slices.MinFunc(times, func(x, y time.Time) int {
		return cmp.Compare(x.Sub(a.published).Abs(), y.Sub(a.published).Abs())
	})
	return times, near.Sub(a.published).Abs(), true
}

// zone is what an abbreviation of a time zone means.
type zone struct {
	offset time.Duration // east of Greenwich
	sure   bool          // it has one meaning, or was told
}

// zoneOf reads an abbreviation: one that was told, one that is certain, one with a
// usual meaning, or digits such as +09 and -0330. Those with several usual meanings
// (CST, IST and others) are not known.
func zoneOf(word string, told map[string]time.Duration) (zone, bool) {
	word = strings.ToUpper(word)
	for name, offset := range told {
		if strings.EqualFold(name, word) {
			return zone{offset, true}, true
		}
	}
	switch word {
	case "UTC", "GMT", "Z":
		return zone{0, true}, true
	}
	if offset, err := ParseOffset(word); err == nil {
		return zone{offset, true}, true
	}
	minutes, ok := usualZones()[word]
	return zone{time.Duration(minutes) * time.Minute, false}, ok
}

// usualZones are abbreviations with one usual meaning, in minutes east of Greenwich.
func usualZones() map[string]int {
	return map[string]int{
		"WET": 0, "WEST": 60, "BST": 60, "CET": 60, "CEST": 120, "EET": 120, "EEST": 180, "MSK": 180,
		"SAST": 120, "EAT": 180, "GST": 240, "PKT": 300, "WIB": 420, "HKT": 480, "SGT": 480, "AWST": 480,
		"KST": 540, "JST": 540, "ACST": 570, "AEST": 600, "ACDT": 630, "AEDT": 660, "NZST": 720, "NZDT": 780,
		"EST": -300, "EDT": -240, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
		"AKST": -540, "AKDT": -480, "HST": -600, "NST": -210, "NDT": -150, "BRT": -180, "ART": -180,
	}
}

// ParseOffset reads how far east of Greenwich a zone is: "+09:00", "-0330", "+08".
func ParseOffset(word string) (time.Duration, error) {
	for _, form := range []string{"-07:00", "-0700", "-07"} {
		if t, err := time.Parse(form, word); err == nil {
			_, seconds := t.Zone()
			return time.Duration(seconds) * time.Second, nil
		}
	}
	return 0, fmt.Errorf("%q is no offset from UTC", word)
}
