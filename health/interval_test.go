package health_test

import (
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// at is a minute after the disturbance of 22 November 2018 began.
func at(minute int) time.Time {
	return time.Date(2018, 11, 21, 23, 19, 0, 0, time.UTC).Add(time.Duration(minute) * time.Minute)
}

func span(from, to int) health.Interval { return health.Interval{From: at(from), To: at(to)} }

func TestIntervalsAreHalfOpen(t *testing.T) {
	t.Parallel()
	i := span(0, 84)
	if !i.Contains(at(0)) || !i.Contains(at(83)) || i.Contains(at(84)) || i.Contains(at(-1)) {
		t.Error("from is part of an interval, to is not")
	}
	if i.Open() || i.Duration() != 84*time.Minute || i.Until(at(9)) != i {
		t.Errorf("an ended interval: open %v, %v", i.Open(), i.Duration())
	}
	open := health.Interval{From: at(0)}
	if !open.Open() || open.Duration() != 0 || !open.Contains(at(1_000_000)) || open.Until(at(9)) != span(0, 9) {
		t.Errorf("an open interval: %v, until then %v", open.Duration(), open.Until(at(9)))
	}
}

func TestIntervalsOverlapWhenTheyShareAnInstant(t *testing.T) {
	t.Parallel()
	open := health.Interval{From: at(10)}
	cases := []struct {
		name string
		a, b health.Interval
		want bool
	}{
		{"one in the other", span(0, 84), span(10, 20), true},
		{"partly", span(0, 10), span(9, 20), true},
		{"end to start", span(0, 10), span(10, 20), false},
		{"apart", span(0, 10), span(11, 20), false},
		{"open and later", open, span(20, 30), true},
		{"open and earlier", open, span(0, 10), false},
		{"both open", open, health.Interval{From: at(99)}, true},
		{"empty inside", span(0, 10), span(5, 5), false},
	}
	for _, c := range cases {
		if c.a.Overlaps(c.b) != c.want || c.b.Overlaps(c.a) != c.want {
			t.Errorf("%s: %v and %v, either way round; want %v", c.name, c.a.Overlaps(c.b), c.b.Overlaps(c.a), c.want)
		}
	}
}
