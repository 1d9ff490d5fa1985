package sla

import (
	"fmt"
	"time"
	_ "time/tzdata" // a month's ends must not depend on the machine's own zone files

	"github.com/bonghwa/bonghwa/fault"
)

// Month is a calendar month. The zero value is no month.
type Month struct {
	Year  int
	Month time.Month
}

// MonthOf is the month that t lies in, read in t's own zone.
func MonthOf(t time.Time) Month { return Month{Year: t.Year(), Month: t.Month()} }

// ParseMonth reads "2018-11".
func ParseMonth(s string) (Month, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return Month{}, fault.New(fault.Invalid, "month", fmt.Sprintf("%q is not a month", s), "write a year and a month such as 2018-11")
	}
	return MonthOf(t), nil
}

// String writes "2018-11".
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m.Year, int(m.Month)) }

// MarshalText writes "2018-11".
func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads "2018-11".
func (m *Month) UnmarshalText(b []byte) error {
	v, err := ParseMonth(string(b))
	*m = v
	return err
}

// Next is the month after.
func (m Month) Next() Month { return MonthOf(time.Date(m.Year, m.Month+1, 1, 0, 0, 0, 0, time.UTC)) }

// Compare is −1, 0 or +1 as m is before, the same as or after n.
func (m Month) Compare(n Month) int {
	return m.start(time.UTC).Compare(n.start(time.UTC))
}

// In is the month in an IANA zone. A month in which clocks change is shorter or
// longer than its days.
func (m Month) In(zone string) (Span, error) {
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		return Span{}, fault.New(fault.Invalid, "tz", fmt.Sprintf("%q is not a time zone", zone), "write an IANA name such as UTC or Asia/Seoul")
	}
	return Span{From: m.start(loc).UnixMicro(), To: m.Next().start(loc).UnixMicro()}, nil
}

func (m Month) start(loc *time.Location) time.Time {
	return time.Date(m.Year, m.Month, 1, 0, 0, 0, 0, loc)
}
