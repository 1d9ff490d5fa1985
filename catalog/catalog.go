// Package catalog is what the provider sells and where: regions, services, the
// components they make (a service in a region), the checks that watch them and
// the policies that promise for them.
//
// A catalogue is read from YAML files, compared with the one in force, and
// applied as a whole: revisions are numbered and never changed. The package
// promises that a catalogue in force is consistent (every id named exists, every
// text stands in both languages) and that a bad file changes nothing. It does
// not run the checks and does not read the policies' own words.
package catalog

import (
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// Catalog is one consistent catalogue. Its lists are sorted by id (regions and
// services keep the order of the files, which is the order pages show).
type Catalog struct {
	Regions    []Region         `json:"regions"`
	Services   []Service        `json:"services"`
	Components []Component      `json:"components"`
	Checks     []Check          `json:"checks"`
	Policies   []PolicyDocument `json:"policies"`
}

// Region is a place where services run.
type Region struct {
	ID           health.RegionID `json:"id"`
	Name         health.Text     `json:"name"`
	OperatedBy   health.Text     `json:"operated_by"`   // the company that runs it
	OperatedFrom health.Text     `json:"operated_from"` // the place it is run from
	Since        string          `json:"since"`         // day it opened, yyyy-mm-dd
	TimeZone     string          `json:"time_zone"`     // IANA name, such as "Asia/Seoul"
	// Hidden is a region that is no place: a provider that has none keeps all its
	// components in one, and pages name the services alone.
	Hidden bool `json:"hidden,omitempty"`
}

// Location is the region's time zone; UTC if the name is not known.
func (r Region) Location() *time.Location {
	l, err := time.LoadLocation(r.TimeZone)
	if err != nil {
		return time.UTC
	}
	return l
}

// Service is something customers use.
type Service struct {
	ID          health.ServiceID `json:"id"`
	Name        health.Text      `json:"name"`
	Category    Category         `json:"category"`              // may be empty where the only region is hidden
	BillNames   []string         `json:"bill_names"`            // how bills call it; matched exactly
	Description health.Text      `json:"description,omitempty"` // what it does, in a line; may be empty
	Group       health.Text      `json:"group,omitempty"`       // the provider's own heading over some services; may be empty
}

// Component is a service in a region. A service that is not offered in a region
// has none there.
type Component struct {
	Service health.ServiceID `json:"service"`
	Region  health.RegionID  `json:"region"`
	Basis   health.Basis     `json:"basis"`
}

// ID is the component's id, such as "ec2-ap-northeast-2".
func (c Component) ID() health.ComponentID { return c.Scope().Component() }

// Scope is the whole component as a scope.
func (c Component) Scope() health.Scope {
	return health.Scope{Service: c.Service, Region: c.Region}
}

// Check is something that is probed, from several vantages.
type Check struct {
	ID       health.CheckID `json:"id"`
	Scope    health.Scope   `json:"scope"`
	Symptom  health.Symptom `json:"symptom"` // what customers notice when it fails
	Level    health.Level   `json:"level"`   // the worst level a verdict of it may state
	Kind     CheckKind      `json:"kind"`
	Target   string         `json:"target"`     // host:port; a vantage may have its own
	Over     []Transport    `json:"transports"` // tried in turn
	Every    Duration       `json:"every"`      // between two probes of a vantage, world time
	Timeout  Duration       `json:"timeout"`    // of one probe, wall time
	Names    Names          `json:"names"`
	Expect   string         `json:"expect"` // address that the hot name must resolve to; empty: any
	Vantages []Vantage      `json:"vantages"`
	Quorum   Quorum         `json:"quorum"`
}

// Names are the questions a DNS check asks in turn. An empty one is not asked.
type Names struct {
	Hot     string `json:"hot"`     // one name, so that every cache has it
	Unique  string `json:"unique"`  // a zone under which every question is new
	Outside string `json:"outside"` // a name of somebody else's
}

// Vantage is a place a check is probed from.
type Vantage struct {
	ID     health.VantageID `json:"id"`
	Zone   health.ZoneID    `json:"zone"`
	Target string           `json:"target"` // instead of the check's; usually empty
}

// Quorum is how many must agree before a verdict is raised.
type Quorum struct {
	Vantages int `json:"vantages"`
	Zones    int `json:"zones"`
}

// PolicyDocument is an SLA policy as it was written. Package sla reads it.
type PolicyDocument struct {
	ID   health.PolicyID `json:"id"`
	YAML string          `json:"yaml"`
}

// Category groups services on pages.
type Category string

// The categories.
const (
	Compute     Category = "compute"
	Storage     Category = "storage"
	Database    Category = "database"
	Network     Category = "network"
	Security    Category = "security"
	Management  Category = "management"
	Integration Category = "integration"
	Analytics   Category = "analytics"
	Learning    Category = "learning"
	Developer   Category = "developer"
)

// Categories lists the categories in the order pages show them.
func Categories() []Category {
	return []Category{Compute, Storage, Database, Network, Security, Management, Integration, Analytics, Learning, Developer}
}

// CheckKind is how a check asks.
type CheckKind string

// CheckDNS asks names of a resolver.
const CheckDNS CheckKind = "dns"

// CheckKinds lists the kinds of check.
func CheckKinds() []CheckKind { return []CheckKind{CheckDNS} }

// Transport is what a probe travels over.
type Transport string

// The transports.
const (
	UDP Transport = "udp"
	TCP Transport = "tcp"
)

// Transports lists the transports.
func Transports() []Transport { return []Transport{UDP, TCP} }

// Duration is a time.Duration written as "1s" or "500ms".
type Duration time.Duration

// String writes the duration as files do.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText writes the duration as files do.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a duration such as "1s".
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = Duration(v)
	return err
}

