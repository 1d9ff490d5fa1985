package storetest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/history"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/notify"
	"github.com/bonghwa/bonghwa/test/harness"
)

// recalled is the world time at which history comes in.
var recalled = time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)

// dump is all that the database holds but for leases.
func (a *archive) dump() string {
	a.t.Helper()
	return harness.Dump(a.t, a.beneath(), "lease")
}

func place(service health.ServiceID, region health.RegionID, names ...string) history.Place {
	return history.Place{
		Scope:    health.Scope{Service: service, Region: region},
		Services: []string{string(service), names[0], names[1]}, Regions: []string{string(region), names[2], names[3]},
	}
}

func (a *archive) importer(keep history.Incidents, mappings ...history.Mapping) *history.Importer {
	a.t.Helper()
	book, err := language.Load()
	if err != nil {
		a.t.Fatal(err)
	}
	return history.NewImporter(history.Options{
		Incidents: keep, Book: book, Mappings: mappings,
		Places: []history.Place{
			place("compute", "seoul-1", "컴퓨트", "Compute", "서울", "Seoul"),
			place("compute", "busan-1", "컴퓨트", "Compute", "부산", "Busan"),
			place("storage", "seoul-1", "스토리지", "Storage", "서울", "Seoul"),
			place("pay", "seoul-1", "결제", "Payments", "서울", "Seoul"),
		},
	})
}

func testdata(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "history", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func formatOf(name string) history.Format {
	switch filepath.Ext(name) {
	case ".atom":
		return history.StatuspageAtom
	case ".json":
		return history.StatuspageJSON
	}
	return history.JSONL
}

func (a *archive) bring(name, content string, mappings ...history.Mapping) history.Report {
	a.t.Helper()
	r, err := a.importer(a.db.Incidents(), mappings...).Import(a.t.Context(),
		history.Source{Name: name, Format: formatOf(name), Content: strings.NewReader(content)}, history.Terms{At: recalled})
	if err != nil {
		a.t.Fatal(err)
	}
	return r
}

// titled is the one incident with a title.
func (a *archive) titled(title string) incident.Incident {
	a.t.Helper()
	list := slices.DeleteFunc(a.all(), func(i incident.Incident) bool { return i.Title.In(health.English) != title })
	if len(list) != 1 {
		a.t.Fatalf("%d incidents with the title %q", len(list), title)
	}
	return list[0]
}

func TestAFileImportedTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"feed.atom", "odd.atom", "incidents.json", "past.jsonl"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachArchive(t, func(a *archive) {
				content := testdata(a.t, name)
				first := a.bring(name, content)
				before := a.dump()
				if first.Imported == 0 || first.Imported+first.Refused != first.Read || len(a.all()) != first.Imported {
					a.t.Errorf("%+v, and there are %d", first, len(a.all()))
				}
				second := a.bring(name, content)
				if second.Unchanged != first.Imported || second.Imported+second.Extended+second.Updates+second.Impacts != 0 || second.Refused != first.Refused {
					a.t.Errorf("the second time: %+v", second)
				}
				if after := a.dump(); after != before {
					a.t.Errorf("the second import changed\n%s", strings.Join(harness.Differences(before, after), "\n"))
				}
			})
		})
	}
}

