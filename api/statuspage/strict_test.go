package statuspage_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bonghwa/bonghwa/api/statuspage"
	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/board/boardtest"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/press/presstest"
)

// The documents as a strict reader knows them, written down from the contract.

type page struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	URL       string `json:"url"`
	TimeZone  string `json:"time_zone"`
	UpdatedAt moment `json:"updated_at"`
}

type status struct {
	Indicator   string `json:"indicator"`
	Description string `json:"description"`
}

type component struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Status      string   `json:"status"`
	CreatedAt   moment   `json:"created_at"`
	UpdatedAt   moment   `json:"updated_at"`
	Position    int      `json:"position"`
	Description *string  `json:"description"`
	Showcase    bool     `json:"showcase"`
	StartDate   *string  `json:"start_date"`
	GroupID     *string  `json:"group_id"`
	PageID      string   `json:"page_id"`
	Group       bool     `json:"group"`
	OnlyShow    bool     `json:"only_show_if_degraded"`
	Components  []string `json:"components,omitempty"`
}

type incidentDocument struct {
	ID           string           `json:"id"`
	Name         string           `json:"name"`
	Status       string           `json:"status"`
	CreatedAt    moment           `json:"created_at"`
	UpdatedAt    moment           `json:"updated_at"`
	MonitoringAt *moment          `json:"monitoring_at"`
	ResolvedAt   *moment          `json:"resolved_at"`
	Impact       string           `json:"impact"`
	Shortlink    string           `json:"shortlink"`
	StartedAt    moment           `json:"started_at"`
	PageID       string           `json:"page_id"`
	Updates      []updateDocument `json:"incident_updates"`
	Components   []component      `json:"components"`
}

type maintenance struct {
	incidentDocument
	ScheduledFor   moment  `json:"scheduled_for"`
	ScheduledUntil *moment `json:"scheduled_until"`
}

type updateDocument struct {
	ID            string     `json:"id"`
	Status        string     `json:"status"`
	Body          string     `json:"body"`
	IncidentID    string     `json:"incident_id"`
	CreatedAt     moment     `json:"created_at"`
	UpdatedAt     moment     `json:"updated_at"`
	DisplayAt     moment     `json:"display_at"`
	Affected      []affected `json:"affected_components"`
	Notifications bool       `json:"deliver_notifications"`
	CustomTweet   *string    `json:"custom_tweet"`
	TweetID       *string    `json:"tweet_id"`
}

type affected struct {
	Code string `json:"code"`
	Name string `json:"name"`
	Old  string `json:"old_status"`
	New  string `json:"new_status"`
}

type summaryJSON struct {
	Page         page               `json:"page"`
	Components   []component        `json:"components"`
	Incidents    []incidentDocument `json:"incidents"`
	Maintenances []maintenance      `json:"scheduled_maintenances"`
	Status       status             `json:"status"`
}

type statusJSON struct {
	Page   page   `json:"page"`
	Status status `json:"status"`
}

type componentsJSON struct {
	Page       page        `json:"page"`
	Components []component `json:"components"`
}

type incidentsJSON struct {
	Page      page               `json:"page"`
	Incidents []incidentDocument `json:"incidents"`
}

type maintenancesJSON struct {
	Page         page          `json:"page"`
	Maintenances []maintenance `json:"scheduled_maintenances"`
}

var (
	millis = regexp.MustCompile(`^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"$`)
	twelve = regexp.MustCompile(`^[0-9a-z]{12}$`)
)

// moment is a time in the only form that is allowed.
type moment struct{ time.Time }

func (m *moment) UnmarshalJSON(b []byte) error {
	if !millis.Match(b) {
		return fmt.Errorf("%s is no time with milliseconds", b)
	}
	return json.Unmarshal(b, &m.Time)
}

// all are the documents of one language, read strictly.
type all struct {
	summary                    summaryJSON
	status                     statusJSON
	components                 componentsJSON
	incidents, unresolved      incidentsJSON
	planned, upcoming, working maintenancesJSON
}

func readAll(t boardtest.T, d *statuspage.Documents, prefix string) all {
	t.Helper()
	at := func(name string) string { return prefix + "/api/v2/" + name + ".json" }
	return all{
		summary: strict[summaryJSON](t, d, at("summary")), status: strict[statusJSON](t, d, at("status")),
		components: strict[componentsJSON](t, d, at("components")),
		incidents:  strict[incidentsJSON](t, d, at("incidents")), unresolved: strict[incidentsJSON](t, d, at("incidents/unresolved")),
		planned:  strict[maintenancesJSON](t, d, at("scheduled-maintenances")),
		upcoming: strict[maintenancesJSON](t, d, at("scheduled-maintenances/upcoming")), working: strict[maintenancesJSON](t, d, at("scheduled-maintenances/active")),
	}
}

