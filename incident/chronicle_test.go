package incident_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

// afterwards is when history is written.
var afterwards = begin.AddDate(1, 0, 0)

func chronicle() incident.Chronicle {
	p := declared()
	p.ID, p.During.To = "p1", begin.Add(84*time.Minute)
	return incident.Chronicle{
		ID: "i1", Kind: incident.Issue, Title: both("DNS 장애", "DNS outage"), OpenedAt: begin, Request: "history:1",
		Told: incident.Told{
			Updates: []incident.Update{
				{ID: "u1", State: incident.Investigating, Body: health.Text{health.English: "looking"}, Fallback: health.English, PublishedAt: begin.Add(4 * time.Minute)},
				{ID: "u2", State: incident.Resolved, Body: both("끝", "over"), PublishedAt: begin.Add(90 * time.Minute)},
				{ID: "u3", State: incident.Resolved, Body: both("보고", "report"), PublishedAt: begin.AddDate(0, 0, 7)},
			},
			Impacts: []incident.Impact{p},
		},
	}
}

func TestAChronicleBecomesAnIncidentOfItsTime(t *testing.T) {
	t.Parallel()
	i, entries, err := incident.Remember(chronicle(), "history", afterwards)
	if err != nil {
		t.Fatal(err)
	}
	if i.State != incident.Resolved || !i.Public() || !i.Began().Equal(begin) || !i.EndedAt().Equal(begin.Add(90*time.Minute)) || i.Version != 0 {
		t.Errorf("%s, began %s, ended %s", i.State, i.Began(), i.EndedAt())
	}
	for n, u := range i.Updates {
		if u.Sequence != n+1 || u.PublishedBy != "history" || u.Action != "" || u.PublishedAt.After(begin.AddDate(0, 0, 7)) {
			t.Errorf("update %d: %+v", n, u)
		}
	}
	if p := i.Impacts[0]; p.StatedBy != "history" || !p.StatedAt.Equal(afterwards) {
		t.Errorf("it is known since %s by %s", p.StatedAt, p.StatedBy)
	}
	// One fact, and not one of those that people are told of.
	if len(entries) != 1 || entries[0].Type != health.HistoryImportedFact || !entries[0].At.Equal(afterwards) {
		t.Fatalf("%+v", entries)
	}
	var fact health.HistoryImported
	if err := json.Unmarshal(entries[0].Payload, &fact); err != nil || !reflect.DeepEqual(fact, health.HistoryImported{
		Incident: "i1", Updates: []health.UpdateID{"u1", "u2", "u3"}, Impacts: []health.ImpactID{"p1"},
	}) {
		t.Errorf("%+v, %v", fact, err)
	}
}

