package statuspage_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/api/statuspage"
	"github.com/bonghwa/bonghwa/api/view"
	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/board/boardtest"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/press/presstest"
)

// These ids were given away: programs keep them, so they are the same for ever.
func TestIDsNeverChange(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind statuspage.Kind
		name string
		want string
	}{
		{statuspage.PageKind, "status.hangang.example", "o7v5xoufdt3i"},
		{statuspage.GroupKind, "ec2", "mqnxc19vz9hp"},
		{statuspage.ComponentKind, "ec2-ap-northeast-2", "dq2qfhy8zn6g"},
		{statuspage.IncidentKind, string(boardtest.Outage), "vkcu5o74gr0s"},
		{statuspage.UpdateKind, "u1", "tyuo6q25387g"},
		{statuspage.ComponentKind, "s63-r", "09np9xty8sn2"}, // all twelve characters are written
	} {
		if got := statuspage.ID(c.kind, c.name); got != c.want {
			t.Errorf("%s %q has the id %s, and had %s", c.kind, c.name, got, c.want)
		}
	}
}

func TestTwoThingsWithOneIDAreReported(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	o := options(t, site)
	o.Log = slog.New(slog.NewTextHandler(&log, nil))
	alike := func(k statuspage.Kind, name string) string {
		if k == statuspage.UpdateKind {
			return "000000000000"
		}
		return statuspage.ID(k, name)
	}
	w := statuspage.NewWriterNaming(o, alike)
	b := boardtest.During().Board(t)
	w.Tell(b)
	for _, name := range []string{"000000000000", "update/u1", "update/u2"} {
		if !strings.Contains(log.String(), name) {
			t.Errorf("%q is not in the log: %s", name, log.String())
		}
	}
	log.Reset()
	known := w.Known()
	w.Tell(b)
	if log.Len() > 0 || w.Known() != known {
		t.Errorf("the same board again brings %d ids and says %s", w.Known()-known, log.String())
	}
	quiet := statuspage.NewWriter(o)
	for _, name := range []string{"during", "after", "maintenance", "flat", "imported"} {
		quiet.Tell(boardtest.Worlds()[name].Board(t))
	}
	if log.Len() > 0 {
		t.Errorf("real ids: %s", log.String())
	}
}

// levels is a provider with one region whose components stand at some levels.
func levels(list ...health.Level) *boardtest.World {
	w := &boardtest.World{Now: boardtest.KST("11-22 09:00"), Fresh: map[health.CheckID]bool{}}
	w.Catalog.Regions = []catalog.Region{{ID: "here", Name: boardtest.Both("여기", "Here")}}
	at := boardtest.KST("11-22 08:00")
	for n, l := range list {
		c := catalog.Component{Service: health.ServiceID(fmt.Sprintf("s%d", n)), Region: "here", Basis: health.Declared}
		if l == health.Unknown {
			c.Basis = health.Probed
			w.Catalog.Checks = append(w.Catalog.Checks, catalog.Check{ID: health.CheckID(c.ID()), Scope: c.Scope()})
		}
		w.Catalog.Services = append(w.Catalog.Services, catalog.Service{ID: c.Service, Name: boardtest.Both("서비스", "Service")})
		w.Catalog.Components = append(w.Catalog.Components, c)
		if l != health.Unknown && l != health.Operational {
			i := issue(fmt.Sprintf("i%d", n), at)
			i.Impacts = []incident.Impact{{ID: health.ImpactID(i.ID), Scope: c.Scope(), Level: l, During: health.Interval{From: at}, Determination: health.DeterminationDeclared, StatedAt: at}}
			w.Incidents = append(w.Incidents, i)
		}
	}
	return w
}

func issue(id string, at time.Time) incident.Incident {
	return incident.Incident{
		ID: health.IncidentID(id), Kind: incident.Issue, State: incident.Investigating, OpenedAt: at, Title: boardtest.Both("장애", "Errors"),
		Updates: []incident.Update{{ID: health.UpdateID(id), Sequence: 1, State: incident.Investigating, PublishedAt: at, Body: boardtest.Both("조사 중입니다.", "We are looking.")}},
	}
}

