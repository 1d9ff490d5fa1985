package focus_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/credit/focus"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/sla"
)

func seoul() credit.Selection {
	return credit.Selection{
		Month: sla.Month{Year: 2018, Month: time.November}, Services: []string{"Amazon Elastic Compute Cloud", "ec2"}, Region: "ap-northeast-2",
		Categories: []string{"Usage", "Purchase"}, NotFrequency: "One-Time", Cost: sla.BilledCost,
	}
}

func faults(t *testing.T) string {
	t.Helper()
	body, err := os.ReadFile("testdata/faults.csv")
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestBasesOfAFileWithFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cost sla.CostColumn
		want string
	}{
		// 7.00000000001 + 3.05 under one name of the service, 1.20 under the other;
		// 8.40 of the billing account itself.
		{sla.BilledCost, "111 10.05000000001 2; 111 1.2 1; 9001 8.4 1"},
		{sla.EffectiveCost, "111 9.5 2; 111 1.2 1; 9001 8.4 1"},
	} {
		sel := seoul()
		sel.Cost = c.cost
		usage, err := focus.Format{}.Bases(t.Context(), strings.NewReader("\ufeff"+faults(t)), "november.csv", sel)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, b := range usage.Bases {
			got = append(got, string(b.Account)+" "+b.Cost.String()+" "+string('0'+rune(b.Rows)))
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("%s: %s, want %s", c.cost, s, c.want)
		}
		if usage.File.Rows != 11 || len(usage.File.SHA256) != 64 {
			t.Errorf("file is %+v", usage.File)
		}
	}
}

func TestRepairsAreReported(t *testing.T) {
	t.Parallel()
	usage, err := focus.Format{}.Bases(t.Context(), strings.NewReader(faults(t)), "november.csv", seoul())
	if err != nil {
		t.Fatal(err)
	}
	want := []credit.Repair{
		{What: "unknown column, not read", Column: "Id", Count: 1, FirstRow: 1},
		{What: "time without T or Z, read as UTC", Column: "BillingPeriodEnd", Count: 11, FirstRow: 2},
		{What: "time without T or Z, read as UTC", Column: "BillingPeriodStart", Count: 11, FirstRow: 2},
		{What: "written in another case", Column: "ChargeFrequency", Count: 1, FirstRow: 3},
		{What: "credit whose billed and effective costs differ; no base holds it", Column: "EffectiveCost", Count: 1, FirstRow: 7},
		{What: "NULL in words, read as empty", Column: "SubAccountId", Count: 1, FirstRow: 10},
		{What: "row of another billing period, left out", Column: "BillingPeriodStart", Count: 1, FirstRow: 11},
		{What: "NULL in words, read as empty", Column: "RegionId", Count: 1, FirstRow: 12},
	}
	for i := range want {
		want[i].File = "november.csv"
	}
	if !slices.Equal(usage.Repairs, want) {
		t.Errorf("repairs are\n%+v\nwant\n%+v", usage.Repairs, want)
	}
}

func TestBadFilesAreRefusedWithRowAndColumn(t *testing.T) {
	t.Parallel()
	good := faults(t)
	cut := good[:strings.LastIndex(good, "Usage-Based")]
	cases := []struct{ name, file, want string }{
		{"decimal comma, quoted", strings.Replace(good, "3.05E0", `"12,3"`, 1), `nov.csv: row 3, column BilledCost: "12,3" is not an amount (write digits with a point`},
		{"decimal comma, bare", strings.Replace(good, "NULL,3.05E0", "NULL,12,3", 1), `nov.csv: row 3, column BilledCost: the row has 26 fields and the header 25: is "12,3" one number?`},
		{"13 decimals", strings.Replace(good, "3.05E0", "3.0500000000001", 1), `row 3, column BilledCost: "3.0500000000001" has more than 12 decimals`},
		{"no cost", strings.Replace(good, "3.05E0", "NULL", 1), `row 3, column BilledCost: "" is not an amount`},
		{"cut in the middle of a line", cut, "nov.csv: row 12 (line 12): wrong number of fields (is the file complete?"},
		{"cut in the middle of a text", good + `NULL,"12`, "nov.csv: row 13"},
		{"unknown category", strings.Replace(good, ",Purchase,", ",Gift,", 1), `row 4, column ChargeCategory: "Gift" is not known (write one of: Usage`},
		{"unknown currency", strings.Replace(good, ",USD,", ",UXD,", 1), `row 2, column BillingCurrency: currency "UXD" is not known`},
		{"unknown time", strings.Replace(good, ",2018-11-01 00:00:00,", ",01/11/2018,", 1), `row 2, column BillingPeriodStart: "01/11/2018" is not a time`},
		{"no column", strings.Replace(good, "ServiceName", "Servicename", 1), "row 1, column ServiceName: the column is missing"},
		{"column twice", strings.Replace(good, "AvailabilityZone", "BilledCost", 1), "row 1, column BilledCost: the column stands twice"},
		{"empty", "", "nov.csv: the file is empty"},
		{"another month", strings.ReplaceAll(good, "2018-11-01 00", "2018-10-01 00"), "nov.csv: no row's billing period is 2018-11"},
	}
	for _, c := range cases {
		_, err := focus.Format{}.Bases(t.Context(), strings.NewReader(c.file), "nov.csv", seoul())
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error is %v\nwant it to hold %s", c.name, err, c.want)
		}
	}
	many := strings.Replace(strings.Replace(good, "3.05E0", "x", 1), "8.40", "y", 1)
	_, err := focus.Format{}.Bases(t.Context(), strings.NewReader(many), "nov.csv", seoul())
	if err == nil || strings.Count(err.Error(), "is not an amount") != 2 {
		t.Errorf("both bad rows should be told: %v", err)
	}
}

