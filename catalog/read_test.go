package catalog_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

const small = `regions:
  - id: ap-northeast-2
    name: {ko: 서울, en: Seoul}
    operated_by: {ko: 한강 클라우드, en: Hangang Cloud}
    operated_from: {ko: 서울, en: Seoul}
    since: 2016-01-07
    time_zone: Asia/Seoul
services:
  - {id: ec2, name: {ko: 컴퓨트, en: Compute}, category: compute, bill_names: [Compute]}
  - {id: s3, name: {ko: 스토리지, en: Storage}, category: storage}
components:
  - {services: all, regions: all, basis: declared}
  - {services: [ec2], regions: [ap-northeast-2], basis: probed}
`

const checks = `checks:
  - id: dns-seoul
    scope: {service: ec2, region: ap-northeast-2}
    symptom: dns
    level: major_outage
    kind: dns
    transports: [udp, tcp]
    every: 1s
    timeout: 500ms
    names: {hot: hot.example., unique: u.example., outside: example.org.}
    expect: 192.0.2.1
    vantages:
      - {id: a1, zone: ap-northeast-2a, target: "127.0.0.1:5301"}
      - {id: a2, zone: ap-northeast-2a, target: "127.0.0.1:5302"}
      - {id: c1, zone: ap-northeast-2c, target: "127.0.0.1:5303"}
    quorum: {vantages: 3, zones: 2}
`

func files(texts ...string) []catalog.File {
	var out []catalog.File
	for i, t := range texts {
		out = append(out, catalog.File{Name: string(rune('a'+i)) + ".yaml", Content: []byte(t)})
	}
	return out
}

func read(t *testing.T, texts ...string) catalog.Catalog {
	t.Helper()
	c, err := catalog.Read(files(texts...), nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSectionsOfSeveralFilesAreMerged(t *testing.T) {
	t.Parallel()
	c := read(t, small, checks)
	k, ok := c.Component("ec2", "ap-northeast-2")
	if !ok || k.Basis != health.Probed || k.ID() != "ec2-ap-northeast-2" {
		t.Errorf("component %+v, %v; the last rule must win", k, ok)
	}
	if k, _ := c.Component("s3", "ap-northeast-2"); k.Basis != health.Declared {
		t.Errorf("component %+v", k)
	}
	if len(c.Checks) != 1 || c.Checks[0].Vantages[2].Zone != "ap-northeast-2c" || c.Checks[0].Level != health.MajorOutage {
		t.Errorf("checks %+v", c.Checks)
	}
	if s, ok := c.Service("ec2"); !ok || !slices.Contains(s.BillNames, "Compute") {
		t.Errorf("bills call ec2 %v, want Compute among them", s.BillNames)
	}
}

func TestBadFilesAreToldWithLineAndRemedy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		old, new string
		want     []string // all in one line of the error
	}{
		"unknown key":       {"category: storage", "categorie: storage", []string{`a.yaml:10: "categorie" is not a key of a service`, "in: - {id: s3", "did you mean category?"}},
		"key twice":         {"since: 2016-01-07", "since: 2016-01-07\n    since: 2016-01-08", []string{`a.yaml:7: "since" stands twice`, "in: since: 2016-01-08", "keep this one or that of line 6"}},
		"wrong basis":       {"basis: probed", "basis: watched", []string{`a.yaml:13: basis "watched" is not known`, "write one of: probed, declared, none"}},
		"wrong level":       {"level: major_outage", "level: broken", []string{`b.yaml:5: level "broken" is not known, in: level: broken`, "write one of: degraded, partial_outage, major_outage"}},
		"level of no use":   {"level: major_outage", "level: operational", []string{`b.yaml:5: level of a check's verdict "operational"`, "write one of: degraded, partial_outage, major_outage"}},
		"wrong symptom":     {"symptom: dns", "symptom: slow", []string{"b.yaml:4:", "connectivity, dns, api"}},
		"turned around":     {"{ko: 서울, en: Seoul}\n    operated_by", "{ko: 서울, en: \"Se\u202eoul\"}\n    operated_by", []string{"a.yaml:3: the region's name has in language en the character U+202E", "take it out"}},
		"no korean":         {"{ko: 서울, en: Seoul}\n    operated_by", "{en: Seoul}\n    operated_by", []string{"a.yaml:3: the region's name is missing in language ko", "write {ko: …, en: …}"}},
		"other language":    {"{ko: 스토리지, en: Storage}", "{ko: 스토리지, en: Storage, fr: S}", []string{"a.yaml:10:", `"fr" is not a key of a text`}},
		"no such zone":      {"time_zone: Asia/Seoul", "time_zone: Asia/Seol", []string{`a.yaml:7: "Asia/Seol" is not a time zone`, "Asia/Seoul"}},
		"no such day":       {"2016-01-07", "2016-13-07", []string{"a.yaml:6:", "is not a day"}},
		"unknown service":   {"services: [ec2]", "services: [ec3]", []string{`a.yaml:13: service "ec3" is not in the catalogue`, "did you mean ec2?"}},
		"id twice":          {"id: s3", "id: ec2", []string{`a.yaml:10: service "ec2" is there twice`}},
		"null":              {"category: storage", "category:", []string{"a.yaml:10:", `"category" has no value`}},
		"alias":             {"name: {ko: 스토리지, en: Storage}", "name: &n {ko: 스토리지, en: Storage}, bill_names: *n", []string{"a.yaml:10: aliases are not read"}},
		"not yaml":          {"time_zone: Asia/Seoul", "time_zone: [Asia/Seoul", []string{"a.yaml:", "this is not YAML"}},
		"declared check":    {"basis: probed", "basis: declared", []string{"b.yaml:3: component ec2-ap-northeast-2 is declared", "basis: probed"}},
		"impossible quorum": {"zones: 2}", "zones: 3}", []string{"b.yaml:16: a quorum in 3 zones can never be had from 2"}},
		"duration":          {"every: 1s", "every: 1", []string{`b.yaml:8: "1" is not a duration`, "1s or 500ms"}},
		"target":            {"127.0.0.1:5303", "127.0.0.1", []string{"b.yaml:15:", "is not a host with a port"}},
		"no target":         {`, target: "127.0.0.1:5303"`, "", []string{"b.yaml:15:", "has nothing to ask"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(small+checks, c.old) {
				t.Fatalf("the text has no %q", c.old)
			}
			_, err := catalog.Read(files(strings.Replace(small, c.old, c.new, 1), strings.Replace(checks, c.old, c.new, 1)), nil)
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("got %v, want an invalid catalogue", err)
			}
			for line := range strings.Lines(err.Error()) {
				all := true
				for _, w := range c.want {
					all = all && strings.Contains(line, w)
				}
				if all {
					return
				}
			}
			t.Errorf("no line of\n%v\nholds all of %q", err, c.want)
		})
	}
}

