package credit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/sla"
)

// Party is the words by which a bill names whom and what a row is about. They
// are copied from the target bill's own rows.
type Party struct {
	BillingAccountID, BillingAccountName, BillingAccountType string
	SubAccountID, SubAccountName, SubAccountType             string
	Invoice, Issuer, Provider, Publisher                     string
	ServiceCategory, ServiceSubcategory, ServiceName         string
	RegionID, RegionName                                     string
	Billing                                                  health.Interval // the billing period
}

// Due is what one account still pays on one invoice of the target bill for the
// scope, before tax.
type Due struct {
	Account  health.AccountID
	Currency string
	Amount   Amount
	Party    Party
}

// Billed is an account that has a bill in a currency at all.
type Billed struct {
	Account  health.AccountID
	Currency string
}

// Target is what was read of the bill that credits go on.
type Target struct {
	File    File
	Dues    []Due
	Billed  []Billed
	Repairs []Repair
}

// Use is what of a run's part was taken off one invoice: a row on the bill.
type Use struct {
	Run         health.CreditRunID `json:"run"`
	Key         Key                `json:"key"`
	Account     health.AccountID   `json:"account"`
	Sequence    int64              `json:"sequence"` // of the account's uses of this key in the run, from 1
	Bill        sla.Month          `json:"bill"`
	Amount      Money              `json:"amount"` // positive
	Class       string             `json:"class,omitempty"`
	Description string             `json:"description"`
	Charge      health.Interval    `json:"charge"` // the month of the outage
	Party       Party              `json:"party"`
}

// Balance is what is left for an account.
type Balance struct {
	Key     Key              `json:"key"`
	Account health.AccountID `json:"account"`
	Amount  Money            `json:"amount"`
}

// Settlement is what becomes of a run on one bill.
type Settlement struct {
	New     []Use     `json:"new"`     // to be saved: nothing when it is repeated
	Rows    []Use     `json:"rows"`    // every row of this run on this bill, sorted
	Carried []Balance `json:"carried"` // goes to the account's next bill
	ByHand  []Balance `json:"by_hand"` // the account has no such bill: pay by hand
	Repairs []Repair  `json:"repairs"`
}

// Uses are the uses known before a settlement.
type Uses struct {
	OfRun  []Use // this run's, on every bill
	OnBill []Use // other runs' of the scope, on this bill
}

// Settle takes a posted run's credits off a bill: each account's first invoice
// first, none below zero. What a bill cannot take is carried. Repeating it on
// the same bill gives the same rows and nothing new.
func (r Run) Settle(bill sla.Month, target Target, before Uses) (Settlement, error) {
	s := settling{run: r, bill: bill, used: map[claim]int64{}, count: map[claim]int64{}, billed: map[Billed]bool{}}
	for _, b := range target.Billed {
		s.billed[b] = true
	}
	for _, u := range before.OfRun {
		s.used[claim{u.Key, u.Account}] += u.Amount.Minor
		s.count[claim{u.Key, u.Account}]++
		if u.Bill == bill {
			s.out.Rows = append(s.out.Rows, u)
		}
	}
	if err := s.room(target.Dues, slices.Concat(s.out.Rows, before.OnBill)); err != nil {
		return Settlement{}, err
	}
	for _, l := range r.Lines {
		for _, p := range l.Parts {
			s.settle(l, p)
		}
	}
	s.out.Rows = append(s.out.Rows, s.out.New...)
	slices.SortFunc(s.out.Rows, func(a, b Use) int {
		return cmp.Or(a.Key.Compare(b.Key), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Sequence, b.Sequence))
	})
	s.out.Repairs = target.Repairs
	return s.out, nil
}

// claim is what one account has of one identity.
type claim struct {
	key     Key
	account health.AccountID
}

// space is what one invoice can still take.
type space struct {
	party Party
	minor int64
}

type settling struct {
	run    Run
	bill   sla.Month
	used   map[claim]int64
	count  map[claim]int64
	spaces map[Billed][]*space // sorted by invoice
	billed map[Billed]bool
	out    Settlement
}

// room finds what each invoice can take, in whole minor units, less the rows
// that stand on it already.
func (s *settling) room(dues []Due, rows []Use) error {
	s.spaces = map[Billed][]*space{}
	for _, d := range dues {
		m, err := RoundDown(d.Amount, d.Currency)
		if err != nil {
			return err
		}
		b := Billed{d.Account, d.Currency}
		s.spaces[b] = append(s.spaces[b], &space{party: d.Party, minor: m.Minor})
	}
	for _, list := range s.spaces {
		slices.SortFunc(list, func(a, b *space) int { return cmp.Compare(a.party.order(), b.party.order()) })
	}
	for _, u := range rows {
		left := u.Amount.Minor
		for _, sp := range s.spaces[Billed{u.Account, u.Amount.Currency}] {
			if sp.party.order() == u.Party.order() {
				take := min(left, sp.minor)
				sp.minor, left = sp.minor-take, left-take
			}
		}
	}
	return nil
}

func (p Party) order() string {
	return strings.Join([]string{p.Invoice, p.Issuer, p.BillingAccountID, p.SubAccountID, p.ServiceName}, "\x00")
}

func (s *settling) settle(l Line, p Part) {
	c := claim{l.Key, p.Account}
	left := p.Amount.Minor - s.used[c]
	who := Billed{p.Account, p.Amount.Currency}
	for _, sp := range s.spaces[who] {
		take := min(left, sp.minor)
		if take <= 0 {
			continue
		}
		left, sp.minor = left-take, sp.minor-take
		s.count[c]++
		s.out.New = append(s.out.New, s.use(l, p, take, sp.party))
	}
	if left <= 0 {
		return
	}
	b := Balance{Key: l.Key, Account: p.Account, Amount: Money{Minor: left, Currency: p.Amount.Currency}}
	if s.billed[who] && s.run.Carry {
		s.out.Carried = append(s.out.Carried, b)
	} else {
		s.out.ByHand = append(s.out.ByHand, b)
	}
}

func (s *settling) use(l Line, p Part, minor int64, party Party) Use {
	row := s.run.Availability
	incidents := make([]string, len(row.Incidents))
	for i, id := range row.Incidents {
		incidents[i] = string(id)
	}
	return Use{
		Run: s.run.ID, Key: l.Key, Account: p.Account, Sequence: s.count[claim{l.Key, p.Account}], Bill: s.bill,
		Amount: Money{Minor: minor, Currency: p.Amount.Currency}, Class: l.Class, Charge: s.run.Period, Party: party,
		Description: fmt.Sprintf("SLA credit %s in %s, %s: availability %s %% (%s), tier %s %%, incident %s",
			row.Service, row.Region, row.Month, row.Percent, row.Determination, l.Pct, strings.Join(incidents, " ")),
	}
}
