package app

import (
	"context"

	"github.com/bonghwa/bonghwa/api"
	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/notify"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/web/mine"
)

// records reads across rooms for the edges and the notices, in the shapes that
// each of them declares.
type records struct{ db *store.DB }

// mineRecords, ledger, notices and deliveries are the faces that records shows.
type (
	mineRecords struct{ records }
	ledger      struct{ records }
	notices     struct{ records }
	deliveries  struct{ records }
)

func (r records) grants(ctx context.Context, account health.AccountID) ([]credit.Grant, error) {
	return r.db.Credits().Grants(ctx, account)
}

// Credits are the account's SLA credits for its own pages.
func (r mineRecords) Credits(ctx context.Context, account health.AccountID) ([]mine.Credit, error) {
	grants, err := r.grants(ctx, account)
	out := make([]mine.Credit, 0, len(grants))
	for _, g := range grants {
		applied, bill := g.Applied()
		out = append(out, mine.Credit{
			Run: g.Run, Incidents: g.Availability.Incidents, Scope: g.Availability.Scope(), Month: g.Availability.Month,
			Policy: g.Availability.Policy, Availability: g.Availability.Percent, TierPct: g.Line.Pct.String(), Base: g.Base.String(),
			Currency: g.Amount.Currency, Minor: g.Amount.Minor, State: mine.CreditState(creditState(g, applied)),
			BillMonth: bill, Applied: applied.Minor,
		})
	}
	return out, err
}

// SummaryOf is the incident's published summary; empty when there is none.
func (r mineRecords) SummaryOf(ctx context.Context, id health.IncidentID) (health.SummaryID, error) {
	s, err := r.db.Summaries().SummaryOf(ctx, id)
	if fault.Is(err, fault.NotFound) || (err == nil && !s.Published()) {
		return "", nil
	}
	return s.ID, err
}

// Credits are the account's SLA credits for the API.
func (r ledger) Credits(ctx context.Context, account health.AccountID) ([]api.Credit, error) {
	grants, err := r.grants(ctx, account)
	out := make([]api.Credit, 0, len(grants))
	for _, g := range grants {
		applied, bill := g.Applied()
		incidents := make([]string, len(g.Availability.Incidents))
		for i, id := range g.Availability.Incidents {
			incidents[i] = string(id)
		}
		c := api.Credit{
			Run: string(g.Run), Incidents: incidents, Service: string(g.Availability.Service), Region: string(g.Availability.Region),
			Month: g.Availability.Month, Policy: string(g.Availability.Policy), Availability: g.Availability.Percent,
			TierPct: g.Line.Pct.String(), Base: g.Base.String(), Currency: g.Amount.Currency, Minor: g.Amount.Minor,
			State: creditState(g, applied), Applied: applied.Minor,
		}
		if applied.Minor > 0 {
			c.BillMonth = bill.String()
		}
		out = append(out, c)
	}
	return out, err
}

// creditState is how far a credit has come, as its owner sees it.
func creditState(g credit.Grant, applied credit.Money) string {
	switch {
	case g.Amount.Minor == 0:
		return "none"
	case applied.Minor > 0:
		return "applied"
	case g.State == credit.Planned:
		return "planned"
	}
	return "posted"
}

// Notices are what a posted run grants each account.
func (r notices) Notices(ctx context.Context, id health.CreditRunID) ([]notify.Notice, error) {
	run, err := r.db.Credits().Run(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []notify.Notice
	for _, g := range run.Grants() {
		if g.Amount.Minor > 0 {
			out = append(out, notify.Notice{
				Account: g.Account, Amount: g.Amount.Minor, Currency: g.Amount.Currency,
				Service: run.Scope().Service, Region: run.Scope().Region,
				Month: run.Availability.Month.String(), BillMonth: run.FirstBill().String(),
			})
		}
	}
	return out, nil
}

// Summary is what is told of a post-event summary.
func (r notices) Summary(ctx context.Context, id health.SummaryID) (notify.Summary, error) {
	s, err := r.db.Summaries().Summary(ctx, id)
	return notify.Summary{ID: s.ID, Incident: s.Incident, Title: s.Title, Body: s.Overview}, err
}

// List is every publication, in the order of their numbers.
func (r deliveries) List(ctx context.Context) ([]notify.Publication, error) {
	return r.db.Notify().List(ctx)
}

// Sum is what became of a publication's audience.
func (r deliveries) Sum(ctx context.Context, id health.PublicationID) (notify.Sum, error) {
	return r.db.Notify().Sum(ctx, id)
}
