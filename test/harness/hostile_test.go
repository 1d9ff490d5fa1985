package harness_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
	"golang.org/x/net/html"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/test/browser"
	"github.com/bonghwa/bonghwa/test/harness"
)

// The words of somebody who means harm, and of somebody who means none.
const (
	script   = `</script><script>window.owned=1</script><img src=x onerror=window.owned=1>" onload="window.owned=1' style='color:red`
	reversed = "\u202egnorw\u202c \u2067and\u2069 wrong"
	emoji    = "🔥🏳️‍🌈 장애 שירות"
	formula  = "=HYPERLINK(\"javascript:window.owned=1\") ]]> --> {{7*7}} ${7*7} \\r\\nBEGIN:VEVENT"
)

// TestHostileWordsAreHarmlessEverywhere: titles, texts and names of a hostile kind
// come in by the configuration, by the command and by an import, into one running
// page. All that the page hands out, as pages, feeds, documents, calendars and
// badges, is well formed and runs nothing; nor does the open page to which they come.
func TestHostileWordsAreHarmlessEverywhere(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.edit("name: {ko: 결제, en: Checkout}", "name: {ko: "+quoted(script)+", en: "+quoted(script)+"}")
	s.open()
	reader := browser.Scripted(t)
	reader.Open(s.base + "/en/")
	commands := s.commands()
	s.shell(append(commands[1:3:3], fmt.Sprintf("bonghwa incident open --title-ko %s --title-en %s", single(script), single(script)))...)
	out := s.shell(commands[2], fmt.Sprintf("! bonghwa incident open --title-ko %s --title-en %[1]s 2>&1", single(reversed)))
	if !strings.Contains(out, "--title-ko") || !strings.Contains(out, "U+202E") || strings.Contains(out, "\u202e") {
		t.Errorf("a title that turns its reader around is answered by %q", out)
	}
	s.remember(script, reversed, emoji, formula, strings.Repeat("긴 제목 ", 1000), strings.Repeat("x", 10_000))
	s.says("/en/", "🔥🏳️‍🌈 장애 שירות")
	reader.Until(`document.body.textContent.includes('🔥🏳️‍🌈')`)
	if browser.Ask[bool](reader, `'owned' in window || document.querySelectorAll('main script, main img[onerror], main [onload], main [style]').length > 0`) {
		t.Error("the open page was taken over")
	}
	if said := reader.Complaints(); len(said) > 0 {
		t.Errorf("the browser complains: %q", said)
	}

	kinds := s.judgeAll(t)
	for _, kind := range []string{".html", ".json", ".rss", ".atom", ".ics", ".svg"} {
		if kinds[kind] == 0 {
			t.Errorf("nothing of the kind %s was handed out: %v", kind, kinds)
		}
	}
	for _, words := range []string{script, reversed, emoji, formula, strings.Repeat("x", 300)} {
		status, body := s.get("/en/search?q=" + url.QueryEscape(words))
		if status != http.StatusOK && status != http.StatusBadRequest {
			t.Errorf("a search for %.20q: status %d", words, status)
		}
		for _, problem := range harmful(".html", []byte(body)) {
			t.Errorf("a search for %.20q: %s", words, problem)
		}
	}
}

// remember imports an open incident for each of the words, which are its title and
// its text.
func (s *shop) remember(all ...string) {
	s.t.Helper()
	var past strings.Builder
	now := clock.Wall{}.Now().UTC()
	for n, words := range all {
		line, err := json.Marshal(map[string]any{
			"id": strconv.Itoa(n), "title": words, "impact": "major", "components": []string{"checkout"}, "started_at": now.Add(-time.Hour),
			"updates": []map[string]any{{"at": now.Add(-time.Minute), "status": "investigating", "body": words}},
		})
		if err != nil {
			s.t.Fatal(err)
		}
		past.Write(append(line, '\n'))
	}
	file := filepath.Join(s.dir, "past.jsonl")
	write(s.t, file, past.String())
	status, out, complaints := harness.Run(s.t, time.Minute, "history", "import", "--config", s.config(), "--format", "jsonl", "--map", "checkout=checkout/page", file)
	if status != 0 || !strings.Contains(out, strconv.Itoa(len(all))+" imported") {
		s.t.Fatalf("status %d\n%s%s", status, out, complaints)
	}
}

