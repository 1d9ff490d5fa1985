package storetest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/store/storetest"
)

// anywhere offers every service everywhere.
type anywhere struct{}

func (anywhere) HasService(health.ServiceID) bool                    { return true }
func (anywhere) HasRegion(health.RegionID) bool                      { return true }
func (anywhere) HasComponent(health.ServiceID, health.RegionID) bool { return true }

func kst(day, hour, minute int) time.Time {
	return time.Date(2018, 11, day, hour-9, minute, 0, 0, time.UTC)
}

// outage is the outage of 22 November.
func outage() health.Interval {
	return health.Interval{From: kst(22, 8, 19), To: kst(22, 9, 43)}
}

func seoul(service health.ServiceID) health.Scope {
	return health.Scope{Service: service, Region: "ap-northeast-2"}
}

type crowd struct {
	t  *testing.T
	db *store.DB
}

func (c crowd) load(kind audience.Kind, at time.Time, lines ...string) audience.Result {
	c.t.Helper()
	text := strings.Join(append([]string{strings.Join(audience.Columns(kind), ",")}, lines...), "\n") + "\n"
	r, err := audience.NewImporter(c.db.Audience(), anywhere{}).Import(c.t.Context(),
		audience.Source{Name: string(kind) + ".csv", Kind: kind, Format: audience.CSV, Content: strings.NewReader(text)},
		audience.Terms{At: at, Actor: "key-1"})
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

func (c crowd) head() int64 {
	c.t.Helper()
	p, err := c.db.Head(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	return p.Number
}

func (c crowd) alive(during health.Interval, at int64) string {
	c.t.Helper()
	ids, err := c.db.Audience().AccountsAlive(c.t.Context(), audience.AliveQuery{Scope: seoul("ec2"), During: during, At: at})
	if err != nil {
		c.t.Fatal(err)
	}
	return fmt.Sprint(ids)
}

func people(t *testing.T, db *store.DB) crowd {
	t.Helper()
	c := crowd{t, db}
	at := kst(1, 9, 0)
	c.load(audience.Organizations, at, "o1,Han", "o2,Nam")
	c.load(audience.Accounts, at, "a1,o1,One,ko,KRW,", "a2,o1,Two,en,USD,active", "a3,o2,Three,ko,USD,suspended")
	c.load(audience.Contacts, at, "a1,Kim@example.com,,,", "a2,kim@example.com,en,operations,email", "a3,lee@example.com,ko,billing;security,")
	c.load(audience.Resources, at,
		"i-1,a1,ec2,ap-northeast-2,ap-northeast-2a,web-1,team=웹,2018-01-01T00:00:00+09:00,",
		"i-2,a1,ec2,ap-northeast-2,ap-northeast-2a,web-2,,2018-02-01T00:00:00+09:00,2018-12-01T00:00:00+09:00",
		"i-3,a2,ec2,ap-northeast-2,ap-northeast-2c,old,,2018-01-01T00:00:00+09:00,2018-11-10T00:00:00+09:00",
		"i-4,a3,rds,ap-northeast-2,,db,,2018-01-01T00:00:00+09:00,")
	return c
}

func TestAudienceIsAFunctionOfAJournalNumber(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		c := people(t, db)
		before := c.head()
		c.load(audience.Resources, kst(22, 8, 30),
			"i-1,a1,ec2,ap-northeast-2,ap-northeast-2a,web-1,team=웹,2018-01-01T00:00:00+09:00,2018-11-21T00:00:00+09:00",
			"i-2,a1,ec2,ap-northeast-2,ap-northeast-2a,web-2,,2018-02-01T00:00:00+09:00,2018-11-21T00:00:00+09:00",
			"i-5,a3,ec2,ap-northeast-2,ap-northeast-2a,new,,2018-11-22T08:00:00+09:00,",
			"i-6,a2,ec2,ap-northeast-2,ap-northeast-2a,late,,2018-11-22T09:50:00+09:00,")
		c.load(audience.Contacts, kst(22, 8, 31), "a1,new@example.com,,,")
		c.load(audience.Accounts, kst(22, 8, 32), "a1,o2,Uno,en,USD,closed")
		if got := c.alive(outage(), before); got != "[a1]" {
			t.Errorf("as known before the import %s, want a1 as then", got)
		}
		if got := c.alive(outage(), audience.Latest); got != "[a3]" {
			t.Errorf("as known now %s, want a3", got)
		}
		if got := c.alive(health.Interval{From: kst(22, 8, 19)}, audience.Latest); got != "[a2 a3]" {
			t.Errorf("with no end %s, want also a2, whose resource is yet to begin", got)
		}
		contacts, err := db.Audience().Contacts(t.Context(), "a1", before)
		if err != nil || len(contacts) != 1 || contacts[0].Endpoint.Address != "kim@example.com" {
			t.Errorf("contacts as known before: %+v, %v", contacts, err)
		}
		spans, err := db.Audience().Spans(t.Context(), "a1", before)
		if err != nil || len(spans) != 1 || spans[0].Count != 2 || !spans[0].During.Open() || spans[0].Scope.Zone != "ap-northeast-2a" {
			t.Errorf("spans as known before: %+v, %v", spans, err)
		}
		resources, err := db.Audience().Resources(t.Context(), audience.ResourceQuery{Account: "a1", At: before})
		if err != nil || len(resources) != 2 || !resources[0].Life.Open() || resources[0].Tags["team"] != "웹" {
			t.Errorf("resources as known before: %+v, %v", resources, err)
		}
		for _, id := range []health.AccountID{"a1", "a2"} {
			if a, err := db.Audience().Account(t.Context(), id); err != nil || (a.ID == "a1") != (a.Status == audience.Closed) {
				t.Errorf("account %+v, %v", a, err)
			}
		}
	})
}

func TestTheSameFileTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		c := people(t, db)
		before := c.head()
		if before != 4 {
			t.Errorf("%d facts after four imports", before)
		}
		people(t, db)
		if got := c.head(); got != before {
			t.Errorf("the journal grew from %d to %d", before, got)
		}
		if all, err := db.Audience().Accounts(t.Context(), "", 10); err != nil || len(all) != 3 {
			t.Errorf("accounts %+v, %v; want 3", all, err)
		}
		again := c.load(audience.Resources, kst(22, 9, 0), "i-4,a3,rds,ap-northeast-2,,db,,2018-01-01T00:00:00+09:00,")
		inv, err := db.Audience().Inventory(t.Context())
		if err != nil || again.Changed != 0 || c.head() != before || !inv.AsOf.Equal(kst(22, 9, 0)) {
			t.Errorf("an unchanged inventory: %+v, as of %v, %v; it must become fresh without a fact", again, inv.AsOf, err)
		}
		c.load(audience.Resources, kst(2, 9, 0), "i-4,a3,rds,ap-northeast-2,,db,,2018-01-01T00:00:00+09:00,")
		if inv, err := db.Audience().Inventory(t.Context()); err != nil || !inv.AsOf.Equal(kst(22, 9, 0)) {
			t.Errorf("as of went back to %v, %v", inv.AsOf, err)
		}
	})
}

func TestAResourceThatMovesLeavesItsAccount(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		c := people(t, db)
		c.load(audience.Resources, kst(3, 9, 0), "i-1,a2,ec2,ap-northeast-2,ap-northeast-2a,web-1,,2018-01-01T00:00:00+09:00,")
		one, err := db.Audience().Spans(t.Context(), "a1", audience.Latest)
		if err != nil || len(one) != 1 || one[0].Count != 1 || one[0].During.Open() {
			t.Errorf("spans of the account it left: %+v, %v", one, err)
		}
		two, err := db.Audience().Spans(t.Context(), "a2", audience.Latest)
		if err != nil || len(two) != 2 {
			t.Errorf("spans of the account it came to: %+v, %v", two, err)
		}
	})
}