// strict reads a document that must have each field of T and no other.
func strict[T any](t boardtest.T, d *statuspage.Documents, path string) T {
	t.Helper()
	paper := presstest.Print(t, d, path)
	var out T
	r := json.NewDecoder(bytes.NewReader(paper.Body))
	r.DisallowUnknownFields()
	if err := r.Decode(&out); err != nil {
		t.Fatal(path, ": ", err)
	}
	var raw any
	if err := json.Unmarshal(paper.Body, &raw); err != nil {
		t.Fatal(path, ": ", err)
	}
	if missing := lacks(raw, reflect.TypeFor[T](), path); missing != "" {
		t.Fatal(missing)
	}
	if paper.Type != "application/json; charset=utf-8" || !paper.Open {
		t.Fatal(path, ": ", paper.Type, ", for scripts of any site: ", paper.Open)
	}
	return out
}

// lacks names the first field of a type that a decoded value does not have.
func lacks(v any, as reflect.Type, where string) string {
	if as.Kind() == reflect.Pointer {
		as = as.Elem()
	}
	switch list, isList := v.([]any); {
	case v == nil || as == reflect.TypeFor[moment]():
		return ""
	case isList:
		for n, item := range list {
			if missing := lacks(item, as.Elem(), fmt.Sprintf("%s[%d]", where, n)); missing != "" {
				return missing
			}
		}
		return ""
	case as.Kind() != reflect.Struct:
		return ""
	}
	object, ok := v.(map[string]any)
	if !ok {
		return where + " is no object"
	}
	for f := range as.Fields() {
		if f.Anonymous {
			if missing := lacks(v, f.Type, where); missing != "" {
				return missing
			}
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		value, ok := object[name]
		if !ok && options == "" {
			return where + " has no " + name
		}
		if missing := lacks(value, f.Type, where+"."+name); missing != "" {
			return missing
		}
	}
	return ""
}

func TestEveryDocumentIsReadByStrictReaders(t *testing.T) {
	t.Parallel()
	worlds := boardtest.Worlds()
	worlds["attacked"] = boardtest.Attacked()
	worlds["nothing yet"] = &boardtest.World{Now: boardtest.KST("11-22 08:00")}
	for name, w := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sound(t, w.Board(t), tell(t, w))
		})
	}
}

func TestAnyBoardMakesSoundDocuments(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := boardtest.Any(t)
		sound(t, w.Board(t), tell(t, w))
	})
}

// sound judges every document of a board.
func sound(t boardtest.T, b *board.Board, d *statuspage.Documents) {
	t.Helper()
	for _, prefix := range []string{"", "/ko"} {
		j := judge{T: t, b: b, all: readAll(t, d, prefix), parents: map[string]component{}}
		j.pages()
		j.judgeComponents()
		j.judgeIncidents()
		j.judgeMaintenances()
		j.judgeStatus()
	}
	if paths := slices.Collect(d.Paths()); len(paths) != 16 {
		t.Fatal("paths ", paths)
	}
}

type judge struct {
	boardtest.T
	all
	b       *board.Board
	parents map[string]component
}

// want fails the test unless a thing is so.
func (j judge) want(so bool, what ...any) {
	j.Helper()
	if !so {
		j.Fatal(what...)
	}
}

func (j judge) id(id string) {
	j.Helper()
	j.want(twelve.MatchString(id), "id ", id)
}

func (j judge) oneOf(word string, words ...string) {
	j.Helper()
	j.want(slices.Contains(words, word), word, " is none of ", words)
}

func (j judge) pages() {
	p := j.summary.Page
	for _, q := range []page{j.status.Page, j.components.Page, j.incidents.Page, j.unresolved.Page, j.planned.Page, j.upcoming.Page, j.working.Page} {
		j.want(q == p, "one page is ", q, ", another ", p)
	}
	j.id(p.ID)
	u, err := url.Parse(p.URL)
	j.want(err == nil && u.IsAbs() && u.Host != "", "page.url ", p.URL)
	_, err = time.LoadLocation(p.TimeZone)
	j.want(err == nil && p.TimeZone != "" && p.TimeZone != "Local", "time_zone ", p.TimeZone)
}

func (j judge) judgeComponents() {
	j.want(reflect.DeepEqual(j.summary.Components, j.components.Components), "components differ between the documents")
	j.want(j.components.Components != nil, "no components are an empty list")
	seen, children := map[string]bool{}, map[string]bool{}
	for _, c := range j.components.Components {
		j.id(c.ID)
		j.want(!seen[c.ID], "id twice: ", c.ID)
		seen[c.ID] = true
		j.oneOf(c.Status, "operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance")
		j.want(c.Group == (len(c.Components) > 0), c.Name, " is a group: ", c.Group, ", and has components ", c.Components)
		j.want(c.PageID == j.summary.Page.ID && c.Position > 0, c)
		if c.Group {
			j.parents[c.ID] = c
			continue
		}
		if c.GroupID != nil {
			j.want(slices.Contains(j.parents[*c.GroupID].Components, c.ID), c.Name, " is in no group before it")
			children[c.ID] = true
		}
	}
	for _, g := range j.parents {
		for _, id := range g.Components {
			j.want(children[id], "group ", g.Name, " names ", id)
		}
	}
	j.judgeUnmeasured()
}

