package api_test

import (
	"context"

	"github.com/bonghwa/bonghwa/api"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/sla"
	"github.com/bonghwa/bonghwa/store"
)

// rooms joins the rooms as the program does: policies and regions out of the
// catalogue.
type rooms struct{ db *store.DB }

func (r rooms) Policies(ctx context.Context) ([]sla.Policy, error) {
	rev, err := r.db.Catalogs().Current(ctx)
	var out []sla.Policy
	for _, doc := range rev.Catalog.Policies {
		p, err := sla.ParsePolicy(string(doc.ID), []byte(doc.YAML))
		if err != nil {
			return nil, err
		}
		out = append(out, p...)
	}
	return out, err
}

func (r rooms) Regions(ctx context.Context, s health.ServiceID) ([]health.RegionID, error) {
	rev, err := r.db.Catalogs().Current(ctx)
	var out []health.RegionID
	for _, c := range rev.Catalog.Components {
		if c.Service == s {
			out = append(out, c.Region)
		}
	}
	return out, err
}

func (r rooms) Credits(context.Context, health.AccountID) ([]api.Credit, error) {
	return []api.Credit{{Run: "r", Incidents: []string{}, Currency: "USD", Minor: 1234}}, nil
}
