package replay_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/replay"
	"github.com/bonghwa/bonghwa/web/ui"
)

const base = "http://localhost:8080"

func at(clock string) time.Time {
	t, err := time.Parse(time.RFC3339, "2018-11-"+clock+"Z")
	if err != nil {
		panic(err)
	}
	return t
}

func both(ko, en string) health.Text { return health.Text{health.Korean: ko, health.English: en} }

// show is a replay as the tests want it.
type show struct {
	sentences []replay.Sentence
	running   bool
	mails     []replay.Mail
	fail      error
}

func (s *show) List(context.Context) ([]replay.Mail, error) { return s.mails, s.fail }

func (s *show) Mail(_ context.Context, file string) (replay.Mail, error) {
	for _, m := range s.mails {
		if m.File == file {
			return m, nil
		}
	}
	if strings.Contains(file, "/") {
		panic("the box was asked for a path")
	}
	return replay.Mail{}, fault.New(fault.NotFound, "mail", "there is no such mail", "")
}

func newShow(mails int) *show {
	s := &show{sentences: []replay.Sentence{
		{At: at("21T23:19:00"), Text: both("60번째 리졸버가 빠졌습니다.", "The 60th resolver is gone."), Proof: "/{lang}/incidents/outage"},
		{At: at("21T23:21:00"), Text: both("탐지했습니다.", "It was detected."), Proof: "https://evil.example/"},
		{At: at("22T00:43:00"), Text: health.Text{health.Korean: "복구됐습니다."}},
	}}
	for n := range mails {
		l := health.Languages()[n%2]
		s.mails = append(s.mails, replay.Mail{
			File: fmt.Sprintf("%09d.eml", n+1), To: fmt.Sprintf("%s%d@example.com", []string{"kim", "lee"}[n%2], n%10),
			Subject: fmt.Sprintf("<Update> %d", n+1), Language: l, At: at("22T00:00:00").Add(time.Duration(n) * time.Second),
			Headers: []replay.Header{
				{Name: "From", Value: "=?utf-8?q?=ED=95=9C=EA=B0=95?= <status@hangang.example>"},
				{Name: "Message-ID", Value: fmt.Sprintf("<018f-%d.%x@hangang.example>", n%2, n)},
				{Name: "MIME-Version", Value: "1.0"},
				{Name: "List-Unsubscribe", Value: "<" + base + "/unsubscribe?t=a.b>,\r\n <mailto:status@hangang.example>"},
			},
			Text: "Hello <b>you</b>\n====\n\n  Sign in: " + base + "/en/sign-in/confirm?token=abc&next=%2F.\nElse " + base + "1/x " + base + ".evil.example/ " + base + "@evil.example/ " + base + "//evil.example/\n(" + base + ")\n",
			Raw:  []byte("Subject: raw\r\n\r\n<script>alert(1)</script>\r\n"),
		})
	}
	return s
}

func router(t *testing.T, s *show) http.Handler {
	t.Helper()
	h, _ := built(t, s)
	return h
}

func built(t *testing.T, s *show) (http.Handler, []web.Route) {
	t.Helper()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	site := ui.Site{Provider: both("한강 클라우드", "Hangang Cloud"), Invented: true, Zone: language.Seoul()}
	pages := replay.New(replay.Options{
		Site: site, Messages: book, BaseURL: base + "/", Box: s,
		Story: func(context.Context) ([]replay.Sentence, bool, error) { return s.sentences, s.running, s.fail },
		Customers: []replay.Customer{
			{Address: "kim1@example.com", Language: health.Korean, What: both("서울의 가게, 영향을 받았습니다.", "A shop in Seoul that was hit.")},
			{Address: "lee1@example.com", Language: health.English, What: both("도쿄의 가게", "A shop in Tokyo that was not.")},
		},
	})
	rt, err := web.New(web.Options{
		PublicURL: &url.URL{Scheme: "http", Host: "localhost"}, Language: health.English, Site: site, Messages: book,
		Wall: clock.Wall{}, Log: slog.New(slog.DiscardHandler),
	}, pages.Routes())
	if err != nil {
		t.Fatal(err)
	}
	return rt, rt.Routes()
}

type answer struct {
	*httptest.ResponseRecorder
	path string
}

func get(t *testing.T, h http.Handler, path string) answer {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return answer{w, path}
}

func (a answer) must(t *testing.T, status int, words ...string) string {
	t.Helper()
	body := a.Body.String()
	if a.Code != status {
		t.Fatalf("%s: status %d, want %d\n%s", a.path, a.Code, status, body)
	}
	for _, w := range words {
		if !strings.Contains(body, w) && !strings.Contains(plain(body), w) {
			t.Errorf("%s: %q is missing in\n%s", a.path, w, plain(body))
		}
	}
	for _, bad := range []string{" style=", "<style", "<script", "onclick", "[replay.", "http-equiv", "evil.example\""} {
		if strings.Contains(body, bad) {
			t.Errorf("%s holds %q", a.path, bad)
		}
	}
	if status == http.StatusOK && strings.Count(body, "<h1") != 1 {
		t.Errorf("%s: a page has one h1", a.path)
	}
	return body
}

