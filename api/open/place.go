package open

import (
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
)

// Regions are the places where services run.
type Regions struct {
	Regions []Region `json:"regions" nullable:"false" doc:"In the order pages show them"`
}

// Region is a place where services run.
type Region struct {
	ID           health.RegionID      `json:"id" example:"ap-northeast-2"`
	Name         Text                 `json:"name"`
	OperatedBy   Text                 `json:"operated_by,omitzero" doc:"The company that runs it"`
	OperatedFrom Text                 `json:"operated_from,omitzero" doc:"The place it is run from"`
	Since        string               `json:"since,omitempty" example:"2016-01-07" doc:"The day it opened"`
	TimeZone     string               `json:"time_zone,omitempty" example:"Asia/Seoul"`
	Hidden       bool                 `json:"hidden" doc:"It is no place: the provider has none, and all its components are in this one"`
	Components   []health.ComponentID `json:"components" nullable:"false"`
}

// Services are what customers use.
type Services struct {
	Services []Service `json:"services" nullable:"false" doc:"In the order pages show them"`
}

// Service is something customers use.
type Service struct {
	ID          health.ServiceID     `json:"id" example:"ec2"`
	Name        Text                 `json:"name"`
	Description Text                 `json:"description,omitzero" doc:"What it does, in a line"`
	Category    catalog.Category     `json:"category,omitempty" example:"compute"`
	Group       Text                 `json:"group,omitzero" doc:"The provider's own heading over some services"`
	Components  []health.ComponentID `json:"components" nullable:"false" doc:"Where it is offered"`
}

func (d *Documents) regions() Regions {
	out := Regions{Regions: []Region{}}
	for _, r := range d.b.Plan.Regions {
		out.Regions = append(out.Regions, Region{
			ID: r.ID, Name: textOf(r.Name), OperatedBy: textOf(r.OperatedBy), OperatedFrom: textOf(r.OperatedFrom),
			Since: r.Since, TimeZone: r.TimeZone, Hidden: r.Hidden, Components: idsOf(d.b.Plan.InRegion(r.ID)),
		})
	}
	return out
}

func (d *Documents) services() Services {
	out := Services{Services: []Service{}}
	for _, s := range d.b.Plan.Services {
		out.Services = append(out.Services, Service{
			ID: s.ID, Name: textOf(s.Name), Description: textOf(s.Description), Category: s.Category, Group: textOf(s.Group),
			Components: idsOf(d.b.Plan.OfService(s.ID)),
		})
	}
	return out
}

func idsOf(list []catalog.Component) []health.ComponentID {
	ids := make([]health.ComponentID, len(list))
	for i, c := range list {
		ids[i] = c.ID()
	}
	return ids
}
