package app

import (
	"net/http"
	"slices"
	"strings"

	"github.com/bonghwa/bonghwa/api/feed"
	"github.com/bonghwa/bonghwa/api/statuspage"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/web"
)

// programs are the routes of what programs read, so that the list of routes shows
// them. The press hands the documents out before any route is looked for; the
// handler answers for those it does not have.
func (p *page) programs() []web.Route {
	var routes []web.Route
	for _, prefix := range p.beside.words.Prefixes() {
		for _, path := range slices.Concat(statuspage.Paths(), feed.Patterns()) {
			pattern := prefix + strings.NewReplacer("{component}.rss", "{file}", "{component}.ics", "{file}").Replace(path)
			if path == feed.AllPath {
				continue // it is one of /rss/{file}
			}
			routes = append(routes, web.Route{
				Method: http.MethodGet, Pattern: pattern, Kind: web.Data, Access: web.Public,
				Sample: func() string { return p.sample(prefix + path) }, Handler: p.absent,
			})
		}
	}
	return routes
}

// sample is a document's path with the first component of the catalogue; empty
// while there is none.
func (p *page) sample(path string) string {
	e := p.stand.Edition()
	if e == nil || !strings.Contains(path, "{component}") {
		return path
	}
	before, after, _ := strings.Cut(path, "{component}")
	for found := range e.Paths() {
		if strings.HasPrefix(found, before) && strings.HasSuffix(found, after) {
			return found
		}
	}
	return ""
}

// absent says that there is no such document, or none yet.
func (p *page) absent(w http.ResponseWriter, _ *http.Request) error {
	if p.stand.Edition() == nil {
		w.Header().Set("Retry-After", "1")
		return fault.New(fault.Unavailable, "", "the documents are being prepared", "try again in a moment")
	}
	return fault.New(fault.NotFound, "", "there is no such document", "component ids are those of /api/v1/catalog, such as ec2-ap-northeast-2")
}
