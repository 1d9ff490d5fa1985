package boardtest

import (
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/postevent"
)

// The ids of what happens in the worlds.
const (
	Outage   = health.IncidentID("00000000-0000-7000-8000-000000000001")
	Planned  = health.IncidentID("00000000-0000-7000-8000-000000000002")
	Draft    = health.IncidentID("00000000-0000-7000-8000-000000000003")
	Running  = health.IncidentID("00000000-0000-7000-8000-000000000005")
	Canceled = health.IncidentID("00000000-0000-7000-8000-000000000006")
	Notice   = health.IncidentID("00000000-0000-7000-8000-000000000007")
	Imported = health.IncidentID("00000000-0000-7000-8000-000000000008")
	Hostile  = health.IncidentID("00000000-0000-7000-8000-000000000009")
	Summary  = health.SummaryID("00000000-0000-7000-8000-000000000004")
)

// EC2 is the scope of what is probed.
func EC2() health.Scope { return health.Scope{Service: "ec2", Region: "ap-northeast-2"} }

// S3 is the scope of what is declared.
func S3() health.Scope { return health.Scope{Service: "s3", Region: "ap-northeast-2"} }

// Worlds are all of them by name, but those drawn at random.
func Worlds() map[string]*World {
	return map[string]*World{
		"peace": Peace(), "during": During(), "after": After(), "maintenance": Maintenance(),
		"unknown": Unmeasured(), "imported": FromElsewhere(), "flat": Flat(), "shop": Shop(),
	}
}

// Peace is two services in two regions, EC2 in Seoul being probed.
func Peace() *World {
	c := catalog.Catalog{
		Regions: []catalog.Region{
			{ID: "ap-northeast-2", Name: Both("서울", "Seoul"), OperatedBy: Provider(), OperatedFrom: Both("서울", "Seoul"), Since: "2016-01-07", TimeZone: "Asia/Seoul"},
			{ID: "ap-northeast-1", Name: Both("도쿄", "Tokyo"), TimeZone: "Asia/Tokyo"},
		},
		Services: []catalog.Service{
			{ID: "ec2", Name: Both("EC2", "EC2"), Category: catalog.Compute},
			{ID: "s3", Name: Both("S3", "S3"), Category: catalog.Storage},
		},
		Components: []catalog.Component{
			{Service: "ec2", Region: "ap-northeast-1", Basis: health.Declared},
			{Service: "ec2", Region: "ap-northeast-2", Basis: health.Probed},
			{Service: "s3", Region: "ap-northeast-2", Basis: health.Declared},
		},
		Checks: []catalog.Check{{ID: "dns", Scope: EC2()}},
	}
	return &World{Catalog: c, Fresh: map[health.CheckID]bool{"dns": true}, Terms: terms(), Now: KST("11-22 08:00")}
}

