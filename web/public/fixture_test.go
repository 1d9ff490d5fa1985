package public_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/banner"
	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/feedback"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/postevent"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/live"
	"github.com/bonghwa/bonghwa/web/public"
	"github.com/bonghwa/bonghwa/web/ui"
)

// world is the record that the site tells in a test.
type world struct {
	catalog   catalog.Catalog
	incidents []incident.Incident
	summaries []postevent.Summary
	fresh     map[health.CheckID]bool
	silences  map[health.CheckID][]health.Interval
	now       time.Time
	read      time.Time // zero: now
	said      *banner.Banner
	opinions  opinions
	mute      bool // nobody keeps opinions
	weights   map[health.Level]int64
}

// board is the world as a board, the way it comes from disk.
func (w *world) board(tb testing.TB) *board.Board {
	tb.Helper()
	read := w.read
	if read.IsZero() {
		read = w.now
	}
	raw, err := json.Marshal(map[string]any{
		"form": 1, "Revision": journal.Position{Epoch: 1, Number: 7}, "Read": read, "Dated": w.now,
		"Catalog": catalog.Revision{Number: 1, Catalog: w.catalog}, "Summaries": w.summaries, "Checks": w.fresh, "Silences": w.silences, "Incidents": w.incidents, "Banner": w.said,
	})
	if err != nil {
		tb.Fatal(err)
	}
	source, err := board.Load(bytes.NewReader(raw))
	if err != nil {
		tb.Fatal(err)
	}
	return source.Board(board.Terms{Zone: language.Seoul(), Fresh: 5 * time.Minute, Weights: w.weights}, w.now)
}

// hangang is what the pages of most tests say of the provider.
func hangang() ui.Site {
	return ui.Site{Provider: both("한강 클라우드", "Hangang Cloud"), Invented: true, Zone: language.Seoul()}
}

// site is a site that keeps opinions in the world.
func (w *world) site(tb testing.TB, look ui.Site) *public.Site {
	tb.Helper()
	book, err := language.Load()
	if err != nil {
		tb.Fatal(err)
	}
	o := public.Options{
		Book: book, Site: look, URL: "https://status.hangang.example", Opinions: &w.opinions, Now: func() time.Time { return w.now },
	}
	if w.mute {
		o.Opinions = nil
	}
	return public.New(o)
}

// opinions is where what readers say is kept in a test.
type opinions struct {
	mu   sync.Mutex
	kept []feedback.Opinion
	down bool // as a database is
}

func (o *opinions) Keep(_ context.Context, x feedback.Opinion) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.down {
		return fault.New(fault.Unavailable, "database", "it does not answer", "")
	}
	o.kept = append(o.kept, x)
	return nil
}

// served is a site as the router and the press serve it.
type served struct {
	http.Handler
	routes []web.Route
	stand  *press.Stand
}

// open is a site that tells the world.
func (w *world) open(tb testing.TB) served {
	tb.Helper()
	return w.openAs(tb, hangang())
}

func (w *world) openAs(tb testing.TB, look ui.Site) served {
	tb.Helper()
	return serve(tb, w.site(tb, look), look, w.board(tb))
}

// serve serves a board; none for a site that has told nothing yet.
func serve(tb testing.TB, site *public.Site, look ui.Site, b *board.Board) served {
	tb.Helper()
	book, err := language.Load()
	if err != nil {
		tb.Fatal(err)
	}
	stand := &press.Stand{}
	hub := live.New(live.Options{})
	tb.Cleanup(hub.Close)
	if b != nil {
		stand.Put(press.NewEdition(press.Imprint{}, site.Tell(b), site.Fragments(b), public.Assets{}))
		hub.Publish(b.Revision)
	}
	rt, err := web.New(web.Options{
		PublicURL: &url.URL{Scheme: "http", Host: "localhost"}, Language: health.Korean, Messages: book, Finished: stand.Serve, Site: look,
		Wall: clock.Wall{}, Log: slog.New(slog.NewTextHandler(tb.Output(), nil)),
	}, site.Routes(), hub.Routes())
	if err != nil {
		tb.Fatal(err)
	}
	return served{Handler: rt, routes: rt.Routes(), stand: stand}
}