// OneRegion is the region of a catalogue that has only one and hides it: then
// pages speak of services and never of places. Its services need no category.
func (c Catalog) OneRegion() (Region, bool) {
	if len(c.Regions) != 1 || !c.Regions[0].Hidden {
		return Region{}, false
	}
	return c.Regions[0], true
}

// Places are the regions but for a hidden one, in the catalogue's order.
func (c Catalog) Places() []Region {
	return slices.DeleteFunc(slices.Clone(c.Regions), func(r Region) bool { return r.Hidden })
}

// Offered are the services that some region offers, in the catalogue's order. The
// others are there for the names of what their history tells.
func (c Catalog) Offered() []Service {
	offered := map[health.ServiceID]bool{}
	for _, k := range c.Components {
		offered[k.Service] = true
	}
	return slices.DeleteFunc(slices.Clone(c.Services), func(s Service) bool { return !offered[s.ID] })
}

// Region finds a region.
func (c Catalog) Region(id health.RegionID) (Region, bool) {
	return find(c.Regions, func(r Region) bool { return r.ID == id })
}

// Service finds a service.
func (c Catalog) Service(id health.ServiceID) (Service, bool) {
	return find(c.Services, func(s Service) bool { return s.ID == id })
}

// Component finds the component of a service in a region.
func (c Catalog) Component(s health.ServiceID, r health.RegionID) (Component, bool) {
	return find(c.Components, func(x Component) bool { return x.Service == s && x.Region == r })
}

// HasService reports whether the service is in the catalogue.
func (c Catalog) HasService(id health.ServiceID) bool {
	_, ok := c.Service(id)
	return ok
}

// HasRegion reports whether the region is in the catalogue.
func (c Catalog) HasRegion(id health.RegionID) bool {
	_, ok := c.Region(id)
	return ok
}

// HasComponent reports whether the service is offered in the region.
func (c Catalog) HasComponent(s health.ServiceID, r health.RegionID) bool {
	_, ok := c.Component(s, r)
	return ok
}

func find[T any](list []T, is func(T) bool) (T, bool) {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return list[i], true
	}
	var zero T
	return zero, false
}