// TestNobodyIsToldOfHistory hands every fact to whoever acts on facts.
func TestNobodyIsToldOfHistory(t *testing.T) {
	t.Parallel()
	eachArchive(t, func(a *archive) {
		for _, name := range []string{"feed.atom", "odd.atom", "incidents.json", "past.jsonl"} {
			a.bring(name, testdata(a.t, name))
		}
		facts, err := a.db.Facts(a.t.Context(), 0, 1000)
		if err != nil || len(facts) < 10 {
			a.t.Fatalf("%d facts, %v", len(facts), err)
		}
		before := len(a.all())
		l, err := a.db.TakeLease(a.t.Context(), journal.Lease{Name: "notify"}, "node-1")
		if err != nil {
			a.t.Fatal(err)
		}
		fence := journal.Fence{Name: l.Name, Number: l.Fence}
		desk := incident.NewDesk(a.db.Incidents(), clock.NewWorld(recalled, 0))
		for _, follower := range []journal.Follower{
			notify.NewPublisher(a.db.Notify(), notify.Sources{Incidents: a.db.Incidents()}, nil),
			incident.NewDrafter(desk, func(health.Scope, health.Symptom) health.Text { return texts("초안", "draft") }),
		} {
			for _, f := range facts {
				if f.Type != health.HistoryImportedFact {
					a.t.Errorf("fact %d is %s", f.Number, f.Type)
				}
				if err := follower.Handle(a.t.Context(), f, fence); err != nil {
					a.t.Fatal(err)
				}
			}
		}
		if told, err := a.db.Notify().List(a.t.Context()); err != nil || len(told) != 0 {
			a.t.Errorf("%d publications, %v", len(told), err)
		}
		if len(a.all()) != before {
			a.t.Errorf("%d incidents, and %d before", len(a.all()), before)
		}
	})
}

func TestImpactsComeFromComponents(t *testing.T) {
	t.Parallel()
	eachArchive(t, func(a *archive) {
		r := a.bring("incidents.json", testdata(a.t, "incidents.json"))
		i := a.titled("Slow answers of the object store")
		now := i.CurrentImpacts()
		if len(now) != 2 || now[0].Scope != (health.Scope{Service: "compute", Region: "seoul-1"}) || now[1].Scope != (health.Scope{Service: "storage", Region: "seoul-1"}) {
			a.t.Fatalf("impacts %+v", now)
		}
		p := now[0]
		if p.Level != health.Degraded || p.Determination != health.DeterminationDeclared || p.Evidence != "https://short.example/q7w1" ||
			!p.During.From.Equal(time.Date(2026, 2, 11, 12, 58, 0, 0, time.UTC)) || !p.During.To.Equal(time.Date(2026, 2, 11, 14, 20, 31, 0, time.UTC)) {
			a.t.Errorf("impact %+v", p)
		}
		for _, l := range health.Languages() {
			if !strings.Contains(p.Reason.In(l), "status.hangang.example") || i.Title.In(l) == "" {
				a.t.Errorf("in %s the title is %q, the reason %q", l, i.Title.In(l), p.Reason.In(l))
			}
			if words, _ := i.Updates[0].BodyIn(l); words != "Reads of the object store take up to five seconds." {
				a.t.Errorf("in %s the first update says %q", l, words)
			}
		}
		if !i.Public() || !i.Began().Equal(p.During.From) || !i.EndedAt().Equal(time.Date(2026, 2, 11, 14, 20, 31, 0, time.UTC)) {
			a.t.Errorf("public %v, began %s, ended %s", i.Public(), i.Began(), i.EndedAt())
		}
		if report := a.titled("Everything stood still"); !report.EndedAt().Equal(time.Date(2025, 8, 1, 2, 0, 0, 0, time.UTC)) {
			a.t.Errorf("a report written afterwards moved the end to %s", report.EndedAt())
		}
		if work := a.titled("Move of the Seoul network"); work.CurrentImpacts()[0].Level != health.Maintenance || work.CurrentImpacts()[0].During.Duration() != 4*time.Hour {
			a.t.Errorf("maintenance %+v", work.CurrentImpacts())
		}
		if note := a.titled("A note"); note.CurrentImpacts()[0].Level != health.Informational || !note.CurrentImpacts()[0].During.Open() {
			a.t.Errorf("note %+v", note.CurrentImpacts())
		}
		said := fmt.Sprint(r.Notes)
		for _, want := range []string{`the impact "huge" is not known`, "has not ended by what was told"} {
			if !strings.Contains(said, want) {
				a.t.Errorf("%q is not in %s", want, said)
			}
		}
	})
}

