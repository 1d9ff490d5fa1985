package notify_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/notify"
)

// press takes the publication that a publisher makes.
type press struct{ got notify.Publication }

func (p *press) Publish(_ context.Context, pub notify.Publication, _ journal.Fence) (notify.Publication, error) {
	p.got = pub
	return pub, nil
}

// cabinet holds one incident.
type cabinet struct{ only incident.Incident }

func (c cabinet) Incident(context.Context, health.IncidentID) (incident.Incident, error) {
	return c.only, nil
}

// A house that speaks English writes to everybody in English: a link in another
// language would lead nowhere.
func TestAHouseWritesInTheLanguagesItSpeaks(t *testing.T) {
	t.Parallel()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	w, err := notify.NewWriter(notify.House{
		Provider: health.Text{health.English: "Moonlight Shop"}, BaseURL: "http://localhost", Zone: time.UTC,
		Languages: []health.Language{health.English}, Default: health.English, PageOnly: true,
	}, book)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	i, _, err := incident.Open(incident.Opening{Kind: incident.Issue, Title: health.Text{health.English: "Checkout is down"}}, "op", at, health.English)
	if err == nil {
		i, _, err = i.Publish(incident.Message{State: incident.Investigating, Body: health.Text{health.English: "We are looking."}}, "op", at, health.English)
	}
	if err != nil {
		t.Fatal(err)
	}
	entry, err := journal.NewEntry(health.UpdatePublishedFact, string(i.ID), "op", at, health.UpdatePublished{Incident: i.ID, Update: i.Updates[0].ID, Sequence: 1, State: "investigating"})
	if err != nil {
		t.Fatal(err)
	}
	out := &press{}
	if err := notify.NewPublisher(out, notify.Sources{Incidents: cabinet{i}}, w).Handle(t.Context(), journal.Fact{Number: 7, Entry: entry}, journal.Fence{}); err != nil {
		t.Fatal(err)
	}
	if len(out.got.Slots) != 1 || out.got.Slots[health.English]["body"] != "We are looking." {
		t.Errorf("slots %v", out.got.Slots)
	}
	korean := notify.Member{Account: "a1", Language: health.Korean}
	l, personal := w.Personal(notify.Item{Publication: out.got, Members: []notify.Member{korean}}, nil, nil)
	if l != health.English {
		t.Errorf("a Korean reader is told in %q", l)
	}
	m, err := w.Message(out.got, notify.Outcome{Language: l, Personal: personal}, "kim@example.com")
	if err != nil || !strings.Contains(m.Document.Subject, "Checkout is down") {
		t.Errorf("%+v, %v", m.Document, err)
	}
	if slices.ContainsFunc(m.Document.Blocks, func(b notify.Block) bool { return strings.Contains(b.Text, "/my/") || strings.Contains(b.Text, "/ko/") }) {
		t.Errorf("a link leads to what there is not: %+v", m.Document.Blocks)
	}

	// What was published while the house spoke English stays English.
	later, err := notify.NewWriter(notify.House{Zone: time.UTC, Languages: []health.Language{health.Korean}, Default: health.Korean}, book)
	if err != nil {
		t.Fatal(err)
	}
	if l, _ := later.Personal(notify.Item{Publication: out.got, Members: []notify.Member{korean}}, nil, nil); l != health.English {
		t.Errorf("an English publication is told in %q", l)
	}
}
