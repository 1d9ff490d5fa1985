package storetest_test

import (
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/store/storetest"
)

var day = time.Date(2018, 11, 21, 23, 19, 0, 0, time.UTC)

func texts(ko, en string) health.Text { return health.Text{health.Korean: ko, health.English: en} }

func draft(request string) incident.Opening {
	return incident.Opening{
		Kind: incident.Issue, Title: texts("서울 DNS", "DNS in Seoul"), Request: request,
		Impacts: []incident.Impact{{
			Scope: health.Scope{Service: "ec2", Region: "ap-northeast-2"}, Symptom: health.DNS, Level: health.PartialOutage,
			During: health.Interval{From: day}, SharePPM: 300_000, Determination: health.DeterminationDeclared, Reason: health.Text{health.Korean: "확인함", health.English: "seen"}, Request: request,
		}},
	}
}

func TestIncidentIsReadAsItWasSaved(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		desk := incident.NewDesk(db.Incidents(), clock.NewWorld(day.Add(2*time.Minute), 0))
		i, err := desk.Open(t.Context(), draft("one"), "key-1")
		if err != nil {
			t.Fatal(err)
		}
		same, err := desk.Open(t.Context(), draft("one"), "key-1")
		if err != nil || same.ID != i.ID {
			t.Errorf("the same request opened %s and %s, %v", i.ID, same.ID, err)
		}
		i, err = desk.Publish(t.Context(), i.ID, incident.Message{
			State: incident.Investigating, Body: texts("조사", "looking"), Workaround: texts("우회", "go round"),
			Action: incident.ActionOptional, ActionText: texts("할 일", "to do"), NextUpdate: day.Add(time.Hour),
			Assurances: incident.Assurances{Security: incident.AssuranceNone, DataLoss: incident.AssuranceInvestigating},
		}, "key-1")
		if err != nil {
			t.Fatal(err)
		}
		read, err := desk.Incident(t.Context(), i.ID)
		if err != nil || !reflect.DeepEqual(read, i) {
			t.Errorf("read  %+v\nsaved %+v\n%v", read, i, err)
		}
		facts, err := db.Facts(t.Context(), 0, 10)
		if err != nil || len(facts) != 3 {
			t.Errorf("%d facts, want opened, impact stated, update published; %v", len(facts), err)
		}
		if _, err := desk.Incident(t.Context(), "nowhere"); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown id gave %v", err)
		}
		open, err := desk.List(t.Context(), incident.Filter{Public: true, Open: true})
		if err != nil || len(open) != 1 {
			t.Errorf("open public incidents: %d, %v", len(open), err)
		}
		drafts, err := desk.List(t.Context(), incident.Filter{States: []incident.State{incident.Draft}})
		if err != nil || len(drafts) != 0 {
			t.Errorf("drafts: %d, %v", len(drafts), err)
		}
		if _, err := desk.Open(t.Context(), draft("two"), "key-1"); err != nil {
			t.Fatal(err)
		}
		hidden, err := desk.List(t.Context(), incident.Filter{Public: true, States: []incident.State{incident.Draft}})
		if err != nil || len(hidden) != 0 {
			t.Errorf("the public asks for drafts and gets %d, %v", len(hidden), err)
		}
	})
}

func TestTwoSavesOnOneVersionConflict(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		s := db.Incidents()
		i, entries, err := incident.Open(draft(""), "k", day.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if i, err = s.Save(t.Context(), i, entries); err != nil {
			t.Fatal(err)
		}
		a, ea, _ := i.Dismiss(incident.FalseAlarm, "a", day.Add(time.Minute))
		b, eb, _ := i.Publish(incident.Message{State: incident.Investigating, Body: texts("가", "a")}, "b", day.Add(time.Minute))
		if _, err := s.Save(t.Context(), a, ea); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Save(t.Context(), b, eb); !fault.Is(err, fault.Conflict) {
			t.Errorf("the second save gave %v", err)
		}
		head, err := db.Head(t.Context())
		if err != nil || head.Number != 3 {
			t.Errorf("head is %d, want 3: a refused save must leave no fact; %v", head.Number, err)
		}
	})
}

func TestConcurrentDecisionsAllStand(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		desk := incident.NewDesk(db.Incidents(), clock.NewWorld(day.Add(time.Hour), 0))
		i, err := desk.Open(t.Context(), draft("x"), "k")
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				_, err := desk.Publish(t.Context(), i.ID, incident.Message{State: incident.Investigating, Body: texts("가", "a")}, "k")
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		i, err = desk.Incident(t.Context(), i.ID)
		if err != nil || len(i.Updates) != 3 || i.Updates[2].Sequence != 3 {
			t.Errorf("%d updates, %v", len(i.Updates), err)
		}
	})
}

