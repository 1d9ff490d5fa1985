package ui

import (
	"github.com/a-h/templ"

	"github.com/bonghwa/bonghwa/language"
)

// LongestSearch is how many characters are searched for at most.
const LongestSearch = 200

// Search is a search field.
type Search struct {
	ID      string
	Label   string
	Value   string // kept when the page comes back
	Problem string // what is wrong with the value; empty: nothing
}

func (s Search) attributes() templ.Attributes {
	if s.Problem == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": s.ID + "-problem"}
}

type mapLink struct {
	path  string
	words language.Message
}

// mapLinks are the parts of the site that the header leaves out. A provider with
// nothing but a page has no agreements.
func (p Page) mapLinks() []mapLink {
	everything := language.Message("nav.components")
	if p.Site.PageOnly {
		everything = "nav.services"
	}
	links := []mapLink{
		{"/components", everything},
		{"/history", "nav.history"},
		{"/maintenance", "nav.maintenance"},
		{"/availability", "nav.availability"},
	}
	if !p.Site.PageOnly {
		links = append(links, mapLink{"/sla", "nav.sla"})
	}
	return append(links, mapLink{"/feeds", "nav.feeds"})
}