func TestEveryProblemOfAllFilesAtOnce(t *testing.T) {
	t.Parallel()
	_, err := catalog.Read(files(
		strings.Replace(small, "category: storage", "category: shelves", 1),
		strings.Replace(checks, "symptom: dns", "symptom: slow", 1),
		"regions: 5\n", "", "services: [{id: x, nam: {}}]\n"), nil)
	want := []string{"a.yaml:10", "b.yaml:4", "c.yaml:1", "d.yaml:1", "e.yaml:1"}
	at := -1
	for _, w := range want {
		next := strings.Index(err.Error(), w)
		if next <= at {
			t.Errorf("%s is missing or out of order in\n%v", w, err)
		}
		at = next
	}
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	open := func(name, from string) ([]byte, error) {
		if name != "p.yaml" || from != "a.yaml" {
			return nil, os.ErrNotExist
		}
		return []byte("sla: {id: two}\n"), nil
	}
	c, err := catalog.Read(files("policies:\n  - id: one\n    document:\n      sla: {id: one}\n  - {id: two, file: p.yaml}\n"), open)
	if err != nil {
		t.Fatal(err)
	}
	if p := c.Policies[0]; !strings.Contains(p.YAML, "id: one") {
		t.Errorf("embedded policy is %q", p.YAML)
	}
	if p := c.Policies[1]; p.YAML != "sla: {id: two}\n" {
		t.Errorf("policy from a file is %q", p.YAML)
	}
	if _, err := catalog.Read(files("policies:\n  - {id: two, file: q.yaml}\n"), open); err == nil || !strings.Contains(err.Error(), "a.yaml:2") {
		t.Errorf("got %v, want the place of the missing file", err)
	}
}

func replay(t *testing.T) catalog.Catalog {
	t.Helper()
	folder := filepath.Join("..", "scenario", "seoul-2018", "catalog")
	var paths []string
	for _, name := range []string{"regions.yaml", "services.yaml", "components.yaml", "policies.yaml"} {
		paths = append(paths, filepath.Join(folder, name))
	}
	c, err := catalog.ReadFiles(paths...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAMissingFileIsNamed(t *testing.T) {
	t.Parallel()
	if _, err := catalog.ReadFiles("no-such.yaml"); !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "no-such.yaml") {
		t.Errorf("got %v", err)
	}
}

func TestCatalogueOfTheReplay(t *testing.T) {
	t.Parallel()
	c := replay(t)
	if len(c.Regions) != 20 || len(c.Services) != 40 || len(c.Policies) != 2 {
		t.Errorf("%d regions, %d services, %d policies; want 20, 40, 2", len(c.Regions), len(c.Services), len(c.Policies))
	}
	probed := 0
	for _, k := range c.Components {
		if k.Basis == health.Probed {
			probed++
		}
	}
	if probed != 1 || len(c.Components) >= 800 || len(c.Components) < 600 {
		t.Errorf("%d components, %d probed", len(c.Components), probed)
	}
	if c.HasComponent("eks", "ap-northeast-2") || !c.HasComponent("rds", "ap-northeast-2") {
		t.Error("Seoul had no Kubernetes and had a database service in November 2018")
	}
	var back catalog.Catalog
	b, err := json.Marshal(c)
	if err == nil {
		err = json.Unmarshal(b, &back)
	}
	if err != nil || back.Hash() != c.Hash() || !catalog.Compare(1, c, back).Empty() {
		t.Errorf("the catalogue does not survive JSON: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(checks))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("regions: [{id: &x y, name: *x}]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := catalog.Read([]catalog.File{{Name: "f.yaml", Content: b}}, nil)
		if err == nil && c.Check() != nil {
			t.Errorf("a catalogue was read that is not consistent: %v", c.Check())
		}
	})
}
