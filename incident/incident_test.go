package incident_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

var begin = time.Date(2018, 11, 21, 23, 19, 0, 0, time.UTC)

func both(ko, en string) health.Text { return health.Text{health.Korean: ko, health.English: en} }

func declared() incident.Impact {
	return incident.Impact{
		Scope: health.Scope{Service: "ec2", Region: "ap-northeast-2"}, Symptom: health.DNS, Level: health.MajorOutage,
		During: health.Interval{From: begin}, SharePPM: 1_000_000, Determination: health.DeterminationDeclared, Reason: both("모니터링", "monitoring"),
	}
}

func opened(tb testing.TB) incident.Incident {
	tb.Helper()
	i, entries, err := incident.Open(incident.Opening{Kind: incident.Issue, Title: both("DNS 장애", "DNS outage"), Impacts: []incident.Impact{declared()}}, "op", begin.Add(2*time.Minute))
	if err != nil || len(entries) != 2 {
		tb.Fatalf("open: %d entries, %v", len(entries), err)
	}
	return i
}

func TestLifeOfAnIssue(t *testing.T) {
	t.Parallel()
	i := opened(t)
	now := begin.Add(2 * time.Minute)
	for n, s := range []incident.State{incident.Investigating, incident.Identified, incident.Monitoring, incident.Resolved} {
		now = now.Add(10 * time.Minute)
		next, entries, err := i.Publish(incident.Message{State: s, Body: both("소식", "news"), NextUpdate: now.Add(time.Hour)}, "op", now)
		if err != nil || len(entries) != 1 || entries[0].Type != health.UpdatePublishedFact {
			t.Fatalf("%s: %v, %v", s, entries, err)
		}
		if len(i.Updates) != n || len(next.Updates) != n+1 || next.Updates[n].Sequence != n+1 {
			t.Fatalf("%s: a decision must leave the old state as it was", s)
		}
		i = next
	}
	if !i.EndedAt().Equal(now) || !i.Promised().IsZero() || !i.Began().Equal(begin) {
		t.Errorf("ended %v, promised %v, began %v", i.EndedAt(), i.Promised(), i.Began())
	}
	if _, _, err := i.Publish(incident.Message{Body: both("덧붙임", "more")}, "op", now); !fault.Is(err, fault.Invalid) {
		t.Errorf("a word after the end must correct one, got %v", err)
	}
	if _, _, err := i.Publish(incident.Message{Body: both("정정", "correction"), Corrects: i.Updates[3].ID}, "op", now); err != nil {
		t.Errorf("a correction after the end: %v", err)
	}
	again, _, err := i.Publish(incident.Message{State: incident.Investigating, Body: both("다시", "again")}, "op", now)
	if err != nil || !again.EndedAt().IsZero() {
		t.Errorf("reopening: %v", err)
	}
}

func TestMessagesAreRefusedWithThePlace(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, where string
		message     incident.Message
	}{
		{"no Korean", "body.ko", incident.Message{State: incident.Investigating, Body: health.Text{health.English: "x"}}},
		{"blank English", "body.en", incident.Message{State: incident.Investigating, Body: both("가", "  ")}},
		{"half a workaround", "workaround.en", incident.Message{State: incident.Investigating, Body: both("가", "a"), Workaround: health.Text{health.Korean: "나"}}},
		{"action without words", "action_text.ko", incident.Message{State: incident.Investigating, Body: both("가", "a"), Action: incident.ActionRequired}},
		{"unknown action", "action", incident.Message{State: incident.Investigating, Body: both("가", "a"), Action: "now", ActionText: both("가", "a")}},
		{"unknown assurance", "assurances.security", incident.Message{State: incident.Investigating, Body: both("가", "a"), Assurances: incident.Assurances{Security: "maybe"}}},
		{"promise in the past", "next_update", incident.Message{State: incident.Investigating, Body: both("가", "a"), NextUpdate: begin}},
		{"corrects nothing", "corrects", incident.Message{State: incident.Investigating, Body: both("가", "a"), Corrects: "u"}},
		{"backwards", "state", incident.Message{State: incident.Draft, Body: both("가", "a")}},
		{"too long", "body.en", incident.Message{State: incident.Investigating, Body: both("가", strings.Repeat("a", 20_001))}},
		{"a third language", "body.fr", incident.Message{State: incident.Investigating, Body: health.Text{"ko": "가", "en": "a", "fr": "é"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			i := opened(t)
			next, entries, err := i.Publish(c.message, "op", begin.Add(time.Hour))
			if err == nil || !strings.Contains(err.Error(), c.where) {
				t.Errorf("got %v, want an error that names %s", err, c.where)
			}
			if len(entries) != 0 || len(next.Updates) != 0 {
				t.Error("a refused message must change nothing")
			}
		})
	}
}

