package feed_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/mmcdole/gofeed"

	"github.com/bonghwa/bonghwa/api/feed"
	"github.com/bonghwa/bonghwa/board/boardtest"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/press/presstest"
)

// What a reader of Statuspage's feeds takes apart, to the letter.
func TestTheHistoryHasStatuspagesForm(t *testing.T) {
	t.Parallel()
	d := readRSS(t, presstest.Print(t, tell(t, boardtest.After()), "/history.rss").Body)
	if got := d.Channel.Title + "|" + d.Channel.Description + "|" + d.Channel.Link; got != "Hangang Cloud Status - Incident History|Statuspage|"+site {
		t.Errorf("the channel is %s", got)
	}
	outage, work := d.Channel.Items[0], d.Channel.Items[1]
	for _, part := range []string{
		"<p><small>Nov <var data-var='date'>22</var>, <var data-var='time'>00:46</var> UTC</small><br><strong>Resolved</strong> - Recovered at 09:42.</p>",
		"<strong>Update</strong> - It was 09:43.<br><br>This corrects update 4.</p>", // a message in the same state
		`<strong>Postmortem</strong> - <a href="` + site + `/en/summaries/`,
	} {
		if !strings.Contains(outage.Description, part) {
			t.Errorf("%s is not in %s", part, outage.Description)
		}
	}
	if want := "<p><strong>THIS IS A SCHEDULED EVENT Nov 27, 17:00 - 19:00 UTC</strong></p>"; !strings.HasPrefix(work.Description, want) || work.End != "Tue, 27 Nov 2018 19:00:00 +0000" {
		t.Errorf("planned work: %s, %s", work.End, work.Description)
	}
	korean := readRSS(t, presstest.Print(t, tell(t, boardtest.After()), "/ko/history.rss").Body)
	if got := korean.Channel.Items[0].Description; !strings.Contains(got, "11월 <var data-var='date'>22</var>일, <var data-var='time'>09:46</var> KST</small><br><strong>해결됨</strong> - 09:42에 회복했습니다.") {
		t.Errorf("in Korean: %s", got)
	}
}

func TestTitlesBeginWithHowTheComponentStood(t *testing.T) {
	t.Parallel()
	w := boardtest.After()
	w.Incidents[0].Impacts[0].Level = health.Degraded // as first stated
	var titles, guids []string
	for _, i := range readRSS(t, presstest.Print(t, tell(t, w), "/rss/ec2-ap-northeast-2.rss").Body).Channel.Items {
		titles, guids = append(titles, i.Title), append(guids, i.GUID.ID)
	}
	want := []string{
		"Service is operating normally: [RESOLVED] DNS errors from EC2 in Seoul",
		"Service is operating normally: [RESOLVED] DNS errors from EC2 in Seoul",
		"Service disruption: DNS errors from EC2 in Seoul",
		"Service disruption: DNS errors from EC2 in Seoul",
		"Performance issues: DNS errors from EC2 in Seoul",
	}
	if !slices.Equal(titles, want) {
		t.Errorf("titles\n%s", strings.Join(titles, "\n"))
	}
	if want := fmt.Sprintf("%s/#ec2-ap-northeast-2_%d", site, boardtest.KST("11-22 09:58").Unix()); guids[0] != want {
		t.Errorf("guid %s, want %s", guids[0], want)
	}
	all := readRSS(t, presstest.Print(t, tell(t, w), "/rss/all.rss").Body).Channel.Items
	if last := all[len(all)-1]; last.Title != "Informational message: S3 maintenance" {
		t.Errorf("planned work is %q", last.Title)
	}
}

// crowd is 60 issues of one component, two messages each within one second.
func crowd() *boardtest.World {
	w := boardtest.Peace()
	for n := range 60 {
		at := w.Now.Add(-time.Duration(n) * time.Minute)
		i := incident.Incident{
			ID: health.IncidentID(fmt.Sprintf("i%02d", n)), Kind: incident.Issue, State: incident.Identified, OpenedAt: at, Title: boardtest.Both("장애", "Errors"),
			Impacts: []incident.Impact{{ID: health.ImpactID(fmt.Sprintf("p%02d", n)), Scope: boardtest.S3(), Level: health.Degraded, StatedAt: at, During: health.Interval{From: at}, Determination: health.DeterminationDeclared}},
		}
		for k, s := range []incident.State{incident.Investigating, incident.Identified} {
			i.Updates = append(i.Updates, incident.Update{
				ID: health.UpdateID(fmt.Sprintf("u%02d-%d", n, k)), Sequence: k + 1, State: s,
				PublishedAt: at.Add(time.Duration(k) * time.Millisecond), Body: boardtest.Both("소식", "News"),
			})
		}
		w.Incidents = append(w.Incidents, i)
	}
	return w
}