// judgeAll judges everything that the page hands out, as a copy has it, and counts
// it by its kind.
func (s *shop) judgeAll(t *testing.T) (kinds map[string]int) {
	t.Helper()
	copied := filepath.Join(s.dir, "copy")
	if status, out, complaints := harness.Run(t, 2*time.Minute, "page", "export", copied, "--config", s.config()); status != 0 {
		t.Fatalf("status %d\n%s%s", status, out, complaints)
	}
	kinds = map[string]int{}
	at := os.DirFS(filepath.Join(copied, "current"))
	err := fs.WalkDir(at, ".", func(path string, d fs.DirEntry, err error) error {
		kind := filepath.Ext(path)
		if err != nil || d.IsDir() || strings.HasPrefix(path, "assets/") || kind == ".gz" {
			return err
		}
		raw, err := fs.ReadFile(at, path)
		if err != nil {
			return err
		}
		kinds[kind]++
		for _, problem := range harmful(kind, raw) {
			t.Errorf("%s: %s", path, problem)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}

func quoted(words string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(words) + `"`
}
func single(words string) string { return `'` + strings.ReplaceAll(words, `'`, `'\''`) + `'` }

// harmful is what is wrong with something that is handed out, by the kind of file
// it is.
func harmful(kind string, raw []byte) (problems []string) {
	say := func(wrong bool, format string, args ...any) {
		if wrong {
			problems = append(problems, fmt.Sprintf(format, args...))
		}
	}
	say(!utf8.Valid(raw), "it is no UTF-8")
	for _, r := range string(raw) {
		if unicode.IsControl(r) && !strings.ContainsRune("\n\r\t", r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			say(true, "it has the character %U", r)
			break
		}
	}
	switch kind {
	case ".html":
		problems = append(problems, runs(raw)...)
	case ".json":
		say(!json.Valid(raw), "it is no JSON")
	case ".ics":
		_, err := ics.ParseCalendar(bytes.NewReader(raw))
		say(err != nil, "it is no calendar: %v", err)
		say(!bytes.HasPrefix(raw, []byte("BEGIN:VCALENDAR\r\n")), "it begins with %.20q", raw)
		for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
			say(len(line) > 75, "a line of %d bytes", len(line))
		}
	case ".rss", ".atom", ".svg", ".xml":
		problems = append(problems, elements(raw)...)
	}
	return problems
}

// runs is what in an HTML page would run, or is not ours.
func runs(raw []byte) (problems []string) {
	root, err := html.Parse(bytes.NewReader(raw))
	if err != nil {
		return []string{err.Error()}
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if n.Data == "script" && !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "src" && strings.HasPrefix(a.Val, "/assets/") }) {
			problems = append(problems, "a script of its own")
		}
		for _, a := range n.Attr {
			address := strings.ToLower(strings.TrimSpace(a.Val))
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.HasPrefix(address, "javascript:") || n.Data == "img" && !strings.HasPrefix(address, "/") && a.Key == "src" {
				problems = append(problems, fmt.Sprintf("<%s %s=%q>", n.Data, a.Key, a.Val))
			}
		}
	}
	return problems
}

// elements is what is wrong with an XML document: that it is none, or a script.
func elements(raw []byte) (problems []string) {
	for d := xml.NewDecoder(bytes.NewReader(raw)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return problems
		}
		if err != nil {
			return append(problems, err.Error())
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if start.Name.Local == "script" || start.Name.Local == "foreignObject" {
			problems = append(problems, "an element "+start.Name.Local)
		}
		for _, a := range start.Attr {
			if strings.HasPrefix(a.Name.Local, "on") || strings.HasPrefix(strings.ToLower(a.Value), "javascript:") {
				problems = append(problems, fmt.Sprintf("<%s %s=%q>", start.Name.Local, a.Name.Local, a.Value))
			}
		}
	}
}
