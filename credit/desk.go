package credit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/sla"
)

// Meter gives the availability a run stands on; *sla.Meter is one.
type Meter interface {
	// Measure gives one reading of one scope and month, and the version of the
	// family's policy that it was read by.
	Measure(ctx context.Context, family string, scope health.Scope, month sla.Month, reading health.Determination) (sla.Row, sla.Policy, error)
}

// Policies reads the policies of the catalogue in force.
type Policies interface {
	Policies(ctx context.Context) ([]sla.Policy, error)
}

// Audience knows whose resources lived where.
type Audience interface {
	// AccountsAlive are the accounts that had a live resource in the scope, in
	// any of its zones, at any instant of an interval.
	AccountsAlive(ctx context.Context, q audience.AliveQuery) ([]health.AccountID, error)
}

// Selection says which rows of a bill count.
type Selection struct {
	Month        sla.Month // billing period
	Services     []string  // ServiceName
	Region       health.RegionID
	Categories   []string       // ChargeCategory; of a base alone
	NotFrequency string         // ChargeFrequency left out; of a base alone
	Cost         sla.CostColumn // of a base alone; what is due is always BilledCost
}

// InMonth reports whether a billing period that begins at t is the selection's.
func (s Selection) InMonth(t time.Time) bool { return sla.MonthOf(t.UTC()) == s.Month }

// Effective reports whether the base is summed from EffectiveCost.
func (s Selection) Effective() bool { return s.Cost == sla.EffectiveCost }

// Usage is what was read of the bill that credits are a percentage of.
type Usage struct {
	File    File
	Bases   []Base // sorted by account, service and currency
	Repairs []Repair
}

// Bills reads and writes bills in one format; package focus is one.
type Bills interface {
	// Bases sums the charges of the selection.
	Bases(ctx context.Context, bill io.Reader, name string, sel Selection) (Usage, error)
	// Target finds what is due for the selection, and who has a bill.
	Target(ctx context.Context, bill io.Reader, name string, sel Selection) (Target, error)
	// Write writes rows of credit, in their order, always as the same bytes.
	Write(w io.Writer, rows []Use) error
}

// Filter chooses uses. Zero values choose all.
type Filter struct {
	Run   health.CreditRunID
	Bill  sla.Month
	Scope health.Scope
}

// Store keeps runs and the ledger.
type Store interface {
	// Run is the whole run without its bases, or NotFound.
	Run(ctx context.Context, id health.CreditRunID) (Run, error)
	// Positions are the identities of a family, month and scope with what was
	// posted for them, sorted by key.
	Positions(ctx context.Context, family string, month sla.Month, scope health.Scope) ([]Position, error)
	// Plan saves a new run with its bases and facts. It is a Conflict when a run
	// of this id exists.
	Plan(ctx context.Context, r Run, facts []journal.Entry) error
	// Post marks a run as posted and adds its accruals. It is a Conflict, and
	// changes nothing, when the run changed or any identity was posted to since
	// the plan.
	Post(ctx context.Context, r Run, accruals []Entry, facts []journal.Entry) error
	// Uses are the uses that the filter chooses, sorted by run, key, account and
	// sequence.
	Uses(ctx context.Context, f Filter) ([]Use, error)
	// Apply marks a run as applied and adds uses and their movements. It is a
	// Conflict, and changes nothing, when the run changed.
	Apply(ctx context.Context, r Run, uses []Use, movements []Entry, facts []journal.Entry) error
}

// World is the clock of what people read.
type World interface {
	Now() time.Time
}

// Actor is who asks: a key's id and the role it carries.
type Actor struct {
	ID   string
	Role string
}

// The roles a desk knows.
const (
	RoleOperator = "operator"
	RoleApprover = "approver"
)

// Options are what a desk works with. All are needed but Program.
type Options struct {
	Store    Store
	Meter    Meter
	Policies Policies
	Audience Audience
	Bills    Bills
	World    World
	Program  string // version, for manifests
}

