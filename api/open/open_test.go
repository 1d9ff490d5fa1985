package open_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bonghwa/bonghwa/api/open"
	"github.com/bonghwa/bonghwa/banner"
	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/board/boardtest"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/press"
)

var update = flag.Bool("update", false, "write the golden documents anew")

func documents(tb boardtest.T, w *boardtest.World) (*open.Documents, *board.Board) {
	tb.Helper()
	b := w.Board(tb)
	return open.New(open.Options{Provider: boardtest.Both("한강 클라우드", "Hangang Cloud"), Invented: true}, b), b
}

// read reads a document that must be there, and must have nothing but what its type
// has.
func read[T any](tb boardtest.T, d *open.Documents, path string) T {
	tb.Helper()
	var value T
	paper, ok, err := d.Print(open.Prefix + "/" + path)
	if err != nil || !ok {
		tb.Fatalf("%s: %v, %v", path, ok, err)
	}
	if paper.Type != "application/json" || !paper.Open || paper.Keep != press.Feed || !utf8JSON(paper.Body) {
		tb.Fatalf("%s: %+v", path, paper)
	}
	decoder := json.NewDecoder(bytes.NewReader(paper.Body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&value); err != nil {
		tb.Fatalf("%s: %v", path, err)
	}
	return value
}

func utf8JSON(b []byte) bool { return json.Valid(b) && bytes.HasSuffix(b, []byte("}\n")) }

// TestGoldenDocuments compares whole documents with testdata/documents.txtar.
func TestGoldenDocuments(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	for _, c := range []struct {
		name  string
		world *boardtest.World
		paths []string
	}{
		{"during", boardtest.During(), []string{"status", "components", "incidents", "maintenances"}},
		{"after", boardtest.After(), []string{
			"incidents/" + string(boardtest.Outage), "summaries", "summaries/" + string(boardtest.Summary),
			"regions", "services", "history/2018-11",
		}},
	} {
		d, _ := documents(t, c.world)
		for _, path := range c.paths {
			paper, ok, err := d.Print(open.Prefix + "/" + path)
			if err != nil || !ok {
				t.Fatalf("%s: %v, %v", path, ok, err)
			}
			fmt.Fprintf(&got, "-- %s/%s --\n", c.name, path)
			if err := json.Indent(&got, paper.Body, "", "  "); err != nil {
				t.Fatal(err)
			}
		}
	}
	const golden = "testdata/documents.txtar"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	a, b := strings.Split(got.String(), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("line %d is %q, want %q; if that is meant, run the test with -update", i+1, a[i], b[i])
		}
	}
	if len(a) != len(b) {
		t.Fatalf("%d lines, want %d; if that is meant, run the test with -update", len(a), len(b))
	}
}

func TestFiguresAreExact(t *testing.T) {
	t.Parallel()
	d, _ := documents(t, boardtest.After())
	c := read[open.Component](t, d, "components/ec2-ap-northeast-2")
	// 89 days and 11 hours, of which 84 minutes as declared; (7,729,200 − 5,040) ÷ 7,729,200 = 0.9993479…
	w := c.Uptime.Window
	if w.CountedS != 7_729_200 || w.DownS != 5040 || w.UnmeasuredS != 0 || *w.PPM != 999_347 || w.Fraction != "10728/10735" {
		t.Errorf("%+v, %d ppm", w, *w.PPM)
	}
	if len(c.Uptime.Days) != 90 || c.Uptime.Days[89].Date != "2018-11-25" || c.Uptime.Days[89].Level != health.Operational {
		t.Errorf("%d days, the last %+v", len(c.Uptime.Days), c.Uptime.Days[89])
	}
	if day := c.Uptime.Days[86]; day.Date != "2018-11-22" || day.Level != health.MajorOutage || day.DownS != 5040 || *day.PPM != 941_666 {
		t.Errorf("the day is %+v", day)
	}
	months := c.Uptime.Months
	if n := len(months); n != 25 || months[0].Month != "2016-11" || months[n-1].Month != "2018-11" || *months[n-1].PPM >= 1_000_000 || *months[0].PPM != 1_000_000 {
		t.Errorf("%d months, the last %+v", n, months[n-1])
	}
	if !slices.Equal(c.Uptime.Weights, []open.Weight{{Level: health.MajorOutage, PPM: 1_000_000}, {Level: health.PartialOutage, PPM: 1_000_000}, {Level: health.Degraded}}) {
		t.Errorf("weights %v", c.Uptime.Weights)
	}
	if c.Level != health.Operational || !c.Since.Equal(boardtest.KST("11-22 09:43")) || c.ServiceName.Korean != "EC2" || c.RegionName.English != "Seoul" {
		t.Errorf("%+v", c.ComponentRow)
	}
}

