package public_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

func TestFirstLineAnswers(t *testing.T) {
	t.Parallel()
	silent := peace()
	silent.fresh = map[health.CheckID]bool{"dns": false}
	recovering := during()
	recovering.incidents[0].State = incident.Monitoring
	recovering.incidents[0].Impacts[1].During.To = kst("11-22 08:50")
	running := during()
	running.incidents, running.now = running.incidents[2:], kst("11-28 02:30")
	running.incidents[0].State = incident.InProgress
	for name, c := range map[string]struct {
		world  *world
		ko, en string
	}{
		"peace":      {peace(), "구성 요소 3개가 모두 정상입니다.", "All 3 components operate normally."},
		"silence":    {silent, "알려진 장애는 없지만, 구성 요소 3개 가운데 1개는 최근 측정값이 없습니다.", "No disturbance is known, but 1 of 3 components has no fresh data."},
		"outage":     {during(), "서울 리전의 EC2에서 08:19 KST(23:19 UTC)부터 DNS 이름을 확인할 수 없습니다.", "EC2 in Seoul has been unable to resolve DNS names since 23:19 UTC (08:19 KST)."},
		"recovering": {recovering, "서울 리전의 EC2는 08:50 KST(23:50 UTC)부터 회복되어 경과를 지켜보고 있습니다.", "EC2 in Seoul has recovered as of 23:50 UTC (08:50 KST); we are watching it."},
		"planned":    {running, "계획된 점검을 진행하고 있습니다: S3 점검", "Planned maintenance is under way: S3 maintenance"},
		"nothing":    {&world{now: kst("11-22 08:00")}, "아직 등록된 구성 요소가 없습니다.", "No components have been registered yet."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := c.world.open(t)
			for path, want := range map[string]string{"/ko/": c.ko, "/en/": c.en} {
				if body := get(s, path).Body.String(); !strings.Contains(body, "<h1>"+want+"</h1>") {
					_, h1, _ := strings.Cut(body, "<h1>")
					h1, _, _ = strings.Cut(h1, "</h1>")
					t.Errorf("%s says %q, want %q", path, h1, want)
				}
			}
		})
	}
}

func TestDraftsAndLevelsOfDraftsAreNotShown(t *testing.T) {
	t.Parallel()
	s := during().open(t)
	if body := get(s, "/en/").Body.String(); strings.Contains(body, "A draft") {
		t.Error("a draft is on the first screen")
	}
	if w := get(s, "/en/incidents/"+string(draft)); w.Code != http.StatusNotFound {
		t.Errorf("a draft's page: %d", w.Code)
	}
	if body := get(s, "/en/components/s3-ap-northeast-2").Body.String(); strings.Contains(body, `<span class="badge lv-major_outage"><svg`) && !strings.Contains(body, "Operational") {
		t.Error("a draft changed a level")
	}
}

