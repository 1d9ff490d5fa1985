package badge_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/bonghwa/bonghwa/board/boardtest"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/badge"
	"github.com/bonghwa/bonghwa/web/ui"
)

var update = flag.Bool("update", false, "write the golden badges anew")

func options(tb boardtest.T) badge.Options {
	tb.Helper()
	book, err := language.Load()
	if err != nil {
		tb.Fatal(err)
	}
	return badge.Options{Book: book, Site: ui.Site{Provider: boardtest.Both("한강 클라우드", "Hangang Cloud"), Zone: language.Seoul()}}
}

// printed is a badge of a world, which must be there.
func printed(tb boardtest.T, w *boardtest.World, path string) press.Paper {
	tb.Helper()
	p, ok, err := badge.New(options(tb), w.Board(tb)).Print(path)
	if err != nil || !ok {
		tb.Fatalf("%s: there is none, %v", path, err)
	}
	return p
}

// picture is what a badge says, as a program reads it.
type picture struct {
	XMLName xml.Name `xml:"http://www.w3.org/2000/svg svg"`
	Width   float64  `xml:"width,attr"`
	Role    string   `xml:"role,attr"`
	Label   string   `xml:"aria-label,attr"`
	Title   string   `xml:"title"`
	Desc    string   `xml:"desc"`
	Fill    string   `xml:"-"` // behind the value
	Rects   []struct {
		Fill string `xml:"fill,attr"`
	} `xml:"rect"`
	Paths []struct {
		Fill string `xml:"fill,attr"`
	} `xml:"path"`
	Texts []struct {
		X     float64 `xml:"x,attr"`
		Long  float64 `xml:"textLength,attr"`
		Words string  `xml:",chardata"`
	} `xml:"g>text"`
	Shape []struct {
		Inside string `xml:",innerxml"`
	} `xml:"svg"`
}

// read reads a badge and fails for what none may be.
func read(tb boardtest.T, body []byte) picture {
	tb.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(body))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			tb.Fatalf("not well-formed: %v\n%.600s", err, body)
		}
		if e, ok := token.(xml.StartElement); ok && slices.Contains([]string{"script", "style", "foreignObject", "image", "a", "use"}, e.Name.Local) {
			tb.Errorf("<%s> is in a badge", e.Name.Local)
		}
	}
	var p picture
	if err := xml.Unmarshal(body, &p); err != nil {
		tb.Fatal(err)
	}
	if len(p.Texts) != 2 || len(p.Rects) != 2 || len(p.Paths) != 1 {
		tb.Fatalf("%d texts, %d rects, %d paths:\n%s", len(p.Texts), len(p.Rects), len(p.Paths), body)
	}
	p.Fill = p.Rects[0].Fill
	label, value := p.Texts[0], p.Texts[1]
	if p.Role != "img" || p.Label != p.Title || !strings.Contains(p.Title, value.Words) {
		tb.Errorf("role %q, label %q, title %q", p.Role, p.Label, p.Title)
	}
	if label.X+label.Long > value.X || value.X+value.Long > p.Width || p.Width > 480 {
		tb.Errorf("the texts do not fit: %+v in %v px", p.Texts, p.Width)
	}
	return p
}

func TestGoldenBadges(t *testing.T) {
	t.Parallel()
	silent := boardtest.Peace()
	silent.Fresh["dns"] = false
	never := boardtest.Peace()
	never.Fresh = nil
	for name, c := range map[string]struct {
		world *boardtest.World
		path  string
	}{
		"peace-en":          {boardtest.Peace(), "/badge/status.svg"},
		"outage-en":         {boardtest.During(), "/en/badge/status.svg"},
		"outage-ko":         {boardtest.During(), "/ko/badge/ec2-ap-northeast-2/status.svg"},
		"unknown-ko":        {silent, "/ko/badge/ec2-ap-northeast-2/status.svg"},
		"uptime-en":         {boardtest.After(), "/badge/ec2-ap-northeast-2/uptime-90d.svg"},
		"uptime-ko":         {boardtest.After(), "/ko/badge/ec2-ap-northeast-2/uptime-7d.svg"},
		"not-measured-en":   {never, "/badge/ec2-ap-northeast-2/uptime-30d.svg"},
		"all-of-the-day-en": {boardtest.Peace(), "/badge/s3-ap-northeast-2/uptime-24h.svg"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := printed(t, c.world, c.path).Body
			read(t, got)
			golden := filepath.Join("testdata", name+".svg")
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%v; if this is meant, run the test with -update:\n%s", err, got)
			}
		})
	}
}

