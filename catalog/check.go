package catalog

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// Check reports everything that is wrong with a catalogue, for one that did not
// come from files: a fault.List whose places are paths such as
// "checks[0].quorum.zones", or nil.
func (c Catalog) Check() error {
	var l fault.List
	for _, p := range check(c) {
		l.Add(p.path, p.what, p.remedy)
	}
	return l.Err()
}

// problem is one thing wrong, at a path into the catalogue.
type problem struct{ path, what, remedy string }

type problems []problem

func (p *problems) add(path, what, remedy string) { *p = append(*p, problem{path, what, remedy}) }

func check(c Catalog) problems {
	var p problems
	p.regions(c)
	p.services(c)
	p.components(c)
	for i, k := range c.Checks {
		p.check(c, k, fmt.Sprintf("checks[%d]", i))
	}
	p.unique("checks", "check", ids(c.Checks, func(k Check) string { return string(k.ID) }))
	for i, d := range c.Policies {
		path := fmt.Sprintf("policies[%d]", i)
		p.id(path, "policy", string(d.ID))
		if strings.TrimSpace(d.YAML) == "" {
			p.add(path, "policy "+quote(string(d.ID))+" has no text", "write it below `document:`, or name its `file:`")
		}
	}
	p.unique("policies", "policy", ids(c.Policies, func(d PolicyDocument) string { return string(d.ID) }))
	return p
}

func (p *problems) regions(c Catalog) {
	for i, r := range c.Regions {
		path := fmt.Sprintf("regions[%d]", i)
		p.id(path, "region", string(r.ID))
		p.both(path+".name", "the region's name", r.Name)
		if _, err := time.LoadLocation(r.TimeZone); err != nil || r.TimeZone == "" {
			p.add(path+".time_zone", quote(r.TimeZone)+" is not a time zone", "write an IANA name such as Asia/Seoul")
		}
		if r.Hidden {
			p.hidden(c, path)
			continue // it is no place that somebody opened and operates
		}
		p.both(path+".operated_by", "who operates the region", r.OperatedBy)
		p.both(path+".operated_from", "where the region is operated from", r.OperatedFrom)
		if _, err := time.Parse(time.DateOnly, r.Since); err != nil {
			p.add(path+".since", quote(r.Since)+" is not a day", "write the day it opened as 2016-01-07")
		}
	}
	p.unique("regions", "region", ids(c.Regions, func(r Region) string { return string(r.ID) }))
}

// hidden checks that a hidden region is the only one: pages that name services
// alone cannot tell two places apart.
func (p *problems) hidden(c Catalog, path string) {
	if len(c.Regions) > 1 {
		p.add(path+".hidden", "a hidden region stands beside others", "hide it only where it is the one region there is")
	}
}

func (p *problems) services(c Catalog) {
	bills := map[string]health.ServiceID{}
	_, alone := c.OneRegion()
	for i, s := range c.Services {
		path := fmt.Sprintf("services[%d]", i)
		p.id(path, "service", string(s.ID))
		p.both(path+".name", "the service's name", s.Name)
		if !alone || s.Category != "" {
			word(p, path+".category", "category", s.Category, Categories())
		}
		p.optional(path+".description", "what the service does", s.Description)
		p.optional(path+".group", "the service's group", s.Group)
		for _, b := range s.BillNames {
			if other, taken := bills[b]; taken {
				p.add(path+".bill_names", "bills call "+string(other)+" and "+string(s.ID)+" both "+quote(b), "give the name to one of them")
			}
			bills[b] = s.ID
		}
	}
	p.unique("services", "service", ids(c.Services, func(s Service) string { return string(s.ID) }))
}

func (p *problems) components(c Catalog) {
	for i, k := range c.Components {
		path := fmt.Sprintf("components[%d]", i)
		p.known(c, path, k.Scope())
		word(p, path+".basis", "basis", k.Basis, []health.Basis{health.Probed, health.Declared})
	}
	p.unique("components", "component", ids(c.Components, func(k Component) string { return string(k.ID()) }))
}

// known checks that a scope's service and region are in the catalogue.
func (p *problems) known(c Catalog, path string, s health.Scope) bool {
	before := len(*p)
	if !c.HasService(s.Service) {
		p.add(path+".service", "service "+quote(string(s.Service))+" is not in the catalogue",
			instead(string(s.Service), ids(c.Services, func(s Service) string { return string(s.ID) })))
	}
	if !c.HasRegion(s.Region) {
		p.add(path+".region", "region "+quote(string(s.Region))+" is not in the catalogue",
			instead(string(s.Region), ids(c.Regions, func(r Region) string { return string(r.ID) })))
	}
	return len(*p) == before
}

