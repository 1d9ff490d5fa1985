package ui

import "github.com/a-h/templ"

// Live is what a page needs in order to follow what happens after it was opened
// (web/live, assets/live.js). The zero value is a page that stays as it is.
type Live struct {
	Revision string // of what the page shows, "epoch.number"; empty: it does not follow
	Real     bool   // world time is wall time, so the browser's clock tells how old the page is
	Part     bool   // only the main part is printed, for a page that is open already
}

func (l Live) follows() bool { return l.Revision != "" }

// attributes are those of the html element.
func (l Live) attributes() templ.Attributes {
	if !l.follows() {
		return nil
	}
	a := templ.Attributes{"data-live": LivePath, "data-revision": l.Revision}
	if l.Real {
		a["data-clock"] = "real"
	}
	return a
}

// mainAttributes are those of main. They do not name the revision, so that a part
// that stays the same is the same bytes.
func (p Page) mainAttributes() templ.Attributes {
	if !p.Live.follows() {
		return nil
	}
	return templ.Attributes{"data-page": p.Link(p.Path), "data-title": p.documentTitle()}
}

// documentTitle is the title that tabs and bookmarks show.
func (p Page) documentTitle() string {
	return p.Title + " · " + p.Say("page.site", "provider", p.Site.Provider.In(p.Voice.Language()))
}