func TestAddressesAndPlans(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		c := people(t, db)
		s := db.Audience()
		mine, err := s.ContactsOfAddress(t.Context(), audience.Email, " KIM@Example.com")
		if err != nil || len(mine) != 2 || mine[0].Account != "a1" || mine[1].Account != "a2" || mine[1].Language != health.English {
			t.Fatalf("contacts of the address: %+v, %v", mine, err)
		}
		if e := mine[0].Endpoint; e != mine[1].Endpoint || e.Address != "kim@example.com" || e.Channel != audience.Email {
			t.Errorf("endpoints %+v and %+v, want the same one", e, mine[1].Endpoint)
		}
		if !slices.Equal(mine[0].Kinds, audience.ContactKinds()) {
			t.Errorf("kinds %v", mine[0].Kinds)
		}
		if none, err := s.ContactsOfAddress(t.Context(), audience.Email, "nobody@example.com"); err != nil || len(none) != 0 {
			t.Errorf("contacts of nobody: %+v, %v", none, err)
		}
		c.load(audience.SupportPlans, kst(2, 9, 0), "a1,enterprise,m-1")
		if p, err := s.SupportPlan(t.Context(), "a1"); err != nil || p.Plan != audience.Enterprise || p.Manager != "m-1" {
			t.Errorf("plan %+v, %v", p, err)
		}
		if _, err := s.SupportPlan(t.Context(), "a2"); !fault.Is(err, fault.NotFound) {
			t.Errorf("no plan: %v", err)
		}
		if list, err := s.Accounts(t.Context(), "a1", 1); err != nil || len(list) != 1 || list[0].ID != "a2" {
			t.Errorf("a page of accounts: %+v, %v", list, err)
		}
		if _, err := s.Account(t.Context(), "a9"); !fault.Is(err, fault.NotFound) {
			t.Errorf("no account: %v", err)
		}
	})
}

func TestResourcesArePagedAndSearched(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		c := people(t, db)
		var lines []string
		for i := range 450 {
			lines = append(lines, fmt.Sprintf("b-%03d,a2,ec2,ap-northeast-2,ap-northeast-2a,서버%03d,kind=100%%_x,2018-01-01T00:00:00Z,", i, i%400))
		}
		c.load(audience.Resources, kst(5, 9, 0), lines...)
		d := audience.NewDirectory(db.Audience(), 0)
		what := []audience.Disturbance{{Scope: seoul("ec2"), During: outage(), Level: health.MajorOutage}}
		q := audience.ResourceQuery{Account: "a2", In: what, At: audience.Latest, Limit: 200}
		var names []string
		for {
			p, err := d.Affected(t.Context(), q, kst(22, 9, 0))
			if err != nil || p.Total != 450 {
				t.Fatalf("page %+v, %v", p, err)
			}
			for _, e := range p.Entities {
				names = append(names, e.Name+string(e.ID))
				if e.Status != audience.Impaired {
					t.Fatalf("%s is %s during the outage", e.ID, e.Status)
				}
			}
			if q.After = p.Next; q.After == (audience.Cursor{}) {
				break
			}
		}
		if len(names) != 450 || !slices.IsSorted(names) {
			t.Errorf("%d resources, sorted %v", len(names), slices.IsSorted(names))
		}
		for text, want := range map[string]int{"서버39": 10, "B-44": 10, "100%_": 450, "100_": 0, "old": 0, `\`: 0} {
			if p, err := d.Affected(t.Context(), audience.ResourceQuery{Account: "a2", In: what, At: audience.Latest, Search: text}, kst(22, 10, 0)); err != nil || p.Total != want {
				t.Errorf("search %q finds %d, %v; want %d", text, p.Total, err, want)
			}
		}
		a, err := d.Assess(t.Context(), "a1", what, audience.Latest, kst(22, 9, 0))
		if err != nil || a.Relevance != audience.Impacted || a.Reason.Count != 2 || a.Reason.Total != 2 {
			t.Errorf("assessment %+v, %v", a, err)
		}
		a, err = d.Assess(t.Context(), "a3", what, audience.Latest, kst(22, 9, 0))
		if err != nil || a.Relevance != audience.PartiallyRelated {
			t.Errorf("assessment %+v, %v", a, err)
		}
	})
}

func TestImportsAtOnceAllCount(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		c := people(t, db)
		done := make(chan error)
		const many = 6
		for i := range many {
			go func() {
				text := strings.Join(audience.Columns(audience.Resources), ",") +
					fmt.Sprintf("\nx-%d,a1,ec2,ap-northeast-2,ap-northeast-2a,x,,2018-01-01T00:00:00Z,\n", i)
				_, err := audience.NewImporter(db.Audience(), anywhere{}).Import(t.Context(),
					audience.Source{Name: "r.csv", Kind: audience.Resources, Format: audience.CSV, Content: strings.NewReader(text)},
					audience.Terms{At: kst(6, 9, 0)})
				done <- err
			}()
		}
		for range many {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		spans, err := db.Audience().Spans(t.Context(), "a1", audience.Latest)
		if err != nil || len(spans) != 1 || spans[0].Count != 2+many {
			t.Errorf("spans %+v, %v; want all %d resources", spans, err, 2+many)
		}
		if got := c.head(); got != 4+many {
			t.Errorf("%d facts, want %d", got, 4+many)
		}
	})
}
