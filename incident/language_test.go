package incident_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

func english(words string) health.Text { return health.Text{health.English: words} }

// A site that speaks English alone publishes in English alone; what Korean readers
// of a later day find is named as a fallback, or the English title itself.
func TestAnIncidentIsToldInTheLanguagesThatAreNeeded(t *testing.T) {
	t.Parallel()
	reasoned := declared()
	reasoned.Reason = english("monitoring")
	i, _, err := incident.Open(incident.Opening{
		Kind: incident.Issue, Title: english("Checkout is down"), Impacts: []incident.Impact{reasoned},
	}, "op", begin.Add(time.Minute), health.English)
	if err != nil {
		t.Fatal(err)
	}
	if i.Title.In(health.Korean) != "Checkout is down" || i.Impacts[0].Reason.In(health.Korean) != "monitoring" {
		t.Errorf("title %v, reason %v", i.Title, i.Impacts[0].Reason)
	}
	m := incident.Message{State: incident.Investigating, Body: english("We are looking."), Workaround: english("Pay by transfer."), Action: incident.ActionOptional, ActionText: english("Try again.")}
	i, _, err = i.Publish(m, "op", begin.Add(time.Hour), health.English)
	if err != nil {
		t.Fatal(err)
	}
	if words, fell := i.Updates[0].BodyIn(health.Korean); words != "We are looking." || !fell || i.Updates[0].Fallback != health.English {
		t.Errorf("in Korean %q, fell back %v to %q", words, fell, i.Updates[0].Fallback)
	}
	if words, fell := i.Updates[0].WorkaroundIn(health.Korean); words != "Pay by transfer." || !fell {
		t.Errorf("the workaround in Korean is %q", words)
	}
	if whole, _, err := opened(t).Publish(incident.Message{State: incident.Investigating, Body: both("가", "a")}, "op", begin.Add(time.Hour), health.English); err != nil || whole.Updates[0].Fallback != "" {
		t.Errorf("a text in both languages fell back to %q, %v", whole.Updates[0].Fallback, err)
	}
}

func TestWhatIsNeededIsRefusedWhereItIsMissing(t *testing.T) {
	t.Parallel()
	ko := health.Text{health.Korean: "가"}
	if _, _, err := incident.Open(incident.Opening{Kind: incident.Issue, Title: ko}, "op", begin, health.English); err == nil || !strings.Contains(err.Error(), "title.en") || strings.Contains(err.Error(), "title.ko") {
		t.Errorf("a title in Korean alone: %v", err)
	}
	if _, _, err := opened(t).Publish(incident.Message{State: incident.Investigating, Body: ko}, "op", begin.Add(time.Hour), health.English); err == nil || !strings.Contains(err.Error(), "body.en") {
		t.Errorf("a message in Korean alone: %v", err)
	}
	p := declared()
	p.Reason = ko
	if _, _, err := opened(t).StateImpact(p, "op", begin.Add(time.Hour), health.English); err == nil || !strings.Contains(err.Error(), "impact.reason.en") {
		t.Errorf("a reason in Korean alone: %v", err)
	}
	p.Reason = health.Text{health.English: "a", health.Korean: strings.Repeat("a", 2_001)}
	if _, _, err := opened(t).StateImpact(p, "op", begin.Add(time.Hour), health.English); err == nil || !strings.Contains(err.Error(), "impact.reason.ko") {
		t.Errorf("a reason too long in a language that nobody needs: %v", err)
	}
}
