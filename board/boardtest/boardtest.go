// Package boardtest makes boards for the tests of whoever tells them: a provider in
// peace, during its disturbance and after it, with planned work, with a component
// nobody measures, with what was imported, with hostile texts, and worlds drawn at
// random.
//
// A world is a value to be changed before its board is made. Nothing here reads a
// database: the record goes the way it comes back from disk.
package boardtest

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/postevent"
)

// T is what a test fails by: *testing.T, or that of a property test.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// World is a public record and the time it is told at.
type World struct {
	Catalog   catalog.Catalog
	Incidents []incident.Incident
	Summaries []postevent.Summary
	Fresh     map[health.CheckID]bool
	Silences  map[health.CheckID][]health.Interval
	Terms     board.Terms
	Now       time.Time
	Read      time.Time // zero: Now
}

// Applied is when the catalogue of every world came into force.
func Applied() time.Time { return KST("11-01 09:00") }

// Board is the world as a board.
func (w *World) Board(t T) *board.Board {
	t.Helper()
	read := w.Read
	if read.IsZero() {
		read = w.Now
	}
	raw, err := json.Marshal(map[string]any{
		"form": 1, "Revision": journal.Position{Epoch: 1, Number: 7}, "Read": read, "Dated": w.Now,
		"Catalog": catalog.Revision{Number: 1, AppliedAt: Applied(), Catalog: w.Catalog}, "Summaries": w.Summaries,
		"Checks": w.Fresh, "Silences": w.Silences, "Incidents": w.Incidents,
	})
	if err != nil {
		t.Fatal(err)
	}
	source, err := board.Load(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return source.Board(w.Terms, w.Now)
}

// Both is a text in both languages.
func Both(ko, en string) health.Text {
	return health.Text{health.Korean: ko, health.English: en}
}

// Provider is the name of the provider of every world.
func Provider() health.Text { return Both("한강 클라우드", "Hangang Cloud") }

// terms are those of every world.
func terms() board.Terms {
	zone, err := time.LoadLocation("Asia/Seoul")
	if err != nil {
		panic(err)
	}
	return board.Terms{Zone: zone, Fresh: 5 * time.Minute}
}

// KST reads a Korean time of 2018: "11-22 08:19".
func KST(words string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", "2018-"+words, language.Seoul())
	if err != nil {
		panic(err)
	}
	return t.UTC()
}