func TestABadgeSaysWhatTheBoardSays(t *testing.T) {
	t.Parallel()
	silent := boardtest.Peace()
	silent.Fresh["dns"] = false
	old := boardtest.Peace()
	old.Read = boardtest.KST("11-22 07:00")
	partly := boardtest.Peace()
	partly.Silences = map[health.CheckID][]health.Interval{"dns": {{From: boardtest.KST("11-22 06:00"), To: boardtest.KST("11-22 07:00")}}}
	instant := boardtest.After()
	instant.Incidents[0].Impacts[3].During.To = boardtest.KST("11-22 08:19").Add(time.Second)
	const ec2, s3 = "/badge/ec2-ap-northeast-2/", "/badge/s3-ap-northeast-2/"
	for name, c := range map[string]struct {
		world       *boardtest.World
		path        string
		title, desc string
		level       health.Level
	}{
		"peace":                 {boardtest.Peace(), "/badge/status.svg", "Hangang Cloud: Operational", "worst state", health.Operational},
		"outage":                {boardtest.During(), "/badge/status.svg", "Hangang Cloud: Major outage", "worst state", health.MajorOutage},
		"outage, the one hit":   {boardtest.During(), ec2 + "status.svg", "EC2, Seoul: Major outage", "Measured continuously", health.MajorOutage},
		"outage, in Korean":     {boardtest.During(), "/ko" + ec2 + "status.svg", "EC2, 서울: 전면 장애", "계속 측정", health.MajorOutage},
		"outage, another":       {boardtest.During(), s3 + "status.svg", "S3, Seoul: Operational", "As stated", health.Operational},
		"silent":                {silent, ec2 + "status.svg", "EC2, Seoul: Unknown", "no fresh measurement", health.Unknown},
		"silent, everything":    {silent, "/badge/status.svg", "Hangang Cloud: Unknown", "", health.Unknown},
		"old":                   {old, s3 + "status.svg", "S3, Seoul: Unknown", "", health.Unknown},
		"old, everything":       {old, "/badge/status.svg", "Hangang Cloud: Unknown", "", health.Unknown},
		"nothing":               {&boardtest.World{Now: boardtest.KST("11-22 08:00")}, "/badge/status.svg", "Hangang Cloud: Unknown", "", health.Unknown},
		"uptime as on the page": {boardtest.After(), ec2 + "uptime-90d.svg", "EC2, Seoul · uptime, 90 days: 99.93%", "Down for 1 hour 24 minutes in the last 90 days.", -1},
		"uptime, all":           {boardtest.After(), s3 + "uptime-90d.svg", "S3, Seoul · uptime, 90 days: 100%", "No outage in the last 90 days.", -1},
		"uptime, nearly all":    {instant, ec2 + "uptime-90d.svg", "EC2, Seoul · uptime, 90 days: 99.99%", "Down for 1 second", -1},
		"uptime, with a gap":    {partly, ec2 + "uptime-24h.svg", "EC2, Seoul · uptime, 24 hours: 100%", "Not measured for 1 hour.", -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := read(t, printed(t, c.world, c.path).Body)
			if p.Title != c.title || !strings.Contains(p.Desc, c.desc) {
				t.Errorf("it says %q, %q", p.Title, p.Desc)
			}
			green := fill(t, health.Operational)
			if c.level == health.Operational != (p.Fill == green) {
				t.Errorf("its color is %s", p.Fill)
			}
			if c.level >= 0 && (len(p.Shape) != 1 || p.Shape[0].Inside != ui.Shape(c.level)) {
				t.Errorf("it has not the shape of %s", c.level)
			}
		})
	}
}

// fill is the color of a level, as a badge of a component at it has.
func fill(tb boardtest.T, l health.Level) string {
	tb.Helper()
	w := boardtest.During()
	w.Incidents[0].Impacts[1].Level = l
	if l == health.Unknown {
		w = boardtest.Peace()
		w.Fresh["dns"] = false
	}
	return read(tb, printed(tb, w, "/badge/ec2-ap-northeast-2/status.svg").Body).Fill
}

func TestStatesDifferInWordShapeAndColor(t *testing.T) {
	t.Parallel()
	fills, shapes := map[string]bool{}, map[string]bool{}
	for _, l := range health.Levels() {
		color := fill(t, l)
		fills[color], shapes[ui.Shape(l)] = true, true
		if c := contrast(t, color, "#ffffff"); c < 4.5 {
			t.Errorf("%s: white on %s has %.2f:1", l, color, c)
		}
	}
	if len(fills) != len(health.Levels()) || len(shapes) != len(health.Levels()) {
		t.Errorf("%d colors and %d shapes for %d levels", len(fills), len(shapes), len(health.Levels()))
	}
	p := read(t, printed(t, boardtest.Peace(), "/badge/s3-ap-northeast-2/uptime-7d.svg").Body)
	for _, color := range []string{p.Fill, p.Paths[0].Fill} {
		if c := contrast(t, color, "#ffffff"); c < 4.5 || fills[color] {
			t.Errorf("white on %s has %.2f:1, and it is the color of a level: %v", color, c, fills[color])
		}
	}
}

