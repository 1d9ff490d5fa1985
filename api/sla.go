package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/sla"
)

// Meter measures availability; sla.Meter does.
type Meter interface {
	// Report gives two rows, literal then declared, for every family, region and
	// month asked for.
	Report(ctx context.Context, req sla.Request) ([]sla.Row, error)
}

// sla registers the report of availability.
func (s *server) sla() {
	if s.o.Meter == nil || s.o.Accounts == nil {
		return
	}
	register(s, huma.Operation{
		Method: http.MethodGet, Path: "/sla/report", OperationID: "report-sla", Tags: []string{"availability"},
		Summary:     "Measure availability against the agreements",
		Description: "Two rows for every agreement, region and month: literally, by the agreement's own words, and as the provider declares. A customer's key sees the places in which its account had resources.",
	}, everyRole(), s.report)
}

type reportInput struct {
	Month   string    `query:"month" required:"true" pattern:"^[0-9]{4}-[0-9]{2}$" example:"2018-11"`
	To      string    `query:"to" pattern:"^[0-9]{4}-[0-9]{2}$" doc:"The last month; absent: the same"`
	Service string    `query:"service" maxLength:"100"`
	Region  string    `query:"region" maxLength:"100"`
	Account string    `query:"account" maxLength:"64" doc:"Only places in which this account had resources in the month (UTC)"`
	KnownAt time.Time `query:"known_at" doc:"By what had been stated then; absent: by everything"`
}

func (in *reportInput) request() (sla.Request, error) {
	req := sla.Request{Service: health.ServiceID(in.Service), Region: health.RegionID(in.Region), KnownAt: in.KnownAt}
	var err error
	if req.From, err = sla.ParseMonth(in.Month); err != nil {
		return req, err
	}
	req.To = req.From
	if in.To != "" {
		req.To, err = sla.ParseMonth(in.To)
	}
	return req, err
}

// Report is availability by place and month.
type Report struct {
	Rows []sla.Row `json:"rows"`
}

type reportOutput struct{ Body Report }

func (s *server) report(ctx context.Context, in *reportInput) (*reportOutput, error) {
	caller := callerOf(ctx)
	if caller.Role == identity.Customer {
		if in.Account != "" && in.Account != string(caller.Account) {
			return nil, fault.New(fault.Forbidden, "query.account", "the key is bound to another account", "leave the account out")
		}
		in.Account = string(caller.Account)
	}
	req, err := in.request()
	if err != nil {
		return nil, err
	}
	rows, err := s.o.Meter.Report(ctx, req)
	if err != nil {
		return nil, err
	}
	if in.Account != "" {
		rows, err = s.held(ctx, rows, health.AccountID(in.Account))
	}
	return &reportOutput{Report{Rows: append([]sla.Row{}, rows...)}}, err
}

// held leaves the rows of places in which the account had something meanwhile.
func (s *server) held(ctx context.Context, rows []sla.Row, account health.AccountID) ([]sla.Row, error) {
	if _, err := s.o.Accounts.Account(ctx, account); err != nil {
		return nil, err
	}
	spans, err := s.o.Accounts.Spans(ctx, account, audience.Latest)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(rows, func(r sla.Row) bool {
		month, err := r.Month.In("UTC")
		return err != nil || !slices.ContainsFunc(spans, func(sp audience.Span) bool {
			return sp.Scope.Touches(r.Scope()) && sp.During.Overlaps(month.Interval())
		})
	}), nil
}
