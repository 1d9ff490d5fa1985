package credit

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/sla"
)

// Base is what one account was charged for one service in one region, summed
// from a bill by the policy's choice of lines and column.
type Base struct {
	BillingAccount string
	Account        health.AccountID // the sub account, else the billing account
	BillService    string           // the bill's own name of the service
	Region         health.RegionID
	Currency       string
	Cost           Amount
	Rows           int64
}

// Position is what was posted for an identity so far.
type Position struct {
	Key      Key
	Posted   Money
	Sequence int64 // how many postings
}

// Inputs are everything a plan is computed from.
type Inputs struct {
	Row       sla.Row // with the scope and the month
	Policy    sla.Policy
	Payee     sla.Payee
	Bases     []Base             // of the scope and month alone
	Affected  []health.AccountID // had a live resource in the scope while it was down
	Positions []Position
}

// Plan computes the lines of a run, sorted by key: one for every payee that was
// charged in the scope or was posted something before. The same inputs, in any
// order, give the same lines. A month that was posted to the other kind of payee
// is a Conflict: its accounts would be granted twice.
func Plan(in Inputs) ([]Line, error) {
	for _, p := range in.Positions {
		if p.Key.Payee.Kind != in.Payee {
			return nil, fault.New(fault.Conflict, "payee", fmt.Sprintf("credits of %s in %s were posted to each %s already", in.Row.Month, in.Row.Scope(), p.Key.Payee.Kind),
				"plan with payee "+string(p.Key.Payee.Kind))
		}
	}
	groups := in.group()
	for _, p := range in.Positions {
		if _, charged := groups[p.Key]; !charged {
			groups[p.Key] = &group{}
		}
	}
	positions := map[Key]Position{}
	for _, p := range in.Positions {
		positions[p.Key] = p
	}
	lines := make([]Line, 0, len(groups))
	for key, g := range groups {
		line, err := in.line(key, g, positions[key])
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	slices.SortFunc(lines, func(a, b Line) int { return a.Key.Compare(b.Key) })
	return lines, nil
}

// group is what one payee's affected accounts were charged.
type group struct {
	affected map[health.AccountID]Amount
}

func (in Inputs) group() map[Key]*group {
	affected := make(map[health.AccountID]bool, len(in.Affected))
	for _, a := range in.Affected {
		affected[a] = true
	}
	groups := map[Key]*group{}
	for _, b := range in.Bases {
		key := Key{Payee: in.payee(b), Family: in.Policy.Family, Month: in.Row.Month, Scope: in.Row.Scope(), Currency: b.Currency}
		g := groups[key]
		if g == nil {
			g = &group{affected: map[health.AccountID]Amount{}}
			groups[key] = g
		}
		if affected[b.Account] {
			g.affected[b.Account] = g.affected[b.Account].Add(b.Cost)
		}
	}
	return groups
}

// payee of a base. Who pays for an account is what the month's own bill says: it
// stays so whoever pays later, and so the identity does.
func (in Inputs) payee(b Base) Payee {
	if in.Payee == sla.PayAccount {
		return Payee{Kind: sla.PayAccount, ID: string(b.Account)}
	}
	return Payee{Kind: sla.PayOrganization, ID: b.BillingAccount}
}

func (in Inputs) line(key Key, g *group, before Position) (Line, error) {
	l := Line{
		Key: key, State: sla.NotEligible, Pct: in.Row.TierPct, Sequence: before.Sequence,
		Target: Money{Currency: key.Currency}, Post: Money{Currency: key.Currency},
		Posted: Money{Minor: before.Posted.Minor, Currency: key.Currency}, Parts: []Part{},
	}
	for _, cost := range g.affected {
		l.Base = l.Base.Add(cost)
	}
	target, err := in.target(&l, len(g.affected) > 0)
	if err != nil {
		return l, err
	}
	l.Target = target
	l.Post.Minor = max(0, l.Target.Minor-l.Posted.Minor) // what was granted is never taken back
	if l.Post.Minor > 0 && l.Sequence > 0 {
		l.Class = Correction
	}
	if l.Reason == Granted && l.Post.Minor == 0 {
		l.Reason = AlreadyPosted
	}
	l.Arithmetic += fmt.Sprintf("; posted before %s, posts %s %s", l.Posted, l.Post, key.Currency)
	if l.Post.Minor > 0 {
		l.Parts, err = parts(l.Post, g.affected)
	}
	return l, err
}

// target is what the identity is worth; it sets the line's state, reason and
// the first half of its arithmetic.
func (in Inputs) target(l *Line, affected bool) (Money, error) {
	none := Money{Currency: l.Key.Currency}
	l.Arithmetic = "0"
	switch {
	case l.Pct.Zero():
		l.Reason = AboveTier
		return none, nil
	case !affected:
		l.Reason = NotAffected
		return none, nil
	case l.Base.Sign() <= 0:
		l.Reason = NoCharges
		return none, nil
	}
	sum, exact, err := Percent(l.Base, l.Pct, l.Key.Currency)
	if err != nil {
		return none, err
	}
	limit, _, err := Percent(l.Base, in.Policy.Terms.CapPct, l.Key.Currency)
	if err != nil {
		return none, err
	}
	l.Arithmetic = fmt.Sprintf("%s × %s %% = %s → %s", l.Base, l.Pct, exact, sum)
	if sum.Minor > limit.Minor {
		sum = limit
		l.Arithmetic += fmt.Sprintf(", at most %s %% = %s", in.Policy.Terms.CapPct, limit)
	}
	minimum, named, err := in.minimum(l.Key.Currency)
	if err != nil {
		return none, err
	}
	if named && sum.Minor <= minimum.Minor {
		l.Reason = BelowMinimum
		l.Arithmetic += fmt.Sprintf(", not more than %s", minimum)
		return none, nil
	}
	l.State, l.Reason = sla.Eligible, Granted
	return sum, nil
}

// minimum is the sum a credit must exceed. A currency without one is refused
// unless the policy says that there is none at all.
func (in Inputs) minimum(currency string) (Money, bool, error) {
	if in.Policy.Terms.NoMinimum {
		return Money{}, false, nil
	}
	d, ok := in.Policy.Terms.MinExclusive[currency]
	if !ok {
		named := slices.Sorted(maps.Keys(in.Policy.Terms.MinExclusive))
		return Money{}, false, fault.New(fault.Invalid, "policy "+string(in.Policy.ID),
			"min_exclusive names no minimum for "+currency, "it names "+strings.Join(named, ", ")+"; add "+currency+" to the policy")
	}
	m, err := ParseMoney(d.String(), currency)
	return m, true, err
}

func parts(post Money, bases map[health.AccountID]Amount) ([]Part, error) {
	accounts := slices.Sorted(maps.Keys(bases))
	weights := make([]Amount, len(accounts))
	for i, a := range accounts {
		weights[i] = bases[a]
	}
	shares, err := Allocate(post.Minor, weights)
	if err != nil {
		return nil, err
	}
	out := make([]Part, len(accounts))
	for i, a := range accounts {
		out[i] = Part{Account: a, Base: weights[i], Amount: Money{Minor: shares[i], Currency: post.Currency}}
	}
	return out, nil
}

// withoutCharges lists the affected accounts that no bill names, sorted.
func (in Inputs) withoutCharges() []health.AccountID {
	charged := map[health.AccountID]bool{}
	for _, b := range in.Bases {
		charged[b.Account] = true
	}
	out := slices.DeleteFunc(slices.Clone(in.Affected), func(a health.AccountID) bool { return charged[a] })
	slices.Sort(out)
	return append([]health.AccountID{}, slices.Compact(out)...)
}

func sortBy[T any](list []T, key func(T) string) {
	slices.SortFunc(list, func(a, b T) int { return strings.Compare(key(a), key(b)) })
}