// judgeUnmeasured: what is probed and not measured is never told to be well.
func (j judge) judgeUnmeasured() {
	byID := map[string]component{}
	for _, c := range j.components.Components {
		byID[c.ID] = c
	}
	for _, c := range j.b.Plan.Components {
		told, ok := byID[statuspage.ID(statuspage.ComponentKind, string(c.ID()))]
		j.want(ok, c.ID(), " is not told")
		if !j.b.Unmeasured(c.ID()) {
			well := j.b.Level(c.ID()) == health.Operational || j.b.Level(c.ID()) == health.Informational
			j.want(well == (told.Status == "operational"), c.ID(), " is ", told.Status, " at ", j.b.Level(c.ID()))
			continue
		}
		j.want(told.Status != "operational", c.ID(), " is not measured and told to be operational")
		j.want(j.status.Status.Indicator != "none", "all is well, and ", c.ID(), " is not measured")
		if told.GroupID != nil {
			j.want(byID[*told.GroupID].Status != "operational", "the group of ", c.ID(), " is told to be operational")
		}
		if j.b.Level(c.ID()) == health.Unknown {
			j.want(told.Status == "degraded_performance" && told.Description != nil, told)
		}
	}
}

func (j judge) judgeIncidents() {
	j.want(len(j.incidents.Incidents) <= 50, "there are more than 50")
	j.want(reflect.DeepEqual(j.summary.Incidents, j.unresolved.Incidents), "the summary has other incidents than are unresolved")
	for _, i := range j.incidents.Incidents {
		j.oneOf(i.Status, "investigating", "identified", "monitoring", "resolved")
		j.oneOf(i.Impact, "none", "minor", "major", "critical")
		open := slices.ContainsFunc(j.unresolved.Incidents, func(u incidentDocument) bool { return u.ID == i.ID })
		j.want(open == (i.Status != "resolved"), i.ID, " is ", i.Status, " and unresolved: ", open)
		j.judgeIncident(i, "investigating", "identified", "monitoring", "resolved")
	}
}

func (j judge) judgeIncident(i incidentDocument, states ...string) {
	j.id(i.ID)
	u, err := url.Parse(i.Shortlink)
	j.want(err == nil && u.IsAbs(), "shortlink ", i.Shortlink)
	j.want(len(i.Updates) > 0 && i.PageID == j.summary.Page.ID, i.ID)
	over := i.Status == "resolved" || i.Status == "completed"
	j.want(over == (i.ResolvedAt != nil), i.ID, " is ", i.Status, ", resolved at ", i.ResolvedAt)
	j.want(i.Updates[0].Status == i.Status, i.ID, " is ", i.Status, " and its newest update ", i.Updates[0].Status)
	j.want(!i.UpdatedAt.Before(i.Updates[0].CreatedAt.Time) && !i.UpdatedAt.After(j.summary.Page.UpdatedAt.Time), i.ID, " was updated ", i.UpdatedAt)
	for n, u := range i.Updates {
		j.id(u.ID)
		j.oneOf(u.Status, states...)
		j.want(u.IncidentID == i.ID, u.ID, " is of ", u.IncidentID)
		j.want(n == 0 || !u.CreatedAt.After(i.Updates[n-1].CreatedAt.Time), "updates are not newest first")
		for _, a := range u.Affected {
			j.id(a.Code)
		}
	}
	for _, c := range i.Components {
		j.want(!c.Group, "a group is no affected component")
		j.want(slices.ContainsFunc(j.components.Components, func(k component) bool { return reflect.DeepEqual(k, c) }), c.Name, " is told in two ways")
	}
}

func (j judge) judgeMaintenances() {
	states := []string{"scheduled", "in_progress", "verifying", "completed"}
	j.want(len(j.planned.Maintenances) <= 50, "there are more than 50")
	j.want(len(j.summary.Maintenances) == len(j.upcoming.Maintenances)+len(j.working.Maintenances), "the summary has other work than is upcoming or active")
	for _, m := range j.planned.Maintenances {
		j.oneOf(m.Status, states...)
		j.want(m.Impact == "maintenance", m.Impact)
		j.want(m.ScheduledUntil == nil || m.ScheduledUntil.After(m.ScheduledFor.Time), m.ID, " ends before it begins")
		j.judgeIncident(m.incidentDocument, states...)
	}
	for _, m := range j.upcoming.Maintenances {
		j.want(m.Status == "scheduled", m.Status)
	}
	for _, m := range j.working.Maintenances {
		j.oneOf(m.Status, "in_progress", "verifying")
	}
}

func (j judge) judgeStatus() {
	j.want(j.summary.Status == j.status.Status, "two headlines")
	j.oneOf(j.status.Status.Indicator, "none", "minor", "major", "critical", "maintenance")
	j.want(j.status.Status.Description != "" && !strings.Contains(j.status.Status.Description, "["), j.status.Status.Description)
}