func TestARegionHasNoUptimeBeforeItOpened(t *testing.T) {
	t.Parallel()
	w := boardtest.Peace()
	w.Catalog.Regions[0].Since = "2018-10-15"
	d, _ := documents(t, w)
	if months := read[open.Component](t, d, "components/s3-ap-northeast-2").Uptime.Months; len(months) != 2 || months[0].Month != "2018-10" {
		t.Errorf("%+v", months)
	}
}

func TestWhatIsNotKnownIsNotOperational(t *testing.T) {
	t.Parallel()
	silent := boardtest.Peace()
	silent.Fresh["dns"] = false
	silent.Silences = map[health.CheckID][]health.Interval{"dns": {{From: boardtest.KST("11-22 07:00")}}}
	never := boardtest.Peace()
	never.Fresh = nil
	old := boardtest.Peace()
	old.Read = boardtest.KST("11-22 07:00")
	for name, c := range map[string]struct {
		world   *boardtest.World
		since   time.Time
		counted float64
	}{
		"silent": {silent, boardtest.KST("11-22 07:00"), 7_718_400 - 3600}, "never": {never, time.Time{}, 0}, "old": {old, boardtest.KST("11-22 07:00"), 7_718_400},
	} {
		d, _ := documents(t, c.world)
		s := read[open.Status](t, d, "status")
		if s.Level != health.Unknown || s.Counts.Unknown != 1 || s.Counts.Operational != 2 || s.Old != (name == "old") {
			t.Errorf("%s: %+v", name, s)
		}
		one := read[open.Component](t, d, "components/ec2-ap-northeast-2")
		today := one.Uptime.Days[89]
		if one.Level != health.Unknown || !one.Since.Equal(c.since) || today.Level != health.Unknown || one.Uptime.Window.CountedS != c.counted {
			t.Errorf("%s: %+v, %+v", name, one.ComponentRow, one.Uptime.Window)
		}
		if known := one.Uptime.Window.PPM != nil; known != (c.counted > 0) || known != (one.Uptime.Window.Fraction != "") {
			t.Errorf("%s: %+v", name, one.Uptime.Window)
		}
	}
	empty, _ := documents(t, &boardtest.World{Now: boardtest.KST("11-22 08:00")})
	if s := read[open.Status](t, empty, "status"); s.Level != health.Unknown || s.Components != 0 {
		t.Errorf("with nothing to be well it is %s", s.Level)
	}
}

