package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/incident"
)

// incidents registers the operations on incidents.
func (s *server) incidents() {
	if s.o.Incidents == nil {
		return
	}
	op := func(method, path, id, summary string) huma.Operation {
		return huma.Operation{Method: method, Path: path, OperationID: id, Summary: summary, Tags: []string{"incidents"}}
	}
	register(s, op(http.MethodGet, "/incidents", "list-incidents", "List incidents, newest opened first"), everyRole(), s.listIncidents)
	register(s, op(http.MethodGet, "/incidents/{id}", "get-incident", "Read an incident with all that was said of it"), everyRole(), s.getIncident)
	create := op(http.MethodPost, "/incidents", "open-incident", "Open an incident")
	create.DefaultStatus = http.StatusCreated
	register(s, create, roles(identity.Operator), s.openIncident)
	state := op(http.MethodPost, "/incidents/{id}/impacts", "state-impact", "State or restate an impact")
	state.DefaultStatus = http.StatusCreated
	register(s, state, roles(identity.Operator), s.stateImpact)
	publish := op(http.MethodPost, "/incidents/{id}/updates", "publish-update", "Publish a message")
	publish.DefaultStatus = http.StatusCreated
	register(s, publish, roles(identity.Operator), s.publishUpdate)
	register(s, op(http.MethodPost, "/incidents/{id}/dismiss", "dismiss-incident", "End a draft without a message"), roles(identity.Operator), s.dismissIncident)
}

type listInput struct {
	State []string  `query:"state" doc:"Only those in one of these states"`
	Open  bool      `query:"open" doc:"Only those that have not ended"`
	From  time.Time `query:"from" doc:"Opened or updated at or after"`
	Limit int       `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type listOutput struct {
	Body struct {
		Incidents []Incident `json:"incidents"`
	}
}

// IncidentPath names an incident.
type IncidentPath struct {
	ID string `path:"id" maxLength:"64"`
}

// Once is the caller's own name for a request, so that sending it again does
// not do it again.
type Once struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"200" doc:"The same key gives the same result, however often it is sent"`
}

// request is the idempotency key as it is kept: under the caller's own name, so
// that two callers never answer for each other.
func (o Once) request(ctx context.Context) string {
	if o.IdempotencyKey == "" {
		return ""
	}
	return callerOf(ctx).ID + ":" + o.IdempotencyKey
}

type incidentOutput struct {
	Location string `header:"Location"`
	Body     Incident
}

// inside reports whether the caller is one of the provider's own people.
func inside(ctx context.Context) bool {
	switch callerOf(ctx).Role {
	case identity.Operator, identity.Approver:
		return true
	case identity.Customer:
	}
	return false
}

func answer(ctx context.Context, i incident.Incident, err error) (*incidentOutput, error) {
	if err != nil {
		return nil, err
	}
	return &incidentOutput{Body: incidentOf(i, inside(ctx))}, nil
}

func created(ctx context.Context, i incident.Incident, err error) (*incidentOutput, error) {
	out, err := answer(ctx, i, err)
	if err == nil {
		out.Location = Prefix + "/incidents/" + string(i.ID)
	}
	return out, err
}

func (s *server) listIncidents(ctx context.Context, in *listInput) (*listOutput, error) {
	f := incident.Filter{Public: !inside(ctx), Open: in.Open, From: in.From, Limit: in.Limit}
	for _, word := range in.State {
		st, err := parseState(word)
		if err != nil {
			return nil, err
		}
		f.States = append(f.States, st)
	}
	list, err := s.o.Incidents.List(ctx, f)
	if err != nil {
		return nil, err
	}
	out := &listOutput{}
	out.Body.Incidents = []Incident{}
	for _, i := range list {
		out.Body.Incidents = append(out.Body.Incidents, incidentOf(i, inside(ctx)))
	}
	return out, nil
}

// parseState reads a state of any kind of incident.
func parseState(word string) (incident.State, error) {
	st, err := incident.ParseState(incident.Maintenance, word)
	if err == nil {
		return st, nil
	}
	st, err = incident.ParseState(incident.Issue, word)
	if err != nil {
		return "", fault.New(fault.Invalid, "query.state", "there is no such state",
			"write one of: draft, investigating, identified, monitoring, resolved, false_alarm, merged, scheduled, in_progress, verifying, completed, "+string(incident.Canceled))
	}
	return st, nil
}

