package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/health"
)

// Roll lists accounts.
type Roll interface {
	// Accounts are the accounts after an id, ascending, at most limit.
	Accounts(ctx context.Context, after health.AccountID, limit int) ([]audience.Account, error)
}

// affected registers what an incident means to the accounts.
func (s *server) affected() {
	if s.o.Roll == nil || s.o.Directory == nil || s.o.Incidents == nil {
		return
	}
	register(s, huma.Operation{
		Method: http.MethodGet, Path: "/incidents/{id}/accounts", OperationID: "list-affected-accounts", Tags: []string{"incidents"},
		Summary: "List what an incident means to every account, with the reason",
	}, staff(), s.listAffected)
}

type affectedInput struct {
	IncidentPath
	After string `query:"after" maxLength:"64" doc:"The field next of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"1000"`
}

// Affected is what an incident means to one account.
type Affected struct {
	Account   string             `json:"account"`
	Relevance audience.Relevance `json:"relevance"`
	Reason    audience.Reason    `json:"reason"`
}

type affectedOutput struct {
	Body struct {
		Accounts []Affected `json:"accounts" doc:"By id"`
		Next     string     `json:"next,omitempty" doc:"For the page after; absent on the last"`
	}
}

func (s *server) listAffected(ctx context.Context, in *affectedInput) (*affectedOutput, error) {
	i, err := s.o.Incidents.Incident(ctx, health.IncidentID(in.ID))
	if err != nil {
		return nil, err
	}
	list, err := s.o.Roll.Accounts(ctx, health.AccountID(in.After), in.Limit)
	if err != nil {
		return nil, err
	}
	out := &affectedOutput{}
	out.Body.Accounts = []Affected{}
	what, now := disturbances(i), s.o.World.Now()
	for _, a := range list {
		means, err := s.o.Directory.Assess(ctx, a.ID, what, audience.Latest, now)
		if err != nil {
			return nil, err
		}
		out.Body.Accounts = append(out.Body.Accounts, Affected{Account: string(a.ID), Relevance: means.Relevance, Reason: means.Reason})
	}
	if len(list) == in.Limit {
		out.Body.Next = string(list[len(list)-1].ID)
	}
	return out, nil
}
