package credit

import (
	"cmp"
	"slices"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/sla"
)

// Grant is one account's share of a run's line, as its own pages and notices
// show it. A share of nothing is one too: its reason says why.
type Grant struct {
	Run          health.CreditRunID
	State        State // of the run
	Account      health.AccountID
	Availability sla.Row
	Line         Line
	Base         Amount // the account's own charges
	Amount       Money  // what the run grants it
	Uses         []Use  // what was taken off bills so far, in order
}

// Applied is what was taken off bills so far, and the last such bill; the zero
// month when there is none.
func (g Grant) Applied() (Money, sla.Month) {
	sum, last := Money{Currency: g.Amount.Currency}, sla.Month{}
	for _, u := range g.Uses {
		sum.Minor += u.Amount.Minor
		if last == (sla.Month{}) || u.Bill.Compare(last) > 0 {
			last = u.Bill
		}
	}
	return sum, last
}

// Holding is one line of a run, without the rest of the run.
type Holding struct {
	Run          health.CreditRunID
	State        State
	Availability sla.Row
	Line         Line
}

// GrantsOf are an account's shares of holdings, the newest month first, and of
// equal months in the order of the holdings, the newest last. Of runs that grant
// an identity nothing only the newest is kept, and none beside one that grants
// something. Of plans only the newest is kept, and none beside a run that was
// posted.
func GrantsOf(account health.AccountID, holdings []Holding, uses []Use) []Grant {
	var out []Grant
	place := map[Key]int{}
	for _, h := range holdings {
		g, ok := h.grant(account)
		if !ok {
			continue
		}
		for _, u := range uses {
			if u.Run == h.Run && u.Key == h.Line.Key && u.Account == account {
				g.Uses = append(g.Uses, u)
			}
		}
		at, seen := place[h.Line.Key]
		switch {
		case seen && g.Amount.Minor == 0 && out[at].Amount.Minor > 0:
		case seen && out[at].Amount.Minor == 0:
			out[at] = g
		default:
			place[h.Line.Key] = len(out)
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(a, b Grant) int { return b.Line.Key.Month.Compare(a.Line.Key.Month) })
	return withoutDeadPlans(out)
}

// withoutDeadPlans leaves out plans that came to nothing.
func withoutDeadPlans(grants []Grant) []Grant {
	counts := map[Key]Grant{} // for each identity: one that was posted, else the newest plan
	for _, g := range grants {
		if was, ok := counts[g.Line.Key]; !ok || was.State == Planned {
			counts[g.Line.Key] = g
		}
	}
	return slices.DeleteFunc(grants, func(g Grant) bool {
		return g.State == Planned && counts[g.Line.Key].Run != g.Run
	})
}

// Grants are every account's shares of what the run posts, sorted by account,
// then currency.
func (r Run) Grants() []Grant {
	var out []Grant
	for _, l := range r.Lines {
		for _, p := range l.Parts {
			if g, ok := (Holding{Run: r.ID, State: r.State, Availability: r.Availability, Line: l}).grant(p.Account); ok && g.Amount.Minor > 0 {
				out = append(out, g)
			}
		}
	}
	slices.SortFunc(out, func(a, b Grant) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), a.Line.Key.Compare(b.Line.Key))
	})
	return out
}

// FirstBill is the month of the first bill a run can go on: that of its approval,
// but no earlier than the month after the outage.
func (r Run) FirstBill() sla.Month {
	next, approved := r.Availability.Month.Next(), sla.MonthOf(r.ApprovedAt)
	if !r.ApprovedAt.IsZero() && approved.Compare(next) > 0 {
		return approved
	}
	return next
}

func (h Holding) grant(account health.AccountID) (Grant, bool) {
	g := Grant{
		Run: h.Run, State: h.State, Account: account, Availability: h.Availability, Line: h.Line,
		Amount: Money{Currency: h.Line.Key.Currency},
	}
	for _, p := range h.Line.Parts {
		if p.Account == account {
			g.Base, g.Amount = p.Base, p.Amount
			return g, true
		}
	}
	g.Base = h.Line.Base
	return g, h.Line.Key.Payee == Payee{Kind: sla.PayAccount, ID: string(account)}
}
