package catalog

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bonghwa/bonghwa/health"
)

// Action is what a plan does to a thing.
type Action string

// What can happen to a thing of the catalogue.
const (
	Added   Action = "added"
	Removed Action = "removed"
	Changed Action = "changed"
)

// FieldChange is one field that differs.
type FieldChange struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// Change is what happens to one thing.
type Change struct {
	Action Action        `json:"action"`
	Kind   string        `json:"kind"` // region, service, component, check, policy
	ID     string        `json:"id"`
	Fields []FieldChange `json:"fields,omitempty"` // of a changed one, in the order of the files
}

// Plan is the difference between the catalogue in force and another.
type Plan struct {
	Base    int64    `json:"base"` // revision it was compared with; 0: none yet
	Hash    string   `json:"hash"` // of the new catalogue
	Changes []Change `json:"changes"`
}

// Empty reports whether nothing would change.
func (p Plan) Empty() bool { return len(p.Changes) == 0 }

// String writes the plan for a person: one line a change, fields below, and the
// sum at the end.
func (p Plan) String() string {
	var b strings.Builder
	counts := map[Action]int{}
	for _, c := range p.Changes {
		counts[c.Action]++
		fmt.Fprintf(&b, "%s %s %s\n", sign(c.Action), c.Kind, c.ID)
		for _, f := range c.Fields {
			fmt.Fprintf(&b, "    %s: %s → %s\n", f.Field, shown(f.Old), shown(f.New))
		}
	}
	if p.Empty() {
		return fmt.Sprintf("Nothing changes: the catalogue is that of revision %d.\n", p.Base)
	}
	fmt.Fprintf(&b, "Against revision %d: %d added, %d changed, %d removed.\n", p.Base, counts[Added], counts[Changed], counts[Removed])
	return b.String()
}

func sign(a Action) string {
	switch a {
	case Added:
		return "+"
	case Removed:
		return "-"
	case Changed:
		return "~"
	}
	return "?"
}

// shown is a field's value on one line.
func shown(v string) string {
	if v == "" {
		return "(nothing)"
	}
	line := []rune(strings.Join(strings.Fields(v), " "))
	const most = 80
	if len(line) > most {
		line = append(line[:most], '…')
	}
	return string(line)
}

// Compare plans the way from the catalogue of revision base to next. The order
// is that of kinds, then removed, changed and added by id.
func Compare(base int64, old, next Catalog) Plan {
	p := Plan{Base: base, Hash: next.Hash(), Changes: []Change{}}
	p.compare("region", things(old.Regions, regionFields), things(next.Regions, regionFields))
	p.compare("service", things(old.Services, serviceFields), things(next.Services, serviceFields))
	p.compare("component", things(old.Components, componentFields), things(next.Components, componentFields))
	p.compare("check", things(old.Checks, checkFields), things(next.Checks, checkFields))
	p.compare("policy", things(old.Policies, policyFields), things(next.Policies, policyFields))
	return p
}

// Hash is the SHA-256 of the catalogue's canonical JSON, in hex. Equal
// catalogues have equal hashes.
func (c Catalog) Hash() string {
	b, err := json.Marshal(c)
	if err != nil {
		return "" // no field of a catalogue can fail to be written
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// thing is one part of a catalogue as fields to compare.
type thing struct {
	id     string
	fields []field
}

type field struct{ name, value string }

func things[T any](list []T, as func(T) thing) []thing {
	out := make([]thing, len(list))
	for i, v := range list {
		out[i] = as(v)
	}
	return out
}

func (p *Plan) compare(kind string, old, next []thing) {
	was := map[string]thing{}
	for _, t := range old {
		was[t.id] = t
	}
	var changes []Change
	for _, t := range next {
		before, ok := was[t.id]
		delete(was, t.id)
		if !ok {
			changes = append(changes, Change{Action: Added, Kind: kind, ID: t.id})
		} else if f := differences(before, t); len(f) > 0 {
			changes = append(changes, Change{Action: Changed, Kind: kind, ID: t.id, Fields: f})
		}
	}
	for id := range was {
		changes = append(changes, Change{Action: Removed, Kind: kind, ID: id})
	}
	slices.SortFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(rank(a.Action), rank(b.Action)), cmp.Compare(a.ID, b.ID))
	})
	p.Changes = append(p.Changes, changes...)
	if len(changes) == 0 {
		p.compareOrder(kind, old, next)
	}
}

// compareOrder notes that things stand in another order, which pages show.
func (p *Plan) compareOrder(kind string, old, next []thing) {
	order := func(list []thing) string {
		return strings.Join(ids(list, func(t thing) string { return t.id }), ", ")
	}
	if a, b := order(old), order(next); a != b {
		p.Changes = append(p.Changes, Change{
			Action: Changed, Kind: kind, ID: "(all)", Fields: []FieldChange{{"order", a, b}},
		})
	}
}

func rank(a Action) int { return slices.Index([]Action{Removed, Changed, Added}, a) }

func differences(old, next thing) []FieldChange {
	var out []FieldChange
	for i, f := range next.fields {
		if old.fields[i].value != f.value {
			out = append(out, FieldChange{f.name, old.fields[i].value, f.value})
		}
	}
	return out
}

func regionFields(r Region) thing {
	return thing{string(r.ID), slices.Concat(
		textFields("name", r.Name), textFields("operated_by", r.OperatedBy), textFields("operated_from", r.OperatedFrom),
		[]field{{"since", r.Since}, {"time_zone", r.TimeZone}, {"hidden", strconv.FormatBool(r.Hidden)}},
	)}
}

func serviceFields(s Service) thing {
	return thing{string(s.ID), slices.Concat(
		textFields("name", s.Name), textFields("description", s.Description), textFields("group", s.Group),
		[]field{{"category", string(s.Category)}, {"bill_names", strings.Join(s.BillNames, ", ")}},
	)}
}

func componentFields(c Component) thing {
	return thing{string(c.ID()), []field{{"basis", string(c.Basis)}}}
}

func checkFields(c Check) thing {
	over := ids(c.Over, func(t Transport) string { return string(t) })
	vantages := ids(c.Vantages, func(v Vantage) string {
		return strings.TrimSpace(string(v.ID) + " in " + string(v.Zone) + " " + v.Target)
	})
	return thing{string(c.ID), []field{
		{"scope", c.Scope.String()},
		{"symptom", string(c.Symptom)},
		{"level", c.Level.String()},
		{"kind", string(c.Kind)},
		{"target", c.Target},
		{"transports", strings.Join(over, ", ")},
		{"every", c.Every.String()},
		{"timeout", c.Timeout.String()},
		{"names.hot", c.Names.Hot},
		{"names.unique", c.Names.Unique},
		{"names.outside", c.Names.Outside},
		{"expect", c.Expect},
		{"vantages", strings.Join(vantages, ", ")},
		{"quorum", fmt.Sprintf("%d vantages in %d zones", c.Quorum.Vantages, c.Quorum.Zones)},
	}}
}

func policyFields(p PolicyDocument) thing {
	return thing{string(p.ID), []field{{"document", p.YAML}}}
}

func textFields(name string, t health.Text) []field {
	var out []field
	for _, l := range health.Languages() {
		out = append(out, field{name + "." + string(l), t.In(l)})
	}
	return out
}