func TestTheHeadlineFollowsTheComponents(t *testing.T) {
	t.Parallel()
	const (
		ok, none, work = health.Operational, health.Unknown, health.Maintenance
		slow, part     = health.Degraded, health.PartialOutage
		down, note     = health.MajorOutage, health.Informational
	)
	for _, c := range []struct {
		levels                 []health.Level
		description, indicator string
	}{
		{[]health.Level{}, "All Systems Operational", "none"},
		{[]health.Level{ok, ok}, "All Systems Operational", "none"},
		{[]health.Level{ok, note}, "All Systems Operational", "none"},
		{[]health.Level{down, down}, "Major System Outage", "critical"},
		{[]health.Level{down, ok}, "Partial System Outage", "major"},
		{[]health.Level{down, part}, "Partial System Outage", "major"},
		{[]health.Level{down, none}, "Partial System Outage", "major"},
		{[]health.Level{part, part}, "Partial System Outage", "major"},
		{[]health.Level{part, slow}, "Minor Service Outage", "minor"},
		{[]health.Level{part, none}, "Minor Service Outage", "minor"},
		{[]health.Level{slow, slow}, "Degraded System Service", "minor"},
		{[]health.Level{slow, none}, "Partially Degraded Service", "minor"},
		{[]health.Level{slow, work}, "Partially Degraded Service", "minor"},
		{[]health.Level{none, none}, "Some Components Not Measured", "minor"},
		{[]health.Level{none, ok, work}, "Some Components Not Measured", "minor"},
		{[]health.Level{work, ok}, "Service Under Maintenance", "maintenance"},
		{[]health.Level{work, work}, "Service Under Maintenance", "maintenance"},
	} {
		got := strict[statusJSON](t, tell(t, levels(c.levels...)), "/api/v2/status.json").Status
		if got.Description != c.description || got.Indicator != c.indicator {
			t.Errorf("%v: %q, %s; want %q, %s", c.levels, got.Description, got.Indicator, c.description, c.indicator)
		}
	}
}

func TestANoticeDoesNotMakeWellWhatNobodyMeasures(t *testing.T) {
	t.Parallel()
	w := levels(health.Unknown)
	i := issue("notice", w.Now.Add(-time.Hour))
	i.Kind = incident.Notice
	i.Impacts = []incident.Impact{{ID: "n", Scope: w.Catalog.Components[0].Scope(), Level: health.Informational, During: health.Interval{From: i.OpenedAt}, Determination: health.DeterminationDeclared, StatedAt: i.OpenedAt}}
	w.Incidents = append(w.Incidents, i)
	all := readAll(t, tell(t, w), "")
	if c := all.components.Components[0]; c.Status != "degraded_performance" || all.status.Status.Indicator != "minor" {
		t.Errorf("%s, %v", c.Status, all.status.Status)
	}
	if n := all.incidents.Incidents[0]; n.Impact != "none" {
		t.Errorf("the notice has the impact %s", n.Impact)
	}
}

func TestAnOldRecordKnowsNothingOfWhatIsProbed(t *testing.T) {
	t.Parallel()
	w := boardtest.Peace()
	w.Read = w.Now.Add(-6 * time.Minute)
	all := readAll(t, tell(t, w), "")
	if got := all.status.Status.Description; got != "Some Components Not Measured" {
		t.Errorf("the headline is %q", got)
	}
	if got := all.summary.Page.UpdatedAt.Time; !got.Equal(w.Read.Add(5 * time.Minute)) {
		t.Errorf("it changed at %v, want when it grew old", got)
	}
}

