package ui_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/web/ui"
)

func TestEveryMessageThatPagesSayExists(t *testing.T) {
	t.Parallel()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	voice := book.In(health.Korean)
	said := regexp.MustCompile(`\bSay\("([a-z0-9_.]+)"[,)]`)
	err = fs.WalkDir(os.DirFS(".."), ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".templ") && !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return err
		}
		source, err := fs.ReadFile(os.DirFS(".."), path)
		if err != nil {
			return err
		}
		for _, m := range said.FindAllStringSubmatch(string(source), -1) {
			if !voice.Has(language.Message(m[1])) {
				t.Errorf("web/%s says %q, which is in no file of language/messages", path, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range health.Levels() {
		if !voice.Has(ui.LevelMessage(l)) {
			t.Errorf("level %s has no name", l)
		}
	}
}

func TestFlamesGrowWithTheLevel(t *testing.T) {
	t.Parallel()
	if n := ui.Flames(health.Operational); n != 1 {
		t.Errorf("in peace %d fires burn", n)
	}
	if n := ui.Flames(health.MajorOutage); n != 5 {
		t.Errorf("at worst %d fires burn", n)
	}
}

func TestAssetsAreKeptForEver(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"style.css", "flame.svg", "live.js"} {
		w := httptest.NewRecorder()
		ui.Assets().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, ui.AssetPath(name), nil))
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %s", name, w.Code, w.Header().Get("Cache-Control"))
		}
	}
	for _, path := range []string{"/assets/x/none.css", "/assets/x/../ui.go", "/assets/", "/assets/x/"} {
		w := httptest.NewRecorder()
		ui.Assets().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	w := httptest.NewRecorder()
	ui.Assets().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/assets/old/style.css", nil))
	if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("an old address: %d %s", w.Code, w.Header().Get("Cache-Control"))
	}
}

func TestOnlyAPageThatFollowsHasAScript(t *testing.T) {
	t.Parallel()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	draw := func(l ui.Live) string {
		p := ui.Page{
			Voice: book.In(health.English), Title: "All is well", Path: "/history", Known: true, Level: health.MajorOutage, Live: l,
			Site: ui.Site{Provider: health.Text{health.English: "Hangang"}, Zone: time.UTC}, Confirmed: time.Date(2018, 11, 22, 0, 2, 0, 0, time.UTC),
		}
		var b strings.Builder
		if err := ui.Shell(p).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	still, follows, wall := draw(ui.Live{}), draw(ui.Live{Revision: "1.52"}), draw(ui.Live{Revision: "1.52", Real: true})
	for _, part := range []string{
		"<script", "live-pause", "live-status", "live-old", ` data-live="/live"`, ` data-revision="1.52"`,
		` data-page="/en/history"`, ` data-title="All is well · Hangang service health"`, "<template>",
	} {
		if strings.Contains(still, part) || !strings.Contains(follows, part) {
			t.Errorf("%s must stand in a page that follows, and in no other:\n%s", part, follows)
		}
	}
	const clock = ` data-clock="real"`
	if strings.Contains(follows, clock) || !strings.Contains(wall, clock) {
		t.Errorf("%s is for pages whose clock is the reader's", clock)
	}
	if !strings.Contains(follows, `<time datetime="2018-11-22T00:02:00Z" data-confirmed>`) {
		t.Error("the script would not find the time of confirmation")
	}
}

func TestThemeIsKeptWithoutScript(t *testing.T) {
	t.Parallel()
	form := url.Values{"theme": {"dark"}, "back": {"/ko/history"}}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, ui.ThemeFormPath, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	ui.Theme(ui.Site{}).ServeHTTP(w, r)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/ko/history" {
		t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
	}
	get := httptest.NewRequestWithContext(t.Context(), http.MethodGet, ui.ThemePath, nil)
	for _, c := range w.Result().Cookies() {
		get.AddCookie(c)
	}
	w = httptest.NewRecorder()
	ui.Theme(ui.Site{}).ServeHTTP(w, get)
	if body := w.Body.String(); !strings.Contains(body, "color-scheme:dark") {
		t.Errorf("the sheet says %q", body)
	}
}

func TestThemeFormLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	for _, back := range []string{"https://example.com/", "//example.com", `/\example.com`, "javascript:alert(1)", "", "ko"} {
		form := url.Values{"theme": {"light"}, "back": {back}}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, ui.ThemeFormPath, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		ui.Theme(ui.Site{}).ServeHTTP(w, r)
		if to := w.Header().Get("Location"); to != "/" {
			t.Errorf("back=%q leads to %q", back, to)
		}
	}
}

// A logo about as wide as high is the picture of the tab; another is not squeezed
// into it.
func TestALogoOfTheRightShapeIsInTheTab(t *testing.T) {
	t.Parallel()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	uri := ui.DataURI("image/png", []byte("a picture"))
	if uri != "data:image/png;base64,YSBwaWN0dXJl" {
		t.Errorf("the picture's address is %s", uri)
	}
	for _, c := range []struct {
		w, h int
		want bool
	}{{20, 20, true}, {25, 20, true}, {20, 25, true}, {26, 20, false}, {120, 24, false}} {
		var b strings.Builder
		p := ui.Page{Voice: book.In(health.English), Path: "/", Site: ui.Site{Logo: &ui.Logo{URI: uri, Width: c.w, Height: c.h}}}
		if err := ui.Shell(p).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(b.String(), `<link rel="icon" href="`+uri+`">`); got != c.want {
			t.Errorf("%d × %d in the tab: %v", c.w, c.h, got)
		}
	}
}

func TestEveryLevelHasAShapeOfItsOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]health.Level{}
	for _, l := range health.Levels() {
		shape := ui.Shape(l)
		if other, ok := seen[shape]; ok || shape == "" {
			t.Errorf("%s looks like %s", l, other)
		}
		seen[shape] = l
	}
}

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAChartIsDrawnToScaleAndNothingVanishes(t *testing.T) {
	t.Parallel()
	c := ui.Chart{ID: "c", Caption: "Found", Columns: []ui.Column{{Name: "Jan"}, {Name: "Feb", Value: 1, Words: "1"}, {Name: "Mar", Value: 10_000, Words: "10,000"}, {Name: "Apr", Value: 5_000, Words: "5,000"}}}
	body := render(t, ui.Columns(c, "minutes"))
	heights := regexp.MustCompile(`width="40" height="(\d+)"`).FindAllStringSubmatch(body, -1)
	if len(heights) != 3 || heights[0][1] != "2" || heights[1][1] != "84" || heights[2][1] != "42" {
		t.Errorf("the columns are %v high", heights)
	}
	if !strings.Contains(body, `role="img" aria-labelledby="c"`) || !strings.Contains(body, `<figcaption id="c">Found`) {
		t.Error("the picture has no name")
	}
	if flat := render(t, ui.Columns(ui.Chart{ID: "c", Caption: "Nothing", Columns: c.Columns[:1]}, "minutes")); strings.Contains(flat, "<svg") {
		t.Error("a picture of nothing")
	}
}
