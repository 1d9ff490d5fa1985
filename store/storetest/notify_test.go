package storetest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/notify"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/store/storetest"
)

// mailing is a database with customers and a follower's fence.
type mailing struct {
	t     *testing.T
	db    *store.DB
	fence journal.Fence
	at    time.Time
	facts int
}

func newMailing(t *testing.T, db *store.DB) *mailing {
	t.Helper()
	l, err := db.TakeLease(t.Context(), journal.Lease{Name: "notify"}, "node-1")
	if err != nil {
		t.Fatal(err)
	}
	return &mailing{t: t, db: db, fence: journal.Fence{Name: l.Name, Number: l.Fence}, at: time.Date(2018, 11, 21, 23, 19, 0, 0, time.UTC)}
}

// load imports rows and gives the number of the import's fact.
func (m *mailing) load(kind audience.Kind, rows ...string) int64 {
	m.t.Helper()
	text := strings.Join(append([]string{strings.Join(audience.Columns(kind), ",")}, rows...), "\n") + "\n"
	m.facts++
	_, err := audience.NewImporter(m.db.Audience(), everywhere{}).Import(m.t.Context(),
		audience.Source{Name: string(kind), Kind: kind, Format: audience.CSV, Content: strings.NewReader(text)},
		audience.Terms{At: m.at.Add(time.Duration(m.facts) * time.Second), Actor: "key-1"})
	if err != nil {
		m.t.Fatal(err)
	}
	head, err := m.db.Head(m.t.Context())
	if err != nil {
		m.t.Fatal(err)
	}
	return head.Number
}

type everywhere struct{}

func (everywhere) HasService(health.ServiceID) bool                    { return true }
func (everywhere) HasRegion(health.RegionID) bool                      { return true }
func (everywhere) HasComponent(health.ServiceID, health.RegionID) bool { return true }

// customers loads accounts a001, a002, …, each with one instance in Seoul and a
// contact; every tenth shares the address of the one before it.
func (m *mailing) customers(from, to int) int64 {
	m.t.Helper()
	var accounts, contacts, resources []string
	for i := from; i <= to; i++ {
		owner := i
		if i%10 == 0 {
			owner--
		}
		accounts = append(accounts, fmt.Sprintf("a%03d,o1,Account %d,%s,USD,", i, i, []string{"ko", "en"}[i%2]))
		contacts = append(contacts, fmt.Sprintf("a%03d,c%03d@example.com,,,", i, owner))
		resources = append(resources, fmt.Sprintf("i-%03d,a%03d,ec2,ap-northeast-2,ap-northeast-2a,web-%d,,2018-01-01T00:00:00Z,", i, i, i))
	}
	m.load(audience.Organizations, "o1,Han")
	m.load(audience.Accounts, accounts...)
	m.load(audience.Contacts, contacts...)
	return m.load(audience.Resources, resources...)
}

func (m *mailing) publish(number int64, kind notify.Kind) notify.Publication {
	m.t.Helper()
	p, err := m.db.Notify().Publish(m.t.Context(), m.draft(number, kind), m.fence)
	if err != nil {
		m.t.Fatal(err)
	}
	return p
}

func (m *mailing) draft(number int64, kind notify.Kind) notify.Publication {
	slots := map[health.Language]notify.Slots{}
	hash := map[health.Language]string{}
	for _, l := range health.Languages() {
		slots[l] = notify.Slots{"title": "DNS", "body": fmt.Sprintf("fact %d", number), "state": "…", "provider": "Han"}
		hash[l] = notify.ContentHash(string(kind), 1, slots[l])
	}
	return notify.Publication{
		ID: health.PublicationID(health.NewID(time.Now())), Number: number, Thread: "incident-1", Kind: kind,
		Template: string(kind), Version: 1, Slots: slots, Hash: hash, At: m.at,
		Reaches: []notify.Reach{{
			Scope:  health.Scope{Service: "ec2", Region: "ap-northeast-2"},
			During: health.Interval{From: m.at, To: m.at.Add(84 * time.Minute)},
		}},
	}
}

func (m *mailing) sum(p notify.Publication) notify.Sum {
	m.t.Helper()
	s, err := m.db.Notify().Sum(m.t.Context(), p.ID)
	if err != nil {
		m.t.Fatal(err)
	}
	if !s.Holds() {
		m.t.Errorf("publication %d: the states do not add up to the audience: %+v", p.Sequence, s)
	}
	return s
}

func (m *mailing) take() notify.Chunk {
	m.t.Helper()
	chunks, err := m.db.Notify().Due(m.t.Context(), time.Now())
	if err != nil || len(chunks) == 0 {
		m.t.Fatalf("no chunk is due: %v", err)
	}
	c, err := m.db.Notify().Take(m.t.Context(), chunks[0], "node-1/1")
	if err != nil {
		m.t.Fatal(err)
	}
	return c
}

func (m *mailing) plan(c notify.Chunk) notify.Plan {
	m.t.Helper()
	w, err := m.db.Notify().Load(m.t.Context(), c)
	if err != nil {
		m.t.Fatal(err)
	}
	return notify.MakePlan(c, w, time.Now())
}

