package expect

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Message is one thing one address must be told, and in which language.
type Message struct {
	Address  string
	Kind     string // update, summary or credit
	Sequence int    // of an update; 0 otherwise
	Language string
}

// Credit is what one account must get.
type Credit struct {
	Minor    int64 // of Currency, positive
	Currency string
}

// String writes the credit with the decimals of its currency.
func (c Credit) String() string {
	if c.Currency == "KRW" {
		return strconv.FormatInt(c.Minor, 10)
	}
	return fmt.Sprintf("%d.%02d", c.Minor/100, c.Minor%100)
}

// Expected is what must come of the replay.
type Expected struct {
	Accounts  int
	Affected  []string          // account ids, sorted
	Relevance map[string]string // account id → word
	Messages  []Message         // sorted
	Credits   map[string]Credit // account id → credit; those who get none are absent
	ByHand    []string          // accounts with a credit and no December charges, sorted
	Minutes   int               // declared
	Percent   string            // declared availability, six decimals
	Tier      string            // declared
}

// Expect works it out.
func (in Input) Expect() Expected {
	e := Expected{Accounts: len(in.accounts), Relevance: map[string]string{}, Credits: map[string]Credit{}}
	down := in.Script.Declared.To.Sub(in.Script.Declared.From)
	e.Minutes = int(down / time.Minute)
	available := in.availability(down)
	e.Percent, e.Tier = percent(available), in.tier(available)
	for id, a := range in.accounts {
		e.Relevance[id] = in.relevance(a)
		if e.Relevance[id] != "impacted" {
			continue
		}
		e.Affected = append(e.Affected, id)
		if c := in.credit(a, e.Tier); c.Minor > 0 {
			e.Credits[id] = c
			if a.december.Sign() == 0 {
				e.ByHand = append(e.ByHand, id)
			}
		}
	}
	slices.Sort(e.Affected)
	slices.Sort(e.ByHand)
	e.Messages = in.messages(e)
	return e
}

// availability is the exact share of the month that was not down.
func (in Input) availability(down time.Duration) *big.Rat {
	first, _ := time.Parse("2006-01", in.Script.Month)
	month := first.AddDate(0, 1, 0).Sub(first)
	return big.NewRat(int64(month-down), int64(month))
}

func percent(r *big.Rat) string { return new(big.Rat).Mul(r, big.NewRat(100, 1)).FloatString(6) }

// tier is the highest percentage whose threshold the availability lies below.
func (in Input) tier(available *big.Rat) string {
	best, word := new(big.Rat), "0"
	for _, t := range in.Script.Tiers {
		below, _ := new(big.Rat).SetString(t.Below)
		pct, _ := new(big.Rat).SetString(t.Pct)
		if available.Cmp(below.Quo(below, big.NewRat(100, 1))) < 0 && pct.Cmp(best) > 0 {
			best, word = pct, t.Pct
		}
	}
	return word
}

func (in Input) relevance(a *account) string {
	var here, hit, others bool
	for _, r := range a.resources {
		if r.region != in.Script.Region {
			continue
		}
		if r.service != in.Script.Service {
			others = true
			continue
		}
		here = true
		if r.from.Before(in.Script.Declared.To) && (r.to.IsZero() || r.to.After(in.Script.Declared.From)) {
			hit = true
		}
	}
	switch {
	case hit:
		return "impacted"
	case here:
		return "related"
	case others:
		return "partially_related"
	}
	return "not_impacted"
}

// credit is the tier's percentage of the base, rounded half to even, if it is
// above the minimum of the currency.
func (in Input) credit(a *account, tier string) Credit {
	digits := int64(100)
	if a.currency == "KRW" {
		digits = 1
	}
	pct, _ := new(big.Rat).SetString(tier)
	exact := new(big.Rat).Mul(a.base, pct)
	exact.Mul(exact, big.NewRat(digits, 100))
	minor := halfEven(exact)
	least, ok := new(big.Rat).SetString(in.Script.Minimum[a.currency])
	if !ok || big.NewRat(minor, digits).Cmp(least) <= 0 {
		return Credit{}
	}
	return Credit{Minor: minor, Currency: a.currency}
}

func halfEven(r *big.Rat) int64 {
	twice := new(big.Int).Mul(r.Num(), big.NewInt(2))
	whole, rest := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	twice.Mul(rest, big.NewInt(2))
	switch twice.Cmp(r.Denom()) {
	case 1:
		whole.Add(whole, big.NewInt(1))
	case 0:
		if whole.Bit(0) == 1 {
			whole.Add(whole, big.NewInt(1))
		}
	}
	return whole.Int64()
}

// messages lists what every address must be told: each update and the summary to
// the readers of affected accounts, a notice to those of credited ones.
func (in Input) messages(e Expected) []Message {
	steps := map[string]int{}
	for _, s := range in.Script.Steps {
		steps[s.Do]++
	}
	told := map[Message]bool{}
	for _, id := range e.Affected {
		_, due := e.Credits[id]
		for address, language := range in.accounts[id].readers {
			for n := range steps["update"] {
				told[Message{Address: address, Kind: "update", Sequence: n + 1, Language: language}] = true
			}
			if steps["publish_summary"] > 0 {
				told[Message{Address: address, Kind: "summary", Language: language}] = true
			}
			if due && steps["approve_credit"] > 0 {
				told[Message{Address: address, Kind: "credit", Language: language}] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(told), compare)
}

func compare(a, b Message) int {
	return strings.Compare(a.String(), b.String())
}

// What names what is told: "update 3", "summary" or "credit".
func (m Message) What() string {
	if m.Kind == "update" {
		return fmt.Sprintf("update %d", m.Sequence)
	}
	return m.Kind
}

// String names the message as a problem does.
func (m Message) String() string {
	return fmt.Sprintf("%s to %s in %s", m.What(), m.Address, m.Language)
}

// Totals sums the credits by currency, in minor units.
func (e Expected) Totals() map[string]int64 {
	out := map[string]int64{}
	for _, c := range e.Credits {
		out[c.Currency] += c.Minor
	}
	return out
}