// Desk is where credit runs are planned, approved and applied.
type Desk struct{ o Options }

// NewDesk makes a desk.
func NewDesk(o Options) *Desk { return &Desk{o: o} }

// BillFile is an opened bill and its name for messages.
type BillFile struct {
	Name string
	Body io.Reader
}

// PlanRequest asks for a run.
type PlanRequest struct {
	Family       string // empty: the only one of the service
	Scope        health.Scope
	Month        sla.Month
	Reading      health.Determination // empty: declared
	Payee        sla.Payee            // empty: the policy's
	Bills        []BillFile           // of the month
	Acknowledged bool                 // a person vouches for a policy written from memory
}

// Plan computes and saves a run. The same inputs give the same run: it is then
// the saved one that is returned, whoever planned it.
func (d *Desk) Plan(ctx context.Context, req PlanRequest, by Actor) (Run, error) {
	if by.Role != RoleOperator && by.Role != RoleApprover {
		return Run{}, fault.New(fault.Forbidden, "", "this key may not plan credits", "use an operator's or approver's key")
	}
	row, policy, err := d.measure(ctx, &req)
	if err != nil {
		return Run{}, err
	}
	run, in, err := d.inputs(ctx, req, row, policy)
	if err != nil {
		return Run{}, err
	}
	if now := d.o.World.Now(); now.Before(run.Period.To) {
		return Run{}, fault.New(fault.Conflict, "month", "the month "+req.Month.String()+" is not over", "plan its credits when it is")
	}
	if run.Lines, err = Plan(in); err != nil {
		return Run{}, err
	}
	if err := d.seal(&run, in); err != nil {
		return Run{}, err
	}
	if saved, err := d.o.Store.Run(ctx, run.ID); err == nil || !fault.Is(err, fault.NotFound) {
		return saved, err
	}
	run.State, run.PlannedBy, run.PlannedAt, run.Version = Planned, by.ID, d.o.World.Now(), 1
	facts, err := d.fact(health.CreditRunPlannedFact, run, by)
	if err != nil {
		return Run{}, err
	}
	err = d.o.Store.Plan(ctx, run, facts)
	if fault.Is(err, fault.Conflict) { // somebody planned the same at the same moment
		return d.o.Store.Run(ctx, run.ID)
	}
	return run, err
}

func (d *Desk) measure(ctx context.Context, req *PlanRequest) (sla.Row, sla.Policy, error) {
	policies, err := d.o.Policies.Policies(ctx)
	if err != nil {
		return sla.Row{}, sla.Policy{}, fmt.Errorf("read the policies: %w", err)
	}
	if req.Family == "" {
		own := slices.DeleteFunc(slices.Clone(policies), func(p sla.Policy) bool { return p.Service != req.Scope.Service })
		families := sla.Families(own)
		if len(families) != 1 {
			return sla.Row{}, sla.Policy{}, fault.New(fault.Invalid, "family",
				fmt.Sprintf("service %q has %d agreements", req.Scope.Service, len(families)), "name a service with a policy, and the policy's family")
		}
		req.Family = families[0]
	}
	if req.Reading == "" {
		req.Reading = health.DeterminationDeclared
	}
	row, policy, err := d.o.Meter.Measure(ctx, req.Family, req.Scope, req.Month, req.Reading)
	if err != nil {
		return row, policy, err
	}
	if row.Policy == "" {
		return row, policy, fault.New(fault.Invalid, "month", "no version of "+req.Family+" was in force in "+req.Month.String(), "name a month in which one was")
	}
	if policy.Verified == sla.VerifiedMemory && !req.Acknowledged {
		return row, policy, fault.New(fault.Conflict, "policy "+string(policy.ID), "it was written from memory", "compare it with the agreement and acknowledge it")
	}
	if req.Payee == "" {
		req.Payee = policy.Payee
	}
	return row, policy, nil
}

