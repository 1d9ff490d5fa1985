package view_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/bonghwa/bonghwa/api/view"
	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/board/boardtest"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
)

func views(t *testing.T, w *boardtest.World) view.Views {
	t.Helper()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	return view.All(view.Options{Book: book, Provider: boardtest.Provider(), URL: "https://status.hangang.example:8443/health"}, w.Board(t))
}

func TestTextsAreMadeHarmless(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"two\r\nlines\rand\u2028more\u0085": "two\nlines\nand\nmore\n",
		"a\x00b\x1b[31mc\x7f\td":            "ab[31mc\td",
		"\u202egnorw\u202c \u2066x\u2069":   "gnorw x",
		"\u200fright\u200e 👩‍👧 e\u0301":     "\u200fright\u200e 👩‍👧 e\u0301",
		"<b>&amp;]]>\\n,;":                  "<b>&amp;]]>\\n,;",
		"\xff\xfe":                          "\ufffd\ufffd",
		"\ufffe\uffff\ufdd0\U0001ffff":      "",
	} {
		if got := view.Clean(in); got != want || !utf8.ValidString(got) {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	if got := view.Line(" a\r\n\tb \u2029 c "); got != "a b c" {
		t.Errorf("on one line: %q", got)
	}
}

func TestPathsSayTheLanguage(t *testing.T) {
	t.Parallel()
	l := views(t, boardtest.Peace())
	for path, want := range map[string]struct {
		n    int
		rest string
	}{
		"/history.rss": {0, "/history.rss"}, "/ko/history.rss": {1, "/history.rss"}, "/korea.rss": {0, "/korea.rss"}, "/ko": {0, "/ko"}, "/en/x": {0, "/en/x"},
	} {
		if n, rest := l.Find(path); n != want.n || rest != want.rest {
			t.Errorf("%s is %s of language %d", path, rest, n)
		}
	}
	const base = "https://status.hangang.example:8443/health"
	got := []string{l[0].Site(), l[1].Site(), l[1].Document("/x"), l[1].Path("/x"), l[0].IncidentPage("a/b"), l[1].SummaryPage("s"), l[0].Authority(), l[0].Host()}
	want := []string{base, base + "/ko", base + "/ko/x", "/ko/x", base + "/en/incidents/a%2Fb", base + "/ko/summaries/s", "status.hangang.example:8443", "status.hangang.example"}
	if !slices.Equal(got, want) {
		t.Errorf("addresses\n%q, want\n%q", got, want)
	}
}

func TestWhatTheCatalogueLacksIsCalledByItsID(t *testing.T) {
	t.Parallel()
	v := views(t, boardtest.Peace())[1]
	if got := v.Place(health.Scope{Service: "gone", Region: "nowhere"}); got != "gone - nowhere" {
		t.Errorf("a place is called %q", got)
	}
	if got := v.Place(boardtest.EC2()) + "|" + v.Component(boardtest.EC2()); got != "EC2 - 서울|서울" {
		t.Errorf("EC2 is called %q", got)
	}
	flat := views(t, boardtest.Flat())[0]
	if got := flat.Place(boardtest.EC2()) + "|" + flat.Component(boardtest.EC2()); got != "EC2|EC2" {
		t.Errorf("with one region EC2 is called %q", got)
	}
}

// A message tells how components stood by what had been stated when it came out.
func TestMessagesTellWhatWasKnownThen(t *testing.T) {
	t.Parallel()
	v := views(t, boardtest.After())[0]
	e, _ := v.Event(boardtest.Outage)
	messages := v.Messages(e)
	var got []string
	for _, m := range slices.Backward(messages) {
		got = append(got, string(m.State)+" "+m.Touched[0].Old.String()+" → "+m.Touched[0].New.String()+" "+v.Heading(m))
	}
	want := []string{
		"investigating operational → partial_outage Investigating",
		"identified partial_outage → major_outage Identified",
		"monitoring major_outage → major_outage Monitoring",
		"resolved major_outage → operational Resolved",
		"resolved operational → operational Update",
	}
	if !slices.Equal(got, want) {
		t.Errorf("messages\n%s", strings.Join(got, "\n"))
	}
}

func TestGoodwillTouchesNobody(t *testing.T) {
	t.Parallel()
	w := boardtest.During()
	given := w.Incidents[0].Impacts[0]
	given.ID, given.Scope, given.Determination = "given", boardtest.S3(), health.DeterminationGoodwill
	w.Incidents[0].Impacts = append(w.Incidents[0].Impacts, given)
	v := views(t, w)[0]
	e, _ := v.Event(boardtest.Outage)
	if got := view.Scopes(e); !slices.Equal(got, []health.Scope{boardtest.EC2()}) {
		t.Errorf("it touches %v", got)
	}
	for _, m := range v.Messages(e) {
		if len(m.Touched) != 1 {
			t.Errorf("a message tells of %v", m.Touched)
		}
	}
}

func TestEveryStateHasAWord(t *testing.T) {
	t.Parallel()
	for state, want := range map[incident.State]view.State{
		incident.Investigating: view.Investigating, incident.Identified: view.Identified, incident.Monitoring: view.Monitoring,
		incident.Resolved: view.Resolved, incident.FalseAlarm: view.Resolved, incident.Merged: view.Resolved,
		incident.Scheduled: view.Scheduled, incident.InProgress: view.InProgress, incident.Verifying: view.Verifying,
		incident.Completed: view.Completed, incident.Canceled: view.Completed, incident.Draft: view.Investigating,
	} {
		if got := view.StateOf(state); got != want {
			t.Errorf("%s is %s, want %s", state, got, want)
		}
	}
}

func TestNoWorkEndsBeforeItBegins(t *testing.T) {
	t.Parallel()
	v := views(t, boardtest.Maintenance())[0]
	off, _ := v.Event(boardtest.Canceled) // called off before its beginning, with an open end
	if from, to := view.Window(off); !from.Equal(boardtest.KST("12-05 02:00")) || !to.IsZero() {
		t.Errorf("from %v to %v", from, to)
	}
	ahead, _ := v.Event(boardtest.Planned)
	if from, to := view.Window(ahead); to.Sub(from) != 2*time.Hour {
		t.Errorf("from %v to %v", from, to)
	}
	early := board.Event{Incident: incident.Incident{OpenedAt: boardtest.KST("11-22 08:00"), Updates: []incident.Update{{PublishedAt: boardtest.KST("11-01 08:00")}}}}
	if got := view.Begun(&early); !got.Equal(boardtest.KST("11-01 08:00")) {
		t.Errorf("what was said before it was opened here began %v", got)
	}
}