// During is 08:56 on the day: two updates are out and the probes still see it.
func During() *World {
	w := Peace()
	w.Now = KST("11-22 08:56")
	measured := incident.Impact{
		ID: "m1", Scope: EC2(), Symptom: health.DNS, Level: health.PartialOutage, SharePPM: 412_000, Evidence: "inside", StatedBy: "somebody",
		During: health.Interval{From: KST("11-22 08:19")}, Determination: health.DeterminationMeasured, StatedAt: KST("11-22 08:20"),
	}
	worse := measured
	worse.ID, worse.Replaces, worse.Level, worse.SharePPM, worse.StatedAt = "m2", "m1", health.MajorOutage, 712_000, KST("11-22 08:40")
	w.Incidents = []incident.Incident{{
		ID: Outage, Kind: incident.Issue, State: incident.Identified, OpenedAt: KST("11-22 08:20"), Verdict: "inside",
		Title:   Both("서울 리전 EC2의 DNS 오류", "DNS errors from EC2 in Seoul"),
		Impacts: []incident.Impact{measured, worse},
		Updates: []incident.Update{
			{
				ID: "u1", Sequence: 1, State: incident.Investigating, PublishedAt: KST("11-22 08:22").Add(345 * time.Millisecond), NextUpdate: KST("11-22 08:40"), PublishedBy: "somebody",
				Body: Both("조사하고 있습니다.", "We are investigating."), Action: incident.ActionOptional, ActionText: Both("잠시 기다려 주십시오.", "Please wait."),
			},
			{
				ID: "u2", Sequence: 2, State: incident.Identified, PublishedAt: KST("11-22 08:50"), NextUpdate: KST("11-22 09:10"), PublishedBy: "somebody",
				Body: Both("원인을 찾았습니다.\n고치고 있습니다.", "We have found the cause.\nWe are mending it."), Workaround: Both("공용 DNS를 쓰십시오.", "Use a public resolver."), Action: incident.ActionNone,
				Assurances: incident.Assurances{Security: incident.AssuranceNone, DataLoss: incident.AssuranceNone},
			},
		},
	}, {
		ID: Draft, Kind: incident.Issue, State: incident.Draft, Title: Both("초안", "A draft"), OpenedAt: KST("11-22 08:50"),
		Impacts: []incident.Impact{{ID: "x", Scope: S3(), Level: health.MajorOutage, During: health.Interval{From: KST("11-22 08:50")}}},
	}, scheduled()}
	return w
}

