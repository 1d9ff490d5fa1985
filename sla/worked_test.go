package sla_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/sla"
)

// worked is one case with its answer worked out by hand. Seconds are stretches
// in the middle of the month, an hour apart, when no dates are given.
type worked struct {
	Name        string
	Zone        string
	Month       sla.Month
	Down        []string
	Seconds     []float64
	Life        []string
	SharePPM    int64 `json:"share_ppm"`
	Weight      sla.Weight
	Quantum     sla.Quantum
	Denominator sla.Denominator
	Tiers       string
	TotalUS     *int64 `json:"total_us"`
	DownUS      *int64 `json:"down_us"`
	Fraction    string
	Percent     string
	Pct         string
}

func TestWorkedCases(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("testdata/worked.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []worked
	if err := json.Unmarshal(body, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.check(t)
		})
	}
}

func (c worked) check(t *testing.T) {
	t.Helper()
	p := c.policy(t)
	period, err := c.Month.In(p.Zone)
	if err != nil {
		t.Fatal(err)
	}
	a := p.Availability(period, spans(t, c.Life), c.downs(t), nil)
	if c.TotalUS != nil && a.Total != *c.TotalUS {
		t.Errorf("total is %d, want %d", a.Total, *c.TotalUS)
	}
	if c.DownUS != nil && a.DownTime != *c.DownUS {
		t.Errorf("down is %d, want %d", a.DownTime, *c.DownUS)
	}
	if got := a.Fraction.String(); c.Fraction != "" && got != c.Fraction {
		t.Errorf("fraction is %s, want %s", got, c.Fraction)
	}
	if got := a.Fraction.Percent(); c.Percent != "" && got != c.Percent {
		t.Errorf("percent is %s, want %s", got, c.Percent)
	}
	if got := p.Pct(a.Fraction).String(); c.Pct != "" && got != c.Pct {
		t.Errorf("tier grants %s, want %s", got, c.Pct)
	}
}

func (c worked) policy(t *testing.T) sla.Policy {
	t.Helper()
	p := sla.Policy{Zone: "UTC", Weight: sla.WeightBinary, Quantum: sla.QuantumExact, Denominator: sla.DenominatorCalendar}
	if c.Zone != "" {
		p.Zone = c.Zone
	}
	if c.Weight != "" {
		p.Weight = c.Weight
	}
	if c.Quantum != "" {
		p.Quantum = c.Quantum
	}
	if c.Denominator != "" {
		p.Denominator = c.Denominator
	}
	for pair := range strings.FieldsSeq(c.Tiers) {
		below, pct, _ := strings.Cut(pair, ":")
		p.Tiers = append(p.Tiers, sla.Tier{Below: decimal(t, below), Pct: decimal(t, pct)})
	}
	return p
}

func (c worked) downs(t *testing.T) []sla.Down {
	t.Helper()
	share := c.SharePPM
	if share == 0 {
		share = 1_000_000
	}
	var out []sla.Down
	for _, s := range spans(t, c.Down) {
		out = append(out, sla.Down{Span: s, SharePPM: share, Incident: "i"})
	}
	at := time.Date(2018, 11, 10, 0, 0, 0, 0, time.UTC).UnixMicro()
	for _, s := range c.Seconds {
		out = append(out, sla.Down{Span: sla.Span{From: at, To: at + int64(s*1e6)}, SharePPM: share, Incident: "i"})
		at = out[len(out)-1].To + time.Hour.Microseconds()
	}
	return out
}

func decimal(t *testing.T, s string) sla.Decimal {
	t.Helper()
	d, err := sla.ParseDecimal(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func spans(t *testing.T, texts []string) sla.Spans {
	t.Helper()
	var out sla.Spans
	for _, s := range texts {
		from, to, _ := strings.Cut(s, "/")
		out = append(out, sla.SpanOf(health.Interval{From: moment(t, from), To: moment(t, to)}, time.Time{}))
	}
	return out
}

func moment(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
