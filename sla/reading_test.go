package sla_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/sla"
)

var seoul = health.Scope{Service: "ec2", Region: "ap-northeast-2"}

// policyFile is a policy of the replay's catalogue: agreements are data of a
// catalogue, and package sla comes with none.
func policyFile(t *testing.T, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("..", "scenario", "seoul-2018", "catalog", "policies", name))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func policiesOfTheReplay(t *testing.T) []sla.Policy {
	t.Helper()
	var out []sla.Policy
	for _, name := range []string{"ec2-2018-02-12.yaml", "ec2-2022-05-25.yaml"} {
		policies, err := sla.ParsePolicy(name, policyFile(t, name))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, policies...)
	}
	return out
}

// outage is the outage of 22 November 2018 with a symptom, measured and
// declared.
func outage(t *testing.T, symptom health.Symptom) incident.Incident {
	t.Helper()
	declared := incident.Impact{
		ID: "d1", Scope: seoul, Symptom: symptom, Level: health.MajorOutage, SharePPM: 1_000_000,
		During:        health.Interval{From: moment(t, "2018-11-21T23:19:00Z"), To: moment(t, "2018-11-22T00:43:00Z")},
		Determination: health.DeterminationDeclared, StatedAt: moment(t, "2018-11-22T01:00:00Z"),
	}
	measured := declared
	measured.ID, measured.Determination = "m1", health.DeterminationMeasured
	measured.During = health.Interval{From: moment(t, "2018-11-21T23:18:57Z"), To: moment(t, "2018-11-22T00:43:04Z")}
	measured.StatedAt = moment(t, "2018-11-21T23:21:00Z")
	return incident.Incident{ID: "i1", Kind: incident.Issue, State: incident.Resolved, Impacts: []incident.Impact{measured, declared}}
}

type fixed struct {
	incidents []incident.Incident
	policies  []sla.Policy
	regions   []health.RegionID
}

func (f fixed) Touching(context.Context, health.Interval) ([]incident.Incident, error) {
	return f.incidents, nil
}
func (f fixed) Policies(context.Context) ([]sla.Policy, error) { return f.policies, nil }
func (f fixed) Regions(context.Context, health.ServiceID) ([]health.RegionID, error) {
	return f.regions, nil
}
func (f fixed) Now() time.Time { return time.Date(2018, 12, 1, 0, 0, 0, 0, time.UTC) }