// A board holds what was published and stands. What was withdrawn is told all the
// same if it ever comes: as an end, with the reason.
func TestWithdrawnIncidentsAreResolvedWithTheReason(t *testing.T) {
	t.Parallel()
	for state, reason := range map[incident.State]string{incident.FalseAlarm: "false alarm", incident.Merged: "merged"} {
		withdrawn := issue("withdrawn", boardtest.KST("11-22 07:00"))
		withdrawn.State = state
		b := *boardtest.Peace().Board(t)
		b.Events = []*board.Event{{Incident: withdrawn, From: withdrawn.OpenedAt}}
		all := readAll(t, statuspage.NewWriter(options(t, site)).Tell(&b), "")
		i := all.incidents.Incidents[0]
		if i.Status != "resolved" || i.Updates[0].Status != "resolved" || !strings.Contains(i.Updates[0].Body, reason) || len(all.unresolved.Incidents) > 0 {
			t.Errorf("%s: %+v", state, i)
		}
	}
}

func TestWorkCalledOffIsCompletedWithTheReason(t *testing.T) {
	t.Parallel()
	all := readAll(t, tell(t, boardtest.Maintenance()), "")
	n := slices.IndexFunc(all.planned.Maintenances, func(m maintenance) bool { return m.Name == "Work that was called off" })
	if n < 0 {
		t.Fatal("it is not told")
	}
	m := all.planned.Maintenances[n]
	if m.Status != "completed" || !strings.HasPrefix(m.Updates[0].Body, "This maintenance was cancelled.") || m.ScheduledUntil != nil {
		t.Errorf("%+v", m)
	}
	if all.status.Status.Indicator != "maintenance" {
		t.Errorf("while work runs the indicator is %s", all.status.Status.Indicator)
	}
}

func TestAnOriginalStandsInForAMissingTranslationAndSaysSo(t *testing.T) {
	t.Parallel()
	all := readAll(t, tell(t, boardtest.FromElsewhere()), "/ko")
	i := all.incidents.Incidents[0]
	if i.Name != "S3의 오류 증가" || !strings.Contains(i.Updates[0].Body, "This incident has been resolved.") || !strings.Contains(i.Updates[0].Body, "원문") {
		t.Errorf("%s: %s", i.Name, i.Updates[0].Body)
	}
	if a := i.Updates[1].Affected; len(a) != 1 || a[0].New != "degraded_performance" {
		t.Errorf("an impact that was stated later touched %v", a)
	}
}

// A shop has no regions: its components are its services, grouped by its headings.
func TestHeadingsAreTheGroupsOfAShop(t *testing.T) {
	t.Parallel()
	all := readAll(t, tell(t, boardtest.Shop()), "")
	var got []string
	for _, c := range all.components.Components {
		group := "-"
		if c.GroupID != nil {
			group = *c.GroupID
		}
		got = append(got, fmt.Sprintf("%s %s %d %s", c.Name, c.Status, c.Position, group))
	}
	shop := statuspage.ID(statuspage.HeadingKind, "Shop")
	want := []string{"Shop degraded_performance 1 -", "Checkout degraded_performance 1 " + shop, "Search operational 2 " + shop, "Mail operational 2 -"}
	if !slices.Equal(got, want) {
		t.Errorf("components\n%s", strings.Join(got, "\n"))
	}
	if c := all.components.Components[1]; c.Description == nil || *c.Description != "Cards and transfers" {
		t.Errorf("checkout is %v", c.Description)
	}
	if a := all.incidents.Incidents[0].Updates[0].Affected[0]; a.Name != "Shop - Checkout" || a.New != "degraded_performance" {
		t.Errorf("affected is %+v", a)
	}
	if got := all.status.Status.Description; got != "Partially Degraded Service" {
		t.Errorf("the headline is %q", got)
	}
}

