package postevent_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/postevent"
)

// resolved is an incident that has ended, told in English alone.
func resolved(t *testing.T, at time.Time) incident.Incident {
	t.Helper()
	i, _, err := incident.Open(incident.Opening{Kind: incident.Issue, Title: english("Checkout was down")}, "op", at, health.English)
	if err == nil {
		i, _, err = i.Publish(incident.Message{State: incident.Resolved, Body: english("It works again.")}, "op", at.Add(time.Hour), health.English)
	}
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func english(words string) health.Text { return health.Text{health.English: words} }

func TestASummaryIsPublishedInTheLanguagesThatAreNeeded(t *testing.T) {
	t.Parallel()
	at := time.Date(2018, 11, 22, 0, 0, 0, 0, time.UTC)
	i := resolved(t, at)
	s, err := postevent.Draft(i, at).Write(postevent.Narrative{
		Overview: english("Nobody could pay."), Cause: english("A full disk."),
		Actions: []postevent.Action{{What: english("Watch the disk"), Owner: english("Shop team")}},
		Notes:   []postevent.Moment{{At: at, Text: english("Somebody called.")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Publish(i, "op", at); err == nil || !strings.Contains(err.Error(), "overview.ko") || !strings.Contains(err.Error(), "notes[0].text.ko") {
		t.Errorf("every language is needed: %v", err)
	}
	out, entries, err := s.Publish(i, "op", at, health.English)
	if err != nil || len(entries) != 1 || !out.Published() {
		t.Fatalf("%v, %v", entries, err)
	}
	for name, text := range map[string]health.Text{
		"title": out.Title, "overview": out.Overview, "cause": out.Cause, "action": out.Actions[0].What, "owner": out.Actions[0].Owner, "note": out.Notes[0].Text,
	} {
		if len(text.Missing()) > 0 {
			t.Errorf("the %s is %v: a mail in Korean would lack it", name, text)
		}
	}
	if len(s.Overview.Missing()) == 0 {
		t.Error("publishing changed the draft")
	}
	if _, _, err := s.Publish(i, "op", at, health.Korean); err == nil || !strings.Contains(err.Error(), "cause.ko") || strings.Contains(err.Error(), "cause.en") {
		t.Errorf("Korean is needed: %v", err)
	}
}
