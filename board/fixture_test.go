package board_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/postevent"
)

func both(ko, en string) health.Text { return health.Text{health.Korean: ko, health.English: en} }

// kst reads a Korean time of 2018: "11-22 08:19".
func kst(words string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", "2018-"+words, language.Seoul())
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func ec2() health.Scope { return health.Scope{Service: "ec2", Region: "ap-northeast-2"} }
func s3() health.Scope  { return health.Scope{Service: "s3", Region: "ap-northeast-2"} }

// record is a database of the public record in memory, which a keeper reads.
type record struct {
	t         *testing.T
	catalog   catalog.Catalog
	incidents map[health.IncidentID]incident.Incident
	facts     []journal.Fact
	epoch     int64
	pulses    map[health.CheckID]board.Pulse
	fail      error
	reads     map[string]int
	world     *clock.World
}

// peace is two services in Seoul, EC2 being probed.
func peace(t *testing.T) *record {
	t.Helper()
	r := &record{
		t: t, incidents: map[health.IncidentID]incident.Incident{}, epoch: 1, reads: map[string]int{},
		pulses: map[health.CheckID]board.Pulse{"dns": {Fresh: true, Beat: 1}},
		catalog: catalog.Catalog{
			Regions:  []catalog.Region{{ID: "ap-northeast-2", Name: both("서울", "Seoul"), TimeZone: "Asia/Seoul"}},
			Services: []catalog.Service{{ID: "ec2", Name: both("EC2", "EC2")}, {ID: "s3", Name: both("S3", "S3")}},
			Components: []catalog.Component{
				{Service: "ec2", Region: "ap-northeast-2", Basis: health.Probed}, {Service: "s3", Region: "ap-northeast-2", Basis: health.Declared},
			},
			Checks: []catalog.Check{{ID: "dns", Scope: ec2()}},
		},
		world: clock.NewWorld(kst("11-22 08:00"), 0),
	}
	r.say(health.CatalogAppliedFact, "catalog", "op", health.CatalogApplied{Revision: 1})
	return r
}

func (r *record) now() time.Time { return r.world.Now() }

func (r *record) say(kind health.FactType, subject, actor string, payload any) {
	r.t.Helper()
	e, err := journal.NewEntry(kind, subject, actor, r.now(), payload)
	if err != nil {
		r.t.Fatal(err)
	}
	r.facts = append(r.facts, journal.Fact{Number: int64(len(r.facts) + 1), Epoch: r.epoch, Entry: e})
}

func (r *record) take(i incident.Incident, entries []journal.Entry, err error) incident.Incident {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
	r.incidents[i.ID] = i
	for _, e := range entries {
		r.facts = append(r.facts, journal.Fact{Number: int64(len(r.facts) + 1), Epoch: r.epoch, Entry: e})
	}
	return i
}

// outage opens an issue about a scope at a level and tells of it.
func (r *record) outage(scope health.Scope, level health.Level) incident.Incident {
	r.t.Helper()
	p := incident.Impact{
		Scope: scope, Symptom: health.DNS, Level: level, During: health.Interval{From: r.now()}, SharePPM: 1_000_000,
		Determination: health.DeterminationDeclared, Reason: both("신고", "reports"),
	}
	i := r.take(incident.Open(incident.Opening{Kind: incident.Issue, Title: both("장애", "Outage"), Impacts: []incident.Impact{p}}, "op", r.now()))
	return r.take(i.Publish(incident.Message{State: incident.Investigating, Body: both("조사", "Looking")}, "op", r.now()))
}

// recover ends an issue's impact and the issue.
func (r *record) recover(i incident.Incident) incident.Incident {
	r.t.Helper()
	p := i.CurrentImpacts()[0]
	p.Replaces, p.During.To = p.ID, r.now()
	i = r.take(i.StateImpact(p, "op", r.now()))
	return r.take(i.Publish(incident.Message{State: incident.Resolved, Body: both("복구", "Recovered")}, "op", r.now()))
}

// remember brings an incident of the past in, or its end.
func (r *record) remember(id health.IncidentID) {
	r.t.Helper()
	u := incident.Update{ID: health.UpdateID(id) + "-1", State: incident.Identified, Body: both("조사", "Looking"), PublishedAt: r.now()}
	was, known := r.incidents[id]
	if !known {
		r.take(incident.Remember(incident.Chronicle{
			ID: id, Kind: incident.Issue, Title: both("옛 장애", "Old outage"), OpenedAt: r.now(), Told: incident.Told{Updates: []incident.Update{u}},
		}, "history", r.now()))
		return
	}
	u.ID, u.State = health.UpdateID(id)+health.UpdateID(health.NewID(r.now())), incident.Resolved
	r.take(was.Recall(incident.Told{Updates: []incident.Update{u}}, "history", r.now()))
}

func (r *record) Head(context.Context) (journal.Position, error) {
	r.reads["head"]++
	return journal.Position{Epoch: r.epoch, Number: int64(len(r.facts))}, r.fail
}

func (r *record) Facts(_ context.Context, after int64, limit int) ([]journal.Fact, error) {
	r.reads["facts"]++
	list := r.facts[min(max(after, 0), int64(len(r.facts))):]
	return list[:min(limit, len(list))], r.fail
}

func (r *record) FactsOf(_ context.Context, kind health.FactType, after int64, limit int) ([]journal.Fact, error) {
	var out []journal.Fact
	for _, f := range r.facts {
		if f.Type == kind && f.Number > after && len(out) < limit {
			out = append(out, f)
		}
	}
	return out, r.fail
}

func (r *record) Current(context.Context) (catalog.Revision, error) {
	r.reads["catalog"]++
	return catalog.Revision{Number: 1, Catalog: r.catalog}, r.fail
}

func (r *record) Incident(_ context.Context, id health.IncidentID) (incident.Incident, error) {
	r.reads["incident"]++
	i, ok := r.incidents[id]
	if !ok {
		return i, fault.New(fault.NotFound, "", fmt.Sprintf("no incident %s", id), "")
	}
	return i, r.fail
}

func (r *record) List(context.Context, incident.Filter) ([]incident.Incident, error) {
	r.reads["list"]++
	var out []incident.Incident
	for _, i := range r.incidents {
		out = append(out, i)
	}
	return out, r.fail
}

func (r *record) Published(context.Context) ([]postevent.Summary, error) { return nil, r.fail }

func (r *record) Pulses(context.Context) (map[health.CheckID]board.Pulse, error) {
	return r.pulses, r.fail
}

func (r *record) keeper() *board.Keeper {
	from := board.Sources{Journal: r, Catalogs: r, Incidents: r, Summaries: r, Pulses: r}
	return board.NewKeeper(from, r.world, clock.Wall{}, board.Source{})
}

func terms() board.Terms { return board.Terms{Zone: language.Seoul(), Fresh: 5 * time.Minute} }

// read is the board that a keeper makes of the record now.
func read(t *testing.T, k *board.Keeper, now time.Time) *board.Board {
	t.Helper()
	if err := k.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	return k.Source().Board(terms(), now)
}