// TestManyIncidentsAreListed: more than a statement takes arguments.
func TestManyIncidentsAreListed(t *testing.T) {
	t.Parallel()
	eachArchive(t, func(a *archive) {
		const many = 66_000
		_, err := a.beneath().ExecContext(a.t.Context(), `INSERT INTO incident (id, kind, state, title, cause, verdict, opened_at, request, version)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 66000)
			SELECT 'i' || CAST(i AS TEXT), 'issue', 'resolved', '{"en":"x"}', '', '', i, '', 1 FROM n`)
		if err != nil {
			a.t.Fatal(err)
		}
		if all := a.all(); len(all) != many || all[0].ID != "i66000" {
			a.t.Errorf("%d incidents", len(all))
		}
	})
}

func TestVerdictsOpenADraftAndRestateIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		desk := incident.NewDesk(db.Incidents(), clock.NewWorld(day.Add(90*time.Minute), 0))
		drafter := incident.NewDrafter(desk, func(health.Scope, health.Symptom) health.Text { return texts("초안", "draft") })
		scope := health.Scope{Service: "ec2", Region: "ap-northeast-2"}
		raised := fact(t, health.VerdictRaisedFact, health.VerdictRaised{
			Verdict: "v", Check: "dns", Scope: scope, Symptom: health.DNS, From: day, Share: 0.02, Level: health.Degraded,
		})
		cleared := fact(t, health.VerdictClearedFact, health.VerdictCleared{
			Verdict: "v", Check: "dns", Scope: scope, Symptom: health.DNS, From: day, To: day.Add(84 * time.Minute), Share: 0.6, Level: health.MajorOutage, Probes: 100, Failed: 60,
		})
		for _, f := range []journal.Fact{raised, raised, cleared, cleared} { // every fact may come twice
			if err := drafter.Handle(t.Context(), f, journal.Fence{}); err != nil {
				t.Fatal(err)
			}
		}
		all, err := desk.List(t.Context(), incident.Filter{})
		if err != nil || len(all) != 1 || all[0].State != incident.Draft {
			t.Fatalf("%+v, %v", all, err)
		}
		now := all[0].CurrentImpacts()
		if len(now) != 1 || now[0].During.Duration() != 84*time.Minute || now[0].SharePPM != 600_000 || len(all[0].Impacts) != 2 {
			t.Errorf("impacts %+v", all[0].Impacts)
		}
	})
}

func TestAVerdictJoinsTheIncidentThatPeopleOpenedFirst(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		desk := incident.NewDesk(db.Incidents(), clock.NewWorld(day.Add(90*time.Minute), 0))
		drafter := incident.NewDrafter(desk, func(health.Scope, health.Symptom) health.Text { return texts("초안", "draft") })
		opened, err := desk.Open(t.Context(), draft("people"), "key-1")
		if err != nil {
			t.Fatal(err)
		}
		scope := health.Scope{Service: "ec2", Region: "ap-northeast-2"}
		for _, f := range []journal.Fact{
			fact(t, health.VerdictRaisedFact, health.VerdictRaised{Verdict: "v", Check: "dns", Scope: scope, Symptom: health.DNS, From: day, Share: 0.02, Level: health.Degraded}),
			fact(t, health.VerdictClearedFact, health.VerdictCleared{Verdict: "v", Check: "dns", Scope: scope, Symptom: health.DNS, From: day, To: day.Add(84 * time.Minute), Share: 0.6, Level: health.MajorOutage, Probes: 10, Failed: 6}),
		} {
			if err := drafter.Handle(t.Context(), f, journal.Fence{}); err != nil {
				t.Fatal(err)
			}
		}
		all, err := desk.List(t.Context(), incident.Filter{})
		if err != nil || len(all) != 1 || all[0].ID != opened.ID {
			t.Fatalf("%d incidents, %v; want the one that people opened", len(all), err)
		}
		now := all[0].CurrentImpacts()
		if len(now) != 2 || now[0].Determination != health.DeterminationDeclared || now[1].During.Duration() != 84*time.Minute {
			t.Errorf("declared and measured must stand beside each other: %+v", now)
		}
	})
}

func fact(t *testing.T, kind health.FactType, payload any) journal.Fact {
	t.Helper()
	e, err := journal.NewEntry(kind, "x", "test", day, payload)
	if err != nil {
		t.Fatal(err)
	}
	return journal.Fact{Number: 1, Epoch: 1, Entry: e}
}