func (p *problems) check(c Catalog, k Check, path string) {
	p.id(path, "check", string(k.ID))
	if p.known(c, path+".scope", k.Scope) {
		switch x, offered := c.Component(k.Scope.Service, k.Scope.Region); {
		case !offered:
			p.add(path+".scope", "there is no component "+string(k.Scope.Component()), "add it to components, or check another")
		case x.Basis != health.Probed:
			p.add(path+".scope", "component "+string(x.ID())+" is declared, not probed", "add a rule with basis: probed for it")
		}
	}
	if k.Scope.Zone != "" && !strings.HasPrefix(string(k.Scope.Zone), string(k.Scope.Region)) {
		p.add(path+".scope.zone", "zone "+quote(string(k.Scope.Zone))+" is not one of region "+string(k.Scope.Region), "write the region's id and a letter")
	}
	if _, err := health.ParseSymptom(string(k.Symptom)); err != nil {
		p.add(path+".symptom", "symptom "+quote(string(k.Symptom))+" is not known", "write one of: connectivity, dns, api, latency, data, other")
	}
	word(p, path+".level", "level of a check's verdict", k.Level, verdictLevels())
	word(p, path+".kind", "kind of check", k.Kind, CheckKinds())
	p.probing(k, path)
	p.vantages(k, path)
}

// verdictLevels are the levels that a verdict may state.
func verdictLevels() []health.Level {
	return []health.Level{health.Degraded, health.PartialOutage, health.MajorOutage}
}

func (p *problems) probing(k Check, path string) {
	if len(k.Over) == 0 {
		p.add(path+".transports", "the check has no transport", "write [udp, tcp]")
	}
	for _, t := range k.Over {
		word(p, path+".transports", "transport", t, Transports())
	}
	if k.Every <= 0 {
		p.add(path+".every", "the time between probes must be above zero", "write every: 1s")
	}
	if k.Timeout <= 0 {
		p.add(path+".timeout", "the time-out must be above zero", "write timeout: 1s")
	}
	if k.Names == (Names{}) {
		p.add(path+".names", "the check asks for no name", "write hot, unique or outside, or all three")
	}
	if _, err := netip.ParseAddr(k.Expect); err != nil && k.Expect != "" {
		p.add(path+".expect", quote(k.Expect)+" is not an address", "write an IPv4 or IPv6 address, such as 192.0.2.1")
	}
	if k.Target != "" {
		p.target(path+".target", k.Target)
	}
}

func (p *problems) vantages(k Check, path string) {
	zones := map[health.ZoneID]bool{}
	for i, v := range k.Vantages {
		at := fmt.Sprintf("%s.vantages[%d]", path, i)
		p.id(at, "vantage", string(v.ID))
		zones[v.Zone] = true
		if v.Zone == "" {
			p.add(at, "vantage "+quote(string(v.ID))+" has no zone", "write the zone it stands in; the quorum counts zones")
		}
		switch {
		case v.Target != "":
			p.target(at+".target", v.Target)
		case k.Target == "":
			p.add(at, "vantage "+quote(string(v.ID))+" has nothing to ask", "give it or the check a target such as 127.0.0.1:53")
		}
	}
	p.unique(path+".vantages", "vantage", ids(k.Vantages, func(v Vantage) string { return string(v.ID) }))
	if k.Quorum.Vantages < 1 || k.Quorum.Vantages > len(k.Vantages) {
		p.add(path+".quorum", fmt.Sprintf("a quorum of %d vantages can never be had from %d", k.Quorum.Vantages, len(k.Vantages)),
			"add vantages, or write quorum: {vantages: 3, zones: 2} with no more than there are")
	}
	if k.Quorum.Zones < 1 || k.Quorum.Zones > len(zones) {
		p.add(path+".quorum", fmt.Sprintf("a quorum in %d zones can never be had from %d", k.Quorum.Zones, len(zones)),
			"put vantages into more zones, or ask for fewer")
	}
}

func (p *problems) target(path, target string) {
	host, port, err := net.SplitHostPort(target)
	n, perr := strconv.ParseUint(port, 10, 16)
	if err != nil || perr != nil || host == "" || n == 0 {
		p.add(path, quote(target)+" is not a host with a port", "write it as 127.0.0.1:53 or [::1]:53")
	}
}

func (p *problems) id(path, what, id string) {
	const longest = 63
	odd := func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' }
	if id == "" || len(id) > longest || strings.ContainsFunc(id, odd) || id[0] == '.' || id[0] == '-' {
		p.add(path+".id", quote(id)+" cannot be the id of a "+what, "write small letters, digits, dots and hyphens, at most 63")
	}
}

// both checks that a text stands in every language.
func (p *problems) both(path, what string, t health.Text) {
	for _, l := range t.Missing() {
		p.add(path, what+" is missing in language "+string(l), "write {ko: …, en: …}")
	}
	for l, r := range t.Commands() {
		p.add(path, fmt.Sprintf("%s has in language %s the character %U, which is not read but obeyed", what, l, r), "take it out")
	}
}

// optional checks that a text, where there is one, stands in every language.
func (p *problems) optional(path, what string, t health.Text) {
	if !t.Empty() {
		p.both(path, what, t)
	}
}

// word checks that a value is one of those allowed.
func word[T comparable](p *problems, path, what string, got T, allowed []T) {
	if !slices.Contains(allowed, got) {
		words := ids(allowed, func(w T) string { return fmt.Sprint(w) })
		p.add(path, what+" "+quote(fmt.Sprint(got))+" is not known", "write one of: "+strings.Join(words, ", "))
	}
}

func (p *problems) unique(path, what string, ids []string) {
	seen := make(map[string]bool, len(ids))
	for i, id := range ids {
		if seen[id] {
			p.add(fmt.Sprintf("%s[%d]", path, i), what+" "+quote(id)+" is there twice", "give one of them another id, or take it out")
		}
		seen[id] = true
	}
}
