package sla

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

// Incidents reads incidents with all the impacts ever stated for them.
type Incidents interface {
	// Touching are the incidents with any statement of an impact that shares an
	// instant with the interval. More may be given: the meter selects.
	Touching(ctx context.Context, during health.Interval) ([]incident.Incident, error)
}

// Policies reads the policies of the catalogue in force.
type Policies interface {
	Policies(ctx context.Context) ([]Policy, error)
}

// Regions reads where a service is offered.
type Regions interface {
	Regions(ctx context.Context, service health.ServiceID) ([]health.RegionID, error)
}

// World is the clock of what people read.
type World interface {
	Now() time.Time
}

// State says whether credits follow from a row.
type State string

// A row grants a percentage or it does not.
const (
	Eligible    State = "eligible"
	NotEligible State = "not_eligible"
)

// Row is one reading of one service in one region and month.
type Row struct {
	Service       health.ServiceID     `json:"service"`
	Region        health.RegionID      `json:"region"`
	Month         Month                `json:"month"`
	Family        string               `json:"family"`
	Policy        health.PolicyID      `json:"policy,omitempty"` // empty: no version was in force
	Determination health.Determination `json:"determination"`    // literal or declared
	Fraction      Fraction             `json:"fraction"`
	Percent       string               `json:"percent"`
	TierPct       Decimal              `json:"tier_pct"`
	State         State                `json:"state"`
	TotalMicros   int64                `json:"total_us"`
	DownMicros    int64                `json:"down_us"`
	Down          []health.Interval    `json:"down"`      // sorted, disjoint
	Incidents     []health.IncidentID  `json:"incidents"` // sorted
}

// Scope is the row's service and region.
func (r Row) Scope() health.Scope { return health.Scope{Service: r.Service, Region: r.Region} }

// Request selects what a report is about. Empty fields select everything.
type Request struct {
	Service health.ServiceID
	Region  health.RegionID
	From    Month
	To      Month     // last month of the report; zero: From alone
	KnownAt time.Time // zero: by everything stated so far
}

// Meter answers what the availability was.
type Meter struct {
	incidents Incidents
	policies  Policies
	regions   Regions
	world     World
}

// NewMeter makes a meter.
func NewMeter(incidents Incidents, policies Policies, regions Regions, world World) *Meter {
	return &Meter{incidents: incidents, policies: policies, regions: regions, world: world}
}

// longestReport is how many months a report has at most: ten years.
const longestReport = 120

// months counts the months from one to another, both included.
func months(from, to Month) int {
	return (to.Year-from.Year)*12 + int(to.Month) - int(from.Month) + 1
}

