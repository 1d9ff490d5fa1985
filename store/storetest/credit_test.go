package storetest_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/credit/focus"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/sla"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/store/storetest"
)

var (
	creditScope    = health.Scope{Service: "ec2", Region: "ap-northeast-2"}
	creditNovember = sla.Month{Year: 2018, Month: time.November}
	creditDecember = sla.Month{Year: 2018, Month: time.December}
	outageFrom     = time.Date(2018, 11, 21, 23, 19, 0, 0, time.UTC)
	planner        = credit.Actor{ID: "key-plan", Role: credit.RoleOperator}
	approver       = credit.Actor{ID: "key-approve", Role: credit.RoleApprover}
)

// books are a desk over a database, with the outage of November 2018, the
// accounts it hit, and a clock that stands still.
type books struct {
	t       *testing.T
	db      *store.DB
	desk    *credit.Desk
	minutes int // that the outage is declared to have lasted
	alive   []health.AccountID
}

func (b *books) List(context.Context) []incident.Incident {
	return []incident.Incident{{
		ID: "i1", Kind: incident.Issue, State: incident.Resolved,
		Impacts: []incident.Impact{{
			ID: "d1", Scope: creditScope, Symptom: health.DNS, Level: health.MajorOutage, SharePPM: 1_000_000, Determination: health.DeterminationDeclared,
			During: health.Interval{From: outageFrom, To: outageFrom.Add(time.Duration(b.minutes) * time.Minute)},
		}},
	}}
}

func (b *books) Touching(ctx context.Context, _ health.Interval) ([]incident.Incident, error) {
	return b.List(ctx), nil
}

func (*books) Regions(context.Context, health.ServiceID) ([]health.RegionID, error) {
	return []health.RegionID{"ap-northeast-2"}, nil
}

func (*books) Policies(context.Context) ([]sla.Policy, error) {
	file := filepath.Join("..", "..", "scenario", "seoul-2018", "catalog", "policies", "ec2-2018-02-12.yaml")
	body, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return sla.ParsePolicy(file, body)
}

func (b *books) AccountsAlive(context.Context, audience.AliveQuery) ([]health.AccountID, error) {
	return b.alive, nil
}

func (*books) Now() time.Time { return time.Date(2018, 12, 1, 0, 0, 0, 0, time.UTC) }

func newBooks(t *testing.T, db *store.DB) *books {
	t.Helper()
	b := &books{t: t, db: db, minutes: 84, alive: []health.AccountID{"a1", "a2", "a3", "a5"}}
	b.desk = credit.NewDesk(credit.Options{
		Store: db.Credits(), Meter: sla.NewMeter(b, b, b, b), Policies: b, Audience: b, Bills: focus.Format{}, World: b, Program: "test",
	})
	return b
}

const billHeader = "BilledCost,BillingAccountId,SubAccountId,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargeCategory,ChargeFrequency,ServiceName,RegionId,InvoiceId\n"

func billLine(cost, account, currency, month, invoice string) string {
	return fmt.Sprintf("%s,payer,%s,%s,%s-01T00:00:00Z,2019-12-01T00:00:00Z,Usage,Usage-Based,ec2,ap-northeast-2,%s\n", cost, account, currency, month, invoice)
}

// usage is November's bill: a1 123.45 USD, a2 123,456 KRW, a3 too little, a4 not
// hit; a5 was hit and not charged.
func usage() string {
	return billHeader + billLine("123.45", "a1", "USD", "2018-11", "n") + billLine("123456", "a2", "KRW", "2018-11", "n") +
		billLine("9.00", "a3", "USD", "2018-11", "n") + billLine("700", "a4", "USD", "2018-11", "n")
}

func (b *books) plan() credit.Run {
	b.t.Helper()
	run, err := b.desk.Plan(b.t.Context(), b.request(), planner)
	if err != nil {
		b.t.Fatal(err)
	}
	return run
}

func (*books) request() credit.PlanRequest {
	return credit.PlanRequest{Scope: creditScope, Month: creditNovember, Bills: []credit.BillFile{{Name: "november.csv", Body: strings.NewReader(usage())}}}
}

func (b *books) approve(run credit.Run) credit.Run {
	b.t.Helper()
	run, err := b.desk.Approve(b.t.Context(), run.ID, approver)
	if err != nil {
		b.t.Fatal(err)
	}
	return run
}

