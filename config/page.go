package config

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/bonghwa/bonghwa/health"
)

// Page is how the public page looks, what it speaks and who may read it.
type Page struct {
	Languages  []health.Language // never empty; the first is for readers who ask for none of them
	Logo       Logo
	Colors     Colors
	Private    []netip.Prefix // networks that may read; empty: everybody
	Components []Component    // not empty: the node is the page alone
	Copies     []Copy
}

// Component is one thing whose state the page tells, in the order of the file.
// Texts are whole: in each language of the program.
type Component struct {
	ID          health.ServiceID
	Name        health.Text
	Description health.Text // may be empty
	Group       health.Text // may be empty
}

// PageOnly reports whether the node is the public page and what publishes on it,
// without accounts, probes and agreements.
func (c Config) PageOnly() bool { return len(c.Page.Components) > 0 }

// pageText is the page as it is written.
type pageText struct {
	Name       words           `yaml:"name"`
	Languages  []string        `yaml:"languages"`
	Logo       string          `yaml:"logo"`
	Colors     colorText       `yaml:"colors"`
	Private    []string        `yaml:"private"`
	Components []componentText `yaml:"components"`
	Copies     []copyText      `yaml:"copies"`
}

// componentText is a component as it is written.
type componentText struct {
	ID          string `yaml:"id"`
	Name        words  `yaml:"name"`
	Description words  `yaml:"description"`
	Group       words  `yaml:"group"`
}

// page reads the section; c has everything else already.
func (r *reader) page(c *Config, w pageText) {
	c.Page = Page{
		Languages: r.languages("page.languages", w.Languages), Logo: r.logo("page.logo", w.Logo),
		Colors: r.colors("page.colors", w.Colors), Private: r.networks("page.private", w.Private),
	}
	if w.Name.given() {
		c.Provider.Name = r.text("page.name", w.Name, c.Page.Languages)
	} else {
		r.provider(c)
	}
	c.Page.Components = r.components("page.components", w.Components, c.Page.Languages)
	c.Page.Copies = r.copies("page.copies", w.Copies, c.files(r.places.file)...)
	if len(w.Components) == 0 && r.places.has("page.components") {
		r.wrong("page.components", "a page of its own shows at least one component", "write its id and name, or leave components out")
	}
	if len(w.Components) > 0 {
		r.rolesOfPage(c)
	}
}

// provider checks the provider's name, which stands on the page where the page has
// none of its own.
func (r *reader) provider(c *Config) {
	for _, l := range c.Provider.Name.Missing(c.Page.Languages...) {
		r.wrong("provider.name", "the provider's name is missing in language "+string(l), "write {"+forms(c.Page.Languages)+"}")
	}
	for l := range c.Provider.Name {
		if _, err := health.ParseLanguage(string(l)); err != nil {
			r.wrong("provider.name."+string(l), fmt.Sprintf("%q is no language here", string(l)), "write one of: "+listed(health.Languages()))
		}
	}
	r.commands("provider.name", c.Provider.Name)
	c.Provider.Name = c.Provider.Name.Whole(c.Page.Languages[0])
}

// rolesOfPage gives a page its roles, where none are written: showing it, and
// telling people where mail leaves.
func (r *reader) rolesOfPage(c *Config) {
	if i := slices.Index(c.Roles, RoleProbe); i >= 0 && r.places.has("roles") {
		r.wrong(fmt.Sprintf("roles[%d]", i), "a page of its own has no probes", "leave probe out, or leave out page.components and apply a catalogue")
	}
	if r.places.has("roles") {
		return
	}
	c.Roles = []string{RoleWeb}
	if c.Mail.Relay != "" {
		c.Roles = append(c.Roles, RoleNotify)
	}
}

func (r *reader) components(path string, written []componentText, languages []health.Language) []Component {
	var out []Component
	groups := map[string]health.Text{}
	for i, w := range written {
		at := fmt.Sprintf("%s[%d]", path, i)
		c := Component{ID: health.ServiceID(w.ID), Name: r.text(at+".name", w.Name, languages)}
		if !plainID(w.ID) {
			r.wrong(at+".id", fmt.Sprintf("%q cannot be the id of a component", w.ID), "write small letters, digits, dots and hyphens, at most 63, such as checkout")
		} else if slices.ContainsFunc(out, func(o Component) bool { return o.ID == c.ID }) {
			r.wrong(at+".id", fmt.Sprintf("component %q is there twice", w.ID), "give one of them another id, or take it out")
		}
		if w.Description.given() {
			c.Description = r.text(at+".description", w.Description, languages)
		}
		if w.Group.given() {
			c.Group = r.text(at+".group", w.Group, languages)
			r.sameGroup(at+".group", groups, c.Group, languages)
		}
		out = append(out, c)
	}
	return out
}

// sameGroup refuses a group that has one name in one language and two in another:
// pages in the two languages would not show the same groups.
func (r *reader) sameGroup(path string, groups map[string]health.Text, g health.Text, languages []health.Language) {
	for _, l := range languages {
		key := string(l) + " " + g.In(l)
		was, ok := groups[key]
		if !ok {
			groups[key] = g
			continue
		}
		for _, other := range languages {
			if was.In(other) != g.In(other) {
				r.wrong(path, fmt.Sprintf("the group %q is called %q here and %q above", g.In(l), g.In(other), was.In(other)), "write a group the same every time")
				return
			}
		}
	}
}

// plainID reports whether a catalogue would take the id.
func plainID(id string) bool {
	const longest = 63
	odd := func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' }
	return id != "" && len(id) <= longest && !strings.ContainsFunc(id, odd) && id[0] != '.' && id[0] != '-'
}
