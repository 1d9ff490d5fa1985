package sla

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// ParsePolicy reads the policies of a file, one in each YAML document. Every
// problem is told at once, as file:line, what is wrong and what to write
// instead; with any problem there is no policy.
func ParsePolicy(file string, body []byte) ([]Policy, error) {
	r := &reader{file: file}
	var out []Policy
	dec := yaml.NewDecoder(bytes.NewReader(body))
	for {
		var doc yaml.Node
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			r.problems.Add(file, strings.TrimPrefix(err.Error(), "yaml: "), "mend the YAML at the line it names")
			break
		}
		if len(doc.Content) == 1 {
			out = append(out, r.policy(doc.Content[0]))
		}
	}
	if len(out) == 0 && len(r.problems.Problems) == 0 {
		r.problems.Add(file, "there is no policy in the file", "write sla:, payee:, subject:, sli:, tiers:, base: and credit:")
	}
	if err := r.problems.Err(); err != nil {
		return nil, err
	}
	return out, nil
}

func (r *reader) policy(n *yaml.Node) Policy {
	p := Policy{Zone: "UTC", Weight: WeightBinary, Quantum: QuantumExact, Denominator: DenominatorCalendar}
	r.fields(n, "the policy", map[string]field{
		"sla":         func(n *yaml.Node) { r.head(n, &p) },
		"payee":       choice(r, "payee", &p.Payee, PayAccount, PayOrganization),
		"subject":     func(n *yaml.Node) { r.subject(n, &p) },
		"sli":         func(n *yaml.Node) { r.sli(n, &p) },
		"denominator": choice(r, "denominator", &p.Denominator, DenominatorCalendar, DenominatorDeployed),
		"exclude":     func(n *yaml.Node) { r.list(n, func(n *yaml.Node) { r.exclude(n, &p) }) },
		"tiers":       func(n *yaml.Node) { r.tiers(n, &p) },
		"base":        func(n *yaml.Node) { r.base(n, &p) },
		"credit":      func(n *yaml.Node) { r.terms(n, &p) },
	}, "sla", "payee", "subject", "sli", "tiers", "base", "credit")
	if p.Weight == WeightShare && p.Quantum != QuantumExact {
		r.bad(n, "weight share with quantum "+string(p.Quantum)+" is not computed yet", "write quantum: exact")
	}
	return p
}

func (r *reader) head(n *yaml.Node, p *Policy) {
	var id, from, to string
	var effective *yaml.Node
	r.fields(n, "sla", map[string]field{
		"id":     func(n *yaml.Node) { r.word(n, &id) },
		"family": func(n *yaml.Node) { r.word(n, &p.Family) },
		"effective": func(n *yaml.Node) {
			effective = n
			r.fields(n, "effective", map[string]field{
				"from": func(n *yaml.Node) { r.word(n, &from) },
				"to":   func(n *yaml.Node) { r.word(n, &to) },
			}, "from")
		},
		"tz":          func(n *yaml.Node) { r.zone(n, p) },
		"period":      r.only("period", "calendar_month"),
		"source":      func(n *yaml.Node) { r.word(n, &p.Source) },
		"verified":    choice(r, "verified", &p.Verified, VerifiedText, VerifiedSecondary, VerifiedMemory),
		"text_sha256": func(n *yaml.Node) { r.word(n, &p.TextSHA256) },
		"note":        func(n *yaml.Node) { r.word(n, &p.Note) },
	}, "id", "family", "effective", "verified")
	p.ID = health.PolicyID(id)
	if effective != nil {
		p.InForce = r.inForce(effective, p.Zone, from, to)
	}
	if (p.Verified == VerifiedText) != (p.TextSHA256 != "") {
		r.bad(n, "text_sha256 belongs to verified: text, and only to it", "give the SHA-256 of the text, or another verified")
	}
}

func (r *reader) zone(n *yaml.Node, p *Policy) {
	if _, err := (Month{2018, time.November}).In(n.Value); err != nil {
		r.bad(n, fmt.Sprintf("%q is not a time zone", n.Value), "write an IANA name such as UTC or Asia/Seoul")
		return
	}
	p.Zone = n.Value
}

func (r *reader) inForce(n *yaml.Node, zone, from, to string) health.Interval {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	day := func(s string) time.Time {
		t, err := time.ParseInLocation(time.DateOnly, s, loc)
		if err != nil && s != "" {
			r.bad(n, fmt.Sprintf("%q is not a date", s), "write a date such as 2018-02-12")
		}
		return t.UTC()
	}
	out := health.Interval{From: day(from)}
	if to != "" {
		out.To = day(to)
		if !out.From.Before(out.To) {
			r.bad(n, "effective ends before it begins", "write the first day in force as from, the first day no longer in force as to")
		}
	}
	return out
}

