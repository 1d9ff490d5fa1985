package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// File is one catalogue file, already in memory.
type File struct {
	Name    string // as the person named it; stands in errors
	Content []byte
}

// Read reads catalogue files into one catalogue; their sections are merged in
// the order given. Policies that name a file get it through open, which is
// handed the file's name as written and the catalogue file that names it; a nil
// open refuses such policies. The error is a fault.List of every problem of all
// files, each with file:line, the line itself and what to write instead.
func Read(files []File, open func(name, from string) ([]byte, error)) (Catalog, error) {
	r := &reader{open: open, places: map[string]place{}}
	for _, f := range files {
		r.file(f)
	}
	if !r.broken {
		r.expand()
		for _, p := range check(r.c) {
			r.note(p)
		}
	}
	if err := r.err(); err != nil {
		return Catalog{}, err
	}
	slices.SortFunc(r.c.Checks, func(a, b Check) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(r.c.Policies, func(a, b PolicyDocument) int { return cmp.Compare(a.ID, b.ID) })
	return r.c, nil
}

// place is where a value of the catalogue stands.
type place struct {
	src  *source
	line int // from 1
}

// source is a file cut into lines, for showing them in errors.
type source struct {
	name  string
	order int // among the files
	lines []string
}

func (p place) String() string {
	if p.src == nil {
		return "catalogue"
	}
	return fmt.Sprintf("%s:%d", p.src.name, p.line)
}

func (p place) order() int {
	if p.src == nil {
		return -1
	}
	return p.src.order
}

// excerpt is the line itself, as errors show it.
func (p place) excerpt() string {
	if p.src == nil || p.line < 1 || p.line > len(p.src.lines) {
		return ""
	}
	line := []rune(strings.TrimSpace(p.src.lines[p.line-1]))
	const shown = 100
	if len(line) > shown {
		line = append(line[:shown], '…')
	}
	return ", in: " + string(line)
}

// reader gathers the catalogue, the place of every value and all problems.
type reader struct {
	src    *source
	c      Catalog
	rules  []rule
	places map[string]place // by path, such as regions[3].name
	found  []finding
	broken bool // a file could not be read at all: what is missing says nothing
	files  int
	open   func(name, from string) ([]byte, error)
}

// finding is a problem and where it stands.
type finding struct {
	place
	what, remedy string
}

// err lists the findings in the order of the files and their lines.
func (r *reader) err() error {
	slices.SortStableFunc(r.found, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.order(), b.order()), cmp.Compare(a.line, b.line))
	})
	var l fault.List
	for _, f := range r.found {
		l.Add(f.String(), f.what+f.excerpt(), f.remedy)
	}
	return l.Err()
}

func (r *reader) file(f File) {
	r.src = &source{name: f.Name, order: r.files, lines: strings.Split(string(f.Content), "\n")}
	r.files++
	if len(strings.TrimSpace(string(f.Content))) == 0 {
		r.addAt(place{r.src, 1}, "the file is empty", "write one of the sections "+strings.Join(sections(), ", "))
		return
	}
	var doc yaml.Node
	if err := yaml.Load(f.Content, &doc); err != nil {
		r.syntax(err)
		return
	}
	root := &doc
	if root.Kind == yaml.DocumentNode && len(root.Content) == 1 {
		root = root.Content[0]
	}
	r.object(root, "", "a catalogue file", fields{
		"regions":    func(n *yaml.Node, _ string) { r.list(n, "regions", len(r.c.Regions), r.region) },
		"services":   func(n *yaml.Node, _ string) { r.list(n, "services", len(r.c.Services), r.service) },
		"components": func(n *yaml.Node, _ string) { r.list(n, "components", len(r.rules), r.rule) },
		"checks":     func(n *yaml.Node, _ string) { r.list(n, "checks", len(r.c.Checks), r.check) },
		"policies":   func(n *yaml.Node, _ string) { r.list(n, "policies", len(r.c.Policies), r.policy) },
	})
}

func sections() []string { return []string{"regions", "services", "components", "checks", "policies"} }

func (r *reader) region(n *yaml.Node, path string) {
	var v Region
	r.object(n, path, "a region", fields{
		"id":            text(r, &v.ID),
		"name":          r.words(&v.Name),
		"operated_by":   r.words(&v.OperatedBy),
		"operated_from": r.words(&v.OperatedFrom),
		"since":         text(r, &v.Since),
		"time_zone":     text(r, &v.TimeZone),
		"hidden":        r.flag(&v.Hidden),
	})
	r.c.Regions = append(r.c.Regions, v)
}

func (r *reader) service(n *yaml.Node, path string) {
	var v Service
	r.object(n, path, "a service", fields{
		"id":          text(r, &v.ID),
		"name":        r.words(&v.Name),
		"category":    text(r, &v.Category),
		"bill_names":  texts(r, &v.BillNames),
		"description": r.words(&v.Description),
		"group":       r.words(&v.Group),
	})
	r.c.Services = append(r.c.Services, v)
}

