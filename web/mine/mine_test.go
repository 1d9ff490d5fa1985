package mine_test

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/sla"
	"github.com/bonghwa/bonghwa/store/storetest"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/mine"
	"github.com/bonghwa/bonghwa/web/ui"
)

func at(clock string) time.Time {
	t, err := time.Parse(time.RFC3339, "2018-11-"+clock+":00Z")
	if err != nil {
		panic(err)
	}
	return t
}

func both(ko, en string) health.Text { return health.Text{health.Korean: ko, health.English: en} }

// day is the world of the tests: an outage of compute in Seoul on 22 November
// 2018, account 100 with 60 servers there, account 200 with none.
type day struct {
	now       time.Time
	asOf      time.Time
	incidents []incident.Incident
	resources []audience.Resource
	credits   map[health.AccountID][]mine.Credit
}

func newDay() *day {
	seoul := health.Scope{Service: "ec2", Region: "ap-northeast-2"}
	outage := incident.Incident{
		ID: "outage", Kind: incident.Issue, State: incident.Resolved, OpenedAt: at("21T23:21"),
		Title: both("서울 리전 EC2 DNS 조회 실패", "DNS lookups fail on EC2 in Seoul"),
		Impacts: []incident.Impact{
			{ID: "m", Scope: seoul, Symptom: health.DNS, Level: health.MajorOutage, During: health.Interval{From: at("21T23:20"), To: at("22T00:43")}, Determination: health.DeterminationMeasured},
			{ID: "d", Scope: seoul, Symptom: health.DNS, Level: health.MajorOutage, During: health.Interval{From: at("21T23:19"), To: at("22T00:43")}, Determination: health.DeterminationDeclared},
		},
		Updates: []incident.Update{
			{ID: "u1", Sequence: 1, State: incident.Investigating, Body: both("조사하고 있습니다.", "We are investigating."), Action: incident.ActionOptional, ActionText: both("외부 DNS를 쓰세요.", "Use an outside resolver."), PublishedAt: at("21T23:25")},
			{ID: "u2", Sequence: 2, State: incident.Resolved, Body: both("복구했습니다.", "It is mended."), Action: incident.ActionNone, Corrects: "u1", Assurances: incident.Assurances{Security: incident.AssuranceNone}, PublishedAt: at("22T00:45")},
		},
	}
	draft := outage
	draft.ID, draft.State = "draft", incident.Draft
	tokyo := incident.Incident{
		ID: "tokyo", Kind: incident.Issue, State: incident.Investigating, OpenedAt: at("22T01:00"), Title: both("도쿄 지연", "Latency in Tokyo"),
		Impacts: []incident.Impact{{ID: "t", Scope: health.Scope{Service: "ec2", Region: "ap-northeast-1"}, Level: health.Degraded, During: health.Interval{From: at("22T01:00")}, Determination: health.DeterminationDeclared}},
		Updates: []incident.Update{{ID: "u3", Sequence: 1, State: incident.Investigating, Body: both("살펴보고 있습니다.", "We are looking."), NextUpdate: at("22T02:30"), PublishedAt: at("22T01:05")}},
	}
	d := &day{now: at("22T02:00"), asOf: at("21T00:00"), incidents: []incident.Incident{tokyo, outage, draft}, credits: map[health.AccountID][]mine.Credit{
		"100": {{
			Run: "r1", Incidents: []health.IncidentID{"outage", "draft"}, Scope: seoul, Month: sla.Month{Year: 2018, Month: 11}, Policy: "ec2-2018-02-12",
			Availability: "99.805556", TierPct: "10", Base: "1234.560000000000", Currency: "USD", Minor: 12346, State: mine.CreditApplied,
			BillMonth: sla.Month{Year: 2018, Month: 12}, Applied: 10000,
		}},
	}}
	for n := range 60 {
		d.resources = append(d.resources, audience.Resource{
			ID: health.ResourceID(fmt.Sprintf("arn:ec2:%02d", n)), Account: "100", Scope: seoul, Name: fmt.Sprintf("server-%02d", n),
			Life: health.Interval{From: at("01T00:00")},
		})
	}
	d.resources[0].Name = "=cmd()"
	return d
}

