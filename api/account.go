package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/sla"
)

// Accounts reads what is known of accounts.
type Accounts interface {
	// Account is the account, or NotFound.
	Account(ctx context.Context, id health.AccountID) (audience.Account, error)
	// SupportPlan is what help it has bought, or NotFound.
	SupportPlan(ctx context.Context, account health.AccountID) (audience.SupportPlan, error)
	// Spans are when it had resources in each scope, as known at a journal number.
	Spans(ctx context.Context, account health.AccountID, at int64) ([]audience.Span, error)
}

// Directory says what an incident means to an account; audience.Directory does.
type Directory interface {
	// Assess says what disturbances mean to the account, with exact counts.
	Assess(ctx context.Context, account health.AccountID, what []audience.Disturbance, at int64, now time.Time) (audience.Assessment, error)
	// Affected is one page of the account's affected resources.
	Affected(ctx context.Context, q audience.ResourceQuery, now time.Time) (audience.Page, error)
}

// Ledger reads what is credited.
type Ledger interface {
	// Credits are the account's SLA credits, the newest month first.
	Credits(ctx context.Context, account health.AccountID) ([]Credit, error)
}

// Credit is one SLA credit of an account.
type Credit struct {
	Run          string    `json:"run"`
	Incidents    []string  `json:"incidents" doc:"That made the month what it was"`
	Service      string    `json:"service"`
	Region       string    `json:"region"`
	Month        sla.Month `json:"month" doc:"Of the charges"`
	Policy       string    `json:"policy"`
	Availability string    `json:"availability" doc:"Percent"`
	TierPct      string    `json:"tier_pct" doc:"Percent of the charges"`
	Base         string    `json:"base" doc:"The charges, a decimal in the currency"`
	Currency     string    `json:"currency"`
	Minor        int64     `json:"minor" doc:"The credit in the currency's minor units"`
	State        string    `json:"state" enum:"none,planned,posted,applied"`
	BillMonth    string    `json:"bill_month,omitempty" doc:"The bill it went to"`
	Applied      int64     `json:"applied" doc:"Of minor, on that bill"`
}

// accounts registers what the provider's people read of accounts.
func (s *server) accounts() {
	if s.o.Accounts == nil {
		return
	}
	register(s, huma.Operation{
		Method: http.MethodGet, Path: "/accounts/{id}", OperationID: "get-account", Summary: "Read an account", Tags: []string{"accounts"},
	}, staff(), s.getAccount)
}

// own registers what a customer reads of the account that the key is bound to.
func (s *server) own() {
	op := func(path, id, summary string) huma.Operation {
		return huma.Operation{Method: http.MethodGet, Path: path, OperationID: id, Summary: summary, Tags: []string{"my account"}}
	}
	if s.o.Directory != nil && s.o.Incidents != nil {
		register(s, op("/my/incidents", "list-my-incidents", "List incidents with what they mean to the account"), roles(identity.Customer), s.myIncidents)
		register(s, op("/my/incidents/{id}/resources", "list-my-resources", "List the account's resources that an incident hit"), roles(identity.Customer), s.myResources)
	}
	if s.o.Ledger != nil {
		register(s, op("/my/credits", "list-my-credits", "List the account's SLA credits"), roles(identity.Customer), s.myCredits)
	}
}

// Holding is what an account has in one place, and when.
type Holding struct {
	Service string    `json:"service"`
	Region  string    `json:"region"`
	Zone    string    `json:"zone,omitempty"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to,omitzero"`
	Count   int       `json:"count" doc:"Resources whose lives make up this span"`
}

// Account is an account with what it has where.
type Account struct {
	audience.Account
	SupportPlan string    `json:"support_plan,omitempty"`
	Manager     string    `json:"manager,omitempty"`
	Holdings    []Holding `json:"holdings"`
}

type accountOutput struct{ Body Account }

type accountPath struct {
	ID string `path:"id" maxLength:"64"`
}

