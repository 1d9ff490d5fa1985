package public_test

import (
	"bytes"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

func TestAnOldPageSaysSoAndKnowsNothingOfWhatIsProbed(t *testing.T) {
	t.Parallel()
	w := peace()
	w.read = w.now.Add(-43 * time.Minute)
	s := w.open(t)
	for path, want := range map[string]string{
		"/en/":       "We cannot renew this page at the moment. What stands here was true at 22:17 UTC (07:17 KST), 43 minutes ago.",
		"/ko/":       "지금은 이 페이지를 새로 고칠 수 없습니다. 여기 적힌 내용은 43분 전인 07:17 KST(22:17 UTC)에 확인한 것입니다.",
		"/en/search": "43 minutes ago.",
	} {
		if body := get(s, path).Body.String(); !strings.Contains(body, `role="note">`) || !strings.Contains(body, want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
	for _, path := range s.samples() {
		if n := strings.Count(get(s, path).Body.String(), `class="stale" role="note"`); n != 1 {
			t.Errorf("%s says it %d times", path, n)
		}
	}
	if body := get(s, "/en/components/ec2-ap-northeast-2").Body.String(); !strings.Contains(body, `<span>Unknown</span>`) || !strings.Contains(body, "There is no fresh measurement") {
		t.Error("a probed component is called well without a measurement")
	}
	if body := get(peace().open(t), "/en/").Body.String(); strings.Contains(body, `role="note"`) {
		t.Error("a fresh page calls itself old")
	}
}

// TestCorrectionsAreAChain: the third message is corrected by the fourth, the fourth by
// the fifth; each still says what it said, and leads to the other.
func TestCorrectionsAreAChain(t *testing.T) {
	t.Parallel()
	w := after()
	i := &w.incidents[0]
	i.Updates = append(i.Updates, incident.Update{
		ID: "u5", Sequence: 5, State: incident.Resolved, PublishedAt: kst("11-22 10:30"), Body: both("정확히는 09:43:10입니다.", "To be exact, 09:43:10."),
		Action: incident.ActionNone, Corrects: "u4",
	})
	body := get(w.open(t), "/en/incidents/"+string(outage)).Body.String()
	third, fourth, fifth := article(t, body, "u3"), article(t, body, "u4"), article(t, body, "u5")
	for _, c := range []struct{ name, in, want string }{
		{"the third keeps its words", third, "Recovered at 09:42."},
		{"the third leads on", third, `href="#u4">This was corrected by update 4.`},
		{"the fourth leads back", fourth, `href="#u3">This corrects update 3.`},
		{"the fourth quotes", fourth, "Recovered at 09:42."},
		{"the fourth leads on", fourth, `href="#u5">This was corrected by update 5.`},
		{"the fifth leads back", fifth, `href="#u4">This corrects update 4.`},
		{"the fifth quotes", fifth, "It was 09:43."},
	} {
		if !strings.Contains(c.in, c.want) {
			t.Errorf("%s: %q is not in %s", c.name, c.want, c.in)
		}
	}
	if strings.Contains(third, "This corrects") || strings.Contains(fifth, "was corrected") {
		t.Error("the chain does not end")
	}
}

// article is the source of an update on a page.
func article(t *testing.T, body, id string) string {
	t.Helper()
	_, rest, ok := strings.Cut(body, `<article class="update" id="`+id+`">`)
	if !ok {
		t.Fatalf("there is no update %s", id)
	}
	rest, _, _ = strings.Cut(rest, "</article>")
	return rest
}

func TestTheCalendarShowsWorkOnItsDays(t *testing.T) {
	t.Parallel()
	s := lived().open(t)
	november := calendarDays(t, get(s, "/en/maintenance").Body.Bytes())
	for day, want := range map[string]string{
		"2018-11-26": "26 EC2 maintenance from 23:00 Completed",
		"2018-11-27": "27 EC2 maintenance until 01:00 Completed",
		"2018-11-28": "28",
		"2018-11-30": "30 today S3 maintenance from 09:00 In progress",
	} {
		if november[day] != want {
			t.Errorf("%s shows %q, want %q", day, november[day], want)
		}
	}
	december := calendarDays(t, get(s, "/ko/maintenance/2018-12").Body.Bytes())
	for day, want := range map[string]string{
		"2018-12-01": "1 S3 점검 온종일 진행 중", "2018-12-02": "2 S3 점검 12:00까지 진행 중", "2018-12-03": "3", "2018-12-04": "4 S3 확장 02:00–04:00 취소됨",
	} {
		if december[day] != want {
			t.Errorf("%s shows %q, want %q", day, december[day], want)
		}
	}
	if len(november) != 30 || len(december) != 31 {
		t.Errorf("%d and %d days", len(november), len(december))
	}
	for path, status := range map[string]int{
		"/en/maintenance/2019-02": http.StatusOK, "/en/maintenance/2019-03": http.StatusNotFound, "/en/maintenance/2016-11": http.StatusOK,
		"/en/maintenance/2016-10": http.StatusNotFound, "/en/maintenance/2018-13": http.StatusNotFound, "/en/maintenance/2018-1": http.StatusNotFound,
	} {
		if got := get(s, path).Code; got != status {
			t.Errorf("%s: %d", path, got)
		}
	}
	if body := get(s, "/ko/maintenance").Body.String(); strings.Count(body, `aria-current="date"`) != 1 {
		t.Error("today is not marked once")
	}
}

// TestTheCalendarEnds: an end that somebody mistyped makes no endless calendar.
func TestTheCalendarEnds(t *testing.T) {
	t.Parallel()
	w := lived()
	w.incidents[2].Impacts[0].During.To = kst("11-30 12:00").AddDate(7000, 0, 0)
	s := w.open(t)
	for path, status := range map[string]int{"/en/maintenance/2021-11": http.StatusOK, "/en/maintenance/2021-12": http.StatusNotFound} {
		if got := get(s, path).Code; got != status {
			t.Errorf("%s: %d", path, got)
		}
	}
}

// calendarDays are the words of each day's cell.
func calendarDays(t *testing.T, page []byte) map[string]string {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	days := map[string]string{}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "td" {
			continue
		}
		var text []string
		day := ""
		for c := range n.Descendants() {
			if c.Type == html.TextNode {
				text = append(text, strings.Fields(c.Data)...)
			}
			if at, ok := attribute(c, "datetime"); ok && day == "" {
				day = at
			}
		}
		if day != "" {
			days[day] = strings.Join(text, " ")
		}
	}
	return days
}

func TestMonthsTellMaintenanceAndSilenceApart(t *testing.T) {
	t.Parallel()
	body := get(lived().open(t), "/en/components/ec2-ap-northeast-2").Body.String()
	// November until the 30th, 10:00: 42,360 minutes, 12 of them not measured. Maintenance
	// is measured time: (42,348 − 84) ÷ 42,348 = 99.80164… %
	november := regexp.MustCompile(`November 2018</a></th>(.*?)</tr>`).FindString(body)
	for _, want := range []string{">99.8016%<", ">1 hour 24 minutes<", ">2 hours<", ">12 minutes<"} {
		if !strings.Contains(november, want) {
			t.Errorf("November lacks %q: %s", want, november)
		}
	}
	for _, want := range []string{
		"major outage 100%, partial outage 100%, degraded 0%", "Announced maintenance took 2 hours.", "Not measured: 12 minutes.",
		"Friday, 23 November: not measured: 12 minutes", "Monday, 26 November: maintenance: 1 hour", "Major outage, down for 84 minutes",
		`href="/rss/ec2-ap-northeast-2.rss"`, `href="/calendar/ec2-ap-northeast-2.ics"`, `href="/badge/ec2-ap-northeast-2/status.svg"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if ko := get(lived().open(t), "/ko/components/ec2-ap-northeast-2").Body.String(); !strings.Contains(ko, `href="/ko/rss/ec2-ap-northeast-2.rss"`) {
		t.Error("the Korean page leads to the English feed")
	}
}

// TestAvailabilityIsTheMeanOfAllComponents: Seoul has two components, of which one was
// down for 84 minutes of 2018's 480,120 until 30 November, 10:00, and not measured for
// 12 of them.
func TestAvailabilityIsTheMeanOfAllComponents(t *testing.T) {
	t.Parallel()
	body := get(lived().open(t), "/en/availability").Body.String()
	// (480,108 + 480,120 − 84) ÷ (480,108 + 480,120) = 99.99125… %; alone 99.98250… %
	for _, want := range []string{
		"In 2018 there was an outage in 1 of 11 months. The longest was 84 minutes, of EC2 in Seoul.",
		`class="share-low">99.9912% <span class="small">lowest: EC2 99.9825%</span>`, ">Tokyo</a></th>", "not open yet",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	years := regexp.MustCompile(`<th scope="col">(20\d\d)</th>`).FindAllStringSubmatch(body, -1)
	if len(years) != 8 || years[0][1] != "2018" || years[7][1] != "2011" {
		t.Errorf("the years are %v", years)
	}
}

func TestRegionsAndServicesShowWhatIsOpenThere(t *testing.T) {
	t.Parallel()
	s := during().open(t)
	for path, shows := range map[string]bool{
		"/en/regions/ap-northeast-2": true, "/en/services/ec2": true, "/en/regions/ap-northeast-1": false, "/en/services/s3": false,
	} {
		if body := get(s, path).Body.String(); strings.Contains(body, "DNS errors from EC2 in Seoul") != shows {
			t.Errorf("%s shows the outage: %v", path, !shows)
		}
	}
	if body := get(s, "/en/regions/ap-northeast-1").Body.String(); !strings.Contains(body, "Asia/Tokyo (UTC+09:00)") {
		t.Error("Tokyo has no time of its own")
	}
}

func TestAnAgreementThatCannotBeReadIsNamed(t *testing.T) {
	t.Parallel()
	w := peace()
	w.catalog.Policies = append(slices.Clone(w.catalog.Policies), w.catalog.Policies[0])
	w.catalog.Policies[1].ID, w.catalog.Policies[1].YAML = "of-tomorrow", "sla: {id: x}"
	body := get(w.open(t), "/en/sla").Body.String()
	for _, want := range []string{"The data of the agreement of-tomorrow cannot be read.", "In force since 12 Feb 2018, until 24 May 2022", `href="https://example.com/sla"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if body := get((&world{now: kst("11-22 08:00")}).open(t), "/ko/sla").Body.String(); !strings.Contains(body, "공개한 협약이 없습니다.") {
		t.Error("nothing says that there is no agreement")
	}
}

func TestLargeGridsAreReachedInParts(t *testing.T) {
	t.Parallel()
	s := large().open(t)
	front := get(s, "/en/").Body.String()
	if !strings.Contains(front, `href="/en/components">180 other services, 97 other regions: normal</a>`) || strings.Contains(front, "service-199-") {
		t.Error("the first screen does not fold the rest away")
	}
	index := get(s, "/en/components").Body.String()
	for _, want := range []string{`href="/en/components/compute/1"`, `href="/en/regions/region-099"`, "20,000 components of 200 services in 100 regions"} {
		if !strings.Contains(index, want) {
			t.Errorf("the way in lacks %q", want)
		}
	}
	part := get(s, "/en/components/compute/1").Body.String()
	if n := strings.Count(part, `class="cell`); n != 2000 {
		t.Errorf("the part has %d cells", n)
	}
	for _, path := range []string{"/en/components/compute/2", "/en/components/compute/0", "/en/components/compute/01", "/en/components/none/1", "/en/components/compute/1/x"} {
		if w := get(s, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	narrow := large()
	for i := range narrow.catalog.Services {
		narrow.catalog.Services[i].Category = "storage"
	}
	s = narrow.open(t)
	if body := get(s, "/en/components/storage/2").Body.String(); !strings.Contains(body, "200 services, page 2 of 10") || !strings.Contains(body, `rel="next"`) || !strings.Contains(body, `rel="prev"`) {
		t.Error("a category of 200 services has no pages")
	}
}

func TestFeedsStandInTheHead(t *testing.T) {
	t.Parallel()
	s := during().open(t)
	for path, want := range map[string]string{
		"/en/":                              `<link rel="alternate" type="application/rss+xml" title="History (RSS)" href="/history.rss">`,
		"/ko/":                              `<link rel="alternate" type="application/atom+xml" title="지난 기록(Atom)" href="/ko/history.atom">`,
		"/en/components/ec2-ap-northeast-2": `<link rel="alternate" type="application/rss+xml" title="News of this component (RSS)" href="/rss/ec2-ap-northeast-2.rss">`,
	} {
		if body := get(s, path).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%s lacks %s", path, want)
		}
	}
	body := get(s, "/en/feeds").Body.String()
	for _, want := range []string{
		"https://status.hangang.example/embed/status.js&#34; defer data-lang=&#34;en&#34;&gt;&lt;/script&gt;", "https://status.hangang.example/embed/en",
		"https://status.hangang.example/badge/", `href="/api/v2/summary.json"`, `href="/rss/ec2-ap-northeast-1.rss"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the feeds page lacks %s", want)
		}
	}
	if body := get(large().open(t), "/en/feeds").Body.String(); strings.Contains(body, "/rss/service-199-region-099.rss") || !strings.Contains(body, "/rss/{service}-{region}.rss") {
		t.Error("20,000 feeds are named one by one")
	}
}

func TestAWeightIsSaidAndCounts(t *testing.T) {
	t.Parallel()
	w := after()
	w.weights = map[health.Level]int64{health.MajorOutage: 300_000, health.PartialOutage: 125_000}
	body := get(w.open(t), "/en/components/ec2-ap-northeast-2").Body.String()
	for _, want := range []string{"major outage 30%, partial outage 12.50%, degraded 0%", "less 25 minutes down"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}
