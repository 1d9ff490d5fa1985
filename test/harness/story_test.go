package harness_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/store/storetest"
	"github.com/bonghwa/bonghwa/test/harness"
)

// TestMain lets all tests of this package begin at once: they wait for programs
// rather than compute, and those that must not disturb each other say so by
// alone.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// summary is what a demo prints; nothing else may stand there.
type summary struct {
	Scenario string  `json:"scenario"`
	Speed    float64 `json:"speed"`
	Declared struct {
		span
		By     string `json:"by"`
		Reason string `json:"reason"`
	} `json:"declared"`
	Measured       *span    `json:"measured"`
	DetectedAfter  *float64 `json:"detected_after_s"`
	PublishedAfter float64  `json:"published_after_s"`
	Updates        int      `json:"updates"`
	Accounts       struct {
		Total    int `json:"total"`
		Affected int `json:"affected"`
	} `json:"accounts"`
	Mail struct {
		Expected   int     `json:"expected"`
		Delivered  int     `json:"delivered"`
		Superseded int     `json:"superseded"`
		Duplicates int     `json:"duplicates"`
		Marked     int     `json:"marked"`
		Missing    int     `json:"missing"`
		Korean     int     `json:"ko"`
		English    int     `json:"en"`
		LastAfter  float64 `json:"last_after_s"`
	} `json:"mail"`
	Availability []struct {
		Service       string `json:"service"`
		Region        string `json:"region"`
		Month         string `json:"month"`
		Determination string `json:"determination"`
		Percent       string `json:"percent"`
		TierPct       string `json:"tier_pct"`
	} `json:"availability"`
	Credits struct {
		Accounts  int               `json:"accounts"`
		Totals    map[string]string `json:"totals"`
		BillMonth string            `json:"bill_month"`
	} `json:"credits"`
	SummaryPublishedAt time.Time `json:"summary_published_at"`
}

type span struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Minutes float64   `json:"minutes"`
}

// read decodes a summary that must stand alone.
func read(t *testing.T, out string) summary {
	t.Helper()
	var s summary
	d := json.NewDecoder(strings.NewReader(out))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		t.Fatalf("the output is not the summary: %v\n%s", err, out)
	}
	if d.More() {
		t.Fatalf("something stands after the summary:\n%s", out)
	}
	return s
}

// fast is held by the one replay at a time that runs faster than 60, and by
// whatever else is busy: two of them would take each other's share of the
// machine, and it is the probes that suffer.
var fast = make(chan struct{}, 1)

func alone(t *testing.T) {
	t.Helper()
	fast <- struct{}{}
	t.Cleanup(func() { <-fast })
}

// demo is the command line of a replay that ends with its story. The system
// chooses the port.
func demo(dir, speed string, more ...string) []string {
	return append([]string{"demo", "--exit", "--json", "--listen", "127.0.0.1:0", "--dir", dir, "--speed", speed}, more...)
}