// contrast is that of WCAG 2.2 between two colors such as "#ffffff".
func contrast(tb boardtest.T, a, b string) float64 {
	tb.Helper()
	x, y := luminance(tb, a), luminance(tb, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(tb boardtest.T, color string) float64 {
	tb.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(color, "#"), 16, 32)
	if err != nil || len(color) != 7 {
		tb.Fatalf("%q is no color", color)
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		c := float64(n>>(16-8*i)&0xff) / 255
		if c <= 0.04045 {
			sum += weight * c / 12.92
		} else {
			sum += weight * math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return sum
}

// hostile is a world whose provider and EC2 have that name.
func hostile(name string) *boardtest.World {
	w := boardtest.During()
	w.Catalog.Services[0].Name = boardtest.Both(name, name)
	return w
}

func TestHostileNamesAreHarmless(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ name, want string }{
		"script":        {`<script>alert(1)</script>`, `<script>alert(1)</script>, Seoul`},
		"attribute":     {`" onload="alert(1)`, `" onload="alert(1), Seoul`},
		"end of text":   {`]]></text><image href="x"/>`, `]]></text><image href="x"/>, Seoul`},
		"entity":        {`&amp;&#0;&x;`, `&amp;&#0;&x;, Seoul`},
		"right to left": {"\u202Emajor\u202C \u2067x\u2069 שירות", "major x שירות, Seoul"},
		"controls":      {"a\x00b\x1b[31m\nc\u2028d\uFFFEe", "ab[31m c de, Seoul"},
		"invisible":     {"\u200B\u2060\uFEFF", "ec2, Seoul"},
		"empty":         {"", "ec2, Seoul"},
		"broken bytes":  {"a\xff\xfeb", "a\uFFFD\uFFFDb, Seoul"},
		"emoji":         {"👩‍👩‍👧‍👦 🇰🇷 👍🏽 서비스", "👩‍👩‍👧‍👦 🇰🇷 👍🏽 서비스, Seoul"},
		"accents":       {"e" + strings.Repeat("\u0301", 5000), "e\u0301\u0301\u0301, Seoul"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := read(t, printed(t, hostile(c.name), "/badge/ec2-ap-northeast-2/status.svg").Body)
			if p.Texts[0].Words != c.want || p.Title != c.want+": Major outage" {
				t.Errorf("it says %q, %q", p.Texts[0].Words, p.Title)
			}
		})
	}
}

func TestALongNameIsCut(t *testing.T) {
	t.Parallel()
	for _, letter := range []string{"a", "서", "W", "👩‍👩‍👧‍👦", "🇰🇷", "e\u0301"} {
		w := hostile(strings.Repeat(letter, 10_000))
		for _, path := range []string{"/badge/ec2-ap-northeast-2/status.svg", "/ko/badge/ec2-ap-northeast-2/uptime-90d.svg"} {
			p := read(t, printed(t, w, path).Body)
			words := p.Texts[0].Words
			head, tail, cut := strings.Cut(words, "…")
			if !cut || strings.Trim(head, letter) != "" || len(head)%len(letter) != 0 || utf8.RuneCountInString(p.Title) > 700 {
				t.Errorf("%s: %q, title of %d letters", letter, words, utf8.RuneCountInString(p.Title))
			}
			if strings.Contains(path, "uptime") && !strings.Contains(tail, "90일 가동률") {
				t.Errorf("of what it is the uptime is cut: %q", words)
			}
		}
	}
}

// TestAnyNameGivesASoundPicture: whatever the names.
func TestAnyNameGivesASoundPicture(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := hostile(rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.Rune(), 0, 2000, -1)).Draw(r, "service"))
		w.Catalog.Regions[0].Name = boardtest.Both(rapid.String().Draw(r, "in Korean"), rapid.String().Draw(r, "in English"))
		path := rapid.SampledFrom([]string{"/badge/ec2-ap-northeast-2/status.svg", "/ko/badge/ec2-ap-northeast-2/uptime-24h.svg"}).Draw(r, "path")
		read(r, printed(r, w, path).Body)
	})
}

