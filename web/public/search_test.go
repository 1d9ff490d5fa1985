package public_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

func TestSearchFindsWhatPeopleMean(t *testing.T) {
	t.Parallel()
	s := lived().open(t)
	for typed, want := range map[string]string{
		"ec2":                           `href="/ko/services/ec2"`,
		"EC2":                           `href="/ko/services/ec2"`,
		width.Widen.String("ec2"):       `href="/ko/services/ec2"`,
		"서울":                            `href="/ko/regions/ap-northeast-2"`,
		norm.NFD.String("서울"):           `href="/ko/regions/ap-northeast-2"`,
		"SEOUL":                         `href="/ko/regions/ap-northeast-2"`, // on the Korean page too
		"seoul ec2":                     `href="/ko/components/ec2-ap-northeast-2"`,
		"  ec2\t도쿄 ":                    `href="/ko/components/ec2-ap-northeast-1"`,
		"ec2-ap-northeast-2":            `href="/ko/components/ec2-ap-northeast-2"`,
		"dns 오류":                        `href="/ko/incidents/` + string(outage) + `"`,
		"원인을 찾았습니다":                     `href="/ko/incidents/` + string(outage) + `#u2"`,
		"public resolver":               `href="/ko/incidents/` + string(outage) + `#u2"`,
		"84분 동안":                        `href="/ko/summaries/` + string(summary) + `"`,
		"s3 점검":                         `href="/ko/incidents/` + string(planned) + `"`,
		strings.Repeat("ec2 ", 40):      `href="/ko/services/ec2"`,
		string(outage):                  `href="/ko/incidents/` + string(outage) + `"`,
		"zero\u200bwidth ec2":           "맞는 것이 없습니다",
		"ec2 nowhere":                   "맞는 것이 없습니다",
		"초안":                            "맞는 것이 없습니다", // drafts are nobody's to find
		"":                              "찾습니다",
		"e":                             "두 글자 이상",
		"서":                             `href="/ko/regions/ap-northeast-2"`, // one syllable says something
		strings.Repeat("가", 201):        "200자가 넘습니다",
		`<script>alert("x")</script>'&`: "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;",
		"\x00\xff\u202e":                "찾습니다",
	} {
		w := get(s, "/ko/search?q="+url.QueryEscape(typed))
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%q: the answer lacks %s", typed, want)
		}
		if strings.Contains(w.Body.String(), "<script") {
			t.Errorf("%q got out", typed)
		}
		bad := strings.HasPrefix(want, "두") || strings.HasPrefix(want, "200")
		if got := w.Code; got != map[bool]int{false: http.StatusOK, true: http.StatusBadRequest}[bad] {
			t.Errorf("%q: %d", typed, got)
		}
		if got := w.Header().Get("Cache-Control"); got != "no-store" {
			t.Errorf("%q: Cache-Control is %q", typed, got)
		}
	}
}

func TestSearchHasABound(t *testing.T) {
	t.Parallel()
	body := get(large().open(t), "/en/search?q=region").Body.String()
	for _, want := range []string{"20,100 results", "And 50 more.", "And 19,950 more."} {
		if !strings.Contains(body, want) {
			t.Errorf("the answer lacks %q", want)
		}
	}
	if n := strings.Count(body, `href="/en/components/`); n != 50 {
		t.Errorf("%d components are named", n)
	}
}

func TestEveryPageHasASearchField(t *testing.T) {
	t.Parallel()
	s := during().open(t)
	for _, path := range s.samples() {
		if body := get(s, path).Body.String(); !strings.Contains(body, `id="search-foot" name="q" type="search"`) || !strings.Contains(body, `<label for="search-foot">`) {
			t.Errorf("%s has none", path)
		}
	}
}
