package feed

import (
	"cmp"
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/api/view"
	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
)

// The RSS of the old Service Health Dashboard: an item is one message about one
// component, and its title begins with how the component stood.

type healthXML struct {
	XMLName xml.Name      `xml:"rss"`
	Version string        `xml:"version,attr"`
	Channel healthChannel `xml:"channel"`
}

type healthChannel struct {
	Title       cdata        `xml:"title"`
	Link        string       `xml:"link"`
	Language    string       `xml:"language"`
	Built       string       `xml:"lastBuildDate"`
	Generator   string       `xml:"generator"`
	Description cdata        `xml:"description"`
	TTL         int          `xml:"ttl"`
	Items       []healthItem `xml:"item"`
}

type healthItem struct {
	Title       cdata      `xml:"title"`
	Link        string     `xml:"link"`
	PubDate     string     `xml:"pubDate"`
	GUID        healthGUID `xml:"guid"`
	Description cdata      `xml:"description"`
}

type healthGUID struct {
	IsPermaLink bool   `xml:"isPermaLink,attr"`
	ID          string `xml:",chardata"`
}

type cdata struct {
	Text string `xml:",cdata"`
}

// note is one message about one component.
type note struct {
	event  *board.Event
	update incident.Update
	at     health.Scope
	guid   string
}

// healthAll tells the newest messages about all components.
func (t teller) healthAll() ([]byte, error) {
	title := t.Say("program.health.all", "provider", t.Provider())
	return t.healthFeed(title, t.notes(t.Events, func(health.Scope) bool { return true }))
}

// healthOf tells the newest messages about one component.
func (t teller) healthOf(at health.Scope) ([]byte, error) {
	title := t.Say("program.health.service", "service", t.Service(at.Service))
	if !t.Flat() {
		title = t.Say("program.health.component", "service", t.Service(at.Service), "region", t.Region(at.Region))
	}
	return t.healthFeed(title, t.notes(t.EventsOf(at.Component()), func(s health.Scope) bool { return s == at }))
}

func (t teller) healthFeed(title string, list []note) ([]byte, error) {
	built := view.Later(time.Unix(0, 0), t.Plan.Applied)
	if len(list) > 0 {
		built = list[0].update.PublishedAt
	}
	out := healthXML{Version: "2.0", Channel: healthChannel{
		Title: cdata{title}, Link: t.Site(), Language: strings.ToLower(t.Say("program.locale")), Built: mail(built),
		Generator: "Bonghwa", Description: cdata{title}, TTL: 5,
	}}
	messages := map[health.IncidentID][]view.Told{}
	for _, n := range list {
		if messages[n.event.ID] == nil {
			messages[n.event.ID] = t.Messages(n.event)
		}
		out.Channel.Items = append(out.Channel.Items, t.healthItem(n, messages[n.event.ID]))
	}
	return document(out)
}

// healthItem is a note out of its event's messages, which are newest first.
func (t teller) healthItem(n note, messages []view.Told) healthItem {
	m := messages[slices.IndexFunc(messages, func(m view.Told) bool { return m.ID == n.update.ID })]
	return healthItem{
		Title: cdata{t.healthTitle(n, m)}, Link: t.IncidentPage(n.event.ID), PubDate: mail(m.PublishedAt),
		GUID: healthGUID{ID: n.guid}, Description: cdata{htmlOf(m)},
	}
}

// notes are the newest messages of events about the components that are wanted.
func (t teller) notes(events []*board.Event, want func(health.Scope) bool) []note {
	var list []note
	for _, e := range events {
		scopes := slices.DeleteFunc(view.Scopes(e), func(s health.Scope) bool { return !want(s) })
		for _, u := range e.Updates {
			for _, at := range scopes {
				list = append(list, note{event: e, update: u, at: at})
			}
		}
	}
	t.number(list)
	return newest(list, compareNotes)
}

// compareNotes sorts by time, and what is of one instant the same way every time.
func compareNotes(a, b note) int {
	return cmp.Or(a.update.PublishedAt.Compare(b.update.PublishedAt), cmp.Compare(a.event.ID, b.event.ID),
		cmp.Compare(a.update.Sequence, b.update.Sequence), cmp.Compare(a.at.Component(), b.at.Component()))
}

// number gives every note its guid, which is the component and the second. Further
// ones of the same second get a number after it.
func (t teller) number(list []note) {
	slices.SortFunc(list, compareNotes)
	seen := map[string]int{}
	for n := range list {
		name := string(list[n].at.Component()) + "_" + strconv.FormatInt(list[n].update.PublishedAt.Unix(), 10)
		seen[name]++
		if k := seen[name]; k > 1 {
			name += "_" + strconv.Itoa(k)
		}
		list[n].guid = t.Site() + "/#" + name
	}
}

// levelIn is how a component stood when a message was published.
func levelIn(m view.Told, at health.Scope) health.Level {
	n := slices.IndexFunc(m.Touched, func(t view.Touch) bool { return t.Scope == at })
	if n < 0 {
		return health.Informational // nobody had said yet that it was hit
	}
	return m.Touched[n].New
}

// healthTitle is a title with the words before it that readers sort by.
func (t teller) healthTitle(n note, m view.Told) string {
	title := t.Title(n.event)
	if m.State == view.Resolved {
		title = t.Say("program.health.resolved", "title", title)
	}
	return t.Say(prefix(m, levelIn(m, n.at)), "title", title)
}

func prefix(m view.Told, l health.Level) language.Message {
	switch l {
	case health.Operational:
		if m.State == view.Scheduled {
			return "program.health.informational"
		}
		return "program.health.well"
	case health.Unknown, health.Informational, health.Maintenance:
		return "program.health.informational"
	case health.Degraded:
		return "program.health.degraded"
	case health.PartialOutage, health.MajorOutage:
		return "program.health.outage"
	}
	return "program.health.informational"
}
