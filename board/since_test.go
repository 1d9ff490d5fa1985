package board_test

import (
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/board/boardtest"
	"github.com/bonghwa/bonghwa/health"
)

func TestSinceWhenAComponentStandsAsItDoes(t *testing.T) {
	t.Parallel()
	ec2, s3 := boardtest.EC2().Component(), boardtest.S3().Component()
	silent := boardtest.Peace()
	silent.Fresh["dns"] = false
	silent.Silences = map[health.CheckID][]health.Interval{"dns": {{From: boardtest.KST("11-22 07:00")}}}
	heard := boardtest.Peace()
	heard.Silences = map[health.CheckID][]health.Interval{"dns": {{From: boardtest.KST("11-22 07:00"), To: boardtest.KST("11-22 07:30")}}}
	old := boardtest.Peace()
	old.Read = boardtest.KST("11-22 07:45")
	never := boardtest.Peace()
	never.Fresh = nil
	granted := boardtest.After()
	granted.Incidents[0].Impacts[3].Determination = health.DeterminationGoodwill
	for name, c := range map[string]struct {
		world *boardtest.World
		id    health.ComponentID
		level health.Level
		since time.Time
	}{
		"in peace":       {boardtest.Peace(), ec2, health.Operational, time.Time{}},
		"in an outage":   {boardtest.During(), ec2, health.MajorOutage, boardtest.KST("11-22 08:19")},
		"beside it":      {boardtest.During(), s3, health.Operational, time.Time{}},
		"after it":       {boardtest.After(), ec2, health.Operational, boardtest.KST("11-22 09:43")},
		"granted":        {granted, ec2, health.Operational, boardtest.KST("11-22 08:19").Add(83*time.Minute + 20*time.Second)},
		"silent":         {silent, ec2, health.Unknown, boardtest.KST("11-22 07:00")},
		"heard again":    {heard, ec2, health.Operational, boardtest.KST("11-22 07:30")},
		"on an old page": {old, ec2, health.Unknown, boardtest.KST("11-22 07:45")},
		"never measured": {never, ec2, health.Unknown, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := c.world.Board(t)
			if level, since := b.Level(c.id), b.Since(c.id); level != c.level || !since.Equal(c.since) {
				t.Errorf("%s since %v, want %s since %v", level, since, c.level, c.since)
			}
		})
	}
}

func TestOverallIsNeverBetterThanWhatIsKnown(t *testing.T) {
	t.Parallel()
	old := boardtest.Peace()
	old.Catalog.Components[0].Basis = health.Declared
	old.Read = boardtest.KST("11-22 07:00")
	noticed := boardtest.During()
	noticed.Incidents[0].Impacts = nil
	empty := &boardtest.World{Now: boardtest.KST("11-22 08:00")}
	for name, c := range map[string]struct {
		world *boardtest.World
		want  health.Level
	}{
		"in peace":           {boardtest.Peace(), health.Operational},
		"in an outage":       {boardtest.During(), health.MajorOutage},
		"open, nothing hit":  {noticed, health.Informational},
		"all over":           {boardtest.After(), health.Operational},
		"old, all declared":  {old, health.Unknown},
		"nothing to be well": {empty, health.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.world.Board(t).Overall(); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestWhatWasNeverProbedHasNoUptime(t *testing.T) {
	t.Parallel()
	w := boardtest.After()
	w.Fresh = nil
	b := w.Board(t)
	ec2 := boardtest.EC2().Component()
	r := b.Record(ec2, 90)
	if r.Known() || r.Unmeasured == 0 || b.Uptime(ec2, health.Interval{From: w.Now.Add(-time.Hour), To: w.Now}).Known() {
		t.Errorf("%v of 90 days counted, %v not measured", r.Counted, r.Unmeasured)
	}
	for _, d := range r.Days {
		want := health.Unknown
		if d.Date.Equal(boardtest.KST("11-22 00:00")) {
			want = health.MajorOutage // which was declared
		}
		if d.Level != want || d.Known() {
			t.Errorf("%s is %s, with %v counted", d.Date.Format(time.DateOnly), d.Level, d.Counted)
		}
	}
	for _, m := range b.Months(ec2, w.Now.AddDate(0, -2, 0)) {
		if m.Known() {
			t.Errorf("the month from %v counts", m.During.From)
		}
	}
	if declared := b.Record(boardtest.S3().Component(), 90); declared.PPM() != 1_000_000 {
		t.Errorf("what is declared has %d ppm", declared.PPM())
	}
}