func TestFeedsHaveTheNewestFifty(t *testing.T) {
	t.Parallel()
	f := tell(t, crowd())
	for path, want := range map[string]int{"/history.rss": 50, "/rss/all.rss": 50, "/rss/s3-ap-northeast-2.rss": 50, "/rss/ec2-ap-northeast-2.rss": 0} {
		items := readRSS(t, presstest.Print(t, f, path).Body).Channel.Items
		if len(items) != want {
			t.Errorf("%s has %d items, want %d", path, len(items), want)
		}
		if want > 0 && !strings.Contains(items[0].Link, "/incidents/i00") {
			t.Errorf("%s begins with %s", path, items[0].Link)
		}
	}
}

// Two messages of one second have names of their own, and keep them when the older
// ones leave the feed.
func TestMessagesOfOneSecondKeepTheirNames(t *testing.T) {
	t.Parallel()
	w := crowd()
	names := func() map[string]string {
		out := map[string]string{}
		for _, i := range readRSS(t, presstest.Print(t, tell(t, w), "/rss/all.rss").Body).Channel.Items {
			out[i.GUID.ID] = i.Link
		}
		return out
	}
	before := names()
	if len(before) != 50 {
		t.Fatalf("%d names for 50 items", len(before))
	}
	late := w.Incidents[0]
	late.ID, late.Updates = "late", []incident.Update{{ID: "late", Sequence: 1, State: incident.Identified, PublishedAt: w.Now.Add(time.Second), Body: boardtest.Both("소식", "News")}}
	w.Incidents, w.Now = append(w.Incidents, late), w.Now.Add(time.Minute)
	kept := 0
	for id, link := range names() {
		if was, ok := before[id]; ok {
			kept++
			if was != link {
				t.Errorf("%s was %s and is %s", id, was, link)
			}
		}
	}
	if kept != 49 {
		t.Errorf("%d names were kept, want all but the one that left", kept)
	}
}

func TestAskingAgainGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	for name, w := range boardtest.Worlds() {
		before := tell(t, w)
		w.Now = w.Now.Add(time.Minute)
		after := tell(t, w)
		for path := range before.Paths() {
			if one, other := presstest.Print(t, before, path).Body, presstest.Print(t, after, path).Body; !bytes.Equal(one, other) {
				t.Errorf("%s: %s changes though nothing happened", name, path)
			}
		}
	}
}

// gofeed reads what it is given, of whichever kind it is.
func TestGofeedReadsTheFeeds(t *testing.T) {
	t.Parallel()
	f := tell(t, boardtest.Maintenance())
	for path, want := range map[string]struct {
		kind, language, first string
		items                 int
	}{
		"/history.rss":                {"rss", "", "EC2 maintenance; a comma, a backslash \\ and more", 5},
		"/history.atom":               {"atom", "en-US", "EC2 maintenance; a comma, a backslash \\ and more", 5},
		"/feed.json":                  {"json", "en", "EC2 maintenance; a comma, a backslash \\ and more", 5},
		"/ko/history.atom":            {"atom", "ko-KR", "EC2 점검; 쉼표, 역사선 \\ 확인", 5},
		"/rss/all.rss":                {"rss", "en-us", "Informational message: EC2 maintenance; a comma, a backslash \\ and more", 11},
		"/rss/ec2-ap-northeast-2.rss": {"rss", "en-us", "Service is operating normally: [RESOLVED] DNS errors from EC2 in Seoul", 5},
	} {
		parsed, err := gofeed.NewParser().Parse(bytes.NewReader(presstest.Print(t, f, path).Body))
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if parsed.FeedType != want.kind || parsed.Language != want.language || len(parsed.Items) != want.items || parsed.Items[0].Title != want.first {
			t.Errorf("%s is %s in %q with %d items, the first %q", path, parsed.FeedType, parsed.Language, len(parsed.Items), parsed.Items[0].Title)
		}
		for _, i := range parsed.Items {
			if i.PublishedParsed == nil || i.GUID == "" || !strings.HasPrefix(i.Link, site) {
				t.Errorf("%s: %+v", path, i)
			}
		}
	}
}