func (s *server) getAccount(ctx context.Context, in *accountPath) (*accountOutput, error) {
	id := health.AccountID(in.ID)
	a, err := s.o.Accounts.Account(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &accountOutput{Account{Account: a, Holdings: []Holding{}}}
	plan, err := s.o.Accounts.SupportPlan(ctx, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	out.Body.SupportPlan, out.Body.Manager = string(plan.Plan), plan.Manager
	spans, err := s.o.Accounts.Spans(ctx, id, audience.Latest)
	for _, sp := range spans {
		out.Body.Holdings = append(out.Body.Holdings, Holding{
			Service: string(sp.Scope.Service), Region: string(sp.Scope.Region), Zone: string(sp.Scope.Zone),
			From: sp.During.From, To: sp.During.To, Count: sp.Count,
		})
	}
	return out, err
}

// MyIncident is an incident with what it means to the account.
type MyIncident struct {
	Incident
	Relevance string          `json:"relevance" enum:"unknown,not_impacted,partially_related,related,impacted"`
	Reason    audience.Reason `json:"reason"`
}

type myInput struct {
	Open  bool `query:"open" doc:"Only those that have not ended"`
	Limit int  `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type myOutput struct {
	Body struct {
		Incidents []MyIncident `json:"incidents"`
	}
}

func (s *server) myIncidents(ctx context.Context, in *myInput) (*myOutput, error) {
	list, err := s.o.Incidents.List(ctx, incident.Filter{Public: true, Open: in.Open, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := &myOutput{}
	out.Body.Incidents = []MyIncident{}
	for _, i := range list {
		a, err := s.o.Directory.Assess(ctx, callerOf(ctx).Account, disturbances(i), audience.Latest, s.o.World.Now())
		if err != nil {
			return nil, err
		}
		out.Body.Incidents = append(out.Body.Incidents, MyIncident{Incident: incidentOf(i, false), Relevance: a.Relevance.String(), Reason: a.Reason})
	}
	return out, nil
}

// disturbances are the impacts in force without goodwill, of which nobody
// noticed anything; one left open ends with its incident.
func disturbances(i incident.Incident) []audience.Disturbance {
	hits := i.Hits()
	out := make([]audience.Disturbance, len(hits))
	for n, p := range hits {
		out[n] = audience.Disturbance{Scope: p.Scope, During: p.During, Level: p.Level}
	}
	return out
}

type resourcesInput struct {
	IncidentPath
	Search string `query:"search" maxLength:"200" doc:"Part of id, name or a tag"`
	After  string `query:"after" maxLength:"2000" doc:"The field next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type resourcesOutput struct {
	Body struct {
		Resources []audience.Entity `json:"resources"`
		Total     int               `json:"total" doc:"On all pages"`
		Next      string            `json:"next,omitempty" doc:"For the page after; absent on the last"`
	}
}

func (s *server) myResources(ctx context.Context, in *resourcesInput) (*resourcesOutput, error) {
	i, err := s.visible(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	after, err := parseCursor(in.After)
	if err != nil {
		return nil, err
	}
	page, err := s.o.Directory.Affected(ctx, audience.ResourceQuery{
		Account: callerOf(ctx).Account, In: disturbances(i), At: audience.Latest,
		Search: in.Search, After: after, Limit: in.Limit,
	}, s.o.World.Now())
	if err != nil {
		return nil, err
	}
	out := &resourcesOutput{}
	out.Body.Resources, out.Body.Total = append([]audience.Entity{}, page.Entities...), page.Total
	if page.Next != (audience.Cursor{}) {
		out.Body.Next, err = cursorOf(page.Next)
	}
	return out, err
}

func cursorOf(c audience.Cursor) (string, error) {
	b, err := json.Marshal(c)
	return base64.RawURLEncoding.EncodeToString(b), err
}

func parseCursor(text string) (audience.Cursor, error) {
	var c audience.Cursor
	if text == "" {
		return c, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil {
		return c, fault.New(fault.Invalid, "query.after", "this is no place in the list", "send the field next of the page before")
	}
	return c, nil
}

type creditsOutput struct {
	Body struct {
		Credits []Credit `json:"credits"`
	}
}

func (s *server) myCredits(ctx context.Context, _ *struct{}) (*creditsOutput, error) {
	list, err := s.o.Ledger.Credits(ctx, callerOf(ctx).Account)
	out := &creditsOutput{}
	out.Body.Credits = append([]Credit{}, list...)
	return out, err
}