func (b *books) apply(run credit.Run, month sla.Month, bill string) (credit.Settlement, string) {
	b.t.Helper()
	var out bytes.Buffer
	s, err := b.desk.Apply(b.t.Context(), credit.ApplyRequest{Run: run.ID, Month: month, Target: credit.BillFile{Name: "bill.csv", Body: strings.NewReader(bill)}, Out: &out}, planner)
	if err != nil {
		b.t.Fatal(err)
	}
	return s, out.String()
}

func (b *books) entries(run credit.Run) []credit.Entry {
	b.t.Helper()
	out, err := b.db.Credits().Entries(b.t.Context(), run.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func (b *books) facts() []health.FactType {
	b.t.Helper()
	facts, err := b.db.Facts(b.t.Context(), 0, 100)
	if err != nil {
		b.t.Fatal(err)
	}
	out := make([]health.FactType, len(facts))
	for i, f := range facts {
		out[i] = f.Type
	}
	return out
}

func totals(run credit.Run) string {
	var out []string
	for _, m := range run.Totals() {
		out = append(out, m.String()+" "+m.Currency)
	}
	return strings.Join(out, ", ")
}

func TestCreditRunFromPlanToBill(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		b := newBooks(t, db)
		planned := b.plan()
		saved, err := b.desk.Show(t.Context(), planned.ID)
		if err != nil {
			t.Fatal(err)
		}
		planned.Bases = nil
		if !reflect.DeepEqual(saved, planned) {
			t.Errorf("saved\n%+v\nplanned\n%+v", saved, planned)
		}
		if again := b.plan(); again.ID != planned.ID || len(b.facts()) != 1 {
			t.Errorf("the same inputs made another run: %s, %s", again.ID, planned.ID)
		}
		if got := totals(planned); got != "12346 KRW, 12.34 USD" || planned.Affected != 4 || !slices.Equal(planned.WithoutCharges, []health.AccountID{"a5"}) {
			t.Errorf("totals are %s of %d accounts, without charges %v", got, planned.Affected, planned.WithoutCharges)
		}
		bases, err := db.Credits().Bases(t.Context(), planned.ID)
		if err != nil || len(bases) != 4 || bases[0].Cost.String() != "123.45" {
			t.Errorf("bases are %v, %v", bases, err)
		}
		posted := b.approve(planned)
		if posted.State != credit.Posted || len(b.entries(posted)) != 2 {
			t.Errorf("posted %s with %d entries", posted.State, len(b.entries(posted)))
		}
		december := billHeader + billLine("10.00", "a1", "USD", "2018-12", "inv-1")
		s, rows := b.apply(posted, creditDecember, december)
		if len(s.New) != 1 || len(s.Carried) != 1 || s.Carried[0].Amount.String() != "2.34" || len(s.ByHand) != 1 || s.ByHand[0].Account != "a2" {
			t.Errorf("settlement is %+v", s)
		}
		entries := b.entries(posted)
		again, sameRows := b.apply(posted, creditDecember, december)
		if sameRows != rows || len(again.New) != 0 || !reflect.DeepEqual(b.entries(posted), entries) {
			t.Errorf("applied again: %+v\n%s\n%s", again, rows, sameRows)
		}
		if s, _ := b.apply(posted, creditDecember.Next(), billHeader+billLine("99", "a1", "USD", "2019-01", "inv-2")); len(s.New) != 1 || s.New[0].Amount.String() != "2.34" {
			t.Errorf("January: %+v", s)
		}
		grants, err := db.Credits().Grants(t.Context(), "a1")
		if err != nil || len(grants) != 1 || grants[0].Availability.Percent != "99.805556" || grants[0].Base.String() != "123.45" {
			t.Fatalf("grants of a1 are %+v, %v", grants, err)
		}
		if applied, last := grants[0].Applied(); applied.String() != "12.34" || last != creditDecember.Next() {
			t.Errorf("applied %s, last on %s", applied, last)
		}
		if grants, err := db.Credits().Grants(t.Context(), "a3"); err != nil || len(grants) != 1 || grants[0].Line.Reason != credit.BelowMinimum {
			t.Errorf("grants of a3 are %+v, %v", grants, err)
		}
		if all := posted.Grants(); len(all) != 2 || all[1].Account != "a2" || all[1].Amount.String() != "12346" || posted.FirstBill() != creditDecember {
			t.Errorf("grants of the run are %+v", all)
		}
		want := []health.FactType{health.CreditRunPlannedFact, health.CreditRunPostedFact, health.CreditRunAppliedFact, health.CreditRunAppliedFact}
		if got := b.facts(); !slices.Equal(got, want) {
			t.Errorf("facts are %v, want %v", got, want)
		}
	})
}

