package public_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/banner"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/web/public"
	"github.com/bonghwa/bonghwa/web/ui"
)

// siteOf is the site of most tests.
func siteOf(t *testing.T) *public.Site {
	t.Helper()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	return public.New(public.Options{Book: book, Site: hangang()})
}

// body prints a path of the cover.
func body(t *testing.T, p press.Printer, path string) string {
	t.Helper()
	paper, ok, err := p.Print(path)
	if err != nil || !ok {
		t.Fatalf("%s: %v, %v", path, ok, err)
	}
	return string(paper.Body)
}

func links(html string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`(?:href|src)="([^"]+)"`).FindAllStringSubmatch(html, -1) {
		out = append(out, m[1])
	}
	return out
}

func TestACopyNeedsNothingThatIsNotInIt(t *testing.T) {
	t.Parallel()
	pages := siteOf(t).Tell(during().board(t))
	cover := pages.Cover("https://status.example.com/")
	all := slices.Concat(slices.Collect(cover.Paths()), slices.Collect(pages.Paths()))
	// What a copy cannot do leads to the page that says so.
	absent := []string{"/ko/my/", "/en/my/", "/ko/search", "/en/search"}
	for _, printer := range []press.Printer{cover, pages} {
		for path := range printer.Paths() {
			for _, to := range links(body(t, printer, path)) {
				to, _, _ = strings.Cut(to, "#")
				if strings.HasPrefix(to, "/") && !slices.Contains(all, to) && !slices.Contains(absent, to) && !forPrograms(to) {
					t.Errorf("%s leads to %s, which is not in the copy", path, to)
				}
			}
		}
	}
	for _, path := range cover.First() {
		if !slices.Contains(slices.Collect(cover.Paths()), path) {
			t.Errorf("%s is a front and is not printed", path)
		}
	}
	if _, ok, _ := cover.Print("/assets/0/style.css"); ok {
		t.Error("an old address of a style sheet is printed")
	}
}

// forPrograms reports whether a path is one that other printers of the edition print.
func forPrograms(path string) bool {
	path = strings.TrimPrefix(path, "/ko")
	return path == "/openapi.json" || slices.ContainsFunc([]string{"/history.", "/rss/", "/feed.json", "/calendar", "/badge/", "/api/v2/", "/api/v1/public/"}, func(prefix string) bool {
		return strings.HasPrefix(path, prefix)
	})
}

func TestTheFrontOfACopyLeadsOnWithoutAScript(t *testing.T) {
	t.Parallel()
	w := during()
	front := body(t, siteOf(t).Tell(w.board(t)).Cover("https://status.example.com"), "/")
	for _, want := range []string{`http-equiv="refresh" content="0; url=/ko/"`, `href="/ko/"`, `href="/en/"`} {
		if !strings.Contains(front, want) {
			t.Errorf("it does not say %s", want)
		}
	}
	if strings.Contains(front, "<script") {
		t.Error("it needs a script")
	}
	absent := body(t, siteOf(t).Tell(w.board(t)).Cover("https://status.example.com"), public.AbsentPath)
	for _, want := range []string{"사본에 없는 페이지입니다", "This page is not in the copy", `href="https://status.example.com/en/"`, `lang="ko"`, `lang="en"`} {
		if !strings.Contains(absent, want) {
			t.Errorf("what is not there: it does not say %s", want)
		}
	}
}

func TestTheBannerStandsAboveEveryPage(t *testing.T) {
	t.Parallel()
	w := during()
	said, err := banner.New(both("복구하고 <있습니다>.", "We are recovering."), health.Languages(), kst("11-22 08:50"), "kim")
	if err != nil {
		t.Fatal(err)
	}
	w.said = &said
	pages := siteOf(t).Tell(w.board(t))
	for path := range pages.Paths() {
		html, want := body(t, pages, path), "We are recovering."
		if strings.HasPrefix(path, "/ko/") {
			want = "복구하고 &lt;있습니다&gt;."
		}
		if at := strings.Index(html, want); at < 0 || at > strings.Index(html, "<h1") {
			t.Errorf("%s does not say %q at its top", path, want)
		}
	}
	cover := pages.Cover("")
	for _, path := range []string{"/", public.AbsentPath} {
		if html := body(t, cover, path); !strings.Contains(html, "복구하고 &lt;있습니다&gt;.") {
			t.Errorf("%s does not say it", path)
		}
	}
	back := banner.TakeBack(kst("11-22 08:52"), "kim")
	w.said = &back
	if html := body(t, siteOf(t).Tell(w.board(t)), "/en/"); strings.Contains(html, `class="said"`) {
		t.Error("it was taken back, and stands there")
	}
}

func TestWithoutARecordTheBannerIsAllThereIs(t *testing.T) {
	t.Parallel()
	said, err := banner.New(both("복구하고 있습니다.", "We are recovering."), health.Languages(), kst("11-22 08:50"), "kim")
	if err != nil {
		t.Fatal(err)
	}
	bare := siteOf(t).Bare(&said, "https://status.example.com", kst("11-22 08:51"))
	for path, want := range map[string]string{"/ko/": "복구하고 있습니다.", "/en/": "We are recovering.", "/": "복구하고 있습니다."} {
		if !strings.Contains(body(t, bare, path), want) || !slices.Contains(bare.First(), path) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
	if html := body(t, bare, "/en/"); strings.Contains(html, "operate normally") || strings.Contains(html, "Confirmed") {
		t.Error("it claims to know something")
	}
	if html := body(t, siteOf(t).Bare(nil, "", kst("11-22 08:51")), "/en/"); !strings.Contains(html, "nothing to tell") {
		t.Error("without a banner it refers to one")
	}
}

func TestABannerOfOneLanguageIsToldInTheOther(t *testing.T) {
	t.Parallel()
	b := &banner.Banner{Text: health.Text{health.English: "We are recovering."}, SaidAt: kst("11-22 08:50")}
	if got := public.Said(b, health.Korean); got == nil || got.Words != "We are recovering." {
		t.Errorf("%+v", got)
	}
	if got := public.Said(nil, health.Korean); got != nil {
		t.Errorf("%+v", got)
	}
	if _, _, ok := ui.Asset("../page.go"); ok {
		t.Error("the program is an asset")
	}
}
