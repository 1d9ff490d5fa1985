package scenario_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/scenario"
	"github.com/bonghwa/bonghwa/scenario/expect"
)

func seoul(t *testing.T) scenario.Script {
	t.Helper()
	s, _, err := scenario.Load("seoul-2018")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheFleetFollowsTheDay(t *testing.T) {
	t.Parallel()
	causes := seoul(t).Fleet
	slower := causes
	slower.RemovalEvery = 20
	cases := []struct {
		causes scenario.Causes
		at     string
		want   int
	}{
		{causes, "08:12:19", 100},
		{causes, "08:12:20", 99},
		{causes, "08:18:59", 60},
		{causes, "08:19:00", 59}, // the first that is missing
		{causes, "08:25:30", 20},
		{causes, "08:27:29", 20},
		{causes, "08:27:30", 19},
		{causes, "09:02:59", 2},
		{causes, "09:04:59", 2},
		{causes, "09:05:00", 3},
		{causes, "09:42:59", 59},
		{causes, "09:43:00", 60}, // the last that was needed
		{causes, "09:43:05", 61},
		{causes, "09:50:00", 100},
		{slower, "08:25:39", 60},
		{slower, "08:25:40", 59},
		{slower, "09:42:59", 59},
		{slower, "09:43:00", 60},
	}
	for _, c := range cases {
		at, err := time.Parse("2006-01-02 15:04:05 -07:00", "2018-11-22 "+c.at+" +09:00")
		if err != nil {
			t.Fatal(err)
		}
		if got := c.causes.InService(at); got != c.want {
			t.Errorf("at %s with a removal every %d s: %d in service, want %d", c.at, c.causes.RemovalEvery, got, c.want)
		}
	}
}

func TestCustomersComeOutTheSame(t *testing.T) {
	t.Parallel()
	a, b := t.TempDir(), t.TempDir()
	for _, dir := range []string{a, b} {
		if err := scenario.WriteCustomers(dir); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{scenario.AccountsFile, scenario.ResourcesFile, scenario.UsageBillFile, scenario.TargetBillFile} {
		one, err1 := os.ReadFile(filepath.Join(a, name))
		two, err2 := os.ReadFile(filepath.Join(b, name))
		if err1 != nil || err2 != nil || !bytes.Equal(one, two) || len(one) == 0 {
			t.Errorf("%s differs between two runs (%v, %v)", name, err1, err2)
		}
	}
}

func expected(t *testing.T) expect.Expected {
	t.Helper()
	dir := t.TempDir()
	_, raw, err := scenario.Load("seoul-2018")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "script.json"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := scenario.WriteCustomers(dir); err != nil {
		t.Fatal(err)
	}
	in, err := expect.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return in.Expect()
}

func TestExpectationsAreOfTheDay(t *testing.T) {
	t.Parallel()
	e := expected(t)
	if e.Accounts != 500 || e.Minutes != 84 || e.Percent != "99.805556" || e.Tier != "10" {
		t.Errorf("%d accounts, %d minutes, %s %%, tier %s", e.Accounts, e.Minutes, e.Percent, e.Tier)
	}
	words := map[string]int{}
	for _, w := range e.Relevance {
		words[w]++
	}
	for _, w := range []string{"impacted", "related", "partially_related", "not_impacted"} {
		if words[w] == 0 {
			t.Errorf("no account is %s: %v", w, words)
		}
	}
	if len(e.Totals()) != 2 || len(e.ByHand) != 1 {
		t.Errorf("credits %v, by hand %v", e.Totals(), e.ByHand)
	}
	t.Logf("%d affected, %d messages, %d credits, %v", len(e.Affected), len(e.Messages), len(e.Credits), e.Totals())
}

// good is what a replay without fault is observed as.
func good(e expect.Expected) expect.Observed {
	o := expect.Observed{
		Superseded: map[string]int{}, Relevance: e.Relevance, Credits: e.Credits, Billed: e.Credits, ByHand: e.ByHand,
		Percent: e.Percent, Tier: e.Tier, Literal: "100.000000", Measured: 20 * time.Second, Within: time.Minute,
	}
	o.Mails = append(o.Mails, e.Messages...)
	return o
}

func TestEverySabotageIsNamed(t *testing.T) {
	t.Parallel()
	e := expected(t)
	if _, problems := e.Check(good(e)); len(problems) != 0 {
		t.Fatalf("a good day has problems: %v", problems)
	}
	victim := e.Affected[3]
	sabotages := []struct {
		name string
		do   func(*expect.Observed)
		want string
	}{
		{"a mail taken out", func(o *expect.Observed) { o.Mails = o.Mails[1:] }, "missing: " + e.Messages[0].String()},
		{"a mail twice", func(o *expect.Observed) { o.Mails = append(o.Mails, o.Mails[5]) }, e.Messages[5].String()},
		{"a mail to a stranger", func(o *expect.Observed) {
			o.Mails = append(o.Mails, expect.Message{Address: "x@y.example", Kind: "update", Sequence: 1, Language: "en"})
		}, "x@y.example"},
		{"a credit off by a cent", func(o *expect.Observed) {
			o.Credits = clone(o.Credits)
			c := o.Credits[victim]
			c.Minor++
			o.Credits[victim] = c
		}, victim},
		{"a bill off by a cent", func(o *expect.Observed) {
			o.Billed = clone(o.Billed)
			c := o.Billed[victim]
			c.Minor--
			o.Billed[victim] = c
		}, "the bill and its leftovers give account " + victim},
		{"a relevance flipped", func(o *expect.Observed) {
			o.Relevance = clone(o.Relevance)
			o.Relevance[victim] = "not_impacted"
		}, victim},
		{"no measurement", func(o *expect.Observed) { o.Measured = -1 }, "nothing was measured"},
		{"a measurement two minutes off", func(o *expect.Observed) { o.Measured = 2 * time.Minute }, "2m0s"},
		{"another tier", func(o *expect.Observed) { o.Tier = "30" }, "tier 30"},
		{"nobody by hand", func(o *expect.Observed) { o.ByHand = nil }, "by hand"},
	}
	for _, s := range sabotages {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			o := good(e)
			s.do(&o)
			_, problems := e.Check(o)
			for _, p := range problems {
				if bytes.Contains([]byte(p), []byte(s.want)) {
					return
				}
			}
			t.Errorf("problems %v, want one that names %q", problems, s.want)
		})
	}
}

func clone[V any](m map[string]V) map[string]V {
	out := make(map[string]V, len(m))
	maps.Copy(out, m)
	return out
}