// scheduled is work on S3 in the night of 28 November.
func scheduled() incident.Incident {
	return incident.Incident{
		ID: Planned, Kind: incident.Maintenance, State: incident.Scheduled, Title: Both("S3 점검", "S3 maintenance"), OpenedAt: KST("11-15 10:00"),
		Impacts: []incident.Impact{{
			ID: "p1", Scope: S3(), Symptom: health.Latency, Level: health.Maintenance, StatedAt: KST("11-15 10:00"),
			During: health.Interval{From: KST("11-28 02:00"), To: KST("11-28 04:00")}, Determination: health.DeterminationDeclared,
		}},
		Updates: []incident.Update{{ID: "p-u1", Sequence: 1, State: incident.Scheduled, PublishedAt: KST("11-15 10:00"), Body: Both("점검합니다.", "We will do maintenance."), Action: incident.ActionNone}},
	}
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
	declared.ID, declared.Replaces, declared.SharePPM, declared.Determination, declared.Reason = "d1", "", 1_000_000, health.DeterminationDeclared, Both("신고", "report")
	declared.During.To = KST("11-22 09:43")
	i.Impacts = append(i.Impacts, measured, declared)
	i.Updates = append(i.Updates,
		incident.Update{ID: "u3", Sequence: 3, State: incident.Monitoring, PublishedAt: KST("11-22 09:44"), Body: Both("지켜보고 있습니다.", "We are watching."), Action: incident.ActionNone},
		incident.Update{ID: "u4", Sequence: 4, State: incident.Resolved, PublishedAt: KST("11-22 09:46"), Body: Both("09:42에 회복했습니다.", "Recovered at 09:42."), Action: incident.ActionNone},
		incident.Update{ID: "u5", Sequence: 5, State: incident.Resolved, PublishedAt: KST("11-22 09:58"), Body: Both("회복한 때는 09:43입니다.", "It was 09:43."), Action: incident.ActionNone, Corrects: "u4"},
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

// Maintenance is the night of 28 November: one work runs, one is to come, one was
// called off, and a notice is out.
func Maintenance() *World {
	w := After()
	w.Now = KST("11-28 02:30")
	running := scheduled()
	running.ID, running.State, running.Title = Running, incident.InProgress, Both("EC2 점검; 쉼표, 역사선 \\ 확인", `EC2 maintenance; a comma, a backslash \ and more`)
	running.Impacts[0].ID, running.Impacts[0].Scope = "r1", health.Scope{Service: "ec2", Region: "ap-northeast-1"}
	later := running.Impacts[0]
	later.ID, later.Replaces, later.StatedAt, later.During.To = "r2", "r1", KST("11-28 02:20"), KST("11-28 05:00")
	running.Impacts = append(running.Impacts, later)
	running.Updates = append(running.Updates, incident.Update{
		ID: "r-u2", Sequence: 2, State: incident.InProgress, PublishedAt: KST("11-28 02:00"), Body: Both("시작했습니다.", "It has begun."), Action: incident.ActionNone,
	})
	running.Updates[0].ID = "r-u1"
	off := scheduled()
	off.ID, off.State, off.Title = Canceled, incident.Canceled, Both("취소한 점검", "Work that was called off")
	off.Impacts[0].ID, off.Impacts[0].During = "c1", health.Interval{From: KST("12-05 02:00")}
	off.Updates[0].ID = "c-u1"
	off.Updates = append(off.Updates, incident.Update{ID: "c-u2", Sequence: 2, State: incident.Canceled, PublishedAt: KST("11-20 10:00"), Body: Both("하지 않습니다.", "We will not do it."), Action: incident.ActionNone})
	ahead := scheduled()
	ahead.Impacts[0].During = health.Interval{From: KST("12-01 23:00"), To: KST("12-02 01:00")}
	w.Incidents = append(w.Incidents[:2], running, off, ahead, incident.Incident{
		ID: Notice, Kind: incident.Notice, State: incident.Monitoring, Title: Both("S3의 옛 주소를 거둡니다", "Old addresses of S3 go away"), OpenedAt: KST("11-26 10:00"),
		Impacts: []incident.Impact{{
			ID: "n1", Scope: S3(), Symptom: health.Other, Level: health.Informational, StatedAt: KST("11-26 10:00"),
			During: health.Interval{From: KST("11-26 10:00")}, Determination: health.DeterminationDeclared,
		}},
		Updates: []incident.Update{{ID: "n-u1", Sequence: 1, State: incident.Monitoring, PublishedAt: KST("11-26 10:00"), Body: Both("새 주소를 쓰십시오.", "Use the new ones."), Action: incident.ActionRequired, ActionText: Both("설정을 바꾸십시오.", "Change your settings.")}},
	})
	return w
}

// Unmeasured is peace in which the probes of EC2 in Seoul have gone silent.
func Unmeasured() *World {
	w := Peace()
	w.Fresh["dns"] = false
	w.Silences = map[health.CheckID][]health.Interval{"dns": {{From: KST("11-22 07:48")}}}
	return w
}

// FromElsewhere is peace with an incident that was imported: told in English alone
// with the fallback named, its impact stated years later.
func FromElsewhere() *World {
	w := Peace()
	w.Incidents = []incident.Incident{{
		ID: Imported, Kind: incident.Issue, State: incident.Resolved, OpenedAt: KST("03-02 10:00"),
		Title: Both("S3의 오류 증가", "Elevated error rates of S3"),
		Impacts: []incident.Impact{{
			ID: "i1", Scope: S3(), Symptom: health.API, Level: health.Degraded, SharePPM: 1_000_000, StatedAt: KST("11-20 10:00"),
			During: health.Interval{From: KST("03-02 10:00"), To: KST("03-02 11:00")}, Determination: health.DeterminationDeclared, Reason: Both("가져옴", "imported"),
		}},
		Updates: []incident.Update{
			{ID: "i-u1", Sequence: 1, State: incident.Investigating, PublishedAt: KST("03-02 10:05"), Body: health.Text{health.English: "We are looking into it."}, Fallback: health.English, Action: incident.ActionNone},
			{ID: "i-u2", Sequence: 2, State: incident.Resolved, PublishedAt: KST("03-02 11:00"), Body: health.Text{health.English: "This incident has been resolved."}, Fallback: health.English, Action: incident.ActionNone},
		},
	}}
	return w
}

// Flat is During for a provider with one region.
func Flat() *World {
	w := During()
	w.Catalog.Regions = w.Catalog.Regions[:1]
	w.Catalog.Components = w.Catalog.Components[1:]
	return w
}

// Shop is a provider without regions, two of whose services stand under a heading of
// its own, one of them slow.
func Shop() *World {
	shop := Both("가게", "Shop")
	w := &World{Terms: terms(), Now: KST("11-22 08:00")}
	w.Catalog = catalog.Catalog{
		Regions: []catalog.Region{{ID: "page", Name: Both("페이지", "Page"), Hidden: true}},
		Services: []catalog.Service{
			{ID: "checkout", Name: Both("결제", "Checkout"), Description: Both("카드와 계좌 이체", "Cards and transfers"), Group: shop},
			{ID: "mail", Name: Both("메일", "Mail")},
			{ID: "search", Name: Both("검색", "Search"), Group: shop},
		},
		Components: []catalog.Component{
			{Service: "checkout", Region: "page", Basis: health.Declared},
			{Service: "mail", Region: "page", Basis: health.Declared},
			{Service: "search", Region: "page", Basis: health.Declared},
		},
	}
	i := FromElsewhere().Incidents[0]
	i.State, i.Title = incident.Investigating, Both("결제가 느립니다", "Checkout is slow")
	i.Impacts[0].Scope, i.Impacts[0].During.To = health.Scope{Service: "checkout", Region: "page"}, time.Time{}
	i.Updates = i.Updates[:1]
	w.Incidents = append(w.Incidents, i)
	return w
}

// Evil are texts that break what writes them carelessly.
func Evil() []string {
	return []string{
		`<script>alert("1")</script>`,
		`]]>&lt;!-- & <![CDATA[ "quoted' -->`,
		"CR\r\nLF\nEND:VEVENT\r\nBEGIN:VALARM\rX-EVIL:1",
		"\u202egnorw \u2066isolated \u200fright, \u200eleft",
		"nul\x00 bell\a escape\x1b[31m delete\x7f next\u0085 separators\u2028\u2029 end",
		"broken \xff\xfe utf-8 \xed\xa0\x80 and \ufffe\uffff noncharacters",
		"👩‍👩‍👧‍👦🔥 e\u0301 " + strings.Repeat("불", 60),
		`comma, semicolon; colon: backslash\ newline\n quote"`,
		"{title} {{.}} %s ${x} [slot]",
		strings.Repeat("열 킬로바이트를 넘는 글 ", 400),
		" \t ",
	}
}

// Attacked is During with an incident and a work for each evil text.
func Attacked() *World {
	w := During()
	w.Incidents = nil
	for n, evil := range Evil() {
		at := KST("11-22 07:00").Add(time.Duration(n) * time.Minute)
		for _, kind := range []incident.Kind{incident.Issue, incident.Maintenance} {
			i := scheduled()
			i.ID = Hostile[:len(Hostile)-3] + health.IncidentID(string(kind[:1])+string(rune('a'+n))+"9")
			i.Kind, i.Title, i.OpenedAt = kind, Both(evil, evil), at
			u := &i.Updates[0]
			u.ID, u.Body, u.PublishedAt = health.UpdateID(i.ID), Both(evil+"\n\n"+evil, evil), at
			u.Workaround, u.Action, u.ActionText = Both(evil, evil), incident.ActionRequired, Both(evil, evil)
			if kind == incident.Issue {
				i.State, u.State = incident.Identified, incident.Identified
				i.Impacts[0].Level, i.Impacts[0].During = health.Degraded, health.Interval{From: at}
			}
			w.Incidents = append(w.Incidents, i)
		}
	}
	w.Catalog.Services[1].Name = Both("S3 <&> ]]>\r\nX:1", "S3 <&> ]]>\r\nX:1, \u202e;")
	return w
}
