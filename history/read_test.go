package history_test

import (
	"encoding/xml"
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/history"
	"github.com/bonghwa/bonghwa/incident"
)

var update = flag.Bool("update", false, "write the golden files")

func read(t *testing.T, format history.Format, content string, h history.Hints) ([]history.Past, history.Report) {
	t.Helper()
	past, report, err := history.Read(history.Source{Name: "file", Format: format, Content: strings.NewReader(content), Hints: h})
	if err != nil {
		t.Fatal(err)
	}
	if report.Read != len(past)+report.Refused {
		t.Errorf("%d entries, of which %d were read and %d refused", report.Read, len(past), report.Refused)
	}
	return past, report
}

func fixture(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestFilesAreReadAsTheyStand compares everything that a file tells, and everything
// that could not be understood, with what was read by eye before.
func TestFilesAreReadAsTheyStand(t *testing.T) {
	t.Parallel()
	for name, format := range map[string]history.Format{
		"feed.atom": history.StatuspageAtom, "odd.atom": history.StatuspageAtom,
		"incidents.json": history.StatuspageJSON, "past.jsonl": history.JSONL,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			past, report := read(t, format, fixture(t, name), history.Hints{})
			got := written(past, report)
			golden := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if want := fixture(t, name+".golden"); got != want {
				t.Errorf("read\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// written writes out what was read, for people to compare.
func written(past []history.Past, report history.Report) string {
	var b strings.Builder
	for _, p := range past {
		fmt.Fprintf(&b, "%s\n  %s at %s/%s\n  link %s\n", p.Where, p.Kind, p.Page, p.Code, p.Link)
		texts(&b, "  title", p.Title)
		if p.Impact != "" || len(p.Components) > 0 {
			fmt.Fprintf(&b, "  impact %s on", p.Impact)
			for _, c := range p.Components {
				fmt.Fprintf(&b, " %q", c.Names)
			}
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "  from %s to %s\n", at(p.Began), at(p.Ended))
		for _, u := range p.Updates {
			fmt.Fprintf(&b, "  %s %s", at(u.At), u.State)
			if u.Code != "" {
				b.WriteString(" " + u.Code)
			}
			b.WriteString(", falls back to " + string(u.Fallback) + "\n")
			texts(&b, "   ", u.Body)
		}
	}
	fmt.Fprintf(&b, "%d read, %d refused\n", report.Read, report.Refused)
	for _, n := range report.Notes {
		fmt.Fprintf(&b, "refused %v: %s\n", n.Refused, n)
	}
	return b.String()
}

func texts(b *strings.Builder, name string, t health.Text) {
	for _, l := range health.Languages() {
		if s, ok := t[l]; ok {
			fmt.Fprintf(b, "%s %s %q\n", name, l, s)
		}
	}
}

func at(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// TestEveryMessageOfAFeedIsAsTheFileHasIt reads the feed a second time, by other means,
// and compares every time, state and text.
func TestEveryMessageOfAFeedIsAsTheFileHasIt(t *testing.T) {
	t.Parallel()
	content := fixture(t, "feed.atom")
	past, _ := read(t, history.StatuspageAtom, content, history.Hints{})
	var feed struct {
		Entries []struct {
			Published time.Time `xml:"published"`
			Title     string    `xml:"title"`
			Content   string    `xml:"content"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal([]byte(content), &feed); err != nil || len(feed.Entries) != len(past) {
		t.Fatalf("%d entries, of which %d were read: %v", len(feed.Entries), len(past), err)
	}
	message := regexp.MustCompile(`(?s)<p> <small>(\w+) <var data-var='date'>(\d+)</var>, <var data-var='time'>([\d:]+)</var> \w+</small><br> <strong>(.*?)</strong> - (.*?) </p>`)
	for n, e := range feed.Entries {
		found := message.FindAllStringSubmatch(e.Content, -1)
		slices.Reverse(found)
		p := past[n]
		if len(found) == 0 || len(found) != len(p.Updates) || p.Title[health.English] != e.Title {
			t.Fatalf("%q: %d messages, of which %d were read", e.Title, len(found), len(p.Updates))
		}
		state := "investigating"
		for m, f := range found {
			if f[4] != "Update" {
				state = strings.ToLower(f[4])
			}
			// The last message is of the year of its publication; the others look back.
			when, err := time.Parse("2006 Jan 2 15:04", fmt.Sprintf("%d %s %s %s", e.Published.Year(), f[1], strings.TrimPrefix(f[2], "0"), f[3]))
			if err != nil {
				t.Fatal(err)
			}
			if when.After(e.Published) {
				when = when.AddDate(-1, 0, 0)
			}
			text := html.UnescapeString(strings.ReplaceAll(f[5], "<br />", "\n"))
			u := p.Updates[m]
			if !u.At.Equal(when) || string(u.State) != state || u.Body[health.English] != text {
				t.Errorf("read %s %s %q\nthe file has %s %s %q", u.At, u.State, u.Body[health.English], when, state, text)
			}
		}
	}
}

// entry is an entry of a feed with messages, newest first: "Jan 1, 00:10 UTC|Resolved".
func entry(published, updated string, messages ...string) string {
	var b strings.Builder
	for _, m := range messages {
		stamp, label, _ := strings.Cut(m, "|")
		b.WriteString("&lt;p&gt;&lt;small&gt;" + stamp + "&lt;/small&gt;&lt;br&gt;&lt;strong&gt;" + label + "&lt;/strong&gt; - words&lt;/p&gt;")
	}
	return `<entry><id>e</id><published>` + published + `</published><updated>` + updated + `</updated><title>T</title><content type="html">` + b.String() + `</content></entry>`
}

func feed(entries string) string {
	return `<feed xmlns="http://www.w3.org/2005/Atom"><link rel="alternate" href="https://s.example"/>` + entries + `</feed>`
}

func TestYearsAreFound(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, published, updated string
		messages, want           []string // newest first
		noted                    string
	}{
		{
			"over New Year, published with the last message", "2026-01-01T01:10:00Z", "2026-01-05T00:00:00Z",
			[]string{"Jan 1, 01:10 UTC|Resolved", "Dec 31, 23:52 UTC|Investigating"},
			[]string{"2026-01-01T01:10", "2025-12-31T23:52"},
			"",
		},
		{
			"over New Year, published with the first message", "2025-12-31T23:52:00Z", "2026-01-01T01:10:00Z",
			[]string{"Jan 1, 01:10 UTC|Resolved", "Dec 31, 23:52 UTC|Investigating"},
			[]string{"2026-01-01T01:10", "2025-12-31T23:52"},
			"",
		},
		{
			"a report ten months afterwards", "2025-02-03T10:00:00Z", "2025-12-03T10:00:00Z",
			[]string{"Dec 3, 10:00 UTC|Postmortem", "Feb 3, 10:00 UTC|Resolved"},
			[]string{"2025-12-03T10:00", "2025-02-03T10:00"},
			"",
		},
		{
			"a text mended a year afterwards", "2024-12-30T10:00:00Z", "2025-12-29T10:00:00Z",
			[]string{"Dec 30, 10:00 UTC|Resolved"},
			[]string{"2024-12-30T10:00"},
			"",
		},
		{
			"the hour of the page's zone is in the other year", "2025-12-31T20:00:00Z", "2025-12-31T20:00:00Z",
			[]string{"Jan 1, 05:00 +0900|Resolved"},
			[]string{"2025-12-31T20:00"},
			"",
		},
		{
			"an order that is off by minutes", "2026-01-01T00:05:00Z", "2026-01-01T00:05:00Z",
			[]string{"Dec 31, 23:59 UTC|Resolved", "Jan 1, 00:05 UTC|Investigating"},
			[]string{"2026-01-01T00:05", "2025-12-31T23:59"},
			"",
		},
		{
			"a leap day told two years later", "2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z",
			[]string{"Feb 28, 12:00 UTC|Resolved", "Feb 29, 12:00 UTC|Investigating"},
			[]string{"2026-02-28T12:00", "2024-02-29T12:00"},
			"",
		},
		{
			"written down months later", "2026-08-20T10:00:00Z", "2026-08-20T10:00:00Z",
			[]string{"Dec 20, 10:00 UTC|Resolved"},
			[]string{"2025-12-20T10:00"},
			"more than a month from published",
		},
		{
			"the year is told", "2026-08-20T10:00:00Z", "2026-08-20T10:00:00Z",
			[]string{"Dec 20, 2019 - 10:00 UTC|Resolved"},
			[]string{"2019-12-20T10:00"},
			"",
		},
		{
			"published is missing", "", "2026-01-01T01:10:00Z",
			[]string{"Jan 1, 01:10 UTC|Resolved"},
			[]string{"2026-01-01T01:10"},
			"published is missing",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			past, report := read(t, history.StatuspageAtom, feed(entry(c.published, c.updated, c.messages...)), history.Hints{})
			if len(past) != 1 {
				t.Fatalf("refused: %v", report.Notes)
			}
			var got []string
			for _, u := range slices.Backward(past[0].Updates) {
				got = append(got, u.At.UTC().Format("2006-01-02T15:04"))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if notes := fmt.Sprint(report.Notes); (c.noted == "") != (len(report.Notes) == 0) || !strings.Contains(notes, c.noted) {
				t.Errorf("noted %s, want %q", notes, c.noted)
			}
		})
	}
}

func TestTimeZonesAreNeverGuessedInSilence(t *testing.T) {
	t.Parallel()
	told := history.Hints{Zones: map[string]time.Duration{"cst": 8 * time.Hour}}
	for _, c := range []struct {
		zone  string
		hints history.Hints
		want  string // empty: refused
		noted bool
	}{
		{"UTC", history.Hints{}, "12:00", false},
		{"GMT", history.Hints{}, "12:00", false},
		{"KST", history.Hints{}, "03:00", true},
		{"PDT", history.Hints{}, "19:00", true},
		{"NST", history.Hints{}, "15:30", true},
		{"+09", history.Hints{}, "03:00", false},
		{"-03:30", history.Hints{}, "15:30", false},
		{"CST", history.Hints{}, "", true},
		{"CST", told, "04:00", false},
		{"IST", history.Hints{}, "", true},
		{"XYZ", history.Hints{}, "", true},
	} {
		t.Run(c.zone, func(t *testing.T) {
			t.Parallel()
			past, report := read(t, history.StatuspageAtom, feed(entry("2026-06-06T12:00:00Z", "2026-06-06T12:00:00Z", "Jun 6, 12:00 "+c.zone+"|Resolved")), c.hints)
			got := ""
			if len(past) == 1 {
				got = past[0].Updates[0].At.UTC().Format("15:04")
			}
			if got != c.want || (len(report.Notes) > 0) != c.noted {
				t.Errorf("got %q, want %q; noted %v", got, c.want, report.Notes)
			}
		})
	}
}

func TestHTMLBecomesTextAsReadersSeeIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		html, want string
		lines      bool
	}{
		{"one<br>two<br /><br/>three", "one\ntwo\n\nthree", false},
		{"<p>one</p>\n<p>two</p>", "one\n\ntwo", false},
		{"a\n b", "a b", false},
		{"a\n b", "a\nb", true},
		{"a\n\n\n\n<br>b", "a\n\nb", true},
		{"1 &lt; 2 &amp;&nbsp;3 &#50; &hellip;", "1 < 2 &\u00a03 2 …", false},
		{"<ul><li>a</li><li>b<ol><li>c<li>d</ol></ul>e", "- a\n- b\n  1. c\n  2. d\n\ne", false},
		{`see <a href="https://x.example/a?b=1&amp;c=2">this <b>page</b></a>.`, "see this page (https://x.example/a?b=1&c=2).", false},
		{`<a href="https://x.example/">x.example</a>`, "x.example", false},
		{`<a href="http://x.example/a">https://x.example/a</a>`, "https://x.example/a", false},
		{`<a href="javascript:alert(1)">press</a> <a>nothing</a>`, "press nothing", false},
		{`<a href="https://x.example"></a>`, "https://x.example", false},
		{`<a href="https://x.example">open`, "open", false},
		{"<script>alert(1)</script>a<style>b{}</style>", "a", false},
		{`<img src=x onerror=alert(1) alt="a picture">`, "a picture", false},
		{"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>d", "a b\nc\n\nd", false},
		{"a < b and <unknown>c</unknown>", "a < b and c", false},
		{"", "", false},
	} {
		if got := history.Plain(c.html, c.lines); got != c.want {
			t.Errorf("%q\ngot  %q\nwant %q", c.html, got, c.want)
		}
	}
}

// endless gives the same byte for ever.
type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

func TestFilesOfAnotherFormAreRefusedWithThePlace(t *testing.T) {
	t.Parallel()
	good := fixture(t, "feed.atom")
	for _, c := range []struct {
		name    string
		format  history.Format
		content string
		want    []string
	}{
		{"no JSON", history.StatuspageJSON, "<html>\nnot found", []string{"file:1", "no whole JSON"}},
		{"cut JSON", history.StatuspageJSON, "{\"incidents\": [\n{\"id\": \"a\"", []string{"file:2", "cut off"}},
		{"a comma too many", history.StatuspageJSON, "{\n\"incidents\": [1,],\n\"page\": 1}", []string{"file:2", "invalid character ']'"}},
		{"two documents", history.StatuspageJSON, "{}\n{}", []string{"file:2", "after top-level value"}},
		{"a control character", history.StatuspageJSON, "{\n\"a\": \"b\x01\"}", []string{"file:2", `'\x01'`}},
		{"no UTF-8", history.StatuspageJSON, "{\n\"a\": \"b\xff\"}", []string{"file:2", "byte 10 of the file is no UTF-8"}},
		{"no incidents", history.StatuspageJSON, `{"page":{}}`, []string{"neither incidents nor scheduled_maintenances"}},
		{"incidents of another type", history.StatuspageJSON, "{\n\n\"incidents\": 5}", []string{"file:3", "no list"}},
		{"page of another type", history.StatuspageJSON, "{\n\"page\": 5, \"incidents\": []}", []string{"file:2", "page is a JSON number, and should be an object"}},
		{"a number", history.StatuspageJSON, "5", []string{"file:1", "no object and no list"}},
		{"no XML", history.StatuspageAtom, "words", []string{"file:1", "no Atom feed"}},
		{"RSS", history.StatuspageAtom, "<?xml version='1.0'?>\n<rss><channel/></rss>", []string{"file:2", "<rss>", "history.atom"}},
		{"cut XML", history.StatuspageAtom, good[:len(good)/2], []string{"file:", "cut off"}},
		{"a control character in XML", history.StatuspageAtom, "<feed>\n\x01</feed>", []string{"file:2", "illegal character"}},
		{"no UTF-8 in XML", history.StatuspageAtom, "<feed>\n\xc3(</feed>", []string{"file:2", "no UTF-8"}},
		{"another encoding", history.StatuspageAtom, `<?xml version="1.0" encoding="EUC-KR"?><feed/>`, []string{"file:1", "EUC-KR"}},
		{"an entity that there is not", history.StatuspageAtom, "<feed>\n&bomb;</feed>", []string{"file:2", "&bomb;"}},
		{"UTF-16", history.JSONL, "\xff\xfe{\x00", []string{"file:1", "UTF-16"}},
		{"empty", history.JSONL, " \n", []string{"file:1", "empty"}},
		{"another format", "rss", "x", []string{`"rss"`, "statuspage-json, statuspage-atom, jsonl"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			past, _, err := history.Read(history.Source{Name: "file", Format: c.format, Content: strings.NewReader(c.content)})
			if !fault.Is(err, fault.Invalid) || len(past) > 0 {
				t.Fatalf("%d read, %v", len(past), err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in %q", want, err)
				}
			}
		})
	}
	t.Run("endless", func(t *testing.T) {
		t.Parallel()
		_, _, err := history.Read(history.Source{Name: "file", Format: history.JSONL, Content: endless(' ')})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "64 MB") {
			t.Errorf("got %v", err)
		}
	})
}

func TestABareListNeedsThePage(t *testing.T) {
	t.Parallel()
	list := `[{"id":"a","name":"Work","scheduled_for":"2026-01-01T00:00:00Z","incident_updates":[{"status":"completed","body":"Done.","display_at":"2026-01-01T00:00:00Z"}]},` +
		`{"id":"b","name":"Trouble","incident_updates":[{"status":"resolved","body":"Over.","display_at":"2026-01-01T00:00:00Z"}]}]`
	past, report := read(t, history.StatuspageJSON, list, history.Hints{})
	if len(past) != 0 || !strings.Contains(fmt.Sprint(report.Notes), "--page") {
		t.Errorf("%d read, %v", len(past), report.Notes)
	}
	past, _ = read(t, history.StatuspageJSON, list, history.Hints{Page: "https://Status.example.com/", Language: health.Korean})
	if len(past) != 2 || past[0].Kind != incident.Maintenance || past[1].Kind != incident.Issue || past[1].Page != "status.example.com" || past[1].Title[health.Korean] != "Trouble" {
		t.Errorf("%+v", past)
	}
}

// TestTheSameIncidentHasOneID: by whichever of a page's files it comes.
func TestTheSameIncidentHasOneID(t *testing.T) {
	t.Parallel()
	ids := map[health.IncidentID]bool{}
	for name, format := range map[string]history.Format{"feed.atom": history.StatuspageAtom, "incidents.json": history.StatuspageJSON, "past.jsonl": history.JSONL} {
		past, _ := read(t, format, fixture(t, name), history.Hints{})
		for _, p := range past {
			if p.Code == "q7w1" {
				ids[p.ID()] = true
			}
		}
	}
	if len(ids) != 1 {
		t.Errorf("one incident has %d ids", len(ids))
	}
}
