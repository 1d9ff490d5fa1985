package public_test

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

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

func TestReadersWhoHaveThePageGetNothing(t *testing.T) {
	t.Parallel()
	s := during().open(t)
	first := get(s, "/ko/")
	tag := first.Header().Get("ETag")
	if tag == "" || !strings.Contains(first.Header().Get("Cache-Control"), "stale-if-error") {
		t.Fatalf("headers: %v", first.Header())
	}
	for _, seen := range []string{tag, strings.TrimPrefix(tag, "W/"), `"other", ` + tag, "*"} {
		if w := get(s, "/ko/", "If-None-Match", seen); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
			t.Errorf("If-None-Match %s: %d, %d bytes", seen, w.Code, w.Body.Len())
		}
	}
	if w := get(s, "/ko/", "If-None-Match", `"other"`); w.Code != http.StatusOK {
		t.Errorf("another tag: %d", w.Code)
	}
}

func TestGzipAndHead(t *testing.T) {
	t.Parallel()
	s := during().open(t)
	plain := get(s, "/ko/")
	for accept, zipped := range map[string]bool{"gzip": true, "br, gzip;q=0.5": true, "gzip;q=0": false, "br": false, "": false} {
		w := get(s, "/ko/", "Accept-Encoding", accept)
		if got := w.Header().Get("Content-Encoding") == "gzip"; got != zipped {
			t.Errorf("Accept-Encoding %q: gzip is %v", accept, got)
		}
	}
	w := get(s, "/ko/", "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil || string(body) != plain.Body.String() {
		t.Errorf("unzipped it differs: %v", err)
	}
	head := send(s, http.MethodHead, "/ko/")
	if head.Body.Len() != 0 || head.Header().Get("Content-Length") != strconv.Itoa(plain.Body.Len()) {
		t.Errorf("HEAD: %d bytes, length %s, want %d", head.Body.Len(), head.Header().Get("Content-Length"), plain.Body.Len())
	}
}

func TestWhatIsNotThereIsSaidInBothLanguages(t *testing.T) {
	t.Parallel()
	s := during().open(t)
	for path, want := range map[string]string{
		"/ko/nothing": "찾으시는 페이지가 없습니다", "/en/incidents/none": "This page does not exist",
		"/en/history/2018-12": "This page does not exist", "/en/history/2018-1": "This page does not exist",
		"/en/history/../x": "This page does not exist", "/fr/": "찾으시는 페이지가 없습니다",
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
	w := get(s, "/ko/history?day=2018-11-22")
	if to := w.Header().Get("Location"); w.Code != http.StatusSeeOther || to != "/ko/history/2018-11#d-2018-11-22" {
		t.Errorf("%d to %q", w.Code, to)
	}
	if w := get(s, "/ko/history?day=https://example.com"); w.Code != http.StatusOK {
		t.Errorf("a day that is none: %d", w.Code)
	}
}

func TestTheOldPageStandsWhenReadingFails(t *testing.T) {
	t.Parallel()
	w := during()
	s := w.site(t)
	if got := get(s, "/ko/"); got.Code != http.StatusServiceUnavailable || got.Header().Get("Retry-After") == "" {
		t.Errorf("before the first snapshot: %d", got.Code)
	}
	if err := s.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := get(s, "/ko/").Body.String()
	w.fail, w.now = errors.New("the database is down"), w.now.Add(time.Hour)
	if err := s.Refresh(t.Context()); err == nil {
		t.Error("a failed refresh said nothing")
	}
	if after := get(s, "/ko/").Body.String(); after != before {
		t.Error("the page changed")
	}
}

func TestTheSameFactsGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	a, b := after().open(t), after().open(t)
	for _, r := range a.Routes() {
		if r.Sample == "" {
			t.Errorf("%s has no sample", r.Pattern)
			continue
		}
		if get(a, r.Sample).Body.String() != get(b, r.Sample).Body.String() {
			t.Errorf("%s differs between two nodes", r.Sample)
		}
	}
}

func TestReadersAndRefreshDoNotDisturbEachOther(t *testing.T) {
	t.Parallel()
	s := after().open(t)
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for range 20 {
				if n == 0 {
					if err := s.Refresh(t.Context()); err != nil {
						t.Error(err)
					}
					continue
				}
				if w := get(s, "/en/components/ec2-ap-northeast-2"); w.Code != http.StatusOK || w.Body.Len() == 0 {
					t.Errorf("%d, %d bytes", w.Code, w.Body.Len())
				}
			}
		})
	}
	all.Wait()
}
