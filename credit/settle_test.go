package credit_test

import (
	"slices"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/sla"
)

var december = sla.Month{Year: 2018, Month: time.December}

// postedRun grants account a1 a sum of USD.
func postedRun(t *testing.T, sum string) credit.Run {
	t.Helper()
	scope := health.Scope{Service: "ec2", Region: "ap-northeast-2"}
	key := credit.Key{Payee: credit.Payee{Kind: sla.PayAccount, ID: "a1"}, Family: "ec2-region", Month: november, Scope: scope, Currency: "USD"}
	m := money(t, sum)
	return credit.Run{
		ID: "r1", State: credit.Posted, Carry: true,
		Availability: sla.Row{Service: "ec2", Region: "ap-northeast-2", Month: november, Percent: "98.981481", Determination: health.DeterminationDeclared, Incidents: []health.IncidentID{"i1"}},
		Lines:        []credit.Line{{Key: key, Pct: decimal(t, "30"), Post: m, Parts: []credit.Part{{Account: "a1", Amount: m}}}},
	}
}

func due(t *testing.T, invoice, sum string) credit.Due {
	t.Helper()
	return credit.Due{Account: "a1", Currency: "USD", Amount: amount(t, sum), Party: credit.Party{Invoice: invoice, ServiceName: "ec2"}}
}

func target(dues ...credit.Due) credit.Target {
	return credit.Target{Dues: dues, Billed: []credit.Billed{{Account: "a1", Currency: "USD"}}}
}

func sums(uses []credit.Use) []string {
	var out []string
	for _, u := range uses {
		out = append(out, u.Party.Invoice+" "+u.Amount.String())
	}
	return out
}

func TestRestOfACreditIsCarriedToTheNextBill(t *testing.T) {
	t.Parallel()
	run := postedRun(t, "37.04")
	first, err := run.Settle(december, target(due(t, "inv-12", "30.00")), credit.Uses{})
	if err != nil {
		t.Fatal(err)
	}
	if got := sums(first.New); !slices.Equal(got, []string{"inv-12 30.00"}) || len(first.Carried) != 1 || first.Carried[0].Amount.String() != "7.04" || len(first.ByHand) != 0 {
		t.Errorf("December: %v, carried %v, by hand %v", got, first.Carried, first.ByHand)
	}
	if cost := first.New[0].Amount.Neg().String(); cost != "-30.00" {
		t.Errorf("on the bill it is %s", cost)
	}
	again, err := run.Settle(december, target(due(t, "inv-12", "30.00")), credit.Uses{OfRun: first.New})
	if err != nil || len(again.New) != 0 || !slices.Equal(again.Rows, first.Rows) || again.Carried[0].Amount.String() != "7.04" {
		t.Errorf("again: %v, %v", again, err)
	}
	second, err := run.Settle(december.Next(), target(due(t, "inv-01", "500")), credit.Uses{OfRun: first.New})
	if err != nil || !slices.Equal(sums(second.Rows), []string{"inv-01 7.04"}) || len(second.Carried) != 0 {
		t.Errorf("January: %v, %v", second, err)
	}
}

func TestCreditIsDividedOverInvoicesAndNeverExceedsThem(t *testing.T) {
	t.Parallel()
	run := postedRun(t, "37.04")
	got, err := run.Settle(december, target(due(t, "b", "10.009"), due(t, "a", "20.00"), due(t, "c", "-3")), credit.Uses{})
	if err != nil || !slices.Equal(sums(got.New), []string{"a 20.00", "b 10.00"}) || got.Carried[0].Amount.String() != "7.04" {
		t.Errorf("%v, %v", got, err)
	}
	other := credit.Use{Run: "r0", Account: "a1", Amount: money(t, "15.00"), Party: credit.Party{Invoice: "a", ServiceName: "ec2"}}
	got, err = run.Settle(december, target(due(t, "a", "20.00")), credit.Uses{OnBill: []credit.Use{other}})
	if err != nil || !slices.Equal(sums(got.New), []string{"a 5.00"}) {
		t.Errorf("beside another run: %v, %v", got, err)
	}
}

func TestAccountWithoutABillIsPaidByHand(t *testing.T) {
	t.Parallel()
	got, err := postedRun(t, "37.04").Settle(december, credit.Target{}, credit.Uses{})
	if err != nil || len(got.Rows) != 0 || len(got.Carried) != 0 || len(got.ByHand) != 1 || got.ByHand[0].Amount.String() != "37.04" {
		t.Errorf("%v, %v", got, err)
	}
}

func TestEveryEntryMovesBetweenTheRightBooks(t *testing.T) {
	t.Parallel()
	run := postedRun(t, "37.04")
	accruals := run.Accruals(time.Time{}, "k")
	if len(accruals) != 1 || accruals[0].Debit != credit.ContraRevenue || accruals[0].Credit != credit.CreditLiability || accruals[0].Month != november || accruals[0].Sequence != 1 {
		t.Errorf("accruals: %+v", accruals)
	}
	s, err := run.Settle(december, target(due(t, "a", "50")), credit.Uses{})
	if err != nil {
		t.Fatal(err)
	}
	moves := credit.Movements(s.New, time.Time{}, "k")
	if len(moves) != 1 || moves[0].Debit != credit.CreditLiability || moves[0].Credit != credit.Receivable || moves[0].Month != december || moves[0].Amount.String() != "37.04" {
		t.Errorf("movements: %+v", moves)
	}
}

func TestPlansThatCameToNothingAreNotShown(t *testing.T) {
	t.Parallel()
	line := func(month time.Month) credit.Line {
		return credit.Line{
			Key:   credit.Key{Payee: credit.Payee{Kind: "account", ID: "a"}, Month: sla.Month{Year: 2018, Month: month}, Currency: "USD"},
			Parts: []credit.Part{{Account: "a", Amount: credit.Money{Minor: 100, Currency: "USD"}}},
		}
	}
	grants := credit.GrantsOf("a", []credit.Holding{
		{Run: "early", State: credit.Planned, Line: line(time.November)},
		{Run: "posted", State: credit.Posted, Line: line(time.November)},
		{Run: "late", State: credit.Planned, Line: line(time.November)},
		{Run: "first", State: credit.Planned, Line: line(time.December)},
		{Run: "second", State: credit.Planned, Line: line(time.December)},
	}, nil)
	var runs []health.CreditRunID
	for _, g := range grants {
		runs = append(runs, g.Run)
	}
	if want := []health.CreditRunID{"second", "posted"}; !slices.Equal(runs, want) {
		t.Errorf("shown are %v, want %v: the newest plan of December, and of November what was posted", runs, want)
	}
}