func TestEveryPathIsABadgeAndNothingElseIs(t *testing.T) {
	t.Parallel()
	b := badge.New(options(t), boardtest.After().Board(t))
	seen := map[string]bool{}
	for path := range b.Paths() {
		p, ok, err := b.Print(path)
		if !ok || err != nil || seen[path] || p.Type != "image/svg+xml" || !p.Open || p.Keep != press.Feed {
			t.Errorf("%s: %v, %v, twice: %v", path, ok, err, seen[path])
		}
		seen[path] = true
		read(t, p.Body)
	}
	if len(seen) != 3*(1+3*5) {
		t.Errorf("%d badges", len(seen))
	}
	for _, path := range []string{
		"/badge/", "/badge/status", "/badge/none/status.svg", "/badge/ec2-ap-northeast-2/", "/badge/ec2-ap-northeast-2/uptime-1d.svg",
		"/badge/ec2-ap-northeast-2/uptime-90d.svg/x", "/fr/badge/status.svg", "/en/status.svg", "/badge/ec2-ap-northeast-2/status.png",
	} {
		if _, ok, err := b.Print(path); ok || err != nil {
			t.Errorf("%s: %v, %v", path, ok, err)
		}
	}
	for range b.Paths() {
		break // whoever walks the paths may stop
	}
}

func TestWhatDoesNotExistIsGray(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Site.Invented = true
	stand := &press.Stand{}
	stand.Put(press.NewEdition(press.Imprint{}, badge.New(o, boardtest.Peace().Board(t))))
	rt, err := web.New(web.Options{
		PublicURL: &url.URL{Scheme: "http", Host: "localhost"}, Language: health.English, Messages: o.Book, Finished: stand.Serve,
		Wall: clock.Wall{}, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}, badge.Routes(o))
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		rt.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return w
	}
	there := get("/ko/badge/status.svg")
	if h := there.Header(); there.Code != http.StatusOK || h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Content-Language") != "ko" || h.Get("ETag") == "" {
		t.Errorf("%d %v", there.Code, h)
	}
	if p := read(t, there.Body.Bytes()); !strings.Contains(p.Desc, "재현입니다") {
		t.Errorf("in a replay it does not say so: %q", p.Desc)
	}
	for path, want := range map[string]string{"/badge/none/status.svg": "No such component", "/ko/badge/ec2-x/uptime-2d.svg": "없는 구성 요소"} {
		w := get(path)
		p := read(t, w.Body.Bytes())
		if w.Code != http.StatusNotFound || w.Header().Get("Cache-Control") != "no-store" || p.Texts[1].Words != want || p.Fill == fill(t, health.Operational) {
			t.Errorf("%s: %d %v %+v", path, w.Code, w.Header(), p)
		}
	}
}

func TestASiteOfOneLanguageAndNoPlacesHasItsBadges(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Site.Languages = []health.Language{health.Korean}
	w := boardtest.During()
	w.Catalog.Regions[0].Hidden = true
	b := badge.New(o, w.Board(t))
	paths := slices.Collect(b.Paths())
	if len(paths) != 2*(1+3*5) {
		t.Errorf("%d badges", len(paths))
	}
	for _, path := range []string{"/badge/ec2-ap-northeast-2/status.svg", "/ko/badge/ec2-ap-northeast-2/status.svg"} {
		p, ok, err := b.Print(path)
		if !ok || err != nil || read(t, p.Body).Title != "EC2: 전면 장애" {
			t.Errorf("%s: %v, %v, %s", path, ok, err, p.Body)
		}
	}
	if _, ok, _ := b.Print("/en/badge/status.svg"); ok {
		t.Error("there is a badge in a language that the site does not speak")
	}
}

// TestTheCatalogueMayLackWhatAComponentNames: a component without its service.
func TestTheCatalogueMayLackWhatAComponentNames(t *testing.T) {
	t.Parallel()
	w := boardtest.Peace()
	w.Catalog.Services, w.Catalog.Regions = nil, []catalog.Region{}
	if p := read(t, printed(t, w, "/ko/badge/s3-ap-northeast-2/status.svg").Body); p.Title != "s3, ap-northeast-2: 정상" {
		t.Errorf("it says %q", p.Title)
	}
}

// inAttributes finds what stands in attributes that could run.
var inAttributes = regexp.MustCompile(`(?i)\s(on\w+|style|href)\s*=`)

func TestNothingInABadgeRuns(t *testing.T) {
	t.Parallel()
	decoder := xml.NewDecoder(bytes.NewReader(printed(t, hostile(`x" onload="y" style="z" href="javascript:w`), "/badge/ec2-ap-northeast-2/status.svg").Body))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok {
			for _, a := range e.Attr {
				if inAttributes.MatchString(" " + a.Name.Local + "=") {
					t.Errorf("<%s %s=%q>", e.Name.Local, a.Name.Local, a.Value)
				}
			}
		}
	}
}
