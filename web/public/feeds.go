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

// documents are at Statuspage's addresses, which many monitors read.
func (v view) documents() []document {
	list := []document{
		{"/summary.json", v.Say("feeds.summary")},
		{"/status.json", v.Say("feeds.status")},
		{"/components.json", v.Say("feeds.components")},
		{"/incidents.json", v.Say("feeds.incidents")},
		{"/incidents/unresolved.json", v.Say("feeds.unresolved")},
		{"/scheduled-maintenances.json", v.Say("feeds.maintenances")},
		{"/scheduled-maintenances/upcoming.json", v.Say("feeds.upcoming")},
		{"/scheduled-maintenances/active.json", v.Say("feeds.active")},
	}
	for i := range list {
		list[i].path = v.file("/api/v2" + list[i].path)
	}
	return list
}

// ownDocuments are those of our own interface, in all languages at once.
func (v view) ownDocuments() []document {
	return []document{
		{"/api/v1/public/status", v.Say("feeds.status")},
		{"/api/v1/public/components", v.Say("feeds.components")},
		{"/api/v1/public/incidents", v.Say("feeds.incidents")},
		{"/api/v1/public/maintenances", v.Say("feeds.maintenances")},
		{"/api/v1/public/summaries", v.Say("history.summaries")},
		{"/openapi.json", v.Say("feeds.openapi")},
	}
}

// example is the component that snippets are shown for: the first one.
func (v view) example() (catalog.Component, bool) {
	if len(v.b.Plan.Components) == 0 {
		return catalog.Component{}, false
	}
	return v.b.Plan.Components[0], true
}

// badgeSnippet is a component's badge as others put it into their pages.
func (v view) badgeSnippet(c catalog.Component) string {
	return v.linkedBadge(componentPath(c.ID()), badgePath(c.ID(), "status"), v.place(c.Scope()))
}

// wholeSnippet is the badge of everything.
func (v view) wholeSnippet() string { return v.linkedBadge("/", "/badge/status.svg", v.siteName()) }

func (v view) linkedBadge(page, picture, name string) string {
	return `<a href="` + v.url + v.Link(page) + "\">\n" +
		`  <img src="` + v.url + v.file(picture) + `" alt="` + html.EscapeString(name) + "\">\n</a>"
}

func (v view) siteName() string {
	return v.Say("page.site", "provider", v.Site.Provider.In(v.l))
}

func (v view) scriptSnippet() string {
	return `<script src="` + v.url + `/embed/status.js" defer data-lang="` + string(v.l) + `"></script>`
}

func (v view) frameSnippet() string {
	return `<iframe src="` + v.url + "/embed/" + string(v.l) + `" title="` + html.EscapeString(v.siteName()) + "\"\n" +
		`  width="380" height="210" loading="lazy"></iframe>`
}