func TestChroniclesAreRefusedWithThePlace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		where string
		spoil func(c *incident.Chronicle)
	}{
		"no id":                {"id", func(c *incident.Chronicle) { c.ID = "" }},
		"unknown kind":         {"kind", func(c *incident.Chronicle) { c.Kind = "party" }},
		"title in one":         {"title.ko", func(c *incident.Chronicle) { delete(c.Title, health.Korean) }},
		"long title":           {"title.en", func(c *incident.Chronicle) { c.Title[health.English] = strings.Repeat("a", incident.MaxTitle+1) }},
		"title turned around":  {"title.ko", func(c *incident.Chronicle) { c.Title[health.Korean] = "장애\u202eexe" }},
		"words with a bell":    {"updates[1].body.en", func(c *incident.Chronicle) { c.Told.Updates[1].Body[health.English] = "ding\adong" }},
		"no opening":           {"opened_at", func(c *incident.Chronicle) { c.OpenedAt = time.Time{} }},
		"nothing told":         {"updates", func(c *incident.Chronicle) { c.Told.Updates = nil }},
		"update without id":    {"updates[0].id", func(c *incident.Chronicle) { c.Told.Updates[0].ID = "" }},
		"one id twice":         {"updates[2].id", func(c *incident.Chronicle) { c.Told.Updates[2].ID = "u1" }},
		"state of another":     {"updates[1].state", func(c *incident.Chronicle) { c.Told.Updates[1].State = incident.Completed }},
		"state never told":     {"updates[1].state", func(c *incident.Chronicle) { c.Told.Updates[1].State = incident.FalseAlarm }},
		"no words":             {"updates[0].body.en", func(c *incident.Chronicle) { c.Told.Updates[0].Body = nil }},
		"no fallback":          {"updates[0].body.ko", func(c *incident.Chronicle) { c.Told.Updates[0].Fallback = "" }},
		"no time":              {"updates[0].published_at", func(c *incident.Chronicle) { c.Told.Updates[0].PublishedAt = time.Time{} }},
		"a time to come":       {"updates[2].published_at", func(c *incident.Chronicle) { c.Told.Updates[2].PublishedAt = afterwards.Add(time.Hour) }},
		"a time of long ago":   {"updates[0].published_at", func(c *incident.Chronicle) { c.Told.Updates[0].PublishedAt = begin.AddDate(-30, 0, 0) }},
		"out of order":         {"updates[1].published_at", func(c *incident.Chronicle) { c.Told.Updates[1].PublishedAt = begin }},
		"impact without id":    {"impacts[0].id", func(c *incident.Chronicle) { c.Told.Impacts[0].ID = "" }},
		"impact without place": {"impact.scope", func(c *incident.Chronicle) { c.Told.Impacts[0].Scope = health.Scope{} }},
		"impact to come":       {"impact.to", func(c *incident.Chronicle) { c.Told.Impacts[0].During.To = afterwards.Add(time.Hour) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			told := chronicle()
			c.spoil(&told)
			i, entries, err := incident.Remember(told, "history", afterwards)
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.where+":") || len(entries) > 0 {
				t.Errorf("got %+v, %v; want an error that names %s", i, err, c.where)
			}
		})
	}
}

// TestPagesMayTellMinutesAlone: within a minute the order given stands.
func TestPagesMayTellMinutesAlone(t *testing.T) {
	t.Parallel()
	c := chronicle()
	c.Told.Updates[0].PublishedAt = begin.Add(90*time.Minute + 40*time.Second)
	if _, _, err := incident.Remember(c, "history", afterwards); err != nil {
		t.Error(err)
	}
}

// TestPromise6HistoryAppends: whatever later editions tell, what stands stays, and
// telling nothing is no change.
func TestPromise6HistoryAppends(t *testing.T) {
	t.Parallel()
	if i, entries, err := opened(t).Recall(incident.Told{}, "history", afterwards); err != nil || len(entries) != 0 || len(i.Updates) != 0 {
		t.Errorf("telling nothing: %v, %v", entries, err)
	}
	rapid.Check(t, func(t *rapid.T) {
		i, _, err := incident.Remember(chronicle(), "history", afterwards)
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 6).Draw(t, "editions") {
			was := i
			told := incident.Told{Updates: []incident.Update{{
				ID: health.UpdateID(rapid.StringMatching("u[1-9]").Draw(t, "id")), State: rapid.SampledFrom(append(incident.Draft.Next(), incident.Draft)).Draw(t, "state"),
				Body: both("가", "a"), PublishedAt: begin.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "day")) * 24 * time.Hour),
			}}}
			if rapid.Bool().Draw(t, "impact") {
				p := declared()
				p.ID, p.Replaces = health.ImpactID(rapid.StringMatching("p[1-9]").Draw(t, "impact id")), rapid.SampledFrom(i.Impacts).Draw(t, "replaces").ID
				told.Impacts = []incident.Impact{p}
			}
			next, entries, err := i.Recall(told, "history", afterwards)
			if err != nil && (len(entries) > 0 || !reflect.DeepEqual(next, was)) {
				t.Fatal("what was refused changed something")
			}
			if !reflect.DeepEqual(next.Updates[:len(was.Updates)], was.Updates) || !reflect.DeepEqual(next.Impacts[:len(was.Impacts)], was.Impacts) {
				t.Fatal("what stood was altered")
			}
			i = next
		}
	})
}