// jsonLine is one line of JSONL. It is named "id: title".
func jsonLine(name, impact, components, resolved string, updates ...string) string {
	id, title, _ := strings.Cut(name, ": ")
	line := `{"id":"` + id + `","title":"` + title + `","impact":"` + impact + `","components":[` + components + `],"started_at":"2026-01-01T00:00:00Z",`
	if resolved != "" {
		line += `"resolved_at":"` + resolved + `",`
	}
	return line + `"updates":[` + strings.Join(updates, ",") + "]}\n"
}

func said(at, status, body string) string {
	return `{"at":"` + at + `","status":"` + status + `","body":"` + body + `"}`
}

func TestComponentsAreMatchedByEveryNameAndByHand(t *testing.T) {
	t.Parallel()
	eachArchive(t, func(a *archive) {
		over := said("2026-01-01T01:00:00Z", "resolved", "Over.")
		for n, c := range []struct {
			component string
			mappings  []history.Mapping
			want      string // scopes
			noted     string
		}{
			{"Compute - Seoul", nil, "compute/seoul-1", ""},
			{"seoul: COMPUTE", nil, "compute/seoul-1", ""},
			{"컴퓨트 (부산)", nil, "compute/busan-1", ""},
			{"Compute in 서울", nil, "compute/seoul-1", ""},
			{"storage-seoul-1", nil, "storage/seoul-1", ""},
			{"compute/busan-1", nil, "compute/busan-1", ""},
			{"결제", nil, "pay/seoul-1", ""},
			{"Payments", nil, "pay/seoul-1", ""},
			{"Compute", nil, "", `"Compute" is in 2 regions here`},
			{"Seoul", nil, "", `"Seoul" is none of the catalogue's`},
			{"Rocket <fuel>", nil, "", "none of the catalogue's"},
			{"Rocket", []history.Mapping{{Name: "rocket", Scope: health.Scope{Service: "pay", Region: "seoul-1"}}}, "pay/seoul-1", ""},
			{"Compute", []history.Mapping{
				{Name: "Compute", Scope: health.Scope{Service: "compute", Region: "seoul-1"}}, {Name: "Compute", Scope: health.Scope{Service: "compute", Region: "busan-1"}},
			}, "compute/busan-1 compute/seoul-1", ""},
			{`Compute - Seoul","Seoul - Compute`, nil, "compute/seoul-1", ""},
		} {
			title := fmt.Sprintf("case %d", n)
			r := a.bring("f.jsonl", jsonLine(title+": "+title, "major", `"`+c.component+`"`, "2026-01-01T01:00:00Z", over), c.mappings...)
			var got []string
			for _, p := range a.titled(title).CurrentImpacts() {
				got = append(got, p.Scope.String())
			}
			notes := fmt.Sprint(r.Notes)
			if strings.Join(got, " ") != c.want || c.noted != "" && !strings.Contains(notes, c.noted) || c.noted == "" && strings.Contains(notes, "component") {
				a.t.Errorf("%s: %v, want %q; noted %s, want %q", c.component, got, c.want, notes, c.noted)
			}
		}
	})
}