func TestTargetIsWhatIsStillPaidBeforeTax(t *testing.T) {
	t.Parallel()
	got, err := focus.Format{}.Target(t.Context(), strings.NewReader(faults(t)), "december.csv", seoul())
	if err != nil {
		t.Fatal(err)
	}
	// 7.00000000001 + 3.05 + 500 − 2.6137; 1.20; 8.40
	var sums []string
	for _, d := range got.Dues {
		sums = append(sums, string(d.Account)+" "+d.Party.ServiceName+" "+d.Amount.String())
	}
	want := []string{"111 Amazon Elastic Compute Cloud 507.43630000001", "111 ec2 1.2", "9001 Amazon Elastic Compute Cloud 8.4"}
	if !slices.Equal(sums, want) {
		t.Errorf("dues are %q, want %q", sums, want)
	}
	if len(got.Billed) != 3 || got.Billed[1].Account != "222" {
		t.Errorf("billed are %v", got.Billed)
	}
}

func TestCommittedUsageDependsOnTheCostColumn(t *testing.T) {
	t.Parallel()
	const header = "BilledCost,EffectiveCost,BillingAccountId,SubAccountId,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargeCategory,ChargeFrequency,ServiceName,RegionId\n"
	line := func(billed, effective, category, frequency string) string {
		return strings.Join([]string{billed, effective, "o", "a", "USD", "2018-11-01T00:00:00Z", "2018-12-01T00:00:00Z", category, frequency, "ec2", "ap-northeast-2"}, ",") + "\n"
	}
	cases := []struct {
		name, file, billed, effective string
	}{
		{"no upfront", line("100.00", "0", "Purchase", "Recurring") + line("0", "95.00", "Usage", "Usage-Based"), "100", "95"},
		{"all upfront", line("1200.00", "0", "Purchase", "One-Time") + line("0", "100.00", "Usage", "Usage-Based"), "0", "100"},
	}
	for _, c := range cases {
		for column, want := range map[sla.CostColumn]string{sla.BilledCost: c.billed, sla.EffectiveCost: c.effective} {
			sel := seoul()
			sel.Cost = column
			usage, err := focus.Format{}.Bases(t.Context(), strings.NewReader(header+c.file), "b.csv", sel)
			if err != nil || len(usage.Bases) != 1 || usage.Bases[0].Cost.String() != want || len(usage.Repairs) != 0 {
				t.Errorf("%s by %s: %+v, %v; want %s", c.name, column, usage, err, want)
			}
		}
	}
}

func TestCreditRowsAreStrict(t *testing.T) {
	t.Parallel()
	use := credit.Use{
		Run: "r", Account: "111", Sequence: 1, Amount: credit.Money{Minor: 1234, Currency: "USD"}, Description: "SLA credit, ec2",
		Charge: health.Interval{From: time.Date(2018, 11, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2018, 12, 1, 0, 0, 0, 0, time.UTC)},
		Party: credit.Party{
			BillingAccountID: "9001", SubAccountID: "111", Invoice: "inv-1", Issuer: "Hangang Cloud", ServiceName: "ec2", RegionID: "ap-northeast-2",
			Billing: health.Interval{From: time.Date(2018, 12, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)},
		},
	}
	won := use
	won.Amount, won.Class = credit.Money{Minor: 12346, Currency: "KRW"}, credit.Correction
	var a, b bytes.Buffer
	for _, w := range []*bytes.Buffer{&a, &b} {
		if err := (focus.Format{}).Write(w, []credit.Use{use, won}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the same rows gave other bytes")
	}
	records, err := csv.NewReader(&a).ReadAll()
	if err != nil || len(records) != 3 || len(records[0]) != 57 {
		t.Fatalf("%v, %v", records, err)
	}
	get := func(row int, column string) string { return records[row][slices.Index(records[0], column)] }
	for column, want := range map[string]string{
		"BilledCost": "-12.34", "EffectiveCost": "-12.34", "ContractedCost": "-12.34", "ListCost": "-12.34", "ChargeCategory": "Credit",
		"ChargeFrequency": "One-Time", "ChargeClass": "", "ChargePeriodStart": "2018-11-01T00:00:00Z", "ChargePeriodEnd": "2018-12-01T00:00:00Z",
		"BillingPeriodStart": "2018-12-01T00:00:00Z", "InvoiceId": "inv-1", "BillingCurrency": "USD", "ConsumedQuantity": "",
	} {
		if got := get(1, column); got != want {
			t.Errorf("%s is %q, want %q", column, got, want)
		}
	}
	if get(2, "BilledCost") != "-12346" || get(2, "ChargeClass") != "Correction" {
		t.Errorf("won row is %v", records[2])
	}
}
