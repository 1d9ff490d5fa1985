package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/sla"
)

// Runs lists credit runs; the store does.
type Runs interface {
	// Runs are the ids of every run, in the order planned.
	Runs(ctx context.Context) ([]health.CreditRunID, error)
}

// credit registers the operations on credit runs.
func (s *server) credit() {
	if s.o.Credits == nil {
		return
	}
	op := func(method, path, id, summary, more string) huma.Operation {
		return huma.Operation{Method: method, Path: "/credit/runs" + path, OperationID: id, Summary: summary, Description: more, Tags: []string{"credits"}}
	}
	plan := op(http.MethodPost, "", "plan-credit", "Plan a credit run",
		"The body is a bill of the month in FOCUS CSV, or several as multipart/form-data. The same inputs give the same run.")
	plan.DefaultStatus = http.StatusCreated
	register(s, plan, staff(), s.planCredit)
	if s.o.Runs != nil {
		register(s, op(http.MethodGet, "", "list-credit-runs", "List credit runs, in the order planned", ""), staff(), s.listRuns)
	}
	register(s, op(http.MethodGet, "/{id}", "get-credit-run", "Read a credit run with its arithmetic", ""), staff(), s.getRun)
	register(s, op(http.MethodPost, "/{id}/approve", "approve-credit", "Post a credit run to the ledger",
		"By an approver's key that did not plan it."), roles(identity.Approver), s.approveCredit)
	register(s, op(http.MethodPost, "/{id}/apply", "apply-credit", "Take a posted run's credits off a bill",
		"The body is the bill in FOCUS CSV. The answer is the rows of credit as FOCUS CSV; for Accept: multipart/mixed it is followed by the settlement as JSON. Sent again, it gives the same bytes."),
		staff(), s.applyCredit)
	s.describeBodies()
}

// describeBodies tells the document of the bodies that are read as they arrive.
func (s *server) describeBodies() {
	csv := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Description: "A bill in FOCUS CSV"}}
	parts := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeObject, Description: "Bills in FOCUS CSV, in the order of the names"}}
	paths := s.huma.OpenAPI().Paths
	paths[Prefix+"/credit/runs"].Post.RequestBody = &huma.RequestBody{
		Required: true, Content: map[string]*huma.MediaType{"text/csv": csv, "multipart/form-data": parts},
	}
	apply := paths[Prefix+"/credit/runs/{id}/apply"].Post
	apply.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"text/csv": csv}}
	apply.Responses["200"] = &huma.Response{Description: "OK", Content: map[string]*huma.MediaType{
		"text/csv":        {Schema: &huma.Schema{Type: huma.TypeString, Description: "Rows of credit in FOCUS CSV"}},
		"multipart/mixed": {Schema: &huma.Schema{Type: huma.TypeString, Description: "The rows, then the settlement as JSON"}},
	}}
}

func actorOf(ctx context.Context) credit.Actor {
	k := callerOf(ctx)
	return credit.Actor{ID: k.ID, Role: string(k.Role)}
}

type planCreditInput struct {
	Upload
	Month        string   `query:"month" required:"true" pattern:"^[0-9]{4}-[0-9]{2}$" example:"2018-11" doc:"Of the outage and of the bills"`
	Service      string   `query:"service" required:"true" maxLength:"100"`
	Region       string   `query:"region" required:"true" maxLength:"100"`
	Family       string   `query:"family" maxLength:"100" doc:"Of the agreement; absent: the only one of the service"`
	Reading      string   `query:"reading" enum:"declared,literal" default:"declared"`
	Payee        string   `query:"payee" enum:"account,organization" doc:"Absent: as the agreement says"`
	Acknowledged bool     `query:"acknowledged" doc:"A person vouches for an agreement that was written from memory"`
	Bill         []string `query:"bill,explode" maxItems:"1000" doc:"Names of the bills, for messages; one for each part"`
}

type runOutput struct{ Body credit.Run }

func (s *server) planCredit(ctx context.Context, in *planCreditInput) (*runOutput, error) {
	month, err := sla.ParseMonth(in.Month)
	if err != nil {
		return nil, err
	}
	bills, err := in.bills(in.Bill)
	if err != nil {
		return nil, err
	}
	run, err := s.o.Credits.Plan(ctx, credit.PlanRequest{
		Family: in.Family, Scope: health.Scope{Service: health.ServiceID(in.Service), Region: health.RegionID(in.Region)},
		Month: month, Reading: health.Determination(in.Reading), Payee: sla.Payee(in.Payee),
		Bills: bills, Acknowledged: in.Acknowledged,
	}, actorOf(ctx))
	return &runOutput{run}, in.explain(err)
}

