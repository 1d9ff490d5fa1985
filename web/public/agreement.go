package public

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/sla"
)

// agreement is one published agreement through its versions.
type agreement struct {
	family  string
	current sla.Policy
	inForce bool         // current is; else it is the one that comes next, or was the last
	others  []sla.Policy // the latest first
}

// agreements are those of the catalogue that the board tells, and the names of those
// that this version of the program cannot read.
func (v view) agreements() (list []agreement, unread []string) {
	var policies []sla.Policy
	for _, d := range v.b.Plan.Policies {
		more, err := sla.ParsePolicy(string(d.ID), []byte(d.YAML))
		if err != nil {
			unread = append(unread, string(d.ID))
			continue
		}
		policies = append(policies, more...)
	}
	for _, family := range sla.Families(policies) {
		list = append(list, v.agreement(family, policies))
	}
	return list, unread
}

func (v view) agreement(family string, policies []sla.Policy) agreement {
	a := agreement{family: family}
	versions := slices.DeleteFunc(slices.Clone(policies), func(p sla.Policy) bool { return p.Family != family })
	slices.SortFunc(versions, func(x, y sla.Policy) int {
		return cmp.Or(y.InForce.From.Compare(x.InForce.From), cmp.Compare(x.ID, y.ID))
	})
	a.current, a.inForce = sla.Choose(policies, family, v.b.Now)
	if !a.inForce {
		a.current = v.nearest(versions)
	}
	a.others = slices.DeleteFunc(versions, func(p sla.Policy) bool { return p.ID == a.current.ID })
	return a
}

// nearest is, of versions that are not in force, the next to come, else the last
// that was; the latest stands first.
func (v view) nearest(versions []sla.Policy) sla.Policy {
	for _, p := range slices.Backward(versions) {
		if p.InForce.From.After(v.b.Now) {
			return p
		}
	}
	return versions[0]
}

// since says from when on a version is in force, or was.
func (v view) since(p sla.Policy) string {
	from := language.Day(v.l, inZone(p.InForce.From, p.Zone))
	switch {
	case p.InForce.From.After(v.b.Now):
		return v.Say("sla.from_then", "from", from)
	case p.InForce.Open():
		return v.Say("sla.since", "from", from)
	}
	last := language.Day(v.l, inZone(p.InForce.To, p.Zone).AddDate(0, 0, -1)) // the first day no longer in force is kept
	if p.InForce.Contains(v.b.Now) {
		return v.Say("sla.since_until", "from", from, "to", last)
	}
	return v.Say("sla.from_to", "from", from, "to", last)
}

func inZone(t time.Time, zone string) time.Time {
	if l, err := time.LoadLocation(zone); err == nil {
		return t.In(l)
	}
	return t
}

// downWords say what counts as down by a policy, a sentence each.
func (v view) downWords(p sla.Policy) []string {
	var list []string
	switch {
	case p.Predicate.Declared:
		list = append(list, v.Say("sla.down.declared"))
	case p.Predicate.Symptom != "":
		list = append(list, v.Say(language.Message("sla.down."+string(p.Predicate.Symptom))))
	default:
		list = append(list, v.Say("sla.down.level", "level", v.level(p.Predicate.MinLevel)))
	}
	list = append(list, v.Say(language.Message("sla.weight."+string(p.Weight))), v.Say(language.Message("sla.quantum."+string(p.Quantum))))
	if p.MinConsecutive > 0 {
		list = append(list, v.Say("sla.min_consecutive", "duration", v.duration(p.MinConsecutive)))
	}
	return append(list, v.Say(language.Message("sla.denominator."+string(p.Denominator))))
}

// exclusions say what does not count.
func (v view) exclusions(p sla.Policy) []string {
	var list []string
	for _, c := range p.ExcludeCauses {
		list = append(list, v.cause(c))
	}
	if p.Maintenance.Quota > 0 {
		list = append(list, v.Say("sla.maintenance", "notice", v.duration(p.Maintenance.Notice), "quota", v.duration(p.Maintenance.Quota)))
	}
	return list
}

// baseWords say of which charges a credit is a percentage, a sentence each.
func (v view) baseWords(p sla.Policy) []string {
	categories := make([]string, 0, len(p.Base.Categories))
	for _, c := range p.Base.Categories {
		categories = append(categories, v.named("sla.category.", c))
	}
	list := []string{
		v.Say("sla.base", "categories", language.List(v.l, categories)),
		v.Say(language.Message("sla.cost." + strings.ToLower(string(p.Base.Cost)))),
	}
	if p.Base.NotFrequency != "" {
		list = append(list, v.Say("sla.base_without", "frequency", v.named("sla.frequency.", p.Base.NotFrequency)))
	}
	return list
}

// named is the message for a word of an agreement's data, or the word itself where
// we have none for it.
func (v view) named(prefix, word string) string {
	id := language.Message(prefix + strings.ReplaceAll(strings.ToLower(word), "-", "_"))
	if v.Voice.Has(id) {
		return v.Say(id)
	}
	return word
}

// creditWords say how a credit is granted.
func (v view) creditWords(p sla.Policy) []string {
	list := []string{v.Say(language.Message("sla.payee." + string(p.Payee)))}
	for _, c := range slices.Sorted(maps.Keys(p.Terms.MinExclusive)) {
		list = append(list, v.Say("sla.minimum", "amount", v.money(c, p.Terms.MinExclusive[c])))
	}
	list = append(list, v.Say("sla.cap", "pct", p.Terms.CapPct.String()))
	if p.Terms.Carry {
		list = append(list, v.Say("sla.carry"))
	}
	return append(list, v.Say("sla.claim"))
}

// money writes an amount of an agreement as people do, or as it stands where it is
// finer than the currency.
func (v view) money(currency string, d sla.Decimal) string {
	minor, digits := d.Units(), language.MinorDigits(currency)-d.Scale()
	if digits < 0 {
		return d.String() + " " + currency
	}
	for range digits {
		minor *= 10
	}
	return language.Money(v.l, currency, minor)
}

// below is the range of availability of a tier, from the next one's threshold.
func (v view) below(tiers []sla.Tier, n int) string {
	if n+1 < len(tiers) {
		return v.Say("sla.between", "below", tiers[n].Below.String(), "from", tiers[n+1].Below.String())
	}
	return v.Say("sla.below", "below", tiers[n].Below.String())
}

// sourceLink is where an agreement is published, when that is an address on the web.
func sourceLink(p sla.Policy) (string, bool) {
	u, err := url.Parse(p.Source)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", false
	}
	return u.String(), true
}

// spoken is the language that words seem to be in, for who reads them aloud.
func spoken(words string) health.Language {
	if strings.ContainsFunc(words, func(r rune) bool { return unicode.Is(unicode.Hangul, r) }) {
		return health.Korean
	}
	return health.English
}
