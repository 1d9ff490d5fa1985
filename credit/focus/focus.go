// Package focus reads and writes bills in the FinOps Open Cost and Usage
// Specification, as CSV.
//
// Files of versions 1.0 to 1.4 are read leniently: what is plainly meant is read
// around and reported, with the number of rows and the first of them. What could
// be meant in two ways is refused, with row and column, and then nothing is read
// at all. Rows of credit are written strictly as version 1.2 has them. Files are
// streamed; only the columns that are needed are looked at.
package focus

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strings"

	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/health"
)

// Format is FOCUS as CSV. The zero value works.
type Format struct{}

var _ credit.Bills = Format{}

// Bases sums the charges of a selection by billing account, account, service,
// region and currency: rows of the month's billing period in one of the
// categories and not of the frequency left out. An account is the sub account,
// or the billing account where there is none. Sums are exact.
func (Format) Bases(ctx context.Context, bill io.Reader, name string, sel credit.Selection) (credit.Usage, error) {
	s, err := open(bill, name)
	if err != nil {
		return credit.Usage{}, err
	}
	if err := s.need(string(sel.Cost)); err != nil {
		return credit.Usage{}, err
	}
	type group struct{ billing, account, service, region, currency string }
	sums := map[group]*credit.Base{}
	err = s.each(ctx, sel, func(r *row) {
		if !wanted(sel, r) {
			return
		}
		g := group{r.text(billingAccountID), string(r.account()), r.text(serviceName), r.text(regionID), r.currency}
		b := sums[g]
		if b == nil {
			g = group{strings.Clone(g.billing), strings.Clone(g.account), strings.Clone(g.service), strings.Clone(g.region), strings.Clone(g.currency)}
			b = &credit.Base{BillingAccount: g.billing, Account: health.AccountID(g.account), BillService: g.service, Region: health.RegionID(g.region), Currency: g.currency}
			sums[g] = b
		}
		cost := r.billed
		if sel.Effective() {
			cost = r.effective
		}
		b.Cost, b.Rows = b.Cost.Add(cost), b.Rows+1
	})
	if err != nil {
		return credit.Usage{}, err
	}
	out := credit.Usage{File: s.file(), Repairs: s.report(), Bases: make([]credit.Base, 0, len(sums))}
	for _, b := range sums {
		out.Bases = append(out.Bases, *b)
	}
	slices.SortFunc(out.Bases, func(a, b credit.Base) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.BillService, b.BillService), cmp.Compare(a.Region, b.Region),
			cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.BillingAccount, b.BillingAccount))
	})
	return out, nil
}

// wanted reports whether a row is part of a base.
func wanted(sel credit.Selection, r *row) bool {
	return inScope(sel, r) && slices.Contains(sel.Categories, r.category) &&
		(sel.NotFrequency == "" || r.frequency != sel.NotFrequency)
}

func inScope(sel credit.Selection, r *row) bool {
	return slices.Contains(sel.Services, r.text(serviceName)) && r.text(regionID) == string(sel.Region)
}

// Target finds what each account still pays for the selection on each invoice of
// the month's bill: BilledCost of every category but Tax, credits and
// adjustments included. It also lists who has any row in the bill.
func (Format) Target(ctx context.Context, bill io.Reader, name string, sel credit.Selection) (credit.Target, error) {
	s, err := open(bill, name)
	if err != nil {
		return credit.Target{}, err
	}
	billed := map[credit.Billed]bool{}
	dues := map[[5]string]*credit.Due{}
	err = s.each(ctx, sel, func(r *row) {
		who := credit.Billed{Account: r.account(), Currency: r.currency}
		if !billed[who] {
			billed[credit.Billed{Account: health.AccountID(strings.Clone(string(who.Account))), Currency: strings.Clone(who.Currency)}] = true
		}
		if r.category == "Tax" || !inScope(sel, r) {
			return
		}
		key := [5]string{string(who.Account), r.currency, r.text(invoiceID), r.text(billingAccountID), r.text(serviceName)}
		d := dues[key]
		if d == nil {
			for i := range key {
				key[i] = strings.Clone(key[i])
			}
			d = &credit.Due{Account: health.AccountID(key[0]), Currency: key[1], Party: r.party()}
			dues[key] = d
		}
		d.Amount = d.Amount.Add(r.billed)
	})
	if err != nil {
		return credit.Target{}, err
	}
	out := credit.Target{File: s.file(), Repairs: s.report()}
	for b := range billed {
		out.Billed = append(out.Billed, b)
	}
	slices.SortFunc(out.Billed, func(a, b credit.Billed) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Currency, b.Currency))
	})
	for _, d := range dues {
		out.Dues = append(out.Dues, *d)
	}
	slices.SortFunc(out.Dues, func(a, b credit.Due) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Party.Invoice, b.Party.Invoice),
			cmp.Compare(a.Party.BillingAccountID, b.Party.BillingAccountID), cmp.Compare(a.Party.ServiceName, b.Party.ServiceName))
	})
	return out, nil
}

// account is whose row it is: the sub account, else the billing account.
func (r *row) account() health.AccountID {
	if a := r.text(subAccountID); a != "" {
		return health.AccountID(a)
	}
	return health.AccountID(r.text(billingAccountID))
}

// party copies the words that name whom and what the row is about.
func (r *row) party() credit.Party {
	word := func(c column) string { return strings.Clone(r.text(c)) }
	return credit.Party{
		BillingAccountID: word(billingAccountID), BillingAccountName: word("BillingAccountName"), BillingAccountType: word("BillingAccountType"),
		SubAccountID: word(subAccountID), SubAccountName: word("SubAccountName"), SubAccountType: word("SubAccountType"),
		Invoice: word(invoiceID), Issuer: word("InvoiceIssuerName"), Provider: r.provider(), Publisher: word("PublisherName"),
		ServiceCategory: word("ServiceCategory"), ServiceSubcategory: word("ServiceSubcategory"), ServiceName: word(serviceName),
		RegionID: word(regionID), RegionName: word("RegionName"), Billing: r.billing,
	}
}

// provider is ProviderName, which version 1.4 calls ServiceProviderName.
func (r *row) provider() string {
	if p := r.text("ProviderName"); p != "" {
		return strings.Clone(p)
	}
	return strings.Clone(r.text("ServiceProviderName"))
}