func TestFallbackIsChosenByName(t *testing.T) {
	t.Parallel()
	i, _, err := opened(t).Publish(incident.Message{State: incident.Investigating, Body: health.Text{health.Korean: "조사 중"}, Fallback: health.Korean}, "op", begin.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	text, fell := i.Updates[0].BodyIn(health.English)
	if text != "조사 중" || !fell {
		t.Errorf("English shows %q (fell back: %v)", text, fell)
	}
	if text, fell := i.Updates[0].BodyIn(health.Korean); text != "조사 중" || fell {
		t.Errorf("Korean shows %q (fell back: %v)", text, fell)
	}
}

func TestImpactsAreRestatedByAppending(t *testing.T) {
	t.Parallel()
	i := opened(t)
	whole := declared()
	whole.During.To = begin.Add(84 * time.Minute)
	whole.Replaces = i.Impacts[0].ID
	stated := begin.Add(90 * time.Minute)
	next, _, err := i.StateImpact(whole, "op", stated)
	if err != nil {
		t.Fatal(err)
	}
	now := next.CurrentImpacts()
	if len(now) != 1 || now[0].During.Duration() != 84*time.Minute || len(next.Impacts) != 2 {
		t.Errorf("in force: %+v", now)
	}
	if then := next.ImpactsAsKnown(stated.Add(-time.Second)); len(then) != 1 || !then[0].During.Open() {
		t.Errorf("as known before: %+v", then)
	}
	if _, _, err := next.StateImpact(whole, "op", stated); !fault.Is(err, fault.Invalid) {
		t.Errorf("a statement that no longer counts cannot be restated, got %v", err)
	}
}

func TestAReasonIsWrittenInEveryLanguage(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 2_001)
	cases := []struct {
		name          string
		determination health.Determination
		reason        health.Text
		where         []string // none: it is taken
	}{
		{"declared with both", health.DeterminationDeclared, both("가", long[1:]), nil},
		{"declared without", health.DeterminationDeclared, nil, []string{"impact.reason.ko", "impact.reason.en"}},
		{"declared in English alone", health.DeterminationDeclared, health.Text{health.English: "a"}, []string{"impact.reason.ko"}},
		{"declared with a blank", health.DeterminationDeclared, both("가", " "), []string{"impact.reason.en"}},
		{"too long", health.DeterminationDeclared, both("가", long), []string{"impact.reason.en"}},
		{"measured without", health.DeterminationMeasured, nil, nil},
		{"goodwill in Korean alone", health.DeterminationGoodwill, health.Text{health.Korean: "가"}, []string{"impact.reason.en"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := declared()
			p.Determination, p.Reason = c.determination, c.reason
			_, _, err := opened(t).StateImpact(p, "op", begin.Add(time.Hour))
			if (err != nil) != (len(c.where) > 0) {
				t.Fatalf("got %v", err)
			}
			for _, where := range c.where {
				if !strings.Contains(err.Error(), where) {
					t.Errorf("%s is not named in %v", where, err)
				}
			}
		})
	}
}

func TestAKeyIsUsedOnce(t *testing.T) {
	t.Parallel()
	i := opened(t)
	m := incident.Message{State: incident.Investigating, Body: both("가", "a"), Request: "step-1"}
	i, _, err := i.Publish(m, "op", begin.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	again, entries, err := i.Publish(m, "op", begin.Add(time.Hour))
	if err != nil || len(entries) != 0 || len(again.Updates) != 1 {
		t.Errorf("the same key published %d updates, %v", len(again.Updates), err)
	}
}

func TestOnlyDraftsAreDismissed(t *testing.T) {
	t.Parallel()
	i := opened(t)
	gone, entries, err := i.Dismiss(incident.FalseAlarm, "op", begin.Add(time.Hour))
	if err != nil || len(entries) != 1 || gone.Public() {
		t.Fatalf("%v, %v", entries, err)
	}
	told, _, err := i.Publish(incident.Message{State: incident.Investigating, Body: both("가", "a")}, "op", begin.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := told.Dismiss(incident.FalseAlarm, "op", begin.Add(time.Hour)); !fault.Is(err, fault.Conflict) {
		t.Errorf("what was said in public is not dismissed without a word, got %v", err)
	}
}

// TestPromise6NoSilentEdits: whatever is decided, in any order, nothing that was
// published or stated before is altered.
func TestPromise6NoSilentEdits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		i, _, err := incident.Open(incident.Opening{Kind: incident.Issue, Title: both("가", "a"), Impacts: []incident.Impact{declared()}}, "op", begin)
		if err != nil {
			t.Fatal(err)
		}
		now := begin
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			now = now.Add(time.Minute)
			was := i
			if rapid.Bool().Draw(t, "publish") {
				m := incident.Message{State: rapid.SampledFrom(append(i.State.Next(), incident.Draft)).Draw(t, "state"), Body: both("가", "a")}
				i, _, _ = i.Publish(m, "op", now)
			} else {
				p := declared()
				p.During.To = now
				p.Replaces = rapid.SampledFrom(i.Impacts).Draw(t, "replaces").ID
				i, _, _ = i.StateImpact(p, "op", now)
			}
			if len(i.Updates) < len(was.Updates) || len(i.Impacts) < len(was.Impacts) {
				t.Fatal("something published is gone")
			}
			for n, u := range was.Updates {
				if i.Updates[n].ID != u.ID || i.Updates[n].Body[health.Korean] != u.Body[health.Korean] || i.Updates[n].State != u.State {
					t.Fatal("a published update changed")
				}
			}
			if !reflect.DeepEqual(i.Impacts[:len(was.Impacts)], was.Impacts) {
				t.Fatal("a stated impact changed")
			}
		}
	})
}
