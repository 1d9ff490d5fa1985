package embed_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/board/boardtest"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/embed"
	"github.com/bonghwa/bonghwa/web/public"
	"github.com/bonghwa/bonghwa/web/ui"
)

// papers are the note of a world in the words of the public pages.
func papers(tb testing.TB, w *boardtest.World, invented bool, speaks ...health.Language) (*embed.Papers, *board.Board) {
	tb.Helper()
	book, err := language.Load()
	if err != nil {
		tb.Fatal(err)
	}
	site := ui.Site{Provider: boardtest.Both("한강 클라우드", "Hangang Cloud"), Invented: invented, Zone: language.Seoul(), Languages: speaks}
	b := w.Board(tb)
	return embed.New(embed.Options{Book: book, Site: site}, b, public.New(public.Options{Book: book, Site: site}).Tell(b)), b
}

func document(tb testing.TB, w *boardtest.World, l health.Language) embed.Document {
	tb.Helper()
	p, _ := papers(tb, w, false)
	paper, ok, err := p.Print("/embed/" + string(l) + ".json")
	if !ok || err != nil || paper.Type != "application/json" || !paper.Open || paper.Keep != press.Feed {
		tb.Fatalf("%v, %v, %+v", ok, err, paper)
	}
	decoder := json.NewDecoder(bytes.NewReader(paper.Body))
	decoder.DisallowUnknownFields()
	var d embed.Document
	if err := decoder.Decode(&d); err != nil {
		tb.Fatal(err)
	}
	return d
}

func TestTheNoteSaysWhatTheFirstLineSays(t *testing.T) {
	t.Parallel()
	silent := boardtest.Peace()
	silent.Fresh["dns"] = false
	old := boardtest.Peace()
	old.Read = boardtest.KST("11-22 07:00")
	oldOutage := boardtest.During()
	oldOutage.Read = boardtest.KST("11-22 08:50")
	recovering := boardtest.During()
	recovering.Incidents[0].State = incident.Monitoring
	recovering.Incidents[0].Impacts[1].During.To = boardtest.KST("11-22 08:50")
	for name, c := range map[string]struct {
		world  *boardtest.World
		level  health.Level
		wrong  bool
		ko, en string
		about  string
	}{
		"peace":      {boardtest.Peace(), health.Operational, false, "구성 요소 3개가 모두 정상입니다.", "All 3 components operate normally.", "operational"},
		"outage":     {boardtest.During(), health.MajorOutage, true, "서울 리전의 EC2에서 08:19 KST(23:19 UTC)부터 DNS 이름을 확인할 수 없습니다.", "EC2 in Seoul has been unable to resolve DNS names since 23:19 UTC (08:19 KST).", string(boardtest.Outage)},
		"silent":     {silent, health.Unknown, false, "구성 요소 3개 가운데 1개", "have no fresh data|has no fresh data", "unknown"},
		"old":        {old, health.Unknown, false, "마지막으로 확인한 때는 07:00 KST", "the last confirmation is of 22:00 UTC", "unknown"},
		"old outage": {oldOutage, health.MajorOutage, true, "DNS 이름을 확인할 수 없습니다", "unable to resolve", string(boardtest.Outage)},
		"recovering": {recovering, health.Informational, false, "회복되어", "has recovered", string(boardtest.Outage)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for l, want := range map[health.Language]string{health.Korean: c.ko, health.English: c.en} {
				d := document(t, c.world, l)
				said := slices.ContainsFunc(strings.Split(want, "|"), func(s string) bool { return strings.Contains(d.Sentence, s) })
				if d.Level != c.level || d.Wrong != c.wrong || !said || d.About != c.about || d.Language != l {
					t.Errorf("%+v", d)
				}
				link := "/" + string(l) + "/"
				if c.about == string(boardtest.Outage) {
					link += "incidents/" + c.about
				}
				if d.Link != link || d.Revision != "1.7" || d.Old != strings.HasPrefix(name, "old") || d.Words.Notice != "" || d.Confirmed == "" {
					t.Errorf("%+v", d)
				}
			}
		})
	}
}

func TestMoreIsSaidOfMoreIncidents(t *testing.T) {
	t.Parallel()
	w := boardtest.During()
	other := w.Incidents[0]
	other.ID, other.State = "00000000-0000-7000-8000-000000000009", incident.Investigating
	w.Incidents = append(w.Incidents, other)
	if d := document(t, w, health.English); d.Words.More != "1 more open event" {
		t.Errorf("%+v", d.Words)
	}
	if d := document(t, boardtest.During(), health.Korean); d.Words.More != "" {
		t.Errorf("%+v", d.Words)
	}
}

func TestEveryLevelHasALineOfItsOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, l := range health.Levels() {
		w := boardtest.During()
		w.Incidents[0].Impacts[1].Level = l
		switch l {
		case health.Unknown:
			w = boardtest.Peace()
			w.Fresh["dns"] = false
		case health.Operational:
			w = boardtest.Peace()
		case health.Informational, health.Maintenance, health.Degraded, health.PartialOutage, health.MajorOutage:
		}
		d := document(t, w, health.English)
		if d.Level != l || d.Shape == "" || seen[d.Shape] {
			t.Errorf("%s: %s %q", l, d.Level, d.Shape)
		}
		seen[d.Shape] = true
	}
}