func (d *day) Account(_ context.Context, id health.AccountID) (audience.Account, error) {
	if id != "100" && id != "200" {
		return audience.Account{}, fault.New(fault.NotFound, "", "no such account", "")
	}
	return audience.Account{ID: id, Name: "Shop " + string(id), Currency: "USD"}, nil
}

func (d *day) Spans(_ context.Context, id health.AccountID, _ int64) ([]audience.Span, error) {
	var lives []health.Interval
	for _, r := range d.resources {
		if r.Account == id {
			lives = append(lives, r.Life)
		}
	}
	return audience.Merge(id, health.Scope{Service: "ec2", Region: "ap-northeast-2"}, lives), nil
}

func (d *day) Inventory(context.Context) (audience.Inventory, error) {
	return audience.Inventory{AsOf: d.asOf}, nil
}

func (d *day) Resources(_ context.Context, q audience.ResourceQuery) ([]audience.Resource, error) {
	var out []audience.Resource
	for _, r := range d.resources {
		hit := slices.ContainsFunc(q.In, func(w audience.Disturbance) bool {
			return (w.Scope.Touches(r.Scope) || w.Scope.Service == "" && w.Scope.Region == r.Scope.Region) && w.During.Overlaps(r.Life)
		})
		if r.Account == q.Account && hit && strings.Contains(r.Name, q.Search) && (r.Name > q.After.Name || q.After.Name == "") {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b audience.Resource) int { return cmp.Compare(a.Name, b.Name) })
	return out[:min(len(out), cmp.Or(q.Limit, len(out)))], nil
}

func (d *day) CountResources(ctx context.Context, q audience.ResourceQuery) (int, error) {
	q.Limit, q.After = 0, audience.Cursor{}
	all, err := d.Resources(ctx, q)
	return len(all), err
}

func (d *day) Incident(_ context.Context, id health.IncidentID) (incident.Incident, error) {
	for _, i := range d.incidents {
		if i.ID == id {
			return i, nil
		}
	}
	return incident.Incident{}, fault.New(fault.NotFound, "", "no such incident", "")
}

func (d *day) List(_ context.Context, f incident.Filter) ([]incident.Incident, error) {
	return slices.DeleteFunc(slices.Clone(d.incidents), func(i incident.Incident) bool {
		return f.Public && !i.Public() || f.Open && i.State.Ended()
	}), nil
}

func (d *day) Catalog(context.Context) (catalog.Catalog, error) {
	return catalog.Catalog{
		Regions:  []catalog.Region{{ID: "ap-northeast-2", Name: both("서울", "Seoul")}, {ID: "ap-northeast-1", Name: both("도쿄", "Tokyo")}},
		Services: []catalog.Service{{ID: "ec2", Name: both("컴퓨트(EC2)", "Compute (EC2)")}},
	}, nil
}

func (d *day) Credits(_ context.Context, id health.AccountID) ([]mine.Credit, error) {
	return d.credits[id], nil
}

func (d *day) SummaryOf(_ context.Context, id health.IncidentID) (health.SummaryID, error) {
	if id == "outage" {
		return "s1", nil
	}
	return "", nil
}

// ContactOf knows kim, who stands for account 100, and lee for both.
func (d *day) ContactOf(_ context.Context, address string) (identity.Contact, error) {
	switch address {
	case "kim@example.com":
		return identity.Contact{Endpoint: "e1", Language: health.Korean, Accounts: []health.AccountID{"100"}}, nil
	case "lee@example.com":
		return identity.Contact{Endpoint: "e2", Language: health.English, Accounts: []health.AccountID{"200", "100"}}, nil
	case "poor@example.com":
		return identity.Contact{Endpoint: "e3", Language: health.English, Accounts: []health.AccountID{"200"}}, nil
	}
	return identity.Contact{}, fault.New(fault.NotFound, "", "nobody", "")
}

// customer is somebody in front of the whole site.
type customer struct {
	t      *testing.T
	base   string
	client *http.Client
	mails  chan identity.LinkMail
}

// SendLink keeps the link instead of mailing it.
func (b *customer) SendLink(_ context.Context, m identity.LinkMail) error {
	b.mails <- m
	return nil
}

