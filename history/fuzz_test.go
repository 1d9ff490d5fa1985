package history_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/history"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/language"
)

func FuzzStatuspageJSON(f *testing.F) {
	whateverAFileHolds(f, history.StatuspageJSON, "incidents.json",
		`[{"id":"a","incident_updates":[{"status":"resolved","body":"<a href=\"http://x\"><li><ol>","display_at":"2026-01-01T00:00:00Z"}]}]`)
}

func FuzzStatuspageAtom(f *testing.F) {
	whateverAFileHolds(f, history.StatuspageAtom, "odd.atom", feed(entry("2026-01-01T00:00:00Z", "", "Feb 29, 00:00 UTC|Resolved", "x|y")))
}

func FuzzJSONL(f *testing.F) {
	whateverAFileHolds(f, history.JSONL, "past.jsonl",
		`{"id":"a","title":"t","updates":[{"at":"2026-01-01T00:00:00+23:59","status":"update","body":{"ko":"\ud800"}}]}`)
}

// whateverAFileHolds: reading it and deciding upon it ends without a panic, and what
// was read is whole.
func whateverAFileHolds(f *testing.F, format history.Format, name, small string) {
	f.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(small))
	book, err := language.Load()
	if err != nil {
		f.Fatal(err)
	}
	importer := history.NewImporter(history.Options{Incidents: none{}, Book: book, Places: []history.Place{{
		Scope: health.Scope{Service: "compute", Region: "seoul"}, Services: []string{"compute"}, Regions: []string{"seoul"},
	}}})
	terms := history.Terms{DryRun: true, At: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)}
	f.Fuzz(func(t *testing.T, content []byte) {
		source := func() history.Source {
			return history.Source{Name: "file", Format: format, Content: bytes.NewReader(content), Hints: history.Hints{Page: "https://s.example"}}
		}
		past, report, err := history.Read(source())
		if err != nil {
			return
		}
		if report.Read != len(past)+report.Refused {
			t.Errorf("%d entries, of which %d were read and %d refused", report.Read, len(past), report.Refused)
		}
		for _, p := range past {
			for n, u := range p.Updates {
				if u.State == "" || u.At.IsZero() || n > 0 && u.At.Before(p.Updates[n-1].At) {
					t.Errorf("%s: update %d is %+v", p.Where, n, u)
				}
			}
			if len(p.Updates) == 0 || p.Code == "" {
				t.Errorf("%s: %+v is not whole", p.Where, p)
			}
		}
		report, err = importer.Import(t.Context(), source(), terms)
		if sum := report.Imported + report.Extended + report.Unchanged + report.Refused; err != nil || sum != report.Read {
			t.Errorf("of %d entries %d came to something: %v", report.Read, sum, err)
		}
	})
}

// none is a database without incidents.
type none struct{}

func (none) Incident(context.Context, health.IncidentID) (incident.Incident, error) {
	return incident.Incident{}, fault.New(fault.NotFound, "incident", "there is none", "")
}

func (none) Save(context.Context, incident.Incident, []journal.Entry) (incident.Incident, error) {
	return incident.Incident{}, fault.New(fault.Conflict, "", "a dry run saves nothing", "")
}