func TestNothingFromInsideIsTold(t *testing.T) {
	t.Parallel()
	for _, w := range []*boardtest.World{boardtest.During(), boardtest.After()} {
		d, _ := documents(t, w)
		for path := range d.Paths() {
			paper, _, err := d.Print(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, inside := range []string{"somebody", "inside", "A draft", string(boardtest.Draft)} {
				if bytes.Contains(paper.Body, []byte(inside)) {
					t.Errorf("%s tells %q", path, inside)
				}
			}
		}
	}
}

func TestListsHaveAllThatIsOpenAndTheNewest(t *testing.T) {
	t.Parallel()
	w := boardtest.After()
	for n := range 150 {
		i := w.Incidents[0]
		i.ID = health.IncidentID(fmt.Sprintf("00000000-0000-7000-8000-1%011d", n))
		i.Impacts = slices.Clone(i.Impacts)
		for k := range i.Impacts {
			i.Impacts[k].During.From = i.Impacts[k].During.From.Add(time.Duration(n) * time.Second)
		}
		w.Incidents = append(w.Incidents, i)
	}
	oldest := &w.Incidents[3]
	oldest.State = incident.Monitoring
	oldest.Impacts = nil
	oldest.OpenedAt = boardtest.KST("01-05 10:00")
	d, b := documents(t, w)
	list := read[open.Incidents](t, d, "incidents")
	if len(list.Incidents) != 101 || list.Older != 50 || list.Incidents[100].ID != oldest.ID || list.Incidents[100].Over {
		t.Errorf("%d in the list, %d older, of %d", len(list.Incidents), list.Older, len(b.Events))
	}
	if m := read[open.Maintenances](t, d, "maintenances"); len(m.Maintenances) != 1 || m.Older != 0 || m.Maintenances[0].EndsAt.IsZero() || !m.Maintenances[0].EndedAt.IsZero() {
		t.Errorf("%+v", m)
	}
}

func TestAnIncidentIsToldWhole(t *testing.T) {
	t.Parallel()
	w := boardtest.After()
	w.Incidents[0].Updates[0].Body = health.Text{health.Korean: "조사하고 있습니다."}
	w.Incidents[0].Updates[0].Fallback = health.Korean
	d, _ := documents(t, w)
	i := read[open.Incident](t, d, "incidents/"+string(boardtest.Outage))
	if len(i.Impacts) != 4 || i.Impacts[0].InForce || i.Impacts[1].InForce || !i.Impacts[2].InForce || !i.Impacts[3].InForce {
		t.Errorf("%+v", i.Impacts)
	}
	if i.Impacts[2].Determination != health.DeterminationMeasured || i.Impacts[3].Reason.Korean != "신고" || i.Impacts[1].Replaces != "m1" {
		t.Errorf("%+v", i.Impacts)
	}
	if u := i.Updates; len(u) != 5 || u[0].Body.English != "" || u[0].Fallback != health.Korean || u[1].Workaround.English == "" ||
		u[1].Assurances.DataLoss != incident.AssuranceNone || u[4].Corrects != 4 || u[3].CorrectedBy != 5 || u[0].NextUpdate.IsZero() {
		t.Errorf("%+v", u)
	}
	if i.Summary != boardtest.Summary || i.Cause != "configuration_change" || !i.Over || !i.EndedAt.Equal(boardtest.KST("11-22 09:43")) {
		t.Errorf("%+v", i.IncidentRow)
	}
}

func TestAMonthIsTold(t *testing.T) {
	t.Parallel()
	d, _ := documents(t, boardtest.After())
	h := read[open.History](t, d, "history/2018-11")
	if len(h.Days) != 25 || len(h.Days[21].Incidents) != 1 || h.Days[21].Date != "2018-11-22" || len(h.Days[20].Incidents) != 0 {
		t.Errorf("%+v", h.Days)
	}
	if len(h.Components) != 1 || h.Components[0].DownS != 5040 || len(h.Incidents) != 1 {
		t.Errorf("%+v", h)
	}
	for _, none := range []string{"history/2018-12", "history/2016-10", "history/2018-1", "history/", "history/2018-11/x", "components/none", "incidents/" + string(boardtest.Draft), "summaries/x", "", "status/", "policies"} {
		if _, ok, err := d.Print(open.Prefix + "/" + none); ok || err != nil {
			t.Errorf("%s: %v, %v", none, ok, err)
		}
	}
	if _, ok, _ := d.Print("/api/v1/incidents"); ok {
		t.Error("a path of others is printed")
	}
}

// draw makes some world: impacts of any level, time and kind, silences, weights.
func draw(r *rapid.T) *boardtest.World {
	w := boardtest.Peace()
	w.Now = boardtest.KST("11-22 08:00").Add(time.Duration(rapid.Int64Range(0, int64(40*24*time.Hour)).Draw(r, "now")))
	if rapid.Bool().Draw(r, "old") {
		w.Read = w.Now.Add(-time.Hour)
	}
	w.Terms.Weights = map[health.Level]int64{
		health.MajorOutage: 1_000_000, health.PartialOutage: rapid.Int64Range(0, 1_000_000).Draw(r, "partial"), health.Degraded: rapid.Int64Range(0, 300_000).Draw(r, "degraded"),
	}
	switch rapid.IntRange(0, 2).Draw(r, "probes") {
	case 0:
		w.Fresh = nil
	case 1:
		w.Fresh["dns"] = false
		w.Silences = map[health.CheckID][]health.Interval{"dns": {{From: drawTime(r, w.Now)}}}
	}
	for n := range rapid.IntRange(0, 4).Draw(r, "incidents") {
		w.Incidents = append(w.Incidents, drawIncident(r, w, n))
	}
	return w
}

func drawTime(r *rapid.T, now time.Time) time.Time {
	return now.Add(-time.Duration(rapid.Int64Range(0, int64(100*24*time.Hour)).Draw(r, "ago"))).Truncate(time.Microsecond)
}

func drawIncident(r *rapid.T, w *boardtest.World, n int) incident.Incident {
	i := boardtest.During().Incidents[0]
	i.ID = health.IncidentID(fmt.Sprintf("00000000-0000-7000-8000-2%011d", n))
	i.State = rapid.SampledFrom([]incident.State{incident.Investigating, incident.Monitoring, incident.Resolved}).Draw(r, "state")
	if rapid.IntRange(0, 3).Draw(r, "planned") == 0 {
		i.Kind, i.State = incident.Maintenance, rapid.SampledFrom([]incident.State{incident.Scheduled, incident.InProgress, incident.Completed, incident.Canceled}).Draw(r, "state of work")
	}
	i.Impacts = nil
	for k := range rapid.IntRange(0, 3).Draw(r, "impacts") {
		p := incident.Impact{
			ID: health.ImpactID(fmt.Sprintf("%d-%d", n, k)), Symptom: health.DNS, SharePPM: 1, StatedAt: w.Now,
			Scope:         rapid.SampledFrom([]health.Scope{boardtest.EC2(), boardtest.S3(), {Service: "gone", Region: "ap-northeast-2"}}).Draw(r, "scope"),
			Level:         rapid.SampledFrom(health.Levels()).Draw(r, "level"),
			Determination: rapid.SampledFrom([]health.Determination{health.DeterminationMeasured, health.DeterminationDeclared, health.DeterminationGoodwill}).Draw(r, "by"),
			During:        health.Interval{From: drawTime(r, w.Now)},
		}
		if rapid.Bool().Draw(r, "ended") {
			p.During.To = p.During.From.Add(time.Duration(rapid.Int64Range(1, int64(50*time.Hour)).Draw(r, "long"))).Truncate(time.Microsecond)
		}
		i.Impacts = append(i.Impacts, p)
	}
	return i
}

// TestAnyRecordIsToldSoundly: whatever happened, every document reads back by its
// type, figures add up, and nothing unknown is well.
func TestAnyRecordIsToldSoundly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := draw(r)
		d, b := documents(r, w)
		list := read[open.Components](r, d, "components")
		status := read[open.Status](r, d, "status")
		n := status.Counts
		if n.Operational+n.Unknown+n.Informational+n.Maintenance+n.Degraded+n.PartialOutage+n.MajorOutage != len(list.Components) {
			r.Errorf("the counts are not those of %d components: %+v", len(list.Components), n)
		}
		for _, row := range list.Components {
			unheard := row.Basis == health.Probed && (!w.Fresh["dns"] || status.Old)
			if row.Level != b.Level(row.ID) || unheard && row.Level == health.Operational || row.Level > status.Level || row.Since.After(w.Now) {
				r.Errorf("%+v, and in all %s", row, status.Level)
			}
			c := read[open.Component](r, d, "components/"+string(row.ID))
			if c.Level != row.Level || !c.Since.Equal(row.Since) {
				r.Errorf("%+v in the list and %+v alone", row, c.ComponentRow)
			}
			sound(r, c.Uptime)
		}
		for path := range d.Paths() {
			if strings.Contains(path, "/incidents/") {
				read[open.Incident](r, d, strings.TrimPrefix(path, open.Prefix+"/"))
			}
		}
		for _, i := range read[open.Incidents](r, d, "incidents").Incidents {
			if !i.Over && i.State == incident.Resolved || i.EndedAt.After(w.Now) || !i.EndsAt.IsZero() && i.EndsAt.Before(w.Now) {
				r.Errorf("%+v", i)
			}
		}
	})
}