func TestCreditNeedsASecondPerson(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		b := newBooks(t, db)
		ctx := t.Context()
		run := b.plan()
		for _, who := range []credit.Actor{planner, {ID: planner.ID, Role: credit.RoleApprover}, {ID: "c", Role: "customer"}} {
			if _, err := b.desk.Approve(ctx, run.ID, who); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%+v approved: %v", who, err)
			}
		}
		if _, err := b.desk.Plan(ctx, b.request(), credit.Actor{ID: "c", Role: "customer"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a customer planned: %v", err)
		}
		if _, err := b.desk.Apply(ctx, credit.ApplyRequest{Run: run.ID, Month: creditDecember}, planner); !fault.Is(err, fault.Conflict) {
			t.Errorf("applied before it was approved: %v", err)
		}
		own := run // past the desk, the database itself refuses
		own.State, own.ApprovedBy = credit.Posted, run.PlannedBy
		if err := db.Credits().Post(ctx, own, own.Accruals(b.Now(), own.ApprovedBy), nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("the database took the planner's own approval: %v", err)
		}
		if left := b.entries(run); len(left) != 0 {
			t.Errorf("refused, and yet posted: %v", left)
		}
		if _, err := b.desk.Show(ctx, "none"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a run that is not there: %v", err)
		}
	})
}

func TestCreditIsRestatedUpAndNeverTakenBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		b := newBooks(t, db)
		var got []string
		for _, minutes := range []int{84, 440, 4, 440} {
			b.minutes = minutes
			run := b.plan()
			if run.State == credit.Planned {
				run = b.approve(run)
			}
			got = append(got, fmt.Sprintf("%d: %s %q", minutes, totals(run), run.Lines[0].Class))
		}
		// The first line is a1's; at 30 % the small a3 exceeds the minimum too.
		want := []string{`84: 12346 KRW, 12.34 USD ""`, `440: 24691 KRW, 27.40 USD "Correction"`, `4: 0 KRW, 0.00 USD ""`, `440: 0 KRW, 0.00 USD ""`}
		if !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		positions, err := db.Credits().Positions(t.Context(), "ec2-region", creditNovember, creditScope)
		if err != nil || len(positions) != 3 || positions[0].Posted.String() != "37.04" || positions[0].Sequence != 2 || positions[1].Posted.String() != "37037" {
			t.Errorf("positions are %+v, %v", positions, err)
		}
	})
}

func TestConcurrentRunsPostOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		b := newBooks(t, db)
		one := b.plan()
		b.alive = []health.AccountID{"a1", "a2"} // other inputs, another run, the same credits
		two := b.plan()
		if one.ID == two.ID {
			t.Fatal("other inputs gave the same run")
		}
		var wait sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wait.Go(func() {
				_, errs[i] = b.desk.Approve(t.Context(), []health.CreditRunID{one.ID, two.ID}[i%2], approver)
			})
		}
		wait.Wait()
		for _, err := range errs {
			if err != nil && !fault.Is(err, fault.Conflict) {
				t.Errorf("neither done nor a conflict: %v", err)
			}
		}
		if n := len(b.entries(one)) + len(b.entries(two)); n != 2 {
			t.Errorf("%d entries, want 2", n)
		}
		posted := slices.DeleteFunc(b.facts(), func(f health.FactType) bool { return f != health.CreditRunPostedFact })
		if len(posted) != 1 {
			t.Errorf("%d posted facts, want 1", len(posted))
		}
		if third := b.plan(); totals(third) != "0 KRW, 0.00 USD" {
			t.Errorf("planned afterwards: %s", totals(third))
		}
	})
}

