package history

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/bonghwa/bonghwa/health"
)

// Place is one component of the catalogue in force, with all that its service and its
// region are called: ids, and names in every language.
type Place struct {
	Scope    health.Scope
	Services []string
	Regions  []string
}

// Mapping says by hand what a page's component is here. Several with one name add up.
type Mapping struct {
	Name  string
	Scope health.Scope
}

// atlas finds the components of the catalogue by what other pages call them.
type atlas struct {
	empty    bool
	told     map[string][]health.Scope // by hand
	whole    map[string][]health.Scope // by service and region
	services map[string][]health.Scope // by service alone
}

func newAtlas(places []Place, mappings []Mapping) *atlas {
	a := &atlas{
		empty: len(places) == 0,
		told:  map[string][]health.Scope{}, whole: map[string][]health.Scope{}, services: map[string][]health.Scope{},
	}
	for _, m := range mappings {
		put(a.told, m.Name, m.Scope)
	}
	for _, p := range places {
		put(a.whole, string(p.Scope.Component()), p.Scope)
		for _, s := range p.Services {
			put(a.services, s, p.Scope)
			for _, r := range p.Regions {
				put(a.whole, s+" "+r, p.Scope)
				put(a.whole, r+" "+s, p.Scope)
				put(a.whole, s+" in "+r, p.Scope)
			}
		}
	}
	return a
}

func put(in map[string][]health.Scope, name string, scope health.Scope) {
	key := essence(name)
	if key != "" && !slices.Contains(in[key], scope) {
		in[key] = append(in[key], scope)
	}
}

// essence is a name without its marks and cases: "Compute - Seoul", "compute/seoul"
// and "Compute (Seoul)" are one.
func essence(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	}), " ")
}

// find gives the components that a page's component is, or why it is none.
func (a *atlas) find(c Component) (scopes []health.Scope, what, instead string) {
	name := shown(c.Names[0])
	for _, n := range c.Names {
		if found := a.told[essence(n)]; len(found) > 0 {
			return found, "", ""
		}
	}
	for _, by := range []map[string][]health.Scope{a.whole, a.services} {
		for _, n := range c.Names {
			switch found := by[essence(n)]; len(found) {
			case 0:
			case 1:
				return found, "", ""
			default:
				return nil, fmt.Sprintf("the component %q is in %d regions here, so its impact was left out", name, len(found)),
					fmt.Sprintf("say which, once for each: --map %q", name+"="+slash(found[0]))
			}
		}
	}
	if a.empty {
		return nil, "there is no catalogue yet, so no component was found and all impacts were left out", "run bonghwa catalog apply first, then import again"
	}
	return nil, fmt.Sprintf("the component %q is none of the catalogue's, so its impact was left out", name),
		fmt.Sprintf("say what it is here: --map %q", name+"=service/region")
}

func slash(s health.Scope) string { return string(s.Service) + "/" + string(s.Region) }