func (r *reader) check(n *yaml.Node, path string) {
	v := Check{
		Level: health.MajorOutage, Kind: CheckDNS, Over: Transports(),
		Quorum: Quorum{Vantages: 3, Zones: 2},
	}
	r.object(n, path, "a check", fields{
		"id":         text(r, &v.ID),
		"scope":      func(n *yaml.Node, path string) { r.scope(n, path, &v.Scope) },
		"symptom":    r.parsed(func(w string) (err error) { v.Symptom, err = health.ParseSymptom(w); return }),
		"level":      r.level(&v.Level),
		"kind":       text(r, &v.Kind),
		"target":     text(r, &v.Target),
		"transports": texts(r, &v.Over),
		"every":      r.duration(&v.Every),
		"timeout":    r.duration(&v.Timeout),
		"names": func(n *yaml.Node, path string) {
			r.object(n, path, "the names of a check", fields{
				"hot": text(r, &v.Names.Hot), "unique": text(r, &v.Names.Unique), "outside": text(r, &v.Names.Outside),
			})
		},
		"expect":   text(r, &v.Expect),
		"vantages": func(n *yaml.Node, path string) { r.list(n, path, 0, r.vantage(&v.Vantages)) },
		"quorum": func(n *yaml.Node, path string) {
			r.object(n, path, "a quorum", fields{"vantages": r.number(&v.Quorum.Vantages), "zones": r.number(&v.Quorum.Zones)})
		},
	})
	r.c.Checks = append(r.c.Checks, v)
}

func (r *reader) scope(n *yaml.Node, path string, s *health.Scope) {
	r.object(n, path, "a scope", fields{
		"service": text(r, &s.Service), "region": text(r, &s.Region), "zone": text(r, &s.Zone),
	})
}

func (r *reader) vantage(list *[]Vantage) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		var v Vantage
		r.object(n, path, "a vantage", fields{
			"id": text(r, &v.ID), "zone": text(r, &v.Zone), "target": text(r, &v.Target),
		})
		*list = append(*list, v)
	}
}

func (r *reader) policy(n *yaml.Node, path string) {
	var v PolicyDocument
	var file string
	r.object(n, path, "a policy", fields{
		"id":   text(r, &v.ID),
		"file": text(r, &file),
		"document": func(n *yaml.Node, path string) {
			v.YAML = r.document(n, path)
		},
	})
	switch {
	case file != "" && v.YAML != "":
		r.add(path, "the policy has both a file and a document", "keep one of them")
	case file != "":
		v.YAML = r.policyFile(file, path+".file")
	}
	r.c.Policies = append(r.c.Policies, v)
}

// document is an embedded policy as YAML text: a block of text as it stands, a
// mapping written out again.
func (r *reader) document(n *yaml.Node, path string) string {
	if n.Kind == yaml.ScalarNode {
		return n.Value
	}
	out, err := yaml.Dump(n)
	if err != nil {
		r.add(path, "the policy cannot be written out again: "+err.Error(), "write it as a block of text after `document: |`")
	}
	return string(out)
}

func (r *reader) policyFile(name, path string) string {
	if r.open == nil {
		r.add(path, "policy files cannot be opened from here", "write the policy below `document:`")
		return ""
	}
	b, err := r.open(name, r.src.name)
	if err != nil {
		r.add(path, "the policy's file cannot be read: "+err.Error(), "name a file beside the catalogue's")
	}
	return string(b)
}

// rule is one line of the compact list of components: the last that matches a
// service and region gives the basis.
type rule struct {
	services, regions []string // nil: all
	except            []string // regions left out
	basis             string
}

func (r *reader) rule(n *yaml.Node, path string) {
	var v rule
	r.object(n, path, "a rule of components", fields{
		"services": r.selection(&v.services),
		"regions":  r.selection(&v.regions),
		"except":   texts(r, &v.except),
		"basis":    text(r, &v.basis),
	})
	for _, key := range []string{"services", "regions", "basis"} {
		if _, ok := r.places[path+"."+key]; !ok && n.Kind == yaml.MappingNode {
			r.add(path, "the rule has no "+key, "write services, regions and basis; services and regions are `all` or a list")
		}
	}
	r.rules = append(r.rules, v)
}

// notOffered is the basis word that takes components away again.
const notOffered = "none"

// expand turns the rules into components, once all files are read.
func (r *reader) expand() {
	basis := map[Component]string{} // keyed without a basis
	everyService := ids(r.c.Services, func(s Service) string { return string(s.ID) })
	everyRegion := ids(r.c.Regions, func(g Region) string { return string(g.ID) })
	for i, rule := range r.rules {
		path := fmt.Sprintf("components[%d]", i)
		if words := []string{string(health.Probed), string(health.Declared), notOffered}; rule.basis != "" && !slices.Contains(words, rule.basis) {
			r.add(path+".basis", "basis "+quote(rule.basis)+" is not known", "write one of: "+strings.Join(words, ", "))
		}
		services := r.selected(rule.services, everyService, path+".services", "service")
		regions := r.selected(rule.regions, everyRegion, path+".regions", "region")
		except := r.selected(append([]string{}, rule.except...), everyRegion, path+".except", "region")
		regions = slices.DeleteFunc(slices.Clone(regions), func(g string) bool { return slices.Contains(except, g) })
		rule.paint(basis, services, regions)
	}
	for c, b := range basis {
		if b != notOffered {
			c.Basis = health.Basis(b)
			r.c.Components = append(r.c.Components, c)
		}
	}
	// The map has no order, and problems are told in the same one every time.
	slices.SortFunc(r.c.Components, func(a, b Component) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Region, b.Region))
	})
}

// paint sets the basis of every selected service in every selected region.
func (v rule) paint(basis map[Component]string, services, regions []string) {
	for _, s := range services {
		for _, g := range regions {
			basis[Component{Service: health.ServiceID(s), Region: health.RegionID(g)}] = v.basis
		}
	}
}

// selected checks a rule's list of ids against those there are.
func (r *reader) selected(want, have []string, path, what string) []string {
	if want == nil {
		return have
	}
	var out []string
	for i, id := range want {
		if slices.Contains(have, id) {
			out = append(out, id)
			continue
		}
		r.add(fmt.Sprintf("%s[%d]", path, i), what+" "+quote(id)+" is not in the catalogue", instead(id, have))
	}
	return out
}

func ids[T any](list []T, id func(T) string) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = id(v)
	}
	return out
}