// inputs reads the bills, who was affected and what was posted before.
func (d *Desk) inputs(ctx context.Context, req PlanRequest, row sla.Row, policy sla.Policy) (Run, Inputs, error) {
	period, err := req.Month.In(policy.Zone)
	if err != nil {
		return Run{}, Inputs{}, err
	}
	run := Run{
		Availability: row, Period: period.Interval(), Payee: req.Payee, Cost: policy.Base.Cost,
		BillServices: policy.BillServices, Carry: policy.Terms.Carry, Note: policy.Note, Repairs: []Repair{},
	}
	in := Inputs{Row: row, Policy: policy, Payee: req.Payee}
	if err := d.readBills(ctx, req, policy, &run); err != nil {
		return run, in, err
	}
	in.Bases = run.Bases
	if in.Affected, err = d.affected(ctx, row); err != nil {
		return run, in, err
	}
	run.Affected, run.WithoutCharges = len(in.Affected), in.withoutCharges()
	in.Positions, err = d.o.Store.Positions(ctx, policy.Family, req.Month, req.Scope)
	return run, in, err
}

func (d *Desk) readBills(ctx context.Context, req PlanRequest, policy sla.Policy, run *Run) error {
	if len(req.Bills) == 0 {
		return fault.New(fault.Invalid, "bills", "there is no bill of "+req.Month.String(), "give the usage bill of the month")
	}
	sel := Selection{
		Month: req.Month, Services: policy.BillServices, Region: req.Scope.Region,
		Categories: policy.Base.Categories, NotFrequency: policy.Base.NotFrequency, Cost: policy.Base.Cost,
	}
	seen := map[string]string{}
	for _, b := range req.Bills {
		usage, err := d.o.Bills.Bases(ctx, b.Body, b.Name, sel)
		if err != nil {
			return err
		}
		if other, twice := seen[usage.File.SHA256]; twice {
			return fault.New(fault.Invalid, b.Name, "is the same file as "+other, "give each bill once")
		}
		seen[usage.File.SHA256] = b.Name
		run.Bases = append(run.Bases, usage.Bases...)
		run.Repairs = append(run.Repairs, usage.Repairs...)
		run.Manifest.Bills = append(run.Manifest.Bills, usage.File)
	}
	return nil
}

// affected are the accounts with a live resource in the scope while it was
// down, sorted.
func (d *Desk) affected(ctx context.Context, row sla.Row) ([]health.AccountID, error) {
	var out []health.AccountID
	for _, down := range row.Down {
		accounts, err := d.o.Audience.AccountsAlive(ctx, audience.AliveQuery{Scope: row.Scope(), During: down, At: audience.Latest})
		if err != nil {
			return nil, fmt.Errorf("find the accounts affected: %w", err)
		}
		out = append(out, accounts...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// seal fills the manifest and makes the run's id of it: a UUIDv8 (RFC 9562), so
// that the same inputs are the same run. The program's version is left out.
func (d *Desk) seal(run *Run, in Inputs) error {
	run.Manifest.Program = d.o.Program
	var all [4]string
	for i, v := range []any{in.Row, in.Policy, in.Affected, in.Positions} {
		body, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("hash the run's inputs: %w", err)
		}
		sum := sha256.Sum256(body)
		all[i] = hex.EncodeToString(sum[:])
	}
	m := &run.Manifest
	m.Availability, m.Policy, m.Affected, m.Posted = all[0], all[1], all[2], all[3]
	body, err := json.Marshal([]any{all, m.Bills, run.Payee})
	if err != nil {
		return fmt.Errorf("hash the run's manifest: %w", err)
	}
	sum := sha256.Sum256(body)
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	h := hex.EncodeToString(sum[:16])
	run.ID = health.CreditRunID(h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:])
	return nil
}

func (d *Desk) fact(kind health.FactType, r Run, by Actor) ([]journal.Entry, error) {
	e, err := journal.NewEntry(kind, string(r.ID), by.ID, d.o.World.Now(), health.CreditRun{Run: r.ID})
	return []journal.Entry{e}, err
}