// samples are the addresses of a page of every kind, in both languages.
func (s served) samples() []string {
	var all []string
	for _, r := range s.routes {
		for _, l := range health.Languages() {
			if path := r.Path(map[string]string{"lang": string(l)}); r.Kind == web.Page && !strings.Contains(path, "{") {
				all = append(all, path)
			}
		}
	}
	return all
}

func get(s http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	return send(s, http.MethodGet, path, header...)
}

func send(s http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), method, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func both(ko, en string) health.Text {
	return health.Text{health.Korean: ko, health.English: en}
}

// kst reads a Korean time of 2018: "11-22 08:19".
func kst(words string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", "2018-"+words, language.Seoul())
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

const (
	outage  = health.IncidentID("00000000-0000-7000-8000-000000000001")
	planned = health.IncidentID("00000000-0000-7000-8000-000000000002")
	draft   = health.IncidentID("00000000-0000-7000-8000-000000000003")
	summary = health.SummaryID("00000000-0000-7000-8000-000000000004")
)

func ec2() health.Scope { return health.Scope{Service: "ec2", Region: "ap-northeast-2"} }

// peace is two services in two regions, EC2 in Seoul being probed.
func peace() *world {
	c := catalog.Catalog{
		Regions: []catalog.Region{
			{ID: "ap-northeast-2", Name: both("서울", "Seoul"), OperatedBy: both("한강 클라우드", "Hangang Cloud"), OperatedFrom: both("서울", "Seoul"), Since: "2016-01-07", TimeZone: "Asia/Seoul"},
			{ID: "ap-northeast-1", Name: both("도쿄", "Tokyo"), Since: "2011-03-02", TimeZone: "Asia/Tokyo"},
		},
		Services: []catalog.Service{
			{ID: "ec2", Name: both("EC2", "EC2"), Category: catalog.Compute},
			{ID: "s3", Name: both("S3", "S3"), Category: catalog.Storage},
		},
		Components: []catalog.Component{
			{Service: "ec2", Region: "ap-northeast-2", Basis: health.Probed},
			{Service: "s3", Region: "ap-northeast-2", Basis: health.Declared},
			{Service: "ec2", Region: "ap-northeast-1", Basis: health.Declared},
		},
		Checks:   []catalog.Check{{ID: "dns", Scope: ec2()}},
		Policies: []catalog.PolicyDocument{{ID: "ec2", YAML: agreement}},
	}
	return &world{catalog: c, fresh: map[health.CheckID]bool{"dns": true}, now: kst("11-22 08:00")}
}

// during is 08:56 on the day: two updates are out and the probes still see it.
func during() *world {
	w := peace()
	w.now = kst("11-22 08:56")
	measured := incident.Impact{
		ID: "m1", Scope: ec2(), Symptom: health.DNS, Level: health.PartialOutage, SharePPM: 412_000,
		During: health.Interval{From: kst("11-22 08:19")}, Determination: health.DeterminationMeasured, StatedAt: kst("11-22 08:20"),
	}
	worse := measured
	worse.ID, worse.Replaces, worse.Level, worse.SharePPM, worse.StatedAt = "m2", "m1", health.MajorOutage, 712_000, kst("11-22 08:40")
	w.incidents = []incident.Incident{{
		ID: outage, Kind: incident.Issue, State: incident.Identified, OpenedAt: kst("11-22 08:20"),
		Title:   both("서울 리전 EC2의 DNS 오류", "DNS errors from EC2 in Seoul"),
		Impacts: []incident.Impact{measured, worse},
		Updates: []incident.Update{
			{
				ID: "u1", Sequence: 1, State: incident.Investigating, PublishedAt: kst("11-22 08:22"), NextUpdate: kst("11-22 08:40"),
				Body: both("조사하고 있습니다.", "We are investigating."), Action: incident.ActionOptional, ActionText: both("잠시 기다려 주십시오.", "Please wait."),
			},
			{
				ID: "u2", Sequence: 2, State: incident.Identified, PublishedAt: kst("11-22 08:50"), NextUpdate: kst("11-22 09:10"),
				Body: both("원인을 찾았습니다.", "We have found the cause."), Workaround: both("공용 DNS를 쓰십시오.", "Use a public resolver."), Action: incident.ActionNone,
				Assurances: incident.Assurances{Security: incident.AssuranceNone, DataLoss: incident.AssuranceNone},
			},
		},
	}, {
		ID: draft, Kind: incident.Issue, State: incident.Draft, Title: both("초안", "A draft"), OpenedAt: kst("11-22 08:50"),
		Impacts: []incident.Impact{{ID: "x", Scope: health.Scope{Service: "s3", Region: "ap-northeast-2"}, Level: health.MajorOutage, During: health.Interval{From: kst("11-22 08:50")}}},
	}, {
		ID: planned, Kind: incident.Maintenance, State: incident.Scheduled, Title: both("S3 점검", "S3 maintenance"), OpenedAt: kst("11-15 10:00"),
		Impacts: []incident.Impact{{
			ID: "p", Scope: health.Scope{Service: "s3", Region: "ap-northeast-2"}, Symptom: health.Latency, Level: health.Maintenance,
			During: health.Interval{From: kst("11-28 02:00"), To: kst("11-28 04:00")}, Determination: health.DeterminationDeclared,
		}},
		Updates: []incident.Update{{ID: "v1", Sequence: 1, State: incident.Scheduled, PublishedAt: kst("11-15 10:00"), Body: both("점검합니다.", "We will do maintenance."), Action: incident.ActionNone}},
	}}
	return w
}

// after is 25 November: resolved, corrected, declared and explained.
func after() *world {
	w := during()
	w.now = kst("11-25 11:00")
	i := &w.incidents[0]
	i.State, i.Cause = incident.Resolved, "configuration_change"
	measured := i.Impacts[1]
	measured.ID, measured.Replaces, measured.StatedAt = "m3", "m2", kst("11-22 09:45")
	measured.During.To = measured.During.From.Add(83*time.Minute + 20*time.Second)
	declared := measured
	declared.ID, declared.Replaces, declared.SharePPM, declared.Determination, declared.Reason = "d1", "", 1_000_000, health.DeterminationDeclared, health.Text{health.Korean: "신고", health.English: "report"}
	declared.During.To = kst("11-22 09:43")
	i.Impacts = append(i.Impacts, measured, declared)
	i.Updates = append(i.Updates,
		incident.Update{ID: "u3", Sequence: 3, State: incident.Resolved, PublishedAt: kst("11-22 09:46"), Body: both("09:42에 회복했습니다.", "Recovered at 09:42."), Action: incident.ActionNone},
		incident.Update{ID: "u4", Sequence: 4, State: incident.Resolved, PublishedAt: kst("11-22 09:58"), Body: both("회복한 때는 09:43입니다.", "It was 09:43."), Action: incident.ActionNone, Corrects: "u3"},
	)
	w.summaries = []postevent.Summary{{
		ID: summary, Incident: outage, Title: both("11월 22일 DNS 장애 보고", "The DNS event of 22 November"), PublishedAt: kst("11-25 10:00"),
		Overview: both("84분 동안 이어졌습니다.\n\n- 연결은 정상이었습니다.", "It lasted 84 minutes.\n\n- Connectivity was not affected."), Cause: both("설정이 빠졌습니다.", "A setting was missing."),
		Actions:  []postevent.Action{{What: both("설정 점검", "Check the settings"), Owner: both("네트워크팀", "Network team"), Done: true}},
		Timeline: []postevent.Moment{{At: kst("11-22 08:19"), Kind: postevent.Began}, {At: kst("11-22 08:22"), Kind: postevent.Told, State: incident.Investigating, Text: both("조사하고 있습니다.", "We are investigating.")}},
		Figures:  []postevent.Figure{{Scope: ec2(), Symptom: health.DNS, Level: health.MajorOutage, During: declared.During, SharePPM: 1_000_000, Determination: health.DeterminationDeclared}},
	}}
	return w
}

// lived is 30 November: besides the outage the probes were silent for a while, one
// maintenance went well, and another was called off.
func lived() *world {
	w := after()
	w.now = kst("11-30 10:00")
	w.silences = map[health.CheckID][]health.Interval{"dns": {{From: kst("11-23 04:00"), To: kst("11-23 04:12")}}}
	done := w.incidents[2]
	done.ID, done.State, done.Title = "00000000-0000-7000-8000-000000000005", incident.Completed, both("EC2 점검", "EC2 maintenance")
	done.Impacts = []incident.Impact{{
		ID: "q", Scope: ec2(), Symptom: health.Latency, Level: health.Maintenance,
		During: health.Interval{From: kst("11-26 23:00"), To: kst("11-27 01:00")}, Determination: health.DeterminationDeclared,
	}}
	done.Updates = append(slices.Clone(done.Updates), incident.Update{
		ID: "q2", Sequence: 2, State: incident.Completed, PublishedAt: kst("11-27 01:00"), Body: both("마쳤습니다.", "Done."), Action: incident.ActionNone,
	})
	off := w.incidents[2]
	off.ID, off.State, off.Title = "00000000-0000-7000-8000-000000000006", incident.Canceled, both("S3 확장", "S3 extension")
	off.Impacts = slices.Clone(off.Impacts)
	off.Impacts[0].ID, off.Impacts[0].During = "r", health.Interval{From: kst("12-04 02:00"), To: kst("12-04 04:00")}
	w.incidents[2].Impacts = slices.Clone(w.incidents[2].Impacts)
	w.incidents[2].Impacts[0].During = health.Interval{From: kst("11-30 09:00"), To: kst("12-02 12:00")}
	w.incidents[2].State = incident.InProgress
	w.incidents = append(w.incidents, done, off)
	return w
}

// agreement is two versions of an agreement, the second not in force yet in 2018.
const agreement = `
sla:
  id: ec2-2018-02-12
  family: ec2-region
  effective: {from: 2018-02-12, to: 2022-05-25}
  source: https://example.com/sla
  verified: secondary
  note: Tiers from secondary sources.
payee: account
subject: {service: ec2, grain: account_region, bill_services: [ec2]}
sli: {kind: downtime, predicate: symptom=connectivity, min_consecutive: 1m}
exclude: [customer_caused, {maintenance: {notice: 5d, quota: 4h}}]
tiers: [{below: "99.99", pct: "10"}, {below: "99.0", pct: "30"}]
base: {categories: [Usage, Purchase], frequency_not: One-Time, cost: BilledCost}
credit: {round: half_even, min_exclusive: {USD: "1.00"}, cap_pct: "100", carry: true, clawback: never}
---
sla:
  id: ec2-2022-05-25
  family: ec2-region
  effective: {from: 2022-05-25}
  source: the printed contract
  verified: memory
payee: organization
subject: {service: ec2, grain: account_region, bill_services: [ec2]}
sli: {kind: downtime, predicate: "level>=partial_outage", weight: share}
tiers: [{below: "99.99", pct: "10"}]
base: {categories: [Usage], cost: EffectiveCost}
credit: {round: half_even, min_exclusive: none, cap_pct: "100", carry: false, clawback: never}
`

// large is 200 services in 100 regions, of which one has a bad hour.
func large() *world {
	w := &world{now: kst("11-22 08:56"), fresh: map[health.CheckID]bool{}}
	categories := catalog.Categories()
	for i := range 200 {
		id := fmt.Sprintf("service-%03d", i)
		w.catalog.Services = append(w.catalog.Services, catalog.Service{
			ID: health.ServiceID(id), Name: both("서비스 "+id[8:], "Service "+id[8:]), Category: categories[i%len(categories)],
		})
	}
	for i := range 100 {
		id := fmt.Sprintf("region-%03d", i)
		w.catalog.Regions = append(w.catalog.Regions, catalog.Region{
			ID: health.RegionID(id), Name: both("리전 "+id[7:], "Region "+id[7:]), Since: fmt.Sprintf("20%02d-05-01", i%19), TimeZone: "Asia/Seoul",
		})
	}
	for _, s := range w.catalog.Services {
		for _, r := range w.catalog.Regions {
			w.catalog.Components = append(w.catalog.Components, catalog.Component{Service: s.ID, Region: r.ID, Basis: health.Declared})
		}
	}
	w.incidents = slices.Clone(during().incidents[:1])
	var hit []incident.Impact
	for i := range 20 {
		x := w.incidents[0].Impacts[1]
		x.ID, x.Replaces, x.Scope = health.ImpactID(fmt.Sprint("x", i)), "", health.Scope{Service: w.catalog.Services[i*7].ID, Region: w.catalog.Regions[i%3].ID}
		hit = append(hit, x)
	}
	w.incidents[0].Impacts = hit
	return w
}