// at is a time of the day of the outage, in Seoul.
func at(t *testing.T, clock string) time.Time {
	t.Helper()
	out, err := time.Parse(time.RFC3339, "2018-11-22T"+clock+"+09:00")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func near(a, b time.Time, within time.Duration) bool { return a.Sub(b).Abs() <= within }

// good checks what holds of the day at every speed and on every database.
func good(t *testing.T, s summary) {
	t.Helper()
	if s.Scenario != "seoul-2018" || s.Declared.Minutes != 84 || !s.Declared.From.Equal(at(t, "08:19:00")) || s.Declared.By == "" || s.Declared.Reason == "" {
		t.Errorf("declared %+v", s.Declared)
	}
	m := s.Mail
	if m.Missing != 0 || m.Duplicates != 0 || m.Delivered+m.Superseded != m.Expected || m.Expected == 0 || m.Korean+m.English != m.Expected || m.Korean == 0 || m.English == 0 {
		t.Errorf("mail %+v", m)
	}
	if len(s.Availability) != 2 {
		t.Fatalf("availability %+v, want two readings", s.Availability)
	}
	want := map[string][2]string{"literal": {"100.000000", "0"}, "declared": {"99.805556", "10"}}
	for _, a := range s.Availability {
		if w, ok := want[a.Determination]; !ok || a.Percent != w[0] || a.TierPct != w[1] || a.Service != "ec2" || a.Region != "ap-northeast-2" || a.Month != "2018-11" {
			t.Errorf("availability %+v, want %v", a, want[a.Determination])
		}
		delete(want, a.Determination)
	}
	if s.Credits.BillMonth != "2018-12" || s.Credits.Accounts == 0 || s.Credits.Totals["USD"] == "" || s.Credits.Totals["KRW"] == "" {
		t.Errorf("credits %+v", s.Credits)
	}
	if s.Accounts.Total != 500 || s.Accounts.Affected == 0 || s.Updates != 6 || !near(s.SummaryPublishedAt, at(t, "10:00:00").AddDate(0, 0, 3), time.Hour) {
		t.Errorf("accounts %+v, %d updates, summary published at %s", s.Accounts, s.Updates, s.SummaryPublishedAt)
	}
}

func measuredWithin(t *testing.T, s summary, within time.Duration) {
	t.Helper()
	if s.Measured == nil || s.DetectedAfter == nil {
		t.Error("nothing was measured")
		return
	}
	if !near(s.Measured.From, s.Declared.From, within) || !near(s.Measured.To, s.Declared.To, within) {
		t.Errorf("measured %s to %s lies more than %s from declared %s to %s", s.Measured.From, s.Measured.To, within, s.Declared.From, s.Declared.To)
	}
	if *s.DetectedAfter < 0 || *s.DetectedAfter > 120 {
		t.Errorf("detected after %.0f s", *s.DetectedAfter)
	}
}

// lived replays the day to its end, which must be good.
func lived(t *testing.T, args []string) summary {
	t.Helper()
	status, out, complaints := harness.Run(t, 5*time.Minute, args...)
	if status != 0 {
		t.Fatalf("status %d\n%s\n%s", status, complaints, out)
	}
	s := read(t, out)
	good(t, s)
	return s
}

func TestDemoOnSQLiteAt60(t *testing.T) {
	t.Parallel()
	s := lived(t, demo(t.TempDir(), "60"))
	measuredWithin(t, s, time.Minute)
	same(t, s)
}

func TestDemoOnPostgreSQLAt240(t *testing.T) {
	t.Parallel()
	address := storetest.Postgres(t)
	alone(t)
	s := lived(t, demo(t.TempDir(), "240", "--database", address))
	measuredWithin(t, s, 3*time.Minute)
	same(t, s)
}

// twin is the summary of whichever of the two days above ended first.
var twin struct {
	sync.Mutex
	*summary
}

// same compares the two days: on both databases and at both speeds, what was
// declared, who was hit, what was to be told and what was credited are the same.
func same(t *testing.T, s summary) {
	t.Helper()
	// What may differ: the measurement, and the times of mails.
	s.Speed, s.Measured, s.DetectedAfter, s.PublishedAfter, s.SummaryPublishedAt = 0, nil, nil, 0, time.Time{}
	s.Mail.Delivered, s.Mail.Superseded, s.Mail.LastAfter = 0, 0, 0
	twin.Lock()
	defer twin.Unlock()
	if twin.summary == nil {
		twin.summary = &s
		return
	}
	if !reflect.DeepEqual(s, *twin.summary) {
		t.Errorf("on one database %+v\non the other %+v", s, *twin.summary)
	}
}

func TestDemoWithoutProbes(t *testing.T) {
	t.Parallel()
	alone(t)
	status, out, complaints := harness.Run(t, 3*time.Minute, demo(t.TempDir(), "240", "--no-probes")...)
	s := read(t, out)
	good(t, s)
	if status != 1 || s.Measured != nil || s.DetectedAfter != nil || strings.Contains(out, "measured") || !strings.Contains(complaints, "nothing was measured") {
		t.Errorf("status %d, measured %+v\n%s", status, s.Measured, complaints)
	}
}

// TestDemoWithRemovalEvery20s: the measurement follows the causes, not the
// declaration.
func TestDemoWithRemovalEvery20s(t *testing.T) {
	t.Parallel()
	alone(t)
	status, out, complaints := harness.Run(t, 3*time.Minute, demo(t.TempDir(), "240", "--removal", "20")...)
	s := read(t, out)
	good(t, s)
	if s.Measured == nil || !near(s.Measured.From, at(t, "08:25:40"), time.Minute) || !near(s.Measured.To, s.Declared.To, time.Minute) {
		t.Errorf("measured %+v, want 08:25:40 to 09:43:00 in Seoul", s.Measured)
	}
	if status != 1 || !strings.Contains(complaints, "measured lies") {
		t.Errorf("status %d\n%s", status, complaints)
	}
}

// mails counts what a replay's mailbox holds.
func mails(t *testing.T, dir string) int {
	t.Helper()
	list, err := os.ReadDir(filepath.Join(dir, "mail", "new"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return len(list)
}