func TestACalendarTellsHowWorkStands(t *testing.T) {
	t.Parallel()
	body := presstest.Print(t, tell(t, boardtest.Maintenance()), "/calendar.ics").Body
	c, err := ics.ParseCalendar(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, e := range c.Events() {
		got[e.GetProperty(ics.ComponentPropertySummary).Value] = e.GetProperty(ics.ComponentPropertyStatus).Value + " " + e.GetProperty(ics.ComponentPropertySequence).Value
	}
	for title, want := range map[string]string{
		"S3 maintenance":                                   "CONFIRMED 0",
		"Work that was called off":                         "CANCELLED 1",
		`EC2 maintenance; a comma, a backslash \ and more`: "CONFIRMED 2", // a message and a restatement
	} {
		if got[title] != want {
			t.Errorf("%s is %q, want %q", title, got[title], want)
		}
	}
	for _, line := range []string{"METHOD:PUBLISH", "REFRESH-INTERVAL;VALUE=DURATION:PT15M", "X-WR-CALNAME:Hangang Cloud: planned maintenance"} {
		if !strings.Contains(string(body), line+"\r\n") {
			t.Errorf("%s is not in it", line)
		}
	}
}

func TestOldWorkLeavesTheCalendarAndWorkAheadNever(t *testing.T) {
	t.Parallel()
	w := boardtest.Maintenance()
	running := w.Incidents[2]
	for n := range 120 {
		i := running
		i.ID, i.Updates = health.IncidentID(fmt.Sprintf("w%03d", n)), slices.Clone(running.Updates)
		if n%2 == 0 {
			i.State, i.Updates[1].State = incident.Completed, incident.Completed
		}
		w.Incidents = append(w.Incidents, i)
	}
	c, err := ics.ParseCalendar(bytes.NewReader(presstest.Print(t, tell(t, w), "/calendar.ics").Body))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(c.Events()), 62+50; got != want { // 60 more that run, and 50 of the 61 that are over
		t.Errorf("%d events, want %d", got, want)
	}
}

func TestWhatTheTextsAreInTheFeeds(t *testing.T) {
	t.Parallel()
	f := tell(t, boardtest.FromElsewhere())
	if got := readRSS(t, presstest.Print(t, f, "/ko/history.rss").Body).Channel.Items[0]; got.Title != "S3의 오류 증가" || !strings.Contains(got.Description, "This incident has been resolved.") || !strings.Contains(got.Description, "원문") {
		t.Errorf("what has no translation: %s, %s", got.Title, got.Description)
	}
	flat := readRSS(t, presstest.Print(t, tell(t, boardtest.Flat()), "/rss/ec2-ap-northeast-2.rss").Body)
	if flat.Channel.Title != "EC2 Service Status" {
		t.Errorf("with one region the feed is called %q", flat.Channel.Title)
	}
}

func TestFeedsAreServedToAnySite(t *testing.T) {
	t.Parallel()
	f := tell(t, boardtest.During())
	stand := &press.Stand{}
	stand.Put(press.NewEdition(press.Imprint{}, f))
	for path, kind := range map[string]string{
		"/history.rss": "application/rss+xml", "/history.atom": "application/atom+xml", "/feed.json": "application/feed+json",
		"/ko/rss/all.rss": "application/rss+xml", "/calendar/ec2-ap-northeast-2.ics": "text/calendar",
	} {
		w := httptest.NewRecorder()
		served, err := stand.Serve(w, httptest.NewRequestWithContext(t.Context(), http.MethodHead, path, nil))
		if err != nil || !served || w.Code != http.StatusOK || w.Header().Get("Content-Type") != kind+"; charset=utf-8" || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %v %v %d %v", path, served, err, w.Code, w.Header())
		}
	}
	for _, path := range []string{"/rss/none.rss", "/rss/ec2-ap-northeast-2", "/calendar/none.ics", "/en/history.rss", "/rss/", "/history"} {
		if _, ok, err := f.Print(path); ok || err != nil {
			t.Errorf("%s is printed: %v, %v", path, ok, err)
		}
	}
	if got := len(slices.Collect(f.Paths())); got != 2*(len(feed.Patterns())-2+2*3) {
		t.Errorf("%d paths", got)
	}
}