func (m *mailing) commit(s notify.Step) notify.Verdict {
	m.t.Helper()
	v, err := m.db.Notify().Commit(m.t.Context(), []notify.Step{s})
	if err != nil {
		m.t.Fatal(err)
	}
	return v[0]
}

func TestPromise2AnImportDuringAMailingChangesNoSum(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		m := newMailing(t, db)
		m.load(audience.Organizations, "o1,Han")
		m.load(audience.Accounts, "b1,o1,Busan,ko,KRW,")
		m.load(audience.Contacts, "b1,busan@example.com,,,")
		first := m.publish(m.customers(1, 30), notify.KindUpdate)
		if s := m.sum(first); s.Audience != 27 || s.Pending != 27 {
			t.Fatalf("audience %+v, want 27 addresses of 30 accounts, all pending", s)
		}
		m.customers(31, 39)
		second := m.load(audience.Resources, "i-b1,b1,ec2,ap-northeast-2,,late,,2018-01-01T00:00:00Z,")
		if s := m.sum(first); s.Audience != 27 {
			t.Errorf("the audience of a publication grew by an import after it: %+v", s)
		}
		// everybody leaves, but who was told hears the end
		third := m.load(audience.Resources, "i-001,a001,ec2,ap-northeast-2,ap-northeast-2a,web-1,,2018-01-01T00:00:00Z,2018-02-01T00:00:00Z")
		if s := m.sum(m.publish(second, notify.KindUpdate)); s.Audience != 37 {
			t.Errorf("second audience %+v, want 37", s)
		}
		if s := m.sum(m.publish(third, notify.KindUpdate)); s.Audience != 37 {
			t.Errorf("third audience %+v, want 37: who was told before hears the end", s)
		}
		if s := m.sum(first); s.Audience != 27 {
			t.Errorf("the first audience changed: %+v", s)
		}
	})
}

func TestPublishingTheSameFactAgainChangesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		m := newMailing(t, db)
		number := m.customers(1, 60)
		first := m.publish(number, notify.KindUpdate)
		again := m.publish(number, notify.KindUpdate)
		if again.ID != first.ID || again.Sequence != 1 {
			t.Errorf("published again as %s, sequence %d", again.ID, again.Sequence)
		}
		old := m.fence
		if _, err := db.TakeLease(t.Context(), journal.Lease{Name: old.Name, Fence: old.Number}, "node-2"); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Notify().Publish(t.Context(), m.draft(number+1, notify.KindUpdate), old); !fault.Is(err, fault.Conflict) {
			t.Errorf("published under an old fence: %v", err)
		}
		open, err := db.Notify().Open(t.Context())
		if err != nil || open != 3 {
			t.Errorf("%d open chunks of 54 endpoints, want 3 of 20: %v", open, err)
		}
	})
}

func TestAChunkHasOneHolder(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		m := newMailing(t, db)
		p := m.publish(m.customers(1, 9), notify.KindUpdate)
		seen, err := db.Notify().Due(t.Context(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		c := m.take()
		if _, err := db.Notify().Take(t.Context(), seen[0], "node-2/1"); !fault.Is(err, fault.Conflict) {
			t.Errorf("taken twice: %v", err)
		}
		items := m.plan(c).Items
		if len(items) != 9 {
			t.Fatalf("%d items, want 9", len(items))
		}
		intent := items[0].Outcome
		if v := m.commit(notify.Step{Chunk: c, Intent: &intent}); v != notify.Held {
			t.Errorf("the holder's step is %v", v)
		}
		// the first holder stops answering; the second takes over
		stood, err := db.Notify().Due(t.Context(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		next, err := db.Notify().Take(t.Context(), stood[0], "node-2/1")
		if err != nil {
			t.Fatal(err)
		}
		other := items[1].Outcome
		done := intent
		done.State = notify.Delivered
		if v := m.commit(notify.Step{Chunk: c, Results: []notify.Outcome{done}, Intent: &other}); v != notify.Lost {
			t.Errorf("a step under an old fence is %v", v)
		}
		if s := m.sum(p); s.Delivered != 1 || s.Pending != 8 {
			t.Errorf("what was accepted before the take-over was not kept, or more was: %+v", s)
		}
		if left := m.plan(next).Items; len(left) != 8 || left[0].Outcome.Marked {
			t.Errorf("%d items left for the new holder, want 8 unmarked", len(left))
		}
	})
}

func TestPromise2AMessageUnderWayAtAKillIsMarked(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		m := newMailing(t, db)
		p := m.publish(m.customers(1, 9), notify.KindUpdate)
		c := m.take()
		intent := m.plan(c).Items[0].Outcome
		m.commit(notify.Step{Chunk: c, Intent: &intent})
		next, err := db.Notify().Take(t.Context(), m.held(), "node-2/1")
		if err != nil {
			t.Fatal(err)
		}
		items := m.plan(next).Items
		if len(items) != 9 || !items[0].Outcome.Marked || items[1].Outcome.Marked {
			t.Fatalf("the message under way is not marked alone: %+v", items)
		}
		again := items[0].Outcome
		m.commit(notify.Step{Chunk: next, Intent: &again})
		late := intent
		late.State = notify.Failed
		m.commit(notify.Step{Chunk: c, Results: []notify.Outcome{late}})
		if s := m.sum(p); s.Failed != 0 || s.Marked != 1 {
			t.Errorf("the old holder wrote over the new one's row: %+v", s)
		}
	})
}