func TestUptimeCountsWhatWasDeclared(t *testing.T) {
	t.Parallel()
	body := get(after().open(t), "/en/components/ec2-ap-northeast-2").Body.String()
	// 89 days and 11 hours are 128,820 minutes; (128,820 − 84) ÷ 128,820 = 99.93479… %
	for _, want := range []string{"99.9347%", "128,820 minutes in the last 90 days, less 84 minutes down", "Major outage, down for 84 minutes"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestWhatIsNotThereIsSaidInBothLanguages(t *testing.T) {
	t.Parallel()
	s := during().open(t)
	for path, want := range map[string]string{
		"/ko/nothing": "찾으시는 페이지가 없습니다", "/en/incidents/none": "This page does not exist",
		"/en/history/2018-12": "This page does not exist", "/en/history/2018-1": "This page does not exist",
		"/en/history/x/y": "This page does not exist", "/ko/regions/": "찾으시는 페이지가 없습니다",
	} {
		w := get(s, path)
		if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "<h1>"+want) {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := send(s, http.MethodPost, "/ko/"); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}

func TestAChosenDayIsOpened(t *testing.T) {
	t.Parallel()
	s := during().open(t)
	w := get(s, "/ko/day?day=2018-11-22")
	if to := w.Header().Get("Location"); w.Code != http.StatusSeeOther || to != "/ko/history/2018-11#d-2018-11-22" {
		t.Errorf("%d to %q", w.Code, to)
	}
	if w := get(s, "/ko/day?day=https://example.com"); w.Code != http.StatusBadRequest {
		t.Errorf("a day that is none: %d", w.Code)
	}
	if w := get(s, "/ko/history/"); w.Code != http.StatusPermanentRedirect || w.Header().Get("Location") != "/ko/history" {
		t.Errorf("a slash too many: %d to %q", w.Code, w.Header().Get("Location"))
	}
}

func TestBeforeTheFirstBoardThePageIsBeingPrepared(t *testing.T) {
	t.Parallel()
	s := serve(t, peace().site(t, hangang()), hangang(), nil)
	if got := get(s, "/ko/"); got.Code != http.StatusServiceUnavailable || got.Header().Get("Retry-After") == "" {
		t.Errorf("%d %v", got.Code, got.Header())
	}
}

func TestTheSameBoardGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	a, b := after().open(t), after().open(t)
	for _, path := range a.samples() {
		if get(a, path).Body.String() != get(b, path).Body.String() {
			t.Errorf("%s differs between two nodes", path)
		}
	}
}

// TestEveryPathOfACopyIsAPage: what a copy of the site asks for is there, and what
// pages lead to is in the copy.
func TestEveryPathOfACopyIsAPage(t *testing.T) {
	t.Parallel()
	s := after().open(t)
	paths := map[string]bool{}
	for path := range s.stand.Edition().Paths() {
		if w := get(s, path); w.Code != http.StatusOK {
			t.Errorf("%s: %d", path, w.Code)
		}
		if paths[path] {
			t.Errorf("%s comes twice", path)
		}
		paths[path] = true
	}
	for _, path := range s.samples() {
		if !paths[path] && !dependsOnTheReader(path) {
			t.Errorf("%s is in no copy", path)
		}
	}
}

// dependsOnTheReader reports whether a page is answered at each request and so cannot
// be in a copy.
func dependsOnTheReader(path string) bool {
	return strings.Contains(path, "/search") || strings.Contains(path, "/useful")
}

// TestWhatPagesLeadToIsThere follows every link of every page to our own pages.
func TestWhatPagesLeadToIsThere(t *testing.T) {
	t.Parallel()
	s := lived().open(t)
	seen := map[string]int{}
	for path := range s.stand.Edition().Paths() {
		for _, to := range leads(t, get(s, path).Body.Bytes()) {
			to, _, _ = strings.Cut(to, "#")
			if own := strings.HasPrefix(to, "/ko/") || strings.HasPrefix(to, "/en/"); !own || strings.HasSuffix(to, "/my/") || strings.Contains(to[4:], ".") {
				continue // another site's, a file's or a customer's
			}
			if seen[to] == 0 {
				seen[to] = get(s, to).Code
			}
			if seen[to] != http.StatusOK {
				t.Errorf("%s leads to %s, which is %d", path, to, seen[to])
			}
		}
	}
	if len(seen) < 50 {
		t.Errorf("only %d links were followed", len(seen))
	}
}

// TestAFragmentIsThePagesMain: what an open page fetches is what a page loaded anew
// shows, and a revision never changes.
func TestAFragmentIsThePagesMain(t *testing.T) {
	t.Parallel()
	s := during().open(t)
	for _, path := range []string{"/ko/", "/en/", "/en/incidents/" + string(outage), "/ko/components/ec2-ap-northeast-2"} {
		page, part := get(s, path).Body.String(), get(s, "/live/1.7"+path)
		_, main, _ := strings.Cut(page, "<main ")
		main, _, _ = strings.Cut(main, "</main>")
		if got := strings.TrimSpace(part.Body.String()); part.Code != http.StatusOK || got != "<main "+main+"</main>" {
			t.Errorf("%s: %d, %d bytes, and the page's main has %d", path, part.Code, len(got), len(main))
		}
		if keep := part.Header().Get("Cache-Control"); !strings.Contains(keep, "immutable") {
			t.Errorf("%s: %s", path, keep)
		}
		if !strings.Contains(page, `data-revision="1.7"`) {
			t.Errorf("%s does not name its revision", path)
		}
	}
	for _, path := range []string{"/live/1.6/en/", "/live/2.7/en/", "/live/1.7/en/none", "/live/1.7"} {
		if w := get(s, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