func (r *reader) subject(n *yaml.Node, p *Policy) {
	var service string
	r.fields(n, "subject", map[string]field{
		"service":       func(n *yaml.Node) { r.word(n, &service) },
		"grain":         r.only("grain", "account_region"),
		"bill_services": func(n *yaml.Node) { r.words(n, &p.BillServices) },
	}, "service", "grain", "bill_services")
	p.Service = health.ServiceID(service)
}

func (r *reader) sli(n *yaml.Node, p *Policy) {
	r.fields(n, "sli", map[string]field{
		"kind": r.only("kind", "downtime"),
		"predicate": func(n *yaml.Node) {
			predicate, err := ParsePredicate(n.Value)
			if f, ok := errors.AsType[*fault.Error](err); ok {
				r.bad(n, f.What, f.Remedy)
			}
			p.Predicate = predicate
		},
		"weight":          choice(r, "weight", &p.Weight, WeightBinary, WeightShare),
		"quantum":         choice(r, "quantum", &p.Quantum, QuantumExact, QuantumFloorMinute, QuantumCeil, QuantumTouched),
		"min_consecutive": func(n *yaml.Node) { r.duration(n, &p.MinConsecutive) },
	}, "kind", "predicate")
}

func (r *reader) exclude(n *yaml.Node, p *Policy) {
	if n.Kind == yaml.ScalarNode {
		p.ExcludeCauses = append(p.ExcludeCauses, n.Value)
		return
	}
	r.fields(n, "exclude", map[string]field{
		"maintenance": func(n *yaml.Node) {
			r.fields(n, "maintenance", map[string]field{
				"notice": func(n *yaml.Node) { r.duration(n, &p.Maintenance.Notice) },
				"quota":  func(n *yaml.Node) { r.duration(n, &p.Maintenance.Quota) },
			}, "notice", "quota")
		},
	})
}

func (r *reader) tiers(n *yaml.Node, p *Policy) {
	hundred := Decimal{units: 100}
	r.list(n, func(n *yaml.Node) {
		var t Tier
		r.fields(n, "a tier", map[string]field{
			"below": func(n *yaml.Node) { r.decimal(n, &t.Below) },
			"pct":   func(n *yaml.Node) { r.decimal(n, &t.Pct) },
		}, "below", "pct")
		if t.Below.Compare(hundred) > 0 || t.Pct.Compare(hundred) > 0 {
			r.bad(n, "a tier is above 100 %", "write percentages from 0 to 100")
		}
		if k := len(p.Tiers); k > 0 && (t.Below.Compare(p.Tiers[k-1].Below) >= 0 || t.Pct.Compare(p.Tiers[k-1].Pct) <= 0) {
			r.bad(n, "tiers are out of order", "write the highest threshold first; lower ones must grant more")
		}
		p.Tiers = append(p.Tiers, t)
	})
	if len(p.Tiers) == 0 {
		r.bad(n, "there is no tier", `write - {below: "99.99", pct: "10"}`)
	}
}

func (r *reader) base(n *yaml.Node, p *Policy) {
	r.fields(n, "base", map[string]field{
		"categories":    func(n *yaml.Node) { r.words(n, &p.Base.Categories) },
		"frequency_not": func(n *yaml.Node) { r.word(n, &p.Base.NotFrequency) },
		"cost":          choice(r, "cost", &p.Base.Cost, BilledCost, EffectiveCost),
	}, "categories", "cost")
	for _, c := range p.Base.Categories {
		if c != "Usage" && c != "Purchase" {
			r.bad(n, fmt.Sprintf("category %q is never part of a base", c), "write Usage, Purchase or both")
		}
	}
}

func (r *reader) terms(n *yaml.Node, p *Policy) {
	r.fields(n, "credit", map[string]field{
		"round":         r.only("round", "half_even"),
		"min_exclusive": func(n *yaml.Node) { r.minimum(n, &p.Terms) },
		"cap_pct":       func(n *yaml.Node) { r.decimal(n, &p.Terms.CapPct) },
		"stack":         r.only("stack", "max"),
		"apply_to":      r.only("apply_to", "same_service"),
		"carry": func(n *yaml.Node) {
			var word string
			choice(r, "carry", &word, "true", "false")(n)
			p.Terms.Carry = word == "true"
		},
		"clawback": r.only("clawback", "never"),
		"claim":    r.only("claim", "automatic"),
	}, "round", "min_exclusive", "cap_pct", "carry", "clawback")
}

func (r *reader) minimum(n *yaml.Node, t *Terms) {
	if n.Kind == yaml.ScalarNode && n.Value == "none" {
		t.NoMinimum = true
		return
	}
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		r.bad(n, "min_exclusive names no currency", `write none, or {USD: "1.00"}`)
		return
	}
	t.MinExclusive = map[string]Decimal{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		var d Decimal
		r.decimal(n.Content[i+1], &d)
		if _, twice := t.MinExclusive[n.Content[i].Value]; twice {
			r.bad(n.Content[i], "the currency stands twice", "keep one of the two")
		}
		t.MinExclusive[n.Content[i].Value] = d
	}
}