func TestPayerOfSeveralAccountsIsOnePayee(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		b := newBooks(t, db)
		req := b.request()
		req.Payee = sla.PayOrganization
		bill := billHeader + billLine("9.00", "a1", "USD", "2018-11", "n") + billLine("9.00", "a2", "USD", "2018-11", "n") + billLine("9.00", "a3", "USD", "2018-11", "n")
		req.Bills[0].Body = strings.NewReader(bill)
		run, err := b.desk.Plan(t.Context(), req, planner)
		if err != nil || totals(run) != "2.70 USD" || len(run.Lines) != 1 || run.Lines[0].Key.Payee.ID != "payer" {
			t.Fatalf("%+v, %v", run, err)
		}
		if grants, err := db.Credits().Grants(t.Context(), "a3"); err != nil || len(grants) != 0 {
			t.Errorf("a planned run of the payer shows to an account: %+v, %v", grants, err)
		}
		defer func() {
			if grants, err := db.Credits().Grants(t.Context(), "a3"); err != nil || len(grants) != 1 || grants[0].Amount.String() != "0.90" {
				t.Errorf("grants of a3 are %+v, %v", grants, err)
			}
		}()
		if entries := b.entries(b.approve(run)); len(entries) != 3 || entries[2].Amount.String() != "0.90" || entries[2].Account != "a3" {
			t.Errorf("entries are %+v", entries)
		}
	})
}

func TestNoAccountIsGrantedAsItselfAndByItsPayer(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		b := newBooks(t, db)
		account, req := b.plan(), b.request()
		req.Payee = sla.PayOrganization
		payer, err := b.desk.Plan(t.Context(), req, planner)
		if err != nil {
			t.Fatal(err)
		}
		b.approve(account)
		if _, err := b.desk.Approve(t.Context(), payer.ID, approver); !fault.Is(err, fault.Conflict) {
			t.Errorf("posted to accounts and to their payer: %v", err)
		}
		req.Bills = b.request().Bills
		if _, err := b.desk.Plan(t.Context(), req, planner); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "plan with payee account") {
			t.Errorf("planned for payers after accounts were paid: %v", err)
		}
	})
}

func TestBadBillChangesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		b := newBooks(t, db)
		req := b.request()
		req.Bills[0].Body = strings.NewReader(usage() + billLine(`"12,3"`, "a1", "USD", "2018-11", "n"))
		if _, err := b.desk.Plan(t.Context(), req, planner); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "november.csv: row 6, column BilledCost") {
			t.Errorf("error is %v", err)
		}
		if runs, err := db.Credits().Runs(t.Context()); err != nil || len(runs) != 0 || len(b.facts()) != 0 {
			t.Errorf("%v, %v, %v", runs, b.facts(), err)
		}
	})
}

func TestIncidentsTouchingAnInterval(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		inc := (&books{minutes: 84}).List(t.Context())[0]
		inc.OpenedAt = outageFrom
		if _, err := db.Incidents().Save(t.Context(), inc, []journal.Entry{}); err != nil {
			t.Fatal(err)
		}
		end := outageFrom.Add(84 * time.Minute)
		cases := map[health.Interval]int{
			{From: end.Add(-time.Microsecond), To: end.Add(time.Hour)}:               1,
			{From: end, To: end.Add(time.Hour)}:                                      0,
			{From: outageFrom.Add(-time.Hour), To: outageFrom}:                       0,
			{From: outageFrom.Add(-time.Hour), To: outageFrom.Add(time.Microsecond)}: 1,
			{From: outageFrom.Add(-time.Hour)}:                                       1,
			{From: end.Add(time.Hour)}:                                               0,
		}
		for during, want := range cases {
			got, err := db.Incidents().Touching(t.Context(), during)
			if err != nil || len(got) != want {
				t.Errorf("%v: %d, %v; want %d", during, len(got), err, want)
			}
		}
	})
}

func TestLedgerIsAppendOnly(t *testing.T) {
	t.Parallel()
	check := func(t *testing.T, address string, raw *sql.DB) {
		t.Helper()
		b := newBooks(t, storetest.Open(t, address))
		b.apply(b.approve(b.plan()), creditDecember, billHeader+billLine("99", "a1", "USD", "2018-12", "inv-1"))
		for _, table := range []string{"ledger_entry", "credit_posting", "credit_application"} {
			for _, statement := range []string{"DELETE FROM " + table, "UPDATE " + table + " SET minor = minor + 1"} {
				if _, err := raw.ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "append-only") {
					t.Errorf("%s: %v", statement, err)
				}
			}
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "bonghwa.db")
		raw, err := sql.Open("sqlite", path+"?_pragma=busy_timeout(5000)")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = raw.Close() })
		check(t, "sqlite:"+path, raw)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		address := storetest.Postgres(t)
		check(t, address, storetest.Admin(t, address))
	})
}