func sound(r *rapid.T, u open.Uptime) {
	var all open.Figures
	for _, day := range u.Days {
		adds(r, day.Date, day.Figures)
		all.CountedS += day.CountedS
		all.DownS += day.DownS
		all.UnmeasuredS += day.UnmeasuredS
		all.MaintenanceS += day.MaintenanceS
		if day.UnmeasuredS > 0 && day.Level == health.Operational {
			r.Errorf("%s was not measured all day and was well", day.Date)
		}
	}
	adds(r, "the window", u.Window)
	near := func(a, b float64) bool { return math.Abs(a-b) < 0.001 } // down is rounded up each day
	if !near(all.CountedS, u.Window.CountedS) || !near(all.DownS, u.Window.DownS) || !near(all.UnmeasuredS, u.Window.UnmeasuredS) || !near(all.MaintenanceS, u.Window.MaintenanceS) {
		r.Errorf("the days come to %+v, the window is %+v", all, u.Window)
	}
	for _, month := range u.Months {
		adds(r, month.Month, month.Figures)
	}
}

func adds(r *rapid.T, what string, f open.Figures) {
	long := f.To.Sub(f.From).Seconds()
	if math.Abs(f.CountedS+f.UnmeasuredS-long) > 0.00001 || f.DownS < 0 || f.DownS > f.CountedS || f.MaintenanceS < 0 || f.MaintenanceS > f.CountedS {
		r.Errorf("%s: %+v in %v s", what, f, long)
	}
	switch {
	case f.PPM == nil:
		if f.CountedS > 0 || f.Fraction != "" {
			r.Errorf("%s counts and has no uptime: %+v", what, f)
		}
	case *f.PPM < 0 || *f.PPM > 1_000_000 || (*f.PPM == 1_000_000) != (f.DownS == 0):
		r.Errorf("%s: %d ppm of %+v", what, *f.PPM, f)
	}
}

