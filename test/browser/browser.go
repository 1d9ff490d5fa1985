// Package browser looks at pages as people do: in a real Chromium, in both
// languages, light and dark, on a phone and on a desk.
//
// Visit fails the test for every accessibility violation that axe-core finds,
// every report of the content security policy, every error on the console, a page
// that scrolls sideways on a phone, at 320 px or at 200 % zoom, that leads elsewhere
// than it was asked for, or that is without a title, exactly one h1, its language, or a skip link as the first thing the keyboard reaches.
// It leaves screenshots. Plan makes the list of pages from
// the router's routes, so that none is forgotten.
package browser

import (
	"cmp"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/test/harness"
	"github.com/bonghwa/bonghwa/web"
)

// Page is one page to visit.
type Page struct {
	Path    string // under the base; {lang} becomes each language in turn
	Status  int    // expected; 0: 200
	Cookies []*http.Cookie
	Prefix  string // of its screenshots' names; the rest is made from the path
	Lands   string // the path it leads to, when that is another; {lang} as in Path
	// Type is what is typed into the first field of the page's own form, or onto
	// its button when it has no field, before anything is judged; it must send
	// the form ("\r" at its end), and the answer is what is looked at.
	Type string
}

// Plan gives the pages of all routes of kind Page. Values fill the {names} of
// their paths; a name may have several values, each visited. The cookies are sent
// to what is behind a session. A name without a value fails the test.
func Plan(tb testing.TB, routes []web.Route, values map[string][]string, cookies ...*http.Cookie) []Page {
	tb.Helper()
	var out []Page
	for _, r := range routes {
		if r.Kind != web.Page || r.Method != http.MethodGet {
			continue
		}
		for _, path := range fill(r.Path(nil), values) {
			if rest := strings.ReplaceAll(path, "{lang}", ""); strings.ContainsAny(rest, "{}") {
				tb.Errorf("nothing says what to visit for %s: name a value for the braces in %s", r.Pattern, path)
				continue
			}
			p := Page{Path: path}
			if r.Access == web.SignedIn {
				p.Cookies = cookies
			}
			out = append(out, p)
		}
	}
	return out
}

// fill puts every value of the first {name} that has any into the path, and goes
// on with the rest.
func fill(path string, values map[string][]string) []string {
	for name, all := range values {
		for _, slot := range []string{"{" + name + "}", "{" + name + "...}"} {
			if !strings.Contains(path, slot) {
				continue
			}
			var out []string
			for _, v := range all {
				out = append(out, fill(strings.ReplaceAll(path, slot, v), values)...)
			}
			return out
		}
	}
	return []string{path}
}

// opening is a page in one language, which is opened once and looked at in several
// ways.
type opening struct {
	page Page
	lang health.Language
}

func (o opening) url(base string) string { return base + o.speak(o.page.Path) }

// speak puts the opening's language into a path.
func (o opening) speak(path string) string { return strings.ReplaceAll(path, "{lang}", string(o.lang)) }

// lands is the path, without query, that the opening must end on; empty where a form
// is sent, whose answer may come from anywhere.
func (o opening) lands() string {
	if o.page.Type != "" {
		return o.speak(o.page.Lands)
	}
	path, _, _ := strings.Cut(o.speak(cmp.Or(o.page.Lands, o.page.Path)), "?")
	return path
}

// look is one way of looking at an open page.
type look struct {
	opening
	dark  bool
	width int64
}

// looks are all the ways of looking at it, the narrow ones of a theme first.
func (o opening) looks() []look {
	var out []look
	for _, dark := range []bool{false, true} {
		for _, width := range []int64{phone, desk} {
			out = append(out, look{o, dark, width})
		}
	}
	return out
}

// name is what the screenshot is called.
func (l look) name() string {
	path, _, _ := strings.Cut(l.page.Path, "?")
	path = strings.TrimPrefix(l.speak(path), "/"+string(l.lang))
	words := strings.FieldsFunc(l.page.Prefix+" "+path, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.'
	})
	if strings.Trim(path, "/") == "" {
		words = append(words, "front")
	}
	theme := "light"
	if l.dark {
		theme = "dark"
	}
	width := "1440"
	if l.width == phone {
		width = "360"
	}
	return strings.Join(append(words, string(l.lang), theme, width), "-") + ".png"
}

const (
	phone  = 360
	desk   = 1440
	reflow = 320 // WCAG 2.2, 1.4.10
	zoomed = 720 // a desk at 200 %, WCAG 2.2, 1.4.4
)

// Visit looks at every page in Korean and English, light and dark, at 360 and
// 1440 px, and fails the test for every problem. Screenshots go to the folder in
// BONGHWA_SCREENSHOTS; without one, those of pages with problems go to the test's
// artifacts. One Chromium serves the whole call.
func Visit(t *testing.T, base string, pages ...Page) {
	t.Helper()
	for _, p := range Problems(t, base, pages...) {
		t.Error(p)
	}
}

// Problems is what Visit finds, one line each: the screenshot's name, then what is
// wrong there.
func Problems(t *testing.T, base string, pages ...Page) []string {
	t.Helper()
	if len(pages) == 0 {
		t.Fatal("there are no pages to visit")
	}
	chromium := harness.Need(t, "chromium")
	v := visitor{base: base, axe: readAxe(t), album: newAlbum(t)}
	ctx := start(t, chromium)
	var out []string
	for _, p := range pages {
		for _, lang := range languages(p) {
			found, err := v.see(ctx, opening{p, lang})
			if err != nil {
				found = append(found, p.Path+" in "+string(lang)+": "+err.Error())
			}
			out = append(out, found...)
		}
	}
	return out
}

// languages are the ones a page can be visited in: a path without {lang} has one,
// which it names first, or English.
func languages(p Page) []health.Language {
	if strings.Contains(p.Path, "{lang}") {
		return health.Languages()
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(p.Path, "/"), "/")
	if l, err := health.ParseLanguage(first); err == nil {
		return []health.Language{l}
	}
	return []health.Language{health.English}
}

// visitor is what every opening shares.
type visitor struct {
	base, axe string
	album     album
}

// readAxe reads axe-core from the folder npm installed it to, beside go.mod.
func readAxe(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		b, err := os.ReadFile(filepath.Join(dir, "node_modules", "axe-core", "axe.min.js")) //nolint:gosec // G304: our own tree
		if err == nil {
			return string(b)
		}
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	if os.Getenv("BONGHWA_MAKE_TEST") != "" {
		t.Fatal("axe-core is missing: run npm ci")
	}
	t.Skip("axe-core is missing: run npm ci")
	return ""
}
