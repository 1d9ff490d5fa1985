// Package viewtest has worlds to tell boards of in tests: a provider in peace,
// during its disturbance and after it, with planned work, with a component nobody
// measures, with what was imported, with hostile texts, and worlds drawn at random.
//
// It is used by tests alone.
package viewtest

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/postevent"
)

// World is a record to be told.
type World struct {
	Catalog   catalog.Catalog
	Incidents []incident.Incident
	Summaries []postevent.Summary
	Fresh     map[health.CheckID]bool
	Silences  map[health.CheckID][]health.Interval
	Now       time.Time
	Read      time.Time // zero: now
}

// TB is what is needed of a test; *testing.T and *rapid.T are such.
type TB interface {
	Helper()
	Fatal(args ...any)
}

var _ TB = testing.TB(nil)

// Applied is when the catalogue of every world came into force.
func Applied() time.Time { return KST("11-01 09:00") }

// Board is the world as a board, the way it comes from disk.
func (w *World) Board(tb TB) *board.Board {
	tb.Helper()
	read := w.Read
	if read.IsZero() {
		read = w.Now
	}
	raw, err := json.Marshal(map[string]any{
		"form": 1, "Revision": journal.Position{Epoch: 1, Number: 7}, "Read": read, "Dated": w.Now,
		"Catalog":   catalog.Revision{Number: 1, AppliedAt: Applied(), Catalog: w.Catalog},
		"Summaries": w.Summaries, "Checks": w.Fresh, "Silences": w.Silences, "Incidents": w.Incidents,
	})
	if err != nil {
		tb.Fatal(err)
	}
	source, err := board.Load(bytes.NewReader(raw))
	if err != nil {
		tb.Fatal(err)
	}
	zone, err := time.LoadLocation("Asia/Seoul")
	if err != nil {
		tb.Fatal(err)
	}
	return source.Board(board.Terms{Zone: zone, Fresh: 5 * time.Minute}, w.Now)
}

// Both is a text in both languages.
func Both(ko, en string) health.Text {
	return health.Text{health.Korean: ko, health.English: en}
}

// Provider is the name of the provider of every world.
func Provider() health.Text { return Both("한강 클라우드", "Hangang Cloud") }

// KST reads a Korean time of 2018: "11-22 08:19". Others than such texts panic.
func KST(words string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", "2018-"+words, language.Seoul())
	if err != nil {
		panic(err)
	}
	return t.UTC()
}