func TestEveryPathIsADocument(t *testing.T) {
	t.Parallel()
	d, _ := documents(t, boardtest.After())
	seen := map[string]bool{}
	for path := range d.Paths() {
		if _, ok, err := d.Print(path); !ok || err != nil || seen[path] {
			t.Errorf("%s: %v, %v, twice: %v", path, ok, err, seen[path])
		}
		seen[path] = true
	}
	if len(seen) != 7+2+1+25+3 {
		t.Errorf("%d documents", len(seen))
	}
	for range d.Paths() {
		break // whoever walks the paths may stop
	}
}

// TestAComponentThatIsNoLongerSoldIsNotCounted: a component of an incident that the
// catalogue has no more.
func TestAComponentThatIsNoLongerSoldIsNotCounted(t *testing.T) {
	t.Parallel()
	w := boardtest.During()
	w.Catalog.Components = slices.DeleteFunc(w.Catalog.Components, func(c catalog.Component) bool { return c.ID() == boardtest.EC2().Component() })
	d, _ := documents(t, w)
	s := read[open.Status](t, d, "status")
	if s.Level != health.MajorOutage || s.Counts.MajorOutage != 0 || s.Counts.Operational != 2 || s.Open.Incidents != 1 {
		t.Errorf("%+v", s)
	}
}

func TestTheBannerIsTold(t *testing.T) {
	t.Parallel()
	w := boardtest.During()
	b := w.Board(t)
	d := open.New(open.Options{}, b)
	if s := read[open.Status](t, d, "status"); s.Banner != nil {
		t.Errorf("nothing was said, and told is %+v", s.Banner)
	}
	said, err := banner.New(boardtest.Both("복구하고 있습니다.", "We are recovering."), health.Languages(), w.Now, "kim")
	if err != nil {
		t.Fatal(err)
	}
	b.Banner = &said
	s := read[open.Status](t, open.New(open.Options{}, b), "status")
	if s.Banner == nil || s.Banner.ID != said.ID || s.Banner.Text.English != "We are recovering." || !s.Banner.SaidAt.Equal(said.SaidAt) {
		t.Errorf("told is %+v", s.Banner)
	}
}
