package storetest_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/probe"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/store/storetest"
)

func TestChecksStateVerdictsAndFactsAreKeptTogether(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		ctx, probes := t.Context(), db.Probes()
		from := time.Date(2018, 11, 21, 23, 19, 4, 567_000, time.UTC)
		saved, err := probes.Load(ctx, "dns")
		if err != nil || saved.Version != 0 || saved.Check != "dns" {
			t.Fatalf("a check never saved: %+v, %v", saved, err)
		}
		v := probe.Verdict{
			ID: "0190", Check: "dns", Scope: health.Scope{Service: "ec2", Region: "ap-northeast-2"}, Symptom: health.DNS,
			RaisedAt: from.Add(time.Minute), From: from, Vantages: []health.VantageID{"a", "b", "c"},
			Tally: probe.Tally{Probes: 300, Failed: 21}, Level: health.PartialOutage,
		}
		saved.Fresh, saved.SavedAt = true, from.Add(90*time.Second)
		saved.State = probe.State{
			Tracks: map[health.VantageID]*probe.Track{"a": {Newest: from, Score: 3.25, Excursion: &probe.Excursion{
				Start: from, Since: probe.Tallies{"a": {Probes: 2, Failed: 1}},
			}}},
			Verdict: &probe.Open{Verdict: v, LastFailure: from, All: probe.Tallies{"a": {Probes: 1}}, Tail: probe.Tallies{}},
		}
		fact, err := journal.NewEntry(health.VerdictRaisedFact, string(v.ID), "probe:dns", from, health.VerdictRaised{Verdict: v.ID})
		if err != nil {
			t.Fatal(err)
		}
		if err := probes.Save(ctx, saved, []probe.Verdict{v}, []journal.Entry{fact}); err != nil {
			t.Fatal(err)
		}
		got, err := probes.Load(ctx, "dns")
		saved.Version = 1
		if err != nil || !reflect.DeepEqual(got, saved) {
			t.Errorf("loaded %+v, %v; want %+v", got, err, saved)
		}
		v.To, v.Level, v.Tally = from.Add(84*time.Minute), health.MajorOutage, probe.Tally{Probes: 25000, Failed: 20000}
		if err := probes.Save(ctx, got, []probe.Verdict{v}, nil); err != nil {
			t.Fatal(err)
		}
		if w, err := probes.Verdict(ctx, v.ID); err != nil || !reflect.DeepEqual(w, v) {
			t.Errorf("verdict %+v, %v; want %+v", w, err, v)
		}
		if pulses, err := probes.Pulses(ctx); err != nil || !pulses["dns"].Fresh {
			t.Errorf("pulses %v, %v", pulses, err)
		}
		if _, err := probes.Verdict(ctx, "none"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a verdict that is not there: %v", err)
		}
	})
}

func TestASecondRunnerOfACheckIsRefusedWithItsFacts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		ctx, probes := t.Context(), db.Probes()
		first := probe.Saved{Check: "dns"}
		if err := probes.Save(ctx, first, nil, nil); err != nil {
			t.Fatal(err)
		}
		fact, err := journal.NewEntry(health.ComponentFreshnessFact, "ec2-ap-northeast-2", "probe:dns", time.Unix(0, 0),
			health.ComponentFreshness{Fresh: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, stale := range []probe.Saved{first, {Check: "dns", Version: 7}, {Check: "other", Version: 1}} {
			err := probes.Save(ctx, stale, []probe.Verdict{{ID: "x", Check: "dns"}}, []journal.Entry{fact})
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("save at version %d gave %v, want a conflict", stale.Version, err)
			}
		}
		head, err := db.Head(ctx)
		if err != nil || head.Number != 0 {
			t.Errorf("a refused save left facts: %+v, %v", head, err)
		}
	})
}