// plain is a page's words.
func plain(html string) string {
	var b strings.Builder
	in := false
	for _, r := range html {
		switch {
		case r == '<':
			in = true
		case r == '>':
			in = false
		case !in:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestStoryListsEverySentenceWithItsTimeAndItsProof(t *testing.T) {
	t.Parallel()
	h := router(t, newShow(0))
	ko := get(t, h, "/ko/replay").must(t, 200, "2018년 11월 22일", "08:19 KST", "11월 21일 23:19 UTC", "60번째 리졸버가 빠졌습니다.",
		`href="/ko/incidents/outage"`, "이야기가 3문장으로 끝났습니다", "지어낸 것입니다", "실제 역사에서 가져왔습니다",
		"kim1@example.com", `href="/ko/sign-in?next=%2Fko%2Fmy%2F"`, `href="#sign-in"`, `href="/ko/replay/mails?to=kim1%40example.com"`)
	if strings.Count(ko, "2018년 11월") != 1 || strings.Count(ko, "근거 보기") != 1 {
		t.Error("one day in Korea, and one sentence with a proof of ours")
	}
	get(t, h, "/en/replay").must(t, 200, "21 Nov 2018", "22 Nov 2018", "23:19 UTC", "22 Nov, 08:19 KST", `href="/en/incidents/outage"`,
		`lang="ko">복구됐습니다.`, "are invented", "the historical ones", `href="/en/sign-in?next=%2Fen%2Fmy%2F"`, "A shop in Seoul that was hit.")
}

func TestStoryThatRunsShowsWhatIsNew(t *testing.T) {
	t.Parallel()
	s := newShow(0)
	s.running = true
	h := router(t, s)
	if body := get(t, h, "/en/replay").must(t, 200, "still running", "3 sentences so far", `href="/en/replay?seen=3"`); strings.Contains(body, "replay-new") {
		t.Error("a first look has nothing new")
	}
	get(t, h, "/en/replay?seen=3").must(t, 200, "Nothing new yet.")
	body := get(t, h, "/en/replay?seen=1").must(t, 200, "Go to the 2 new sentences", `href="#s2"`, `id="s2"`)
	if strings.Count(body, "replay-new") != 2 {
		t.Error("two sentences are new")
	}
	get(t, h, "/en/replay?seen=99").must(t, 200, "Nothing new yet.")
	s.sentences = nil
	get(t, h, "/ko/replay").must(t, 200, "아직 아무 일도 없었습니다")
	get(t, h, "/en/replay").must(t, 200, "Nothing has happened yet", `href="/en/replay?seen=0"`)
}

func TestMailboxPagesAndSearches(t *testing.T) {
	t.Parallel()
	h := router(t, newShow(120))
	first := get(t, h, "/en/replay/mails").must(t, 200, "1 to 50 of 120", "&lt;Update&gt; 120", "&lt;Update&gt; 71",
		`href="/en/replay/mails?before=000000071.eml"`, `lang="ko">&lt;Update&gt; 119`, "22 Nov 2018, 00:01 UTC (09:01 KST)")
	if strings.Contains(first, "&lt;Update&gt; 70<") || strings.Contains(first, "Newest mails") {
		t.Error("the first page is the newest 50")
	}
	if strings.Index(first, "&lt;Update&gt; 120") > strings.Index(first, "&lt;Update&gt; 119") {
		t.Error("the newest stands first")
	}
	get(t, h, "/ko/replay/mails?before=000000071.eml").must(t, 200, "전체 120통 가운데 51–100번째", "&lt;Update&gt; 70<", "최신 메일")
	if last := get(t, h, "/en/replay/mails?before=000000021.eml").must(t, 200, "101 to 120 of 120"); strings.Contains(last, "Older mails") {
		t.Error("nothing is older than the oldest")
	}
	get(t, h, "/en/replay/mails?before=000000001.eml").must(t, 200, "There are no older mails.")
	get(t, h, "/en/replay/mails?to=+KIM4@").must(t, 200, "1 to 12 of 12", `value="KIM4@"`, "Show all mails")
	get(t, h, "/en/replay/mails?to=lee").must(t, 200, "1 to 50 of 60", `href="/en/replay/mails?before=000000022.eml&amp;to=lee"`)
	get(t, h, "/ko/replay/mails?to=%3Cb%3E").must(t, 200, "&lt;b&gt;”로 보낸 메일이 없습니다")
	get(t, router(t, newShow(0)), "/en/replay/mails").must(t, 200, "No mail has gone out yet")
	get(t, router(t, newShow(0)), "/ko/replay/mails").must(t, 200, "아직 보낸 메일이 없습니다")
}

func TestMailboxShowsTheMailsOfOneUpdate(t *testing.T) {
	t.Parallel()
	h := router(t, newShow(120))
	first := get(t, h, "/en/replay/mails?about=018f-1").must(t, 200, "1 to 50 of 60", "&lt;Update&gt; 120<", "These are the mails of one update.", `href="/en/replay/mails">Show all mails`,
		`name="about" value="018f-1"`, `href="/en/replay/mails?about=018f-1&amp;before=000000022.eml"`, `hreflang="ko" href="/ko/replay/mails?about=018f-1"`)
	if strings.Contains(first, "&lt;Update&gt; 119<") {
		t.Error("a mail of another update is listed")
	}
	get(t, h, "/en/replay/mails?about=018f-1&before=000000022.eml").must(t, 200, "51 to 60 of 60", `href="/en/replay/mails?about=018f-1"`)
	get(t, h, "/en/replay/mails?about=018f-1&to=lee1").must(t, 200, "1 to 12 of 12")
	get(t, h, "/en/replay/mails?about=018f-1&to=kim").must(t, 200, "No mail went to “kim”")
	get(t, h, "/ko/replay/mails?about=018f").must(t, 200, "이 소식으로 보낸 메일이 없습니다")
}

func TestMailIsTextWhoseLinksLeadHereAlone(t *testing.T) {
	t.Parallel()
	h := router(t, newShow(2))
	body := get(t, h, "/en/replay/mails/000000002.eml").must(t, 200,
		"&lt;Update&gt; 2", "lee1@example.com", "22 Nov 2018, 00:00 UTC (09:00 KST)", "Hello &lt;b&gt;you&lt;/b&gt;\n====\n\n  Sign in: ",
		`<a href="/en/sign-in/confirm?token=abc&amp;next=%2F">`+base+`/en/sign-in/confirm?token=abc&amp;next=%2F</a>.`,
		`(<a href="/">`+base+`</a>)</pre>`, "한강 &lt;status@hangang.example&gt;", `&lt;<a href="/unsubscribe?t=a.b">`,
		base+"1/x "+base+".evil.example/ "+base+"@evil.example/ "+base+"//evil.example/",
		`href="/en/replay/mails/000000002.eml/raw"`)
	if strings.Contains(body, "MIME-Version") || strings.Count(body, `<a href="/`) < 3 {
		t.Error("only fields that matter are shown")
	}
	get(t, h, "/en/replay/mails/000000001.eml").must(t, 200, `<pre class="replay-text" lang="ko">Hello`)
	get(t, h, "/ko/replay/mails/000000001.eml").must(t, 200, `<pre class="replay-text">Hello`, "2018년 11월 22일 09:00 KST(00:00 UTC)", "원본 메시지 보기")
	raw := get(t, h, "/ko/replay/mails/000000001.eml/raw")
	if raw.Code != 200 || raw.Header().Get("Content-Type") != "text/plain; charset=utf-8" || raw.Header().Get("X-Content-Type-Options") != "nosniff" ||
		raw.Body.String() != "Subject: raw\r\n\r\n<script>alert(1)</script>\r\n" {
		t.Errorf("raw: %d %v %q", raw.Code, raw.Header(), raw.Body)
	}
}

func TestBadInputIsAnsweredClearly(t *testing.T) {
	t.Parallel()
	s := newShow(2)
	h := router(t, s)
	for path, want := range map[string]struct {
		status int
		words  string
	}{
		"/en/replay?seen=x":                           {400, "seen: is no number of sentences"},
		"/en/replay?seen=-1":                          {400, "seen: is no number of sentences"},
		"/en/replay/mails?before=../x":                {400, "before: names no mail of this list"},
		"/ko/replay/mails?before=nothing":             {400, "읽을 수 없"},
		"/en/replay/mails?to=" + longWord():           {400, "to: is too long for an address"},
		"/en/replay/mails?about=../x":                 {400, "about: is no id of a publication"},
		"/en/replay/mails?about=" + longWord():        {400, "about: is no id of a publication"},
		"/en/replay/mails/none.eml":                   {404, "There is no such page"},
		"/ko/replay/mails/none.eml":                   {404, "찾는 페이지가 없습니다"},
		"/en/replay/mails/none.eml/raw":               {404, "There is no such page"},
		"/en/replay/mails/..%2f..%2fetc%2fpasswd":     {404, "There is no such page"},
		"/en/replay/mails/..%2f..%2fetc%2fpasswd/raw": {404, "There is no such page"},
		"/en/replay/mails/.hidden":                    {404, "There is no such page"},
		"/en/replay/mails/%00":                        {404, "There is no such page"},
		"/en/replay/mails/" + longWord():              {404, "There is no such page"},
	} {
		get(t, h, path).must(t, want.status, want.words)
	}
	s.fail = errors.New("the disk is gone")
	for _, path := range []string{"/en/replay", "/en/replay/mails"} {
		if body := get(t, h, path).must(t, 500, "on our side"); strings.Contains(body, "disk") {
			t.Errorf("%s tells too much", path)
		}
	}
}

func longWord() string { return strings.Repeat("a", 400) }