func (m *mailing) held() notify.Chunk {
	m.t.Helper()
	chunks, err := m.db.Notify().Due(m.t.Context(), time.Now())
	if err != nil || len(chunks) == 0 {
		m.t.Fatalf("no chunk is held: %v", err)
	}
	return chunks[len(chunks)-1]
}

func TestPromise3AnUnsentUpdateIsSupersededByTheNext(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		m := newMailing(t, db)
		number := m.customers(1, 9)
		first := m.publish(number, notify.KindUpdate)
		c := m.take()
		intent := m.plan(c).Items[0].Outcome
		second := m.publish(number+1, notify.KindUpdate)
		if v := m.commit(notify.Step{Chunk: c, Intent: &intent}); v != notify.Stale {
			t.Fatalf("an intent for what is not the newest any more is %v", v)
		}
		w, err := db.Notify().Load(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		c.Goal = w.Publications[len(w.Publications)-1].Sequence
		items := notify.MakePlan(c, w, time.Now()).Items
		for _, item := range items {
			o := item.Outcome
			m.commit(notify.Step{Chunk: c, Closed: item.Closed, Intent: &o})
			o.State = notify.Delivered
			m.commit(notify.Step{Chunk: c, Results: []notify.Outcome{o}})
		}
		if err := db.Notify().Release(t.Context(), c, c.Goal, time.Time{}); err != nil {
			t.Fatal(err)
		}
		if s := m.sum(first); s.Superseded != 9 {
			t.Errorf("first: %+v, want 9 superseded", s)
		}
		if s := m.sum(second); s.Delivered != 9 {
			t.Errorf("second: %+v, want 9 delivered", s)
		}
		if open, err := db.Notify().Open(t.Context()); err != nil || open != 0 {
			t.Errorf("%d chunks open: %v", open, err)
		}
		summary := m.publish(number+2, notify.KindSummary)
		if s := m.sum(summary); s.Pending != 9 {
			t.Errorf("summary: %+v", s)
		}
	})
}

func TestFinalOutcomesAreFinal(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		m := newMailing(t, db)
		p := m.publish(m.customers(1, 9), notify.KindUpdate)
		c := m.take()
		o := m.plan(c).Items[0].Outcome
		o.Personal = notify.Slots{"accounts": "a001"}
		m.commit(notify.Step{Chunk: c, Intent: &o})
		done := o
		done.State, done.Reply = notify.Delivered, "250 ok"
		m.commit(notify.Step{Chunk: c, Results: []notify.Outcome{done}})
		m.commit(notify.Step{Chunk: c, Intent: &o})
		got, address, err := db.Notify().Outcome(t.Context(), p.ID, o.Endpoint)
		if err != nil || got.State != notify.Delivered || got.Personal["accounts"] != "a001" || !strings.HasSuffix(address, "@example.com") {
			t.Errorf("outcome %+v, address %q: %v", got, address, err)
		}
		if err := db.Notify().Suppress(t.Context(), o.Endpoint, "bounced", m.at); err != nil {
			t.Fatal(err)
		}
		names, err := db.Notify().Names(t.Context(), "a001", p, 20)
		if err != nil || len(names) != 1 || names[0] != "web-1" {
			t.Errorf("names of a001: %v, %v", names, err)
		}
	})
}

func TestACreditRunTellsThoseItCredits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		m := newMailing(t, db)
		draft := m.draft(m.customers(1, 30), notify.KindCredit)
		draft.Thread, draft.Reaches = notify.CreditThread("run-1"), nil
		for _, account := range []health.AccountID{"a003", "a009", "a010", "gone"} {
			draft.Notices = append(draft.Notices, notify.Notice{
				Account: account, Amount: 1234, Currency: "USD", Service: "ec2", Region: "ap-northeast-2", Month: "2018-11", BillMonth: "2018-12",
			})
		}
		p, err := db.Notify().Publish(t.Context(), draft, m.fence)
		if err != nil {
			t.Fatal(err)
		}
		if s := m.sum(p); s.Audience != 2 || s.Pending != 2 {
			t.Errorf("%+v, want the two addresses of the three known accounts", s)
		}
		c := m.take()
		w, err := db.Notify().Load(t.Context(), c)
		if err != nil || len(w.Notices) != 3 || len(w.Members) != 3 || w.Notices[2].Account != "a010" || w.Notices[2].Amount != 1234 {
			t.Errorf("loaded %+v, %+v: %v", w.Members, w.Notices, err)
		}
		items := notify.MakePlan(c, w, time.Now()).Items
		if len(items) != 2 || items[1].Outcome.Reason != notify.ReasonCredit && len(items[1].Members) != 2 {
			t.Errorf("items %+v", items)
		}
	})
}
