package feed_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/board/boardtest"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/test/harness"
)

// parsed is what rss-parser says of a feed.
type parsed struct {
	Title, Link string
	Items       []struct{ Title, Link, ID, Date, Text, End string }
}

func TestRSSParserReadsTheFeeds(t *testing.T) {
	t.Parallel()
	read := rssParser(t, boardtest.Maintenance(), "/history.rss", "/history.atom", "/rss/all.rss", "/ko/history.rss")
	for _, path := range []string{"/history.rss", "/history.atom"} {
		f := read[path]
		if f.Title != "Hangang Cloud Status - Incident History" || f.Link != site || len(f.Items) != 5 {
			t.Fatalf("%s: %+v", path, f)
		}
		work, outage := f.Items[0], f.Items[2]
		if work.Title != `EC2 maintenance; a comma, a backslash \ and more` || !strings.HasPrefix(work.Text, "THIS IS A SCHEDULED EVENT Nov 27, 17:00 - 20:00 UTC") {
			t.Errorf("%s, work: %+v", path, work)
		}
		if outage.Date == "" || !strings.Contains(outage.Text, "Nov 22, 00:46 UTC\nResolved - Recovered at 09:42.") || !strings.HasPrefix(outage.Link, site+"/en/incidents/") {
			t.Errorf("%s, outage: %+v", path, outage)
		}
	}
	if got := read["/history.rss"].Items[0].End; got != "Tue, 27 Nov 2018 20:00:00 +0000" {
		t.Errorf("work ends %q", got)
	}
	if got := read["/rss/all.rss"]; len(got.Items) != 11 || got.Items[2].Title != "Service is operating normally: [RESOLVED] DNS errors from EC2 in Seoul" || !strings.Contains(got.Items[2].ID, "/#ec2-ap-northeast-2_") {
		t.Errorf("%+v", got)
	}
	if got := read["/ko/history.rss"]; got.Title != "한강 클라우드 서비스 상태 - 장애 이력" || !strings.Contains(got.Items[2].Text, "11월 22일, 09:46 KST\n해결됨 - 09:42에 회복했습니다.") {
		t.Errorf("%+v", got)
	}
}

func TestRSSParserSurvivesHostileTexts(t *testing.T) {
	t.Parallel()
	for path, f := range rssParser(t, boardtest.Attacked(), "/history.rss", "/history.atom", "/rss/all.rss", "/rss/s3-ap-northeast-2.rss") {
		if want := 2 * len(boardtest.Evil()); len(f.Items) != want {
			t.Errorf("%s has %d items, want %d", path, len(f.Items), want)
		}
		found := false
		for _, i := range f.Items {
			found = found || strings.HasSuffix(i.Title, `<script>alert("1")</script>`) && strings.Contains(i.Text, `<script>alert("1")</script>`)
		}
		if !found {
			t.Errorf("%s: what looks like a script is no longer told as text", path)
		}
	}
}

func rssParser(t *testing.T, w *boardtest.World, paths ...string) map[string]parsed {
	t.Helper()
	stand := &press.Stand{}
	stand.Put(press.NewEdition(press.Imprint{}, tell(t, w)))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if served, err := stand.Serve(w, r); err != nil || !served {
			t.Errorf("%s is asked for: %v, %v", r.URL, served, err)
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	out := harness.Node(t, []string{"rss-parser"}, filepath.Join("testdata", "clients", "rss-parser.js"), append([]string{s.URL}, paths...)...)
	var read map[string]parsed
	if err := json.Unmarshal(out, &read); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return read
}