func TestMonitoringIsDatedFromItsLastBeginning(t *testing.T) {
	t.Parallel()
	at := boardtest.KST("11-22 06:00")
	for name, c := range map[string]struct {
		states []incident.State
		want   int // the message it is dated from; none: −1
	}{
		"never":             {[]incident.State{incident.Investigating, incident.Resolved}, -1},
		"twice in a row":    {[]incident.State{incident.Investigating, incident.Monitoring, incident.Monitoring}, 1},
		"still so resolved": {[]incident.State{incident.Monitoring, incident.Resolved, incident.Resolved}, 0},
		"reopened to it":    {[]incident.State{incident.Monitoring, incident.Resolved, incident.Monitoring}, 2},
		"reopened":          {[]incident.State{incident.Monitoring, incident.Resolved, incident.Investigating}, -1},
		"again":             {[]incident.State{incident.Monitoring, incident.Identified, incident.Monitoring, incident.Resolved}, 2},
	} {
		i := issue("i", at)
		i.Updates = nil
		for n, s := range c.states {
			i.State = s
			i.Updates = append(i.Updates, incident.Update{
				ID: health.UpdateID(fmt.Sprintf("u%d", n)), Sequence: n + 1, State: s, PublishedAt: at.Add(time.Duration(n) * time.Minute), Body: boardtest.Both("소식", "News"),
			})
		}
		w := boardtest.Peace()
		w.Incidents = []incident.Incident{i}
		got := readAll(t, tell(t, w), "").incidents.Incidents[0].MonitoringAt
		if (got == nil) != (c.want < 0) || got != nil && !got.Equal(at.Add(time.Duration(c.want)*time.Minute)) {
			t.Errorf("%s: dated %v, want message %d", name, got, c.want)
		}
	}
}

func TestTheNewestFiftyAreListedAndAllThatAreOpen(t *testing.T) {
	t.Parallel()
	w := boardtest.Peace()
	for n := range 60 {
		w.Incidents = append(w.Incidents, issue(fmt.Sprintf("i%02d", n), w.Now.Add(-time.Duration(n)*time.Hour)))
	}
	all := readAll(t, tell(t, w), "")
	if len(all.incidents.Incidents) != 50 || len(all.unresolved.Incidents) != 60 {
		t.Errorf("%d of 60 are listed, %d as unresolved", len(all.incidents.Incidents), len(all.unresolved.Incidents))
	}
	if got, want := all.incidents.Incidents[0].ID, statuspage.ID(statuspage.IncidentKind, "i00"); got != want {
		t.Errorf("the first is %s, want the newest, %s", got, want)
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

func TestProgramsMayAskFromAnywhereAndForTheHeadAlone(t *testing.T) {
	t.Parallel()
	d := tell(t, boardtest.During())
	stand := &press.Stand{}
	stand.Put(press.NewEdition(press.Imprint{}, d))
	for path := range d.Paths() {
		var lengths []string
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
			w := httptest.NewRecorder()
			if served, err := stand.Serve(w, r); err != nil || !served {
				t.Fatalf("%s %s: %v, %v", method, path, served, err)
			}
			if h := w.Header(); w.Code != http.StatusOK || h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Content-Type") != "application/json; charset=utf-8" {
				t.Errorf("%s %s: %d %v", method, path, w.Code, h)
			}
			lengths = append(lengths, w.Header().Get("Content-Length"))
		}
		if lengths[0] != lengths[1] {
			t.Errorf("%s: GET has %s bytes, HEAD says %s", path, lengths[0], lengths[1])
		}
	}
	for _, path := range []string{"/api/v2/", "/api/v2/none.json", "/en/api/v2/summary.json", "/ko/", "/api/v1/incidents"} {
		if _, ok, err := d.Print(path); ok || err != nil {
			t.Errorf("%s is printed: %v, %v", path, ok, err)
		}
	}
}

func TestASiteOfOneLanguageHasDocumentsInIt(t *testing.T) {
	t.Parallel()
	o := options(t, site)
	o.Languages = []health.Language{health.Korean}
	d := statuspage.NewWriter(o).Tell(boardtest.Peace().Board(t))
	if got := strict[statusJSON](t, d, "/api/v2/status.json"); got.Page.Name != "한강 클라우드" || got.Page.URL != site {
		t.Errorf("%+v", got)
	}
	if _, ok, _ := d.Print("/ko/api/v2/status.json"); ok {
		t.Error("the only language needs no place of its own")
	}
	if got := (view.Options{}).Prefixes(); !slices.Equal(got, []string{"", "/ko"}) {
		t.Errorf("prefixes %v", got)
	}
}