func TestALaterEditionAddsOnlyWhatIsNew(t *testing.T) {
	t.Parallel()
	eachArchive(t, func(a *archive) {
		looking, found, over := said("2026-01-01T00:10:00Z", "investigating", "Looking."), said("2026-01-01T00:30:00Z", "identified", "Found."), said("2026-01-01T01:00:00Z", "resolved", "Over.")
		a.bring("f.jsonl", jsonLine("x: Trouble", "minor", `"Payments"`, "", looking, found))
		first := a.titled("Trouble")
		if first.State != incident.Identified || len(first.CurrentImpacts()) != 1 || !first.CurrentImpacts()[0].During.Open() {
			a.t.Fatalf("%+v", first)
		}
		r := a.bring("f.jsonl", jsonLine("x: Trouble", "critical", `"Payments"`, "2026-01-01T00:55:00Z", looking, found, over))
		second := a.titled("Trouble")
		if r.Extended != 1 || r.Updates != 1 || r.Impacts != 1 || second.State != incident.Resolved || len(second.Updates) != 3 || second.Updates[2].Sequence != 3 {
			a.t.Fatalf("%+v\n%+v", r, second)
		}
		for n, u := range first.Updates {
			if second.Updates[n].ID != u.ID || second.Updates[n].Body[health.English] != u.Body[health.English] {
				a.t.Errorf("update %d changed: %+v", n, second.Updates[n])
			}
		}
		now := second.CurrentImpacts()
		if len(second.Impacts) != 2 || len(now) != 1 || now[0].Replaces != first.Impacts[0].ID || now[0].Level != health.MajorOutage || now[0].During.Duration() != 55*time.Minute {
			a.t.Errorf("impacts %+v", second.Impacts)
		}
		// The earlier edition once more: nothing goes back.
		before := a.dump()
		if r := a.bring("f.jsonl", jsonLine("x: Trouble", "minor", `"Payments"`, "", looking, found)); r.Unchanged != 1 || a.dump() != before {
			a.t.Errorf("the earlier edition changed something: %+v", r)
		}
	})
}

func TestWhatWasPublishedIsNeverEdited(t *testing.T) {
	t.Parallel()
	eachArchive(t, func(a *archive) {
		looking, over := said("2026-01-01T00:10:00Z", "investigating", "Looking."), said("2026-01-01T01:00:00Z", "resolved", "Over.")
		a.bring("f.jsonl", jsonLine("x: Trouble", "minor", "", "", looking, over))
		before := a.dump()
		for name, c := range map[string]struct{ line, noted string }{
			"another title": {jsonLine("x: Less trouble", "minor", "", "", looking, over), "the title differs"},
			"another text":  {jsonLine("x: Trouble", "minor", "", "", said("2026-01-01T00:10:00Z", "investigating", "Nothing."), over), "the text of the update of 2026-01-01T00:10:00Z differs"},
			"another state": {jsonLine("x: Trouble", "minor", "", "", said("2026-01-01T00:10:00Z", "identified", "Looking."), over), "the state of the update"},
			"one between":   {jsonLine("x: Trouble", "minor", "", "", looking, said("2026-01-01T00:30:00Z", "identified", "Found."), over), "lies before one that stands already"},
			"other breaks":  {jsonLine("x: Trouble", "minor", "", "", said("2026-01-01T00:10:00Z", "investigating", "Looking. "), over), ""},
		} {
			r := a.bring("f.jsonl", c.line)
			if notes := fmt.Sprint(r.Notes); r.Unchanged != 1 || !strings.Contains(notes, c.noted) || c.noted == "" && len(r.Notes) > 0 {
				a.t.Errorf("%s: %+v", name, r)
			}
		}
		if r := a.bring("f.jsonl", jsonLine("x: Another story", "minor", "", "", said("2026-02-01T00:00:00Z", "resolved", "Else."))); r.Refused != 1 || !strings.Contains(fmt.Sprint(r.Notes), "another incident was imported under it") {
			a.t.Errorf("two incidents of one id: %+v", r)
		}
		if after := a.dump(); after != before {
			a.t.Errorf("changed\n%s", strings.Join(harness.Differences(before, after), "\n"))
		}
	})
}

func TestWhatWentOnHereIsLeftAlone(t *testing.T) {
	t.Parallel()
	eachArchive(t, func(a *archive) {
		looking := said("2026-01-01T00:10:00Z", "investigating", "Looking.")
		a.bring("f.jsonl", jsonLine("x: Trouble", "minor", `"Payments"`, "", looking))
		desk := incident.NewDesk(a.db.Incidents(), clock.NewWorld(recalled, 0))
		i := a.titled("Trouble")
		if _, err := desk.Publish(a.t.Context(), i.ID, incident.Message{State: incident.Monitoring, Body: texts("지켜봅니다.", "We watch.")}, "key-1"); err != nil {
			a.t.Fatal(err)
		}
		p := i.Impacts[0]
		p.Replaces, p.Level, p.Reason = p.ID, health.PartialOutage, texts("다시 보았습니다.", "Seen again.")
		if _, err := desk.StateImpact(a.t.Context(), i.ID, p, "key-1"); err != nil {
			a.t.Fatal(err)
		}
		before := a.dump()
		r := a.bring("f.jsonl", jsonLine("x: Trouble", "critical", `"Payments"`, "2026-01-01T01:00:00Z", looking, said("2026-01-01T01:00:00Z", "resolved", "Over.")))
		if r.Unchanged != 1 || !strings.Contains(fmt.Sprint(r.Notes), "went on here") || a.dump() != before {
			a.t.Errorf("%+v", r)
		}
	})
}

