package credit_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/sla"
)

type workedLine struct {
	Name     string
	Payee    sla.Payee
	Bases    []string
	Affected *int // how many of the accounts; nil: all
	Pct      string
	Posted   string
	Target   string
	Post     string
	Class    string
	Reason   credit.Reason
	Parts    string
}

type worked struct {
	Percent  []struct{ Name, Base, Currency, Pct, Grant, Exact string }
	Lines    []workedLine
	Allocate []struct {
		Amount  int64
		Weights []string
		Parts   []int64
	}
}

func readWorked(t *testing.T) worked {
	t.Helper()
	body, err := os.ReadFile("testdata/worked.json")
	if err != nil {
		t.Fatal(err)
	}
	var w worked
	if err := json.Unmarshal(body, &w); err != nil {
		t.Fatal(err)
	}
	return w
}

func amount(t *testing.T, s string) credit.Amount {
	t.Helper()
	a, err := credit.ParseAmount(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func decimal(t *testing.T, s string) sla.Decimal {
	t.Helper()
	d, err := sla.ParseDecimal(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func money(t *testing.T, s string) credit.Money {
	t.Helper()
	m, err := credit.ParseMoney(s, "USD")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestPercentRoundsOnceHalfToEven(t *testing.T) {
	t.Parallel()
	for _, c := range readWorked(t).Percent {
		got, exact, err := credit.Percent(amount(t, c.Base), decimal(t, c.Pct), c.Currency)
		if err != nil || got.String() != c.Grant || c.Exact != "" && exact != c.Exact {
			t.Errorf("%s: %s (exactly %s), %v; want %s", c.Name, got, exact, err, c.Grant)
		}
		if neg, _, err := credit.Percent(amount(t, c.Base).Neg(), decimal(t, c.Pct), c.Currency); err != nil || neg.String() != "-"+c.Grant {
			t.Errorf("%s: of the negative base %s, %v", c.Name, neg, err)
		}
	}
}

func TestAllocateByLargestRemainder(t *testing.T) {
	t.Parallel()
	for _, c := range readWorked(t).Allocate {
		var weights []credit.Amount
		for _, w := range c.Weights {
			weights = append(weights, amount(t, w))
		}
		got, err := credit.Allocate(c.Amount, weights)
		if err != nil || !slices.Equal(got, c.Parts) {
			t.Errorf("%d by %v: %v, %v; want %v", c.Amount, c.Weights, got, err, c.Parts)
		}
	}
	if _, err := credit.Allocate(5, []credit.Amount{{}}); err == nil {
		t.Error("something was divided by nothing")
	}
}

var november = sla.Month{Year: 2018, Month: time.November}

// inputs are those of one outage in Seoul, charged to accounts a1, a2, … that
// one payer pays for.
func (c workedLine) inputs(t *testing.T) credit.Inputs {
	t.Helper()
	in := credit.Inputs{
		Row:    sla.Row{Service: "ec2", Region: "ap-northeast-2", Month: november, Family: "ec2-region", TierPct: decimal(t, c.Pct)},
		Policy: policyOf(t, "ec2-2018-02-12"), Payee: c.Payee,
	}
	for i, b := range c.Bases {
		id := health.AccountID(fmt.Sprintf("a%d", i+1))
		in.Bases = append(in.Bases, credit.Base{BillingAccount: "o1", Account: id, Region: "ap-northeast-2", Currency: "USD", Cost: amount(t, b)})
		if c.Affected == nil || i < *c.Affected {
			in.Affected = append(in.Affected, id)
		}
	}
	if c.Posted != "" {
		key := credit.Key{Payee: credit.Payee{Kind: sla.PayAccount, ID: "a1"}, Family: "ec2-region", Month: november, Scope: in.Row.Scope(), Currency: "USD"}
		in.Positions = []credit.Position{{Key: key, Posted: money(t, c.Posted), Sequence: 1}}
	}
	return in
}

func policyOf(t *testing.T, id health.PolicyID) sla.Policy {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("..", "scenario", "seoul-2018", "catalog", "policies", string(id)+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	policies, err := sla.ParsePolicy(string(id), body)
	if err != nil {
		t.Fatal(err)
	}
	return policies[0]
}

func TestPlannedLines(t *testing.T) {
	t.Parallel()
	for _, c := range readWorked(t).Lines {
		lines, err := credit.Plan(c.inputs(t))
		if err != nil || len(lines) != 1 {
			t.Errorf("%s: %d lines, %v", c.Name, len(lines), err)
			continue
		}
		l := lines[0]
		if c.Reason == "" {
			c.Reason = credit.Granted
		}
		if l.Target.String() != c.Target || l.Post.String() != c.Post || l.Class != c.Class || l.Reason != c.Reason {
			t.Errorf("%s: target %s, post %s, class %q, %s; %s", c.Name, l.Target, l.Post, l.Class, l.Reason, l.Arithmetic)
		}
		if (l.State == sla.Eligible) != (c.Target != "0.00") {
			t.Errorf("%s: state %s", c.Name, l.State)
		}
		var parts []string
		for _, p := range l.Parts {
			parts = append(parts, p.Amount.String())
		}
		if got := strings.Join(parts, " "); c.Parts != "" && got != c.Parts {
			t.Errorf("%s: parts %s, want %s", c.Name, got, c.Parts)
		}
	}
}

func TestCurrencyWithoutMinimumIsRefused(t *testing.T) {
	t.Parallel()
	in := workedLine{Payee: sla.PayAccount, Bases: []string{"100"}, Pct: "10"}.inputs(t)
	in.Bases[0].Currency = "EUR"
	_, err := credit.Plan(in)
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "min_exclusive names no minimum for EUR") {
		t.Errorf("error is %v", err)
	}
	in.Policy.Terms.NoMinimum = true
	if lines, err := credit.Plan(in); err != nil || lines[0].Post.Minor != 1000 {
		t.Errorf("without any minimum: %v, %v", lines, err)
	}
}

func TestCapBoundsTheTarget(t *testing.T) {
	t.Parallel()
	in := workedLine{Payee: sla.PayAccount, Bases: []string{"100"}, Pct: "30"}.inputs(t)
	in.Policy.Terms.CapPct = decimal(t, "25")
	lines, err := credit.Plan(in)
	if err != nil || lines[0].Target.String() != "25.00" || !strings.Contains(lines[0].Arithmetic, "at most 25 %") {
		t.Errorf("%+v, %v", lines, err)
	}
}

func TestPlanDoesNotDependOnTheOrderOfItsInputs(t *testing.T) {
	t.Parallel()
	in := workedLine{Payee: sla.PayOrganization, Bases: []string{"9.01", "3.33", "12.5", "0.07"}, Pct: "10"}.inputs(t)
	a, err := credit.Plan(in)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(in.Bases)
	slices.Reverse(in.Affected)
	b, err := credit.Plan(in)
	if err != nil || fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("%v\n%v, %v", a, b, err)
	}
}