// served is the note as the router and the press serve it.
func served(t *testing.T, stand *press.Stand) *web.Router {
	t.Helper()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	rt, err := web.New(web.Options{
		PublicURL: &url.URL{Scheme: "http", Host: "localhost"}, Language: health.English, Messages: book, Finished: stand.Serve,
		Wall: clock.Wall{}, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}, embed.Routes())
	if err != nil {
		t.Fatal(err)
	}
	return rt
}

func standing(t *testing.T, w *boardtest.World, invented bool) *press.Stand {
	t.Helper()
	stand := &press.Stand{}
	put(t, stand, w, invented)
	return stand
}

func put(t *testing.T, stand *press.Stand, w *boardtest.World, invented bool) {
	t.Helper()
	p, b := papers(t, w, invented)
	stand.Put(press.NewEdition(press.Imprint{Revision: b.Revision, Confirmed: b.Confirmed}, p))
}

func get(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w
}

func TestAnySiteMayFrameIt(t *testing.T) {
	t.Parallel()
	rt := served(t, standing(t, boardtest.During(), true))
	for _, l := range health.Languages() {
		w := get(t, rt, "/embed/"+string(l))
		policy := w.Header().Get("Content-Security-Policy")
		if w.Code != http.StatusOK || !strings.Contains(policy, "frame-ancestors *") || !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "script-src") || w.Header().Get("X-Frame-Options") != "" {
			t.Errorf("%s: %d %v", l, w.Code, w.Header())
		}
		root, err := html.Parse(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		links := 0
		for n := range root.Descendants() {
			switch {
			case n.Type != html.ElementNode:
			case n.Data == "script" || n.Data == "style" || n.Data == "form":
				t.Errorf("%s: <%s>", l, n.Data)
			case n.Data == "a":
				links++
				for _, a := range n.Attr {
					if a.Key == "target" && a.Val != "_top" {
						t.Errorf("%s: a link leads into the frame: %v", l, n.Attr)
					}
				}
			}
		}
		if links != 1 {
			t.Errorf("%s: %d links", l, links)
		}
	}
	if body := get(t, rt, "/embed/ko").Body.String(); !strings.Contains(body, "재현입니다") {
		t.Error("in a replay the frame does not say so")
	}
	if w := get(t, rt, "/embed/fr"); w.Code != http.StatusNotFound || strings.Contains(w.Header().Get("Content-Security-Policy"), "frame-ancestors *") {
		t.Errorf("a language there is none of: %d", w.Code)
	}
}

func TestTheScriptIsSmallAndKept(t *testing.T) {
	t.Parallel()
	w := get(t, served(t, standing(t, boardtest.Peace(), false)), "/embed/status.js")
	h := w.Header()
	if w.Code != http.StatusOK || !strings.HasPrefix(h.Get("Content-Type"), "text/javascript") || !strings.Contains(h.Get("Cache-Control"), "max-age=3600") || h.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%d %v", w.Code, h)
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write(w.Body.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if zipped.Len() > 2900 {
		t.Errorf("it has %d bytes compressed", zipped.Len())
	}
	for _, never := range []string{"innerHTML", "eval(", "document.cookie", "new Function", "style=", "// "} {
		if strings.Contains(w.Body.String(), never) {
			t.Errorf("it has %s", never)
		}
	}
}

func TestEveryPathIsPrinted(t *testing.T) {
	t.Parallel()
	p, _ := papers(t, boardtest.After(), false)
	seen := map[string]bool{}
	for path := range p.Paths() {
		if _, ok, err := p.Print(path); !ok || err != nil || seen[path] {
			t.Errorf("%s: %v, %v, twice: %v", path, ok, err, seen[path])
		}
		seen[path] = true
	}
	if len(seen) != 5 {
		t.Errorf("%d paths", len(seen))
	}
	for range p.Paths() {
		break // whoever walks the paths may stop
	}
	for _, path := range []string{"/embed/", "/embed/ko/", "/embed/fr.json", "/ko/embed", "/embed/status.css"} {
		if _, ok, err := p.Print(path); ok || err != nil {
			t.Errorf("%s: %v, %v", path, ok, err)
		}
	}
}

func TestASiteOfOneLanguageHasItsNote(t *testing.T) {
	t.Parallel()
	p, _ := papers(t, boardtest.During(), false, health.Korean)
	if paths := slices.Collect(p.Paths()); !slices.Equal(paths, []string{"/embed/status.js", "/embed/ko", "/embed/ko.json"}) {
		t.Errorf("paths %v", paths)
	}
	if _, ok, err := p.Print("/embed/en.json"); ok || err != nil {
		t.Errorf("in a language that the site does not speak: %v, %v", ok, err)
	}
	paper, _, err := p.Print("/embed/status.js")
	if err != nil || !bytes.Contains(paper.Body, []byte("speaks = ['ko'],")) {
		t.Errorf("the script does not know the languages: %v", err)
	}
}