// TestAFeedAndAListOfOnePageAreOne: whichever comes first, messages are known again
// by their minute, and impacts come from the list.
func TestAFeedAndAListOfOnePageAreOne(t *testing.T) {
	t.Parallel()
	for _, order := range [][]string{{"feed.atom", "incidents.json"}, {"incidents.json", "feed.atom"}} {
		t.Run(order[0]+" first", func(t *testing.T) {
			t.Parallel()
			eachArchive(t, func(a *archive) {
				for _, name := range order {
					a.bring(name, testdata(a.t, name))
				}
				i := a.titled("Slow answers of the object store")
				if len(i.Updates) != 4 || len(i.Impacts) != 2 {
					a.t.Errorf("%d updates, %d impacts", len(i.Updates), len(i.Impacts))
				}
				before := a.dump()
				for _, name := range order {
					r := a.bring(name, testdata(a.t, name))
					if r.Imported+r.Extended > 0 || strings.Contains(fmt.Sprint(r.Notes), "differs") {
						a.t.Errorf("%s again: %+v", name, r)
					}
				}
				if a.dump() != before {
					a.t.Error("importing both again changed something")
				}
			})
		})
	}
}

func TestHostileTextsAreTamed(t *testing.T) {
	t.Parallel()
	eachArchive(t, func(a *archive) {
		long, longer := strings.Repeat("가", 4_000), strings.Repeat("나", 9_000)
		over := func(body string) string { return said("2026-01-01T01:00:00Z", "resolved", body) }
		r := a.bring("f.jsonl", jsonLine(`1: <script>alert(1)</script>`, "minor", "", "", over("<b>x</b>"))+
			jsonLine(`2: \u202eevil\u202c \u0000\u0007 \u200fname`, "minor", "", "", over(`a\u0000b\u2066c\r\nd`))+
			jsonLine("3: "+long, "minor", "", "", over(longer))+
			jsonLine(`4: 🔥🏳️‍🌈 장애`, "minor", "", "", over("🔥"))+
			jsonLine(`5:  \n `, "minor", "", "", over("No title."))+
			jsonLine("6: No words", "minor", "", "", over("  "))+
			jsonLine("7: Too early", "minor", "", "", said("1999-01-01T00:00:00Z", "resolved", "x"))+
			`{"id":"a\u0000","title":"An id that cannot be kept","updates":[`+over("x")+"]}\n"+
			`{"id":"`+long+`","title":"An id without end","updates":[`+over("x")+"]}\n"+
			`{"id":"9","link":"a\u0000b`+long+`","impact":"minor","components":["Payments"],"title":"A link that is none","updates":[{"id":"\u0007","at":"2026-01-01T01:00:00Z","status":"resolved","body":"x"}]}`+"\n"+
			`{"id":"10","link":"a\u0000b`+long+`","impact":"minor","components":["Payments"],"title":"A link that is none","started_at":"2026-01-01T00:00:00Z","updates":[`+over("x")+"]}\n"+
			jsonLine("8: Too late", "minor", "", "", said("2026-03-04T00:00:00Z", "resolved", "x")))
		if r.Imported != 6 || r.Refused != 6 {
			a.t.Errorf("%+v", r)
		}
		notes := fmt.Sprint(r.Notes)
		for _, want := range []string{"the title has more than 300 bytes", "has more than 20000 bytes", "control characters", "without words", "years ago", "in the future", "line 5: title.ko", "more than 300 bytes, or characters", "id of update 1"} {
			if !strings.Contains(notes, want) {
				a.t.Errorf("%q is not in %s", want, notes)
			}
		}
		if i := a.titled("<script>alert(1)</script>"); i.Updates[0].Body[health.English] != "<b>x</b>" {
			a.t.Errorf("%+v", i.Updates[0].Body)
		}
		if i := a.titled("evil \u200fname"); i.Updates[0].Body[health.English] != "abc\nd" {
			a.t.Errorf("%q", i.Updates[0].Body)
		}
		a.titled("🔥🏳️‍🌈 장애")
		if e := a.titled("A link that is none").Impacts[0].Evidence; !strings.HasPrefix(e, "ab가") || len(e) > 2_000 {
			a.t.Errorf("%d bytes of evidence", len(e))
		}
		if i := a.titled("No words"); len(i.Updates[0].Body.Missing()) != 0 {
			a.t.Errorf("%q", i.Updates[0].Body)
		}
		for _, i := range a.all() {
			title, body := i.Title[health.English], i.Updates[0].Body[health.English]
			if len(title) > incident.MaxTitle || len(body) > incident.MaxBody || strings.Contains(title+body, "\uFFFD") {
				a.t.Errorf("%d and %d bytes", len(title), len(body))
			}
		}
	})
}