// visible is the incident if the caller may read of it; a draft looks to a
// customer like any other id that does not exist.
func (s *server) visible(ctx context.Context, id string) (incident.Incident, error) {
	i, err := s.o.Incidents.Incident(ctx, health.IncidentID(id))
	if err != nil {
		return incident.Incident{}, err
	}
	if !inside(ctx) && !i.Public() {
		return incident.Incident{}, fault.New(fault.NotFound, "incident", "there is no such incident", "list incidents to find its id")
	}
	return i, nil
}

func (s *server) getIncident(ctx context.Context, in *IncidentPath) (*incidentOutput, error) {
	i, err := s.visible(ctx, in.ID)
	return answer(ctx, i, err)
}

type openInput struct {
	Once
	Body struct {
		Kind    string        `json:"kind" enum:"issue,maintenance,notice"`
		Title   Text          `json:"title"`
		Cause   string        `json:"cause,omitempty" maxLength:"100"`
		Impacts []ImpactInput `json:"impacts,omitempty" maxItems:"200"`
	}
}

func (s *server) openIncident(ctx context.Context, in *openInput) (*incidentOutput, error) {
	opening := incident.Opening{
		Kind: incident.Kind(in.Body.Kind), Title: in.Body.Title.text(), Cause: in.Body.Cause, Request: in.request(ctx),
	}
	if err := s.offered(ctx, in.Body.Impacts); err != nil {
		return nil, err
	}
	for _, p := range in.Body.Impacts {
		impact, err := p.impact("")
		if err != nil {
			return nil, err
		}
		opening.Impacts = append(opening.Impacts, impact)
	}
	i, err := s.o.Incidents.Open(ctx, opening, callerOf(ctx).ID)
	return created(ctx, i, err)
}

type impactRequest struct {
	IncidentPath
	Once
	Body ImpactInput
}

func (s *server) stateImpact(ctx context.Context, in *impactRequest) (*incidentOutput, error) {
	one := []ImpactInput{in.Body}
	if err := s.offered(ctx, one); err != nil {
		return nil, err
	}
	p, err := one[0].impact(in.request(ctx))
	if err != nil {
		return nil, err
	}
	i, err := s.o.Incidents.StateImpact(ctx, health.IncidentID(in.ID), p, callerOf(ctx).ID)
	return created(ctx, i, err)
}

// offered refuses impacts on what the catalogue does not offer: a mistyped
// region would reach nobody. Before there is a catalogue anything goes. Where the
// one region is hidden, impacts need not name it, and are given it.
func (s *server) offered(ctx context.Context, impacts []ImpactInput) error {
	if s.o.Catalogs == nil || len(impacts) == 0 {
		return nil
	}
	current, err := s.o.Catalogs.Current(ctx)
	if err != nil || current.Number == 0 {
		return err
	}
	l := &fault.List{}
	only, alone := current.Catalog.OneRegion()
	for i := range impacts {
		p := &impacts[i]
		if alone && p.Region == "" {
			p.Region = string(only.ID)
		}
		service, region := health.ServiceID(p.Service), health.RegionID(p.Region)
		switch {
		case !current.Catalog.HasService(service):
			l.Add("impact.service", "the catalogue has no service "+p.Service, "name a service by its id in the catalogue")
		case region == "":
			l.Add("impact.region", "the region is missing", "name a region by its id in the catalogue")
		case !current.Catalog.HasRegion(region):
			l.Add("impact.region", "the catalogue has no region "+p.Region, "name a region by its id in the catalogue")
		case !current.Catalog.HasComponent(service, region):
			l.Add("impact.scope", p.Service+" is not offered in "+p.Region, "name a service and a region in which it is offered")
		case p.Zone != "" && (len(p.Zone) != len(p.Region)+1 || !strings.HasPrefix(p.Zone, p.Region)):
			l.Add("impact.zone", "the zone is not one of region "+p.Region, "write the region's id and a letter, or leave it empty")
		}
	}
	return l.Err()
}

type updateRequest struct {
	IncidentPath
	Once
	Body UpdateInput
}

func (s *server) publishUpdate(ctx context.Context, in *updateRequest) (*incidentOutput, error) {
	i, err := s.o.Incidents.Publish(ctx, health.IncidentID(in.ID), in.Body.message(in.request(ctx)), callerOf(ctx).ID)
	return created(ctx, i, err)
}

type dismissRequest struct {
	IncidentPath
	Body struct {
		As string `json:"as" enum:"false_alarm,merged"`
	}
}

func (s *server) dismissIncident(ctx context.Context, in *dismissRequest) (*incidentOutput, error) {
	i, err := s.o.Incidents.Dismiss(ctx, health.IncidentID(in.ID), incident.State(in.Body.As), callerOf(ctx).ID)
	return answer(ctx, i, err)
}
