package board_test

import (
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

// november is an EC2 that was down for 84 minutes on the 22nd, and then quiet
// until the 30th, 12:00.
func november(t *testing.T) *record {
	t.Helper()
	r := peace(t)
	r.world.Jump(kst("11-22 08:19"))
	i := r.outage(ec2(), health.MajorOutage)
	r.world.Jump(kst("11-22 09:43"))
	r.recover(i)
	r.world.Jump(kst("11-30 12:00"))
	return r
}

func month(of string) health.Interval {
	from := kst(of + "-01 00:00")
	return health.Interval{From: from, To: from.AddDate(0, 1, 0)}
}

func TestUptimeOfAMonth(t *testing.T) {
	t.Parallel()
	r := november(t)
	b := read(t, r.keeper(), r.now())
	u := b.Uptime(ec2().Component(), month("11"))
	// From the 1st, 00:00, to the 30th, 12:00, are 42,480 minutes; (42,480 − 84) ÷ 42,480 = 99.80225… %
	if u.Counted != 42_480*time.Minute || u.Down != 84*time.Minute || u.PPM() != 998_022 {
		t.Errorf("%v counted, %v down, %d ppm", u.Counted, u.Down, u.PPM())
	}
	if s := b.Uptime(s3().Component(), month("11")); s.PPM() != 1_000_000 || s.Down != 0 {
		t.Errorf("S3: %+v", s)
	}
	if later := b.Uptime(ec2().Component(), month("12")); later.Known() {
		t.Errorf("a month that has not come: %+v", later)
	}
}

func TestWeightsSayHowMuchALevelCounts(t *testing.T) {
	t.Parallel()
	r := november(t)
	k := r.keeper()
	read(t, k, r.now())
	weighing := terms()
	weighing.Weights = map[health.Level]int64{health.MajorOutage: 300_000}
	b := k.Source().Board(weighing, r.now())
	if u := b.Uptime(ec2().Component(), month("11")); u.Down != 25*time.Minute+12*time.Second {
		t.Errorf("30 %% of 84 minutes are %v", u.Down)
	}
}

func TestMaintenanceStandsApart(t *testing.T) {
	t.Parallel()
	r := november(t)
	at := kst("11-22 09:00")
	p := incident.Impact{
		Scope: ec2(), Symptom: health.Other, Level: health.Maintenance, SharePPM: 1_000_000, Determination: health.DeterminationDeclared,
		During: health.Interval{From: at, To: at.Add(time.Hour)}, Reason: both("점검", "work"),
	}
	i := r.take(incident.Open(incident.Opening{Kind: incident.Maintenance, Title: both("점검", "Work"), Impacts: []incident.Impact{p}}, "op", r.now()))
	i = r.take(i.Publish(incident.Message{State: incident.Scheduled, Body: both("점검", "Work")}, "op", r.now()))
	b := read(t, r.keeper(), r.now())
	u := b.Uptime(ec2().Component(), month("11"))
	if u.Maintenance != time.Hour || u.Down != 41*time.Minute || u.Counted != 42_480*time.Minute {
		t.Errorf("%v of maintenance, %v down: what fell into it does not count", u.Maintenance, u.Down)
	}
	r.take(i.Publish(incident.Message{State: incident.Canceled, Body: both("취소", "Called off")}, "op", r.now()))
	if u := read(t, r.keeper(), r.now()).Uptime(ec2().Component(), month("11")); u.Maintenance != 0 || u.Down != 84*time.Minute {
		t.Errorf("called off, it counts for nothing: %+v", u)
	}
}

func TestWhatNobodyMeasuredIsNeitherUpNorDown(t *testing.T) {
	t.Parallel()
	r := november(t)
	silent := func(at string, fresh bool) {
		r.say(health.ComponentFreshnessFact, "ec2-ap-northeast-2", "probe:dns", health.ComponentFreshness{Scope: ec2(), Fresh: fresh, Since: kst(at)})
	}
	silent("11-22 08:00", false) // silent also while it was declared to be down, which is known
	silent("11-22 10:00", true)
	silent("11-25 00:00", false)
	silent("11-25 12:00", true)
	b := read(t, r.keeper(), r.now())
	u := b.Uptime(ec2().Component(), month("11"))
	if want := 36*time.Minute + 12*time.Hour; u.Unmeasured != want || u.Down != 84*time.Minute || u.Counted != 42_480*time.Minute-want {
		t.Errorf("%v not measured, %v down, %v counted", u.Unmeasured, u.Down, u.Counted)
	}
	days := b.Record(ec2().Component(), 30).Days
	for _, d := range days {
		want := health.Operational
		switch d.Date.In(b.Zone).Day() {
		case 22:
			want = health.MajorOutage
		case 25:
			want = health.Unknown
		}
		if d.Level != want {
			t.Errorf("%s is %v, want %v", d.Date.In(b.Zone).Format(time.DateOnly), d.Level, want)
		}
	}
}

func TestDaysAndMonthsComeToTheWhole(t *testing.T) {
	t.Parallel()
	r := november(t)
	b := read(t, r.keeper(), r.now())
	record := b.Record(ec2().Component(), 90)
	var days board.Uptime
	for _, d := range record.Days {
		days.Counted += d.Counted
		days.Down += d.Down
	}
	if len(record.Days) != 90 || days.Counted != record.Counted || days.Down != record.Down || record.Down != 84*time.Minute {
		t.Errorf("%d days: %v counted and %v down; in one %v and %v", len(record.Days), days.Counted, days.Down, record.Counted, record.Down)
	}
	var months time.Duration
	for _, m := range b.Months(ec2().Component(), kst("09-15 00:00")) {
		months += m.Down
	}
	if months != 84*time.Minute {
		t.Errorf("months: %v down", months)
	}
}