func (f fixed) report(t *testing.T, req sla.Request) []sla.Row {
	t.Helper()
	rows, err := sla.NewMeter(f, f, f, f).Report(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

var november = sla.Month{Year: 2018, Month: time.November}

func TestTwoReadingsOfTheSameOutage(t *testing.T) {
	t.Parallel()
	cases := []struct {
		symptom            health.Symptom
		literal, pct, rest string
	}{
		{health.DNS, "100.000000", "0", "not_eligible"},
		{health.Connectivity, "99.805556", "10", "eligible"},
	}
	for _, c := range cases {
		f := fixed{[]incident.Incident{outage(t, c.symptom)}, policiesOfTheReplay(t), []health.RegionID{"ap-northeast-2"}}
		rows := f.report(t, sla.Request{From: november})
		if len(rows) != 2 {
			t.Fatalf("%s: %d rows, want 2", c.symptom, len(rows))
		}
		l, d := rows[0], rows[1]
		if l.Determination != health.DeterminationLiteral || l.Percent != c.literal || l.TierPct.String() != c.pct || string(l.State) != c.rest {
			t.Errorf("%s: literal row is %+v", c.symptom, l)
		}
		if d.Determination != health.DeterminationDeclared || d.Percent != "99.805556" || d.TierPct.String() != "10" || d.State != sla.Eligible || d.Fraction.String() != "3593/3600" {
			t.Errorf("%s: declared row is %+v", c.symptom, d)
		}
		if d.Policy != "ec2-2018-02-12" || !slices.Equal(d.Incidents, []health.IncidentID{"i1"}) {
			t.Errorf("%s: declared row names %s and %v", c.symptom, d.Policy, d.Incidents)
		}
	}
}

func TestCleanMonthsHaveRowsAndThoseBeforeAnyPolicyPromiseNothing(t *testing.T) {
	t.Parallel()
	f := fixed{nil, policiesOfTheReplay(t), []health.RegionID{"us-east-1", "ap-northeast-2"}}
	rows := f.report(t, sla.Request{From: sla.Month{Year: 2016, Month: time.November}, To: sla.Month{Year: 2018, Month: time.October}, Region: "ap-northeast-2"})
	if len(rows) != 24*2 {
		t.Fatalf("%d rows, want 48", len(rows))
	}
	for _, r := range rows {
		inForce := r.Month.Compare(sla.Month{Year: 2018, Month: time.February}) >= 0
		if r.Percent != "100.000000" || r.State != sla.NotEligible || (r.Policy != "") != inForce {
			t.Errorf("clean month: %+v", r)
		}
	}
}

func TestLatestRestatementCountsAndEarlierKnowledgeCanBeAsked(t *testing.T) {
	t.Parallel()
	inc := outage(t, health.DNS)
	restate := func(id, replaces health.ImpactID, minutes int, at string) {
		i := inc.Impacts[1]
		i.ID, i.Replaces, i.StatedAt = id, replaces, moment(t, at)
		i.During.To = i.During.From.Add(time.Duration(minutes) * time.Minute)
		inc.Impacts = append(inc.Impacts, i)
	}
	restate("d2", "d1", 440, "2018-11-25T00:00:00Z")
	restate("d3", "d2", 4, "2018-11-28T00:00:00Z")
	f := fixed{[]incident.Incident{inc}, policiesOfTheReplay(t), []health.RegionID{"ap-northeast-2"}}
	cases := []struct{ knownAt, percent, pct string }{
		{"2018-11-22T00:59:00Z", "100.000000", "0"},
		{"2018-11-22T01:00:00Z", "99.805556", "10"},
		{"2018-11-26T00:00:00Z", "98.981481", "30"},
		{"2018-11-30T00:00:00Z", "99.990741", "0"},
		{"", "99.990741", "0"},
	}
	for _, c := range cases {
		req := sla.Request{From: november}
		if c.knownAt != "" {
			req.KnownAt = moment(t, c.knownAt)
		}
		if d := f.report(t, req)[1]; d.Percent != c.percent || d.TierPct.String() != c.pct {
			t.Errorf("known at %q: %s %% grants %s, want %s and %s", c.knownAt, d.Percent, d.TierPct, c.percent, c.pct)
		}
	}
}

func TestAsKnownInTheMiddleNothingIsDownLaterThanThat(t *testing.T) {
	t.Parallel()
	inc := outage(t, health.DNS)
	open, whole := inc.Impacts[1], inc.Impacts[1]
	open.StatedAt, open.During.To = moment(t, "2018-11-21T23:23:00Z"), time.Time{}
	whole.ID, whole.Replaces = "d2", open.ID
	inc.Impacts = []incident.Impact{open, whole}
	f := fixed{[]incident.Incident{inc}, policiesOfTheReplay(t), []health.RegionID{"ap-northeast-2"}}
	for _, c := range []struct {
		knownAt string
		minutes int64
	}{{"2018-11-21T23:59:00Z", 40}, {"2018-11-30T00:00:00Z", 84}} {
		row := f.report(t, sla.Request{From: november, KnownAt: moment(t, c.knownAt)})[1]
		if got := row.DownMicros / time.Minute.Microseconds(); got != c.minutes {
			t.Errorf("known at %s: %d minutes down, want %d", c.knownAt, got, c.minutes)
		}
	}
}

func TestAnImpactLeftOpenEndsWithItsIncident(t *testing.T) {
	t.Parallel()
	inc := outage(t, health.DNS)
	open := inc.Impacts[1]
	open.During.To = time.Time{}
	inc.Impacts = []incident.Impact{open}
	inc.State = incident.Resolved
	inc.Updates = []incident.Update{{Sequence: 1, State: incident.Resolved, PublishedAt: open.During.From.Add(90 * time.Minute)}}
	f := fixed{[]incident.Incident{inc}, policiesOfTheReplay(t), []health.RegionID{"ap-northeast-2"}}
	if row := f.report(t, sla.Request{From: november})[1]; row.DownMicros != 90*time.Minute.Microseconds() {
		t.Errorf("%d minutes down, want the 90 until it was resolved", row.DownMicros/time.Minute.Microseconds())
	}
}

func TestAReportHasABound(t *testing.T) {
	t.Parallel()
	m := sla.NewMeter(fixed{}, fixed{}, fixed{}, fixed{})
	req := sla.Request{From: sla.Month{Year: 1, Month: time.January}, To: sla.Month{Year: 9999, Month: time.December}}
	if _, err := m.Report(t.Context(), req); !fault.Is(err, fault.Invalid) {
		t.Errorf("ten thousand years gave %v", err)
	}
}

func TestWhatDoesNotCount(t *testing.T) {
	t.Parallel()
	cases := map[string]func(*incident.Incident){
		"a draft":              func(i *incident.Incident) { i.State = incident.Draft },
		"a false alarm":        func(i *incident.Incident) { i.State = incident.FalseAlarm },
		"merged":               func(i *incident.Incident) { i.State = incident.Merged },
		"the customer's cause": func(i *incident.Incident) { i.Cause = "customer_caused" },
		"another region":       func(i *incident.Incident) { i.Impacts[1].Scope.Region = "us-east-1" },
		"one zone":             func(i *incident.Incident) { i.Impacts[1].Scope.Zone = "ap-northeast-2a" },
		"only information":     func(i *incident.Incident) { i.Impacts[1].Level = health.Informational },
		"goodwill":             func(i *incident.Incident) { i.Impacts[1].Determination = health.DeterminationGoodwill },
		"measured":             func(i *incident.Incident) { i.Impacts = i.Impacts[:1] },
	}
	for name, change := range cases {
		inc := outage(t, health.DNS)
		change(&inc)
		f := fixed{[]incident.Incident{inc}, policiesOfTheReplay(t), []health.RegionID{"ap-northeast-2"}}
		if d := f.report(t, sla.Request{From: november})[1]; d.Percent != "100.000000" {
			t.Errorf("%s: declared is %s", name, d.Percent)
		}
	}
}

func TestAnnouncedMaintenanceIsLeftOutUpToItsQuota(t *testing.T) {
	t.Parallel()
	p := policiesOfTheReplay(t)[0]
	p.Maintenance = sla.MaintenanceExclusion{Notice: 120 * time.Hour, Quota: time.Hour}
	inc := outage(t, health.DNS)
	inc.Kind, inc.State = incident.Maintenance, incident.Completed
	inc.Impacts[1].StatedAt = moment(t, "2018-11-10T00:00:00Z")
	period, err := november.In("UTC")
	if err != nil {
		t.Fatal(err)
	}
	q := sla.Question{Scope: seoul, Period: period, Incidents: []incident.Incident{inc}, Reading: health.DeterminationDeclared}
	if a := p.Measure(q); a.DownTime != (24 * time.Minute).Microseconds() {
		t.Errorf("announced: %d µs down, want 24 minutes", a.DownTime)
	}
	inc.Impacts[1].StatedAt = moment(t, "2018-11-20T00:00:00Z")
	if a := p.Measure(q); a.DownTime != (84 * time.Minute).Microseconds() {
		t.Errorf("announced too late: %d µs down, want 84 minutes", a.DownTime)
	}
}

func TestVersionInForceWhenTheOutageBegan(t *testing.T) {
	t.Parallel()
	inc := outage(t, health.DNS)
	from := moment(t, "2022-05-24T23:30:00Z")
	inc.Impacts[1].During = health.Interval{From: from, To: from.Add(time.Hour)}
	f := fixed{[]incident.Incident{inc}, policiesOfTheReplay(t), []health.RegionID{"ap-northeast-2"}}
	if d := f.report(t, sla.Request{From: sla.Month{Year: 2022, Month: time.May}})[1]; d.Policy != "ec2-2018-02-12" {
		t.Errorf("began half an hour before the new version: measured by %s", d.Policy)
	}
}
