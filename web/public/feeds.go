package public

import (
	"html"

	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/web/ui"
)

// What programs read of a component, without the language.
func rssPath(s health.Scope) string      { return "/rss/" + string(s.Component()) + ".rss" }
func calendarPath(s health.Scope) string { return "/calendar/" + string(s.Component()) + ".ics" }

func badgePath(id health.ComponentID, kind string) string {
	return "/badge/" + string(id) + "/" + kind + ".svg"
}

// subscribable is the view with a component's own feed before those of everything.
func (v view) subscribable(s health.Scope) view {
	own := ui.Feed{Title: v.Say("component.rss"), Type: "application/rss+xml", Path: v.file(rssPath(s))}
	v.Feeds = append([]ui.Feed{own}, v.Feeds...)
	return v
}

// listedFeeds is up to how many components the feeds page names each one's feed.
const listedFeeds = 1000

// document is one thing that programs read.
type document struct {
	path  string
	words string
}

func (v view) feeds() []document {
	return []document{
		{v.file("/history.rss"), v.Say("feeds.rss")},
		{v.file("/history.atom"), v.Say("feeds.atom")},
		{v.file("/rss/all.rss"), v.Say("feeds.all")},
		{v.file("/feed.json"), v.Say("feeds.json")},
		{v.file("/calendar.ics"), v.Say("feeds.calendar")},
	}
}

// documents are the addresses of Statuspage's, which many monitors read, and our own.
func (v view) documents() []document {
	return []document{
		{"/api/v2/summary.json", v.Say("feeds.summary")},
		{"/api/v2/status.json", v.Say("feeds.status")},
		{"/api/v2/components.json", v.Say("feeds.components")},
		{"/api/v2/incidents.json", v.Say("feeds.incidents")},
		{"/api/v2/incidents/unresolved.json", v.Say("feeds.unresolved")},
		{"/api/v2/scheduled-maintenances.json", v.Say("feeds.maintenances")},
		{"/api/v2/scheduled-maintenances/upcoming.json", v.Say("feeds.upcoming")},
		{"/api/v2/scheduled-maintenances/active.json", v.Say("feeds.active")},
	}
}

// example is the component that snippets are shown for: the first one.
func (v view) example() (catalog.Component, bool) {
	if len(v.b.Plan.Components) == 0 {
		return catalog.Component{}, false
	}
	return v.b.Plan.Components[0], true
}

// badgeSnippet is a badge as others put it into their pages.
func (v view) badgeSnippet(c catalog.Component) string {
	return `<a href="` + v.url + v.Link(componentPath(c.ID())) + "\">\n" +
		`  <img src="` + v.url + v.file(badgePath(c.ID(), "status")) + `" alt="` + html.EscapeString(v.place(c.Scope())) + "\">\n</a>"
}

func (v view) scriptSnippet() string {
	return `<script src="` + v.url + `/embed/status.js" defer data-lang="` + string(v.l) + `"></script>`
}

func (v view) frameSnippet() string {
	return `<iframe src="` + v.url + "/embed/" + string(v.l) + "\"\n" + `  title="` + html.EscapeString(v.Say("page.site", "provider", v.Site.Provider.In(v.l))) +
		"\"\n" + `  width="320" height="80" loading="lazy"></iframe>`
}
