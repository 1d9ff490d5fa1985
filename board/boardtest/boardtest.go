// Package boardtest makes boards for the tests of whoever tells them: a small
// catalogue in peace, during the outage of 22 November 2018, and after it.
//
// A world is a value to be changed before its board is made. Nothing here reads a
// database: the record goes the way it comes back from disk.
package boardtest

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/postevent"
)

// T is what a test fails by: *testing.T, or that of a property test.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// World is a public record and the time it is told at.
type World struct {
	Catalog   catalog.Catalog
	Incidents []incident.Incident
	Summaries []postevent.Summary
	Fresh     map[health.CheckID]bool
	Silences  map[health.CheckID][]health.Interval
	Terms     board.Terms
	Now       time.Time
	Read      time.Time // zero: Now
}

// Board is the world as a board.
func (w *World) Board(t T) *board.Board {
	t.Helper()
	read := w.Read
	if read.IsZero() {
		read = w.Now
	}
	raw, err := json.Marshal(map[string]any{
		"form": 1, "Revision": journal.Position{Epoch: 1, Number: 7}, "Read": read, "Dated": w.Now,
		"Catalog": catalog.Revision{Number: 1, Catalog: w.Catalog}, "Summaries": w.Summaries,
		"Checks": w.Fresh, "Silences": w.Silences, "Incidents": w.Incidents,
	})
	if err != nil {
		t.Fatal(err)
	}
	source, err := board.Load(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return source.Board(w.Terms, w.Now)
}

// Both is a text in both languages.
func Both(ko, en string) health.Text {
	return health.Text{health.Korean: ko, health.English: en}
}

// Seoul is Korean time.
func Seoul() *time.Location { return time.FixedZone("KST", 9*60*60) }

// KST reads a Korean time of 2018: "11-22 08:19".
func KST(words string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", "2018-"+words, Seoul())
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

// The ids of what happens in the worlds.
const (
	Outage  = health.IncidentID("00000000-0000-7000-8000-000000000001")
	Planned = health.IncidentID("00000000-0000-7000-8000-000000000002")
	Draft   = health.IncidentID("00000000-0000-7000-8000-000000000003")
	Summary = health.SummaryID("00000000-0000-7000-8000-000000000004")
)

// EC2 is where the outage is.
func EC2() health.Scope { return health.Scope{Service: "ec2", Region: "ap-northeast-2"} }

// S3 is the other service in Seoul, where work is planned.
func S3() health.Scope { return health.Scope{Service: "s3", Region: "ap-northeast-2"} }

// Peace is two services in two regions, EC2 in Seoul being probed.
func Peace() *World {
	return &World{
		Catalog: catalog.Catalog{
			Regions: []catalog.Region{
				{ID: "ap-northeast-2", Name: Both("서울", "Seoul"), OperatedBy: Both("한강 클라우드", "Hangang Cloud"), OperatedFrom: Both("서울", "Seoul"), Since: "2016-01-07", TimeZone: "Asia/Seoul"},
				{ID: "ap-northeast-1", Name: Both("도쿄", "Tokyo"), Since: "2011-03-02", TimeZone: "Asia/Tokyo"},
			},
			Services: []catalog.Service{
				{ID: "ec2", Name: Both("EC2", "EC2"), Category: catalog.Compute},
				{ID: "s3", Name: Both("S3", "S3"), Category: catalog.Storage},
			},
			Components: []catalog.Component{
				{Service: "ec2", Region: "ap-northeast-2", Basis: health.Probed},
				{Service: "s3", Region: "ap-northeast-2", Basis: health.Declared},
				{Service: "ec2", Region: "ap-northeast-1", Basis: health.Declared},
			},
			Checks: []catalog.Check{{ID: "dns", Scope: EC2()}},
		},
		Fresh: map[health.CheckID]bool{"dns": true},
		Terms: board.Terms{Zone: Seoul(), Fresh: 5 * time.Minute},
		Now:   KST("11-22 08:00"),
	}
}

// During is 08:56 on the day: two updates are out, a draft is not, and planned work
// is announced.
func During() *World {
	w := Peace()
	w.Now = KST("11-22 08:56")
	w.Incidents = []incident.Incident{outage(), draft(), planned()}
	return w
}

// After is 25 November: resolved, corrected, declared and explained.
func After() *World {
	w := During()
	w.Now = KST("11-25 11:00")
	i := &w.Incidents[0]
	i.State, i.Cause = incident.Resolved, "configuration_change"
	measured := i.Impacts[1]
	measured.ID, measured.Replaces, measured.StatedAt = "m3", "m2", KST("11-22 09:45")
	measured.During.To = measured.During.From.Add(83*time.Minute + 20*time.Second)
	declared := measured
	declared.ID, declared.Replaces, declared.SharePPM, declared.Determination = "d1", "", 1_000_000, health.DeterminationDeclared
	declared.Reason, declared.During.To = Both("신고", "report"), KST("11-22 09:43")
	i.Impacts = append(i.Impacts, measured, declared)
	i.Updates = append(i.Updates,
		incident.Update{ID: "u3", Sequence: 3, State: incident.Resolved, PublishedAt: KST("11-22 09:46"), Body: Both("09:42에 회복했습니다.", "Recovered at 09:42."), Action: incident.ActionNone},
		incident.Update{ID: "u4", Sequence: 4, State: incident.Resolved, PublishedAt: KST("11-22 09:58"), Body: Both("회복한 때는 09:43입니다.", "It was 09:43."), Action: incident.ActionNone, Corrects: "u3"},
	)
	w.Summaries = []postevent.Summary{{
		ID: Summary, Incident: Outage, Title: Both("11월 22일 DNS 장애 보고", "The DNS event of 22 November"), PublishedAt: KST("11-25 10:00"), PublishedBy: "somebody",
		Overview: Both("84분 동안 이어졌습니다.", "It lasted 84 minutes."), Cause: Both("설정이 빠졌습니다.", "A setting was missing."),
		Actions: []postevent.Action{{What: Both("설정 점검", "Check the settings"), Owner: Both("네트워크팀", "Network team"), Due: KST("12-01 00:00"), Done: true}},
		Timeline: []postevent.Moment{
			{At: KST("11-22 08:19"), Kind: postevent.Began},
			{At: KST("11-22 08:22"), Kind: postevent.Told, State: incident.Investigating, Text: Both("조사하고 있습니다.", "We are investigating.")},
		},
		Figures: []postevent.Figure{{Scope: EC2(), Symptom: health.DNS, Level: health.MajorOutage, During: declared.During, SharePPM: 1_000_000, Determination: health.DeterminationDeclared, Evidence: "inside"}},
	}}
	return w
}

func outage() incident.Incident {
	measured := incident.Impact{
		ID: "m1", Scope: EC2(), Symptom: health.DNS, Level: health.PartialOutage, SharePPM: 412_000, Evidence: "inside", StatedBy: "somebody",
		During: health.Interval{From: KST("11-22 08:19")}, Determination: health.DeterminationMeasured, StatedAt: KST("11-22 08:20"),
	}
	worse := measured
	worse.ID, worse.Replaces, worse.Level, worse.SharePPM, worse.StatedAt = "m2", "m1", health.MajorOutage, 712_000, KST("11-22 08:40")
	return incident.Incident{
		ID: Outage, Kind: incident.Issue, State: incident.Identified, OpenedAt: KST("11-22 08:20"), Verdict: "inside",
		Title:   Both("서울 리전 EC2의 DNS 오류", "DNS errors from EC2 in Seoul"),
		Impacts: []incident.Impact{measured, worse},
		Updates: []incident.Update{
			{
				ID: "u1", Sequence: 1, State: incident.Investigating, PublishedAt: KST("11-22 08:22"), NextUpdate: KST("11-22 08:40"), PublishedBy: "somebody",
				Body: Both("조사하고 있습니다.", "We are investigating."), Action: incident.ActionOptional, ActionText: Both("잠시 기다려 주십시오.", "Please wait."),
			},
			{
				ID: "u2", Sequence: 2, State: incident.Identified, PublishedAt: KST("11-22 08:50"), NextUpdate: KST("11-22 09:10"), PublishedBy: "somebody",
				Body: Both("원인을 찾았습니다.", "We have found the cause."), Workaround: Both("공용 DNS를 쓰십시오.", "Use a public resolver."), Action: incident.ActionNone,
				Assurances: incident.Assurances{Security: incident.AssuranceNone, DataLoss: incident.AssuranceNone},
			},
		},
	}
}

func draft() incident.Incident {
	return incident.Incident{
		ID: Draft, Kind: incident.Issue, State: incident.Draft, Title: Both("초안", "A draft"), OpenedAt: KST("11-22 08:50"),
		Impacts: []incident.Impact{{ID: "x", Scope: S3(), Level: health.MajorOutage, During: health.Interval{From: KST("11-22 08:50")}}},
	}
}

func planned() incident.Incident {
	return incident.Incident{
		ID: Planned, Kind: incident.Maintenance, State: incident.Scheduled, Title: Both("S3 점검", "S3 maintenance"), OpenedAt: KST("11-15 10:00"),
		Impacts: []incident.Impact{{
			ID: "p", Scope: S3(), Symptom: health.Latency, Level: health.Maintenance, SharePPM: 1_000_000,
			During: health.Interval{From: KST("11-28 02:00"), To: KST("11-28 04:00")}, Determination: health.DeterminationDeclared,
		}},
		Updates: []incident.Update{{ID: "v1", Sequence: 1, State: incident.Scheduled, PublishedAt: KST("11-15 10:00"), Body: Both("점검합니다.", "We will do maintenance."), Action: incident.ActionNone}},
	}
}