func TestADryRunChangesNothing(t *testing.T) {
	t.Parallel()
	eachArchive(t, func(a *archive) {
		before := a.dump()
		content := testdata(a.t, "incidents.json")
		dry, err := a.importer(a.db.Incidents()).Import(a.t.Context(), history.Source{Name: "incidents.json", Format: history.StatuspageJSON, Content: strings.NewReader(content)}, history.Terms{At: recalled, DryRun: true})
		if err != nil || !dry.DryRun || a.dump() != before {
			a.t.Fatalf("%+v, %v", dry, err)
		}
		done := a.bring("incidents.json", content)
		if fmt.Sprint(dry.Imported, dry.Refused, dry.Updates, dry.Impacts, dry.Notes) != fmt.Sprint(done.Imported, done.Refused, done.Updates, done.Impacts, done.Notes) {
			a.t.Errorf("dry %+v\ndone %+v", dry, done)
		}
	})
}

// cutOff saves some incidents and then nothing more, as a kill does.
type cutOff struct {
	history.Incidents
	left int
}

var errCutOff = errors.New("cut off")

func (c *cutOff) Save(ctx context.Context, i incident.Incident, entries []journal.Entry) (incident.Incident, error) {
	if c.left--; c.left < 0 {
		return incident.Incident{}, errCutOff
	}
	return c.Incidents.Save(ctx, i, entries)
}

func TestAnImportCutOffIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	content := testdata(t, "incidents.json")
	eachArchive(t, func(a *archive) {
		source := func() history.Source {
			return history.Source{Name: "incidents.json", Format: history.StatuspageJSON, Content: strings.NewReader(content)}
		}
		for left := range 5 {
			_, err := a.importer(&cutOff{a.db.Incidents(), min(left, 1)}).Import(a.t.Context(), source(), history.Terms{At: recalled})
			if !errors.Is(err, errCutOff) || !strings.Contains(err.Error(), "incidents.json: line ") {
				a.t.Fatalf("cut off at %d: %v", left, err)
			}
			facts, err := a.db.Facts(a.t.Context(), 0, 100)
			if err != nil || len(facts) != len(a.all()) || len(facts) != left {
				a.t.Fatalf("%d facts of %d incidents, %v", len(facts), len(a.all()), err)
			}
		}
		if r := a.bring("incidents.json", content); r.Unchanged != 4 || r.Imported != 1 {
			a.t.Errorf("%+v", r)
		}
		before := a.dump()
		if r := a.bring("incidents.json", content); r.Unchanged != 5 || a.dump() != before {
			a.t.Errorf("%+v", r)
		}
	})
}