// RunPath names a credit run.
type RunPath struct {
	ID string `path:"id" maxLength:"64"`
}

func (s *server) getRun(ctx context.Context, in *RunPath) (*runOutput, error) {
	run, err := s.o.Credits.Show(ctx, health.CreditRunID(in.ID))
	return &runOutput{run}, err
}

// RunSummary is a credit run without its lines.
type RunSummary struct {
	ID         string         `json:"id"`
	State      credit.State   `json:"state"`
	Service    string         `json:"service"`
	Region     string         `json:"region"`
	Month      sla.Month      `json:"month"`
	Reading    string         `json:"reading"`
	Percent    string         `json:"percent"`
	TierPct    sla.Decimal    `json:"tier_pct"`
	Affected   int            `json:"affected" doc:"Accounts"`
	Lines      int            `json:"lines"`
	Totals     []credit.Money `json:"totals" doc:"What the run posts, by currency"`
	PlannedBy  string         `json:"planned_by"`
	PlannedAt  time.Time      `json:"planned_at"`
	ApprovedBy string         `json:"approved_by,omitempty"`
}

type runsOutput struct {
	Body struct {
		Runs []RunSummary `json:"runs"`
	}
}

func (s *server) listRuns(ctx context.Context, _ *struct{}) (*runsOutput, error) {
	ids, err := s.o.Runs.Runs(ctx)
	if err != nil {
		return nil, err
	}
	out := &runsOutput{}
	out.Body.Runs = []RunSummary{}
	for _, id := range ids {
		r, err := s.o.Credits.Show(ctx, id)
		if err != nil {
			return nil, err
		}
		a := r.Availability
		out.Body.Runs = append(out.Body.Runs, RunSummary{
			ID: string(r.ID), State: r.State, Service: string(a.Service), Region: string(a.Region), Month: a.Month,
			Reading: string(a.Determination), Percent: a.Percent, TierPct: a.TierPct, Affected: r.Affected, Lines: len(r.Lines),
			Totals: r.Totals(), PlannedBy: r.PlannedBy, PlannedAt: r.PlannedAt, ApprovedBy: r.ApprovedBy,
		})
	}
	return out, nil
}

func (s *server) approveCredit(ctx context.Context, in *RunPath) (*runOutput, error) {
	run, err := s.o.Credits.Approve(ctx, health.CreditRunID(in.ID), actorOf(ctx))
	return &runOutput{run}, err
}

type applyCreditInput struct {
	RunPath
	Upload
	Month  string `query:"bill_month" required:"true" pattern:"^[0-9]{4}-[0-9]{2}$" example:"2018-12"`
	Bill   string `query:"bill" maxLength:"500" doc:"The bill's name, for messages"`
	Accept string `header:"Accept"`
}

type applyCreditOutput struct {
	Body func(huma.Context)
}

// applyCredit streams: what it answers is begun when the first row is written,
// so that an error before that is still a problem document.
func (s *server) applyCredit(ctx context.Context, in *applyCreditInput) (*applyCreditOutput, error) {
	month, err := sla.ParseMonth(in.Month)
	if err != nil {
		return nil, err
	}
	if in.parts != nil {
		return nil, fault.New(fault.Invalid, "header.Content-Type", "credits are taken off one bill at a time", "send it as text/csv")
	}
	name := in.Bill
	if name == "" {
		name = "bill.csv"
	}
	by := actorOf(ctx)
	return &applyCreditOutput{Body: func(hc huma.Context) {
		out := newRows(hc, in.Accept)
		settled, err := s.o.Credits.Apply(hc.Context(), credit.ApplyRequest{
			Run: health.CreditRunID(in.ID), Month: month, Target: credit.BillFile{Name: name, Body: in.body}, Out: out,
		}, by)
		if err == nil {
			err = out.finish(settled)
		}
		err = in.explain(err)
		switch {
		case err == nil:
		case !out.begun:
			s.writeProblem(hc, huma.Operation{OperationID: "apply-credit"}, err)
		default:
			panic(http.ErrAbortHandler) // half an answer is out: cut it, so that nobody takes it for whole
		}
	}}, nil
}