func browse(t *testing.T, d *day) *customer {
	t.Helper()
	db := storetest.Open(t, "sqlite:"+t.TempDir()+"/bonghwa.db")
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &customer{t: t, mails: make(chan identity.LinkMail, 8), client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	door := identity.NewDoor(identity.DoorOptions{Contacts: d, Visits: db.Identity(), Mailer: b, Log: log})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- door.Run(ctx) }()
	public := &url.URL{Scheme: "http", Host: "localhost"}
	site := ui.Site{Provider: both("한강 클라우드", "Hangang Cloud"), Invented: true, Zone: language.Seoul()}
	m := mine.New(mine.Options{
		Site: site, Messages: book, Cookies: web.CookiesFor(public), Door: door, Accounts: d, Directory: audience.NewDirectory(d, 0),
		Incidents: d, Catalogs: d, Records: d, Session: time.Hour, Now: func() time.Time { return d.now },
	})
	rt, err := web.New(web.Options{PublicURL: public, Language: health.English, Sessions: door, Site: site, Messages: book, Wall: clock.Wall{}, Log: log}, m.Routes())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(rt)
	b.base = server.URL
	t.Cleanup(func() {
		server.Close()
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return b
}

type answer struct {
	status   int
	location string
	body     string
}

func (b *customer) do(method, path string, form url.Values) answer {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header.Get("Location"), string(body)}
}

func (b *customer) get(path string) answer { b.t.Helper(); return b.do(http.MethodGet, path, nil) }

// signIn goes the whole way: form, mail, page, button.
func (b *customer) signIn(address, next string) answer {
	b.t.Helper()
	a := b.do(http.MethodPost, "/ko/sign-in", url.Values{"address": {address}, "next": {next}})
	if a.status != http.StatusSeeOther || a.location != "/ko/sign-in/sent" {
		b.t.Fatalf("asking gave %d %s", a.status, a.location)
	}
	mail := <-b.mails
	link := mine.LinkPath(mail.Language, mail.Token)
	for range 2 { // as a program that follows links would
		if a := b.get(link); a.status != http.StatusOK || !strings.Contains(a.body, mail.Token.Reveal()) {
			b.t.Fatalf("the link gave %d", a.status)
		}
	}
	return b.do(http.MethodPost, "/ko/sign-in/confirm", url.Values{"token": {mail.Token.Reveal()}})
}

func (a answer) must(t *testing.T, status int, words ...string) {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d\n%s", a.status, status, a.body)
	}
	for _, w := range words {
		if !strings.Contains(a.body, w) {
			t.Errorf("%q is missing in\n%s", w, plain(a.body))
		}
	}
	for _, bad := range []string{" style=", "<script", "onclick", "[mine."} {
		if strings.Contains(a.body, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	if status == http.StatusOK && strings.Count(a.body, "<h1") != 1 {
		t.Error("a page has one h1")
	}
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
			b.WriteByte(' ')
		case !in:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestCustomerSignsInReadsAndLeaves(t *testing.T) {
	t.Parallel()
	b := browse(t, newDay())
	if a := b.get("/ko/my/100/events/outage"); a.location != "/ko/sign-in?next=%2Fko%2Fmy%2F100%2Fevents%2Foutage" {
		t.Fatalf("without a session: %d %s", a.status, a.location)
	}
	b.get("/ko/sign-in?next=%2Fko%2Fmy%2F100%2Fevents%2Foutage").must(t, 200, `name="next" value="/ko/my/100/events/outage"`)
	if a := b.signIn("kim@example.com", "/ko/my/100/events/outage"); a.status != 303 || a.location != "/ko/my/100/events/outage" {
		t.Fatalf("signing in gave %d %s\n%s", a.status, a.location, a.body)
	}
	if a := b.get("/ko/my/"); a.location != "/ko/my/100/" {
		t.Errorf("the only account is not opened: %d %s", a.status, a.location)
	}
	b.get("/ko/my/100/").must(t, 200, "서울 리전 EC2 DNS 조회 실패", "진행 중인 장애 1건은 내 리소스에 영향을 주지 않습니다", "내 리소스와 관계없는 이벤트 1건", "도쿄 지연", "도쿄에 내 리소스가 없습니다")
	b.get("/en/my/100/").must(t, 200, "60 of your 60 resources in Seoul belong to Compute (EC2)", "1 open issue does not affect your resources")
	if a := b.do(http.MethodPost, "/ko/sign-out", url.Values{}); a.location != "/ko/" {
		t.Errorf("signing out gave %d %s", a.status, a.location)
	}
	if a := b.get("/ko/my/100/"); a.status != 303 {
		t.Errorf("after signing out: %d", a.status)
	}
}

func TestEventPageAnswersWhatItMeansToMe(t *testing.T) {
	t.Parallel()
	b := browse(t, newDay())
	b.signIn("kim@example.com", "")
	b.get("/en/my/100/events/outage").must(t, 200,
		"Impacted", "84 minutes", "83 minutes", "server-01", "60 in all", "/en/summaries/s1",
		"Corrects update 1", "Security risk", "None", "US$123.46", "On your bill", "rel=\"next\"")
	b.get("/ko/my/100/events/outage").must(t, 200, "84분", "83분", "영향 있음", "컴퓨트(EC2), 서울", "청구서에 반영됨")
	second := b.get("/en/my/100/events/outage?after=server-40&id=arn:ec2:40")
	second.must(t, 200, "server-59", "First page")
	if strings.Contains(second.body, "server-10") {
		t.Error("the second page shows the first one's rows")
	}
	b.get("/en/my/100/events/outage?q=server-07").must(t, 200, "1 in all", "server-07", "resources.csv?q=server-07")
	b.get("/en/my/100/events/outage?q=%3Cb%3E").must(t, 200, "None of your affected resources matches", "&lt;b&gt;")
	b.get("/en/my/100/events/tokyo").must(t, 200, "Not impacted", "Next update promised by", "no credit is due")
}

// What was published beside an update's body is on the customer's page as on the
// public one: the newest at the top while the event is open, all in the timeline.
func TestEventPageTellsWhatEachUpdateTells(t *testing.T) {
	t.Parallel()
	d := newDay()
	open := d.incidents[1]
	open.ID, open.State = "open", incident.Identified
	open.Updates = []incident.Update{
		{
			ID: "o1", Sequence: 1, State: incident.Investigating, Body: both("하나", "One"), Workaround: both("적어 두세요.", "Write them down."),
			Action: incident.ActionRequired, ActionText: both("늘려 주세요.", "Raise it."),
			Assurances: incident.Assurances{Security: incident.AssuranceInvestigating}, PublishedAt: at("21T23:25"),
		},
		{
			ID: "o2", Sequence: 2, State: incident.Identified, Body: both("둘", "Two"), Workaround: both("다른 곳에 물어보세요.", "Ask elsewhere."),
			Action: incident.ActionOptional, ActionText: both("외부 DNS를 쓰세요.", "Use an outside resolver."),
			Assurances: incident.Assurances{Security: incident.AssuranceNone, DataLoss: incident.AssuranceNone}, PublishedAt: at("22T00:10"),
		},
	}
	closed := open
	closed.ID, closed.State = "closed", incident.Resolved
	d.incidents = append(d.incidents, open, closed)
	b := browse(t, d)
	b.signIn("kim@example.com", "")
	const older = "Workaround Write them down. You need to act Raise it. Security risk Under investigation"
	const newer = "Workaround Ask elsewhere. You may want to Use an outside resolver. Security risk None Risk of data loss None"
	for _, c := range []struct {
		path       string
		top, below []string
		not        string
	}{
		{"/en/my/100/events/open", []string{newer}, []string{"Two " + newer, "One " + older}, "Raise it."},
		{"/en/my/100/events/closed", nil, []string{"Two " + newer, "One " + older}, "Workaround"},
		{"/ko/my/100/events/open", []string{"우회 방법 다른 곳에 물어보세요. 하실 수 있는 일 외부 DNS를 쓰세요. 보안 위험 없음 데이터 손실 위험 없음"}, []string{"보안 위험 조사 중", "고객님이 하셔야 할 일 늘려 주세요."}, "늘려"},
		{"/en/my/100/events/outage", nil, []string{"We are investigating. You may want to Use an outside resolver.", "It is mended. You do not need to do anything. Security risk None"}, "resolver"},
	} {
		a := b.get(c.path)
		a.must(t, 200)
		top, below, _ := strings.Cut(a.body, `<section class="row" aria-labelledby="updates"`)
		top, below = plain(top), plain(below)
		for _, w := range c.top {
			if !strings.Contains(top, w) {
				t.Errorf("%s: %q is not at the top: %s", c.path, w, top)
			}
		}
		for _, w := range c.below {
			if !strings.Contains(below, w) {
				t.Errorf("%s: %q is not in the timeline: %s", c.path, w, below)
			}
		}
		if strings.Contains(top, c.not) {
			t.Errorf("%s: %q is at the top", c.path, c.not)
		}
	}
}

// The other language's link leads to the same page, what it was opened with
// included; nothing else of a query is carried on.
func TestLanguageSwitchKeepsTheSignInPagesQuery(t *testing.T) {
	t.Parallel()
	b := browse(t, newDay())
	b.get("/ko/sign-in?next=%2Fko%2Fmy%2F&x=1").must(t, 200, `hreflang="en" href="/en/sign-in?next=%2Fko%2Fmy%2F"`)
	b.get("/ko/sign-in?next=%2F%2Fevil.example").must(t, 200, `hreflang="en" href="/en/sign-in"`)
	b.get("/en/sign-in/confirm?token=aB3-_x&x=1").must(t, 200, `hreflang="ko" href="/ko/sign-in/confirm?token=aB3-_x"`)
	for _, token := range []string{"a%22b", "a+b", strings.Repeat("a", 129)} {
		if a := b.get("/en/sign-in/confirm?token=" + token); a.location != "/en/sign-in" {
			t.Errorf("token %q: %d %s", token, a.status, a.location)
		}
	}
}

func TestResourcesAsCSVAreWholeAndHarmless(t *testing.T) {
	t.Parallel()
	b := browse(t, newDay())
	b.signIn("kim@example.com", "")
	a := b.get("/en/my/100/events/outage/resources.csv")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 61 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if got, want := rows[1], []string{"arn:ec2:00", "'=cmd()", "ec2", "ap-northeast-2", "", "unimpaired", "2018-11-01T00:00:00Z", ""}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if a := b.get("/en/my/100/events/tokyo/resources.csv"); strings.Count(a.body, "\n") != 1 {
		t.Errorf("an event that hit nothing lists %q", a.body)
	}
}

func TestCreditsShowTheirArithmeticAndTheirBill(t *testing.T) {
	t.Parallel()
	b := browse(t, newDay())
	b.signIn("kim@example.com", "")
	a := b.get("/en/my/100/credits")
	a.must(t, 200, "November 2018 · Compute (EC2), Seoul", "USD 1234.56 × 10% = US$123.46", "99.805556%", "ec2-2018-02-12",
		"US$100.00 came off the bill of December 2018.", "The remaining US$23.46 goes to the next bill.", "DNS lookups fail on EC2 in Seoul")
	if strings.Contains(a.body, "events/draft") {
		t.Error("a draft is linked")
	}
	b.get("/ko/my/100/credits").must(t, 200, "2018년 12월 청구서에서 US$100.00")
}

// No account ever sees another's: whatever is not the customer's looks exactly
// like what does not exist.
func TestAnothersIsLikeNothing(t *testing.T) {
	t.Parallel()
	b := browse(t, newDay())
	b.signIn("poor@example.com", "")
	b.get("/en/my/200/").must(t, 200, "Nothing concerned you in the last 90 days.")
	b.get("/en/my/200/events/outage").must(t, 200, "You have no resources in Seoul", "None of your resources was affected")
	b.get("/en/my/200/credits").must(t, 200, "There are no credits yet")
	nothing := b.get("/en/my/200/events/made-up")
	nothing.must(t, 404)
	for _, path := range []string{
		"/en/my/100/", "/en/my/999/", "/en/my/100/credits", "/en/my/999/credits", "/en/my/100/events/outage", "/en/my/999/events/outage",
		"/en/my/100/events/made-up", "/en/my/200/events/draft", "/en/my/100/events/outage/resources.csv", "/en/my/200/events/draft/resources.csv",
	} {
		if a := b.get(path); a != nothing {
			t.Errorf("%s: %d differs from what does not exist", path, a.status)
		}
	}
}

func TestSeveralAccountsAreChosenFrom(t *testing.T) {
	t.Parallel()
	b := browse(t, newDay())
	b.signIn("lee@example.com", "")
	b.get("/ko/my/").must(t, 200, "Shop 100", "Shop 200", "/ko/my/200/")
	b.get("/ko/my/100/").must(t, 200, "다른 계정")
}

func TestSignInFormHelpsAndTellsNothing(t *testing.T) {
	t.Parallel()
	b := browse(t, newDay())
	b.do(http.MethodPost, "/en/sign-in", url.Values{"address": {"kim"}, "next": {"//evil.example"}}).must(t, 422, "This is not a mail address", `value="kim"`)
	known := b.do(http.MethodPost, "/en/sign-in", url.Values{"address": {"kim@example.com"}})
	unknown := b.do(http.MethodPost, "/en/sign-in", url.Values{"address": {"nobody@example.com"}})
	if known != unknown {
		t.Errorf("known %+v, unknown %+v", known, unknown)
	}
	b.get("/en/sign-in/sent").must(t, 200, "Look into your mail")
	<-b.mails
	for range 8 {
		b.do(http.MethodPost, "/en/sign-in", url.Values{"address": {"nobody@example.com"}})
	}
	b.do(http.MethodPost, "/en/sign-in", url.Values{"address": {"nobody@example.com"}}).must(t, 429, "Too many links")
	b.do(http.MethodPost, "/en/sign-in/confirm", url.Values{"token": {"made up"}}).must(t, 410, "This link no longer works")
	if a := b.get("/en/sign-in/confirm"); a.location != "/en/sign-in" {
		t.Errorf("without a token: %d %s", a.status, a.location)
	}
}

func TestEveryWordExists(t *testing.T) {
	t.Parallel()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range []audience.Relevance{audience.RelevanceUnknown, audience.NotImpacted, audience.PartiallyRelated, audience.Related, audience.Impacted} {
		ids = append(ids, "relevance."+r.String())
	}
	for _, r := range []audience.ReasonCode{
		audience.ReasonNeverImported, audience.ReasonStale, audience.ReasonNothingStated, audience.ReasonNoDisturbance, audience.ReasonInScope, audience.ReasonEndedBefore,
		audience.ReasonBeganAfter, audience.ReasonNotAlive, audience.ReasonOtherZone, audience.ReasonOtherService, audience.ReasonNothingInRegions,
	} {
		ids = append(ids, "reason."+string(r))
	}
	for _, s := range []incident.State{
		incident.Investigating, incident.Identified, incident.Monitoring, incident.Resolved, incident.Scheduled,
		incident.InProgress, incident.Verifying, incident.Completed, incident.Canceled,
	} {
		ids = append(ids, "state."+string(s))
	}
	for _, s := range []audience.EntityStatus{audience.Impaired, audience.Unimpaired, audience.EntityUnknown} {
		ids = append(ids, "entity."+string(s))
	}
	for _, s := range []mine.CreditState{mine.CreditNone, mine.CreditPlanned, mine.CreditPosted, mine.CreditApplied} {
		ids = append(ids, "credit.state."+string(s))
	}
	for n, id := range ids {
		ids[n] = "mine." + id
	}
	for _, a := range []incident.Assurance{incident.AssuranceNone, incident.AssuranceInvestigating, incident.AssuranceYes, "security", "data_loss"} {
		ids = append(ids, "assurance."+string(a))
	}
	for _, a := range []incident.Action{incident.ActionNone, incident.ActionOptional, incident.ActionRequired} {
		ids = append(ids, "action."+string(a))
	}
	for _, l := range health.Languages() {
		for _, id := range append(ids, "update.workaround") {
			if !book.In(l).Has(language.Message(id)) {
				t.Errorf("%s lacks %s", l, id)
			}
		}
	}
}
