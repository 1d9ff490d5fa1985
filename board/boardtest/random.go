package boardtest

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/postevent"
)

// Any draws a world: a catalogue, probes that may be silent, and incidents of
// every kind anywhere in their lives, told in texts that may be hostile.
func Any(t *rapid.T) *World {
	w := &World{Terms: terms(), Now: KST("11-22 12:00"), Fresh: map[health.CheckID]bool{}, Silences: map[health.CheckID][]health.Interval{}}
	w.Read = w.Now.Add(-time.Duration(rapid.IntRange(0, 10).Draw(t, "minutes old")) * time.Minute)
	w.places(t)
	for n := range rapid.IntRange(0, 5).Draw(t, "incidents") {
		w.happen(t, n)
	}
	return w
}

func (w *World) places(t *rapid.T) {
	for n := range rapid.IntRange(0, 3).Draw(t, "regions") {
		w.Catalog.Regions = append(w.Catalog.Regions, catalog.Region{ID: health.RegionID(fmt.Sprintf("r%d", n)), Name: words(t), Since: rapid.SampledFrom([]string{"", "2016-01-07"}).Draw(t, "since")})
	}
	for n := range rapid.IntRange(0, 3).Draw(t, "services") {
		s := catalog.Service{ID: health.ServiceID(fmt.Sprintf("s%d", n)), Name: words(t)}
		if rapid.Bool().Draw(t, "headed") {
			s.Group, s.Description = Both("가게", "Shop"), words(t)
		}
		w.Catalog.Services = append(w.Catalog.Services, s)
		for _, r := range w.Catalog.Regions {
			w.component(t, catalog.Component{Service: s.ID, Region: r.ID, Basis: health.Declared})
		}
	}
}

func (w *World) component(t *rapid.T, c catalog.Component) {
	if !rapid.Bool().Draw(t, "offered") {
		return
	}
	if rapid.Bool().Draw(t, "probed") {
		c.Basis = health.Probed
		id := health.CheckID(c.ID())
		w.Catalog.Checks = append(w.Catalog.Checks, catalog.Check{ID: id, Scope: c.Scope()})
		if w.Fresh[id] = rapid.Bool().Draw(t, "fresh"); !w.Fresh[id] {
			w.Silences[id] = []health.Interval{{From: w.Now.Add(-time.Hour)}}
		}
	}
	w.Catalog.Components = append(w.Catalog.Components, c)
}

// happen draws an incident and lets it live for some messages.
func (w *World) happen(t *rapid.T, n int) {
	i := incident.Incident{
		ID:    health.IncidentID(fmt.Sprintf("00000000-0000-7000-8000-%012d", n)),
		Kind:  rapid.SampledFrom([]incident.Kind{incident.Issue, incident.Maintenance, incident.Notice}).Draw(t, "kind"),
		Title: words(t), OpenedAt: w.ago(t, "opened"), State: incident.Draft,
	}
	if i.Kind == incident.Maintenance {
		i.State = incident.Scheduled
	}
	for k := range rapid.IntRange(0, 3).Draw(t, "impacts") {
		i.Impacts = append(i.Impacts, w.impact(t, i, k))
	}
	at := i.OpenedAt
	for k := range rapid.IntRange(0, 4).Draw(t, "messages") {
		i.State = rapid.SampledFrom(i.State.Next()).Draw(t, "state")
		at = at.Add(time.Duration(rapid.IntRange(0, 3600).Draw(t, "seconds")) * time.Second / 2)
		i.Updates = append(i.Updates, message(t, i, k, at))
	}
	if i.State == incident.Resolved && rapid.Bool().Draw(t, "explained") {
		w.Summaries = append(w.Summaries, postevent.Summary{ID: health.SummaryID(i.ID), Incident: i.ID, Title: words(t), Overview: words(t), PublishedAt: w.Now})
	}
	w.Incidents = append(w.Incidents, i)
}

func message(t *rapid.T, i incident.Incident, n int, at time.Time) incident.Update {
	u := incident.Update{
		ID: health.UpdateID(fmt.Sprintf("%s-%d", i.ID, n)), Sequence: n + 1, State: i.State, PublishedAt: at, Body: words(t), Action: incident.ActionNone,
	}
	if n > 0 && rapid.Bool().Draw(t, "corrects") {
		u.Corrects = i.Updates[n-1].ID
	}
	switch rapid.IntRange(0, 2).Draw(t, "bears") {
	case 1:
		u.Body, u.Fallback = health.Text{health.Korean: u.Body.In(health.Korean)}, health.Korean
	case 2:
		u.Workaround, u.Action, u.ActionText = words(t), incident.ActionOptional, words(t)
		u.Assurances = incident.Assurances{Security: incident.AssuranceYes}
	}
	return u
}

func (w *World) impact(t *rapid.T, i incident.Incident, n int) incident.Impact {
	p := incident.Impact{
		ID: health.ImpactID(fmt.Sprintf("%s-i%d", i.ID, n)), Symptom: health.Other, SharePPM: 1, StatedAt: w.ago(t, "stated"),
		Level:         rapid.SampledFrom(health.Levels()).Draw(t, "level"),
		Determination: rapid.SampledFrom([]health.Determination{health.DeterminationMeasured, health.DeterminationDeclared, health.DeterminationGoodwill}).Draw(t, "determination"),
		Scope:         health.Scope{Service: "gone", Region: "nowhere"},
		During:        health.Interval{From: w.ago(t, "from")},
	}
	if len(w.Catalog.Components) > 0 && rapid.Bool().Draw(t, "known") {
		p.Scope = rapid.SampledFrom(w.Catalog.Components).Draw(t, "component").Scope()
	}
	if i.Kind == incident.Maintenance {
		p.During.From = p.During.From.Add(48 * time.Hour)
	}
	if rapid.Bool().Draw(t, "ended") {
		p.During.To = p.During.From.Add(time.Duration(rapid.IntRange(1, 7200).Draw(t, "lasted")) * time.Second)
	}
	if n > 0 && rapid.Bool().Draw(t, "restates") {
		p.Replaces, p.Scope = i.Impacts[n-1].ID, i.Impacts[n-1].Scope
	}
	return p
}

// ago draws a moment of the last three days.
func (w *World) ago(t *rapid.T, what string) time.Time {
	return w.Now.Add(-time.Duration(rapid.IntRange(0, 3*24*3600).Draw(t, what)) * time.Second)
}

// words draws a text, often a hostile one.
func words(t *rapid.T) health.Text {
	one := rapid.OneOf(rapid.SampledFrom(slices.Concat([]string{"Errors", "서울"}, Evil())), rapid.String())
	return Both(one.Draw(t, "ko"), one.Draw(t, "en"))
}