// Report gives two rows, literal then declared, for every family, region and
// month asked for, in this order. A month without any incident has its rows too.
func (m *Meter) Report(ctx context.Context, req Request) ([]Row, error) {
	if req.To == (Month{}) {
		req.To = req.From
	}
	if req.From == (Month{}) || req.To.Compare(req.From) < 0 {
		return nil, fault.New(fault.Invalid, "month", "the report has no month", "give a month such as 2018-11, the first before the last")
	}
	if n := months(req.From, req.To); n > longestReport {
		return nil, fault.New(fault.Invalid, "to", fmt.Sprintf("the report is of %d months", n), fmt.Sprintf("ask for at most %d at a time", longestReport))
	}
	policies, err := m.policies.Policies(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the policies: %w", err)
	}
	incidents, err := m.touching(ctx, req)
	if err != nil {
		return nil, err
	}
	var rows []Row
	for _, family := range Families(policies) {
		versions := slices.DeleteFunc(slices.Clone(policies), func(p Policy) bool {
			return p.Family != family || req.Service != "" && p.Service != req.Service
		})
		if len(versions) == 0 {
			continue
		}
		more, err := m.family(ctx, req, versions, incidents)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// Measure gives one reading of one scope and month by the version of a family
// that its incidents fall under, and that version. It is what a credit run
// stands on.
func (m *Meter) Measure(ctx context.Context, family string, scope health.Scope, month Month, reading health.Determination) (Row, Policy, error) {
	policies, err := m.policies.Policies(ctx)
	if err != nil {
		return Row{}, Policy{}, fmt.Errorf("read the policies: %w", err)
	}
	versions := slices.DeleteFunc(slices.Clone(policies), func(p Policy) bool { return p.Family != family || p.Service != scope.Service })
	if len(versions) == 0 {
		return Row{}, Policy{}, fault.New(fault.NotFound, "policy", fmt.Sprintf("no policy of the family %q is about %s", family, scope.Service), "apply a catalogue with such a policy")
	}
	incidents, err := m.touching(ctx, Request{From: month, To: month})
	if err != nil {
		return Row{}, Policy{}, err
	}
	return m.row(versions, Question{Scope: scope, Incidents: incidents, Reading: reading, Now: m.world.Now()}, month)
}

// touching reads the incidents of the months with a day to spare on both sides,
// for months of any zone.
func (m *Meter) touching(ctx context.Context, req Request) ([]incident.Incident, error) {
	during := health.Interval{From: req.From.start(time.UTC).AddDate(0, 0, -1), To: req.To.Next().start(time.UTC).AddDate(0, 0, 1)}
	incidents, err := m.incidents.Touching(ctx, during)
	if err != nil {
		return nil, fmt.Errorf("read the incidents of %s to %s: %w", req.From, req.To, err)
	}
	return incidents, nil
}

func (m *Meter) family(ctx context.Context, req Request, versions []Policy, incidents []incident.Incident) ([]Row, error) {
	regions, err := m.regions.Regions(ctx, versions[0].Service)
	if err != nil {
		return nil, fmt.Errorf("read the regions of %s: %w", versions[0].Service, err)
	}
	regions = slices.DeleteFunc(slices.Clone(regions), func(r health.RegionID) bool { return req.Region != "" && r != req.Region })
	slices.Sort(regions)
	var rows []Row
	for _, region := range regions {
		if ctx.Err() != nil {
			return nil, ctx.Err() // nobody waits for the rest
		}
		q := Question{
			Scope:     health.Scope{Service: versions[0].Service, Region: region},
			Incidents: incidents, KnownAt: req.KnownAt, Now: m.world.Now(),
		}
		for month := req.From; month.Compare(req.To) <= 0; month = month.Next() {
			for _, reading := range []health.Determination{health.DeterminationLiteral, health.DeterminationDeclared} {
				q.Reading = reading
				row, _, err := m.row(versions, q, month)
				if err != nil {
					return nil, err
				}
				rows = append(rows, row)
			}
		}
	}
	return rows, nil
}

// row measures one month. A month before any version is measured by the first
// one's words, without its name and without a tier: nothing was promised.
func (m *Meter) row(versions []Policy, q Question, month Month) (Row, Policy, error) {
	policy, inForce, err := version(versions, q, month)
	if err != nil {
		return Row{}, Policy{}, err
	}
	if q.Period, err = month.In(policy.Zone); err != nil {
		return Row{}, Policy{}, err
	}
	a := policy.Measure(q)
	row := Row{
		Service: q.Scope.Service, Region: q.Scope.Region, Month: month, Family: policy.Family,
		Determination: q.Reading, Fraction: a.Fraction, Percent: a.Fraction.Percent(), State: NotEligible,
		TotalMicros: a.Total, DownMicros: a.DownTime, Down: []health.Interval{}, Incidents: []health.IncidentID{},
	}
	row.Incidents = append(row.Incidents, a.Incidents...)
	for _, s := range a.Down {
		row.Down = append(row.Down, s.Interval())
	}
	if !inForce {
		return row, policy, nil
	}
	row.Policy, row.TierPct = policy.ID, policy.Pct(a.Fraction)
	if !row.TierPct.Zero() {
		row.State = Eligible
	}
	return row, policy, nil
}

// version is the policy a month falls under: the one in force when the first
// downtime that it counts began, else the one in force at the month's end.
func version(versions []Policy, q Question, month Month) (Policy, bool, error) {
	family := versions[0].Family
	var first *Policy
	var began int64
	for i, p := range versions {
		period, err := month.In(p.Zone)
		if err != nil {
			return Policy{}, false, err
		}
		q.Period = period
		a := p.Measure(q)
		if len(a.Down) > 0 && p.InForce.Contains(a.Down[0].Interval().From) && (first == nil || a.Down[0].From < began) {
			first, began = &versions[i], a.Down[0].From
		}
	}
	if first != nil {
		return *first, true, nil
	}
	period, err := month.In(versions[0].Zone)
	if err != nil {
		return Policy{}, false, err
	}
	if p, ok := Choose(versions, family, time.UnixMicro(period.To-1)); ok {
		return p, true, nil
	}
	oldest := slices.MinFunc(versions, func(a, b Policy) int { return a.InForce.From.Compare(b.InForce.From) })
	return oldest, false, nil
}
