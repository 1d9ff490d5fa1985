package sla_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/sla"
)

func TestPoliciesOfTheReplay(t *testing.T) {
	t.Parallel()
	policies := policiesOfTheReplay(t)
	if len(policies) != 2 {
		t.Fatalf("%d policies, want 2", len(policies))
	}
	for _, p := range policies {
		want := "99.99:10 99.0:30"
		if p.ID == "ec2-2022-05-25" {
			want += " 95.0:100"
		}
		var tiers []string
		for _, x := range p.Tiers {
			tiers = append(tiers, x.Below.String()+":"+x.Pct.String())
		}
		if got := strings.Join(tiers, " "); got != want {
			t.Errorf("%s has tiers %s, want %s", p.ID, got, want)
		}
		if p.Terms.MinExclusive["USD"].String() != "1.00" || p.Terms.MinExclusive["KRW"].String() != "1000" || p.Verified != sla.VerifiedSecondary || p.Note == "" {
			t.Errorf("%s: %+v", p.ID, p)
		}
	}
}

func TestBadPolicyNamesThePlaceAndWhatToWrite(t *testing.T) {
	t.Parallel()
	good := string(policyFile(t, "ec2-2018-02-12.yaml"))
	cases := []struct{ old, text, want string }{
		{"kind: downtime", "kind: interval_error_mean", "kind interval_error_mean is not computed yet (write downtime)"},
		{"weight: binary", "wieght: binary", `sli has no field "wieght" (write one of: kind, min_consecutive`},
		{"symptom=connectivity", "symptom=smell", `symptom "smell" is not known (write one of: connectivity`},
		{"symptom=connectivity", "all_running_in_2_zones", "predicate all_running_in_2_zones is not computed yet"},
		{`"99.0"`, `"99.995"`, "tiers are out of order"},
		{`"99.99"`, `"9x"`, `"9x" is not a decimal number`},
		{"clawback: never", "clawback: always", "clawback always is not computed yet (write never)"},
		{"tz: UTC", "tz: Mars", `"Mars" is not a time zone`},
		{"payee: account", "", `the policy lacks the field "payee"`},
		{"payee: account", "payee: account\npayee: account", `field "payee" stands twice`},
		{"from: 2018-02-12", "from: 12/2/2018", `"12/2/2018" is not a date`},
		{"verified: secondary", "verified: text", "text_sha256 belongs to verified: text"},
		{"cost: BilledCost", "cost: ListCost", `cost "ListCost" is not known (write one of: BilledCost, EffectiveCost)`},
		{"weight: binary", "weight: [binary", "p.yaml"},
	}
	for _, c := range cases {
		bad := strings.Replace(good, c.old, c.text, 1)
		_, err := sla.ParsePolicy("p.yaml", []byte(bad))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "p.yaml:") || !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: error is %v, want it to hold %q", c.text, err, c.want)
		}
	}
	line := 1 + strings.Count(good[:strings.Index(good, "kind: downtime")], "\n")
	_, err := sla.ParsePolicy("p.yaml", []byte(strings.Replace(good, "kind: downtime", "kind: x", 1)))
	if want := "p.yaml:" + strconv.Itoa(line) + ": "; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error is %v, want the place %s", err, want)
	}
}

func TestFractionRoundsForPeopleHalfToEven(t *testing.T) {
	t.Parallel()
	cases := []struct {
		up, total int64
		want      string
	}{
		{3593, 3600, "99.805556"},
		{1, 1, "100.000000"},
		{0, 5, "0.000000"},
		{999_999_985, 1_000_000_000, "99.999998"}, // …9985 → even
		{999_999_975, 1_000_000_000, "99.999998"}, // …9975 → even
	}
	for _, c := range cases {
		if got := sla.NewFraction(c.up, c.total).Percent(); got != c.want {
			t.Errorf("%d/%d is %s, want %s", c.up, c.total, got, c.want)
		}
	}
}
