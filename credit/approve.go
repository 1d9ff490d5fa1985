package credit

import (
	"context"
	"fmt"
	"io"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/sla"
)

// Show is a run as it stands, or NotFound.
func (d *Desk) Show(ctx context.Context, id health.CreditRunID) (Run, error) {
	return d.o.Store.Run(ctx, id)
}

// Approve posts a run to the ledger. It takes a second person: an approver who
// did not plan it. A run that is posted already is returned as it is.
func (d *Desk) Approve(ctx context.Context, id health.CreditRunID, by Actor) (Run, error) {
	if by.Role != RoleApprover {
		return Run{}, fault.New(fault.Forbidden, "", "this key may not approve credits", "use an approver's key")
	}
	run, err := d.o.Store.Run(ctx, id)
	if err != nil || run.State != Planned {
		return run, err
	}
	if run.PlannedBy == by.ID {
		return Run{}, fault.New(fault.Forbidden, "run "+string(id), "whoever planned a run may not approve it", "let another approver do it")
	}
	now := d.o.World.Now()
	run.State, run.ApprovedBy, run.ApprovedAt = Posted, by.ID, now
	facts, err := d.fact(health.CreditRunPostedFact, run, by)
	if err != nil {
		return Run{}, err
	}
	if err := d.o.Store.Post(ctx, run, run.Accruals(now, by.ID), facts); err != nil {
		return Run{}, fmt.Errorf("post run %s: %w", id, err)
	}
	run.Version++
	return run, nil
}

// ApplyRequest asks for a run's credits to be taken off a bill.
type ApplyRequest struct {
	Run    health.CreditRunID
	Month  sla.Month // of the bill
	Target BillFile  // the bill before the credits
	Out    io.Writer // gets the rows of credit; nil: none are written
}

// Apply takes a posted run's credits off a bill and writes their rows. Done
// again on the same bill it writes the same bytes and posts nothing.
func (d *Desk) Apply(ctx context.Context, req ApplyRequest, by Actor) (Settlement, error) {
	if by.Role != RoleOperator && by.Role != RoleApprover {
		return Settlement{}, fault.New(fault.Forbidden, "", "this key may not apply credits", "use an operator's or approver's key")
	}
	run, err := d.o.Store.Run(ctx, req.Run)
	if err != nil {
		return Settlement{}, err
	}
	if run.State == Planned {
		return Settlement{}, fault.New(fault.Conflict, "run "+string(run.ID), "it is planned, not posted", "let an approver approve it first")
	}
	if req.Month.Compare(run.Availability.Month) <= 0 {
		return Settlement{}, fault.New(fault.Invalid, "bill month", req.Month.String()+" is not after the month of the outage", "name the month of a later bill")
	}
	out, err := d.settle(ctx, run, req)
	if err != nil {
		return Settlement{}, err
	}
	if err := d.save(ctx, run, out.New, by); err != nil {
		return Settlement{}, err
	}
	if req.Out == nil {
		return out, nil
	}
	return out, d.o.Bills.Write(req.Out, out.Rows)
}

func (d *Desk) settle(ctx context.Context, run Run, req ApplyRequest) (Settlement, error) {
	sel := Selection{Month: req.Month, Services: run.BillServices, Region: run.Availability.Region}
	target, err := d.o.Bills.Target(ctx, req.Target.Body, req.Target.Name, sel)
	if err != nil {
		return Settlement{}, err
	}
	mine, err := d.o.Store.Uses(ctx, Filter{Run: run.ID})
	if err != nil {
		return Settlement{}, fmt.Errorf("read what was applied: %w", err)
	}
	onBill, err := d.o.Store.Uses(ctx, Filter{Bill: req.Month, Scope: run.Scope()})
	if err != nil {
		return Settlement{}, fmt.Errorf("read what was applied: %w", err)
	}
	before := Uses{OfRun: mine}
	for _, u := range onBill {
		if u.Run != run.ID {
			before.OnBill = append(before.OnBill, u)
		}
	}
	return run.Settle(req.Month, target, before)
}

// save keeps new uses. A run that was applied before and has nothing new is left
// untouched, without a fact.
func (d *Desk) save(ctx context.Context, run Run, uses []Use, by Actor) error {
	if run.State == Applied && len(uses) == 0 {
		return nil
	}
	run.State = Applied
	facts, err := d.fact(health.CreditRunAppliedFact, run, by)
	if err != nil {
		return err
	}
	if err := d.o.Store.Apply(ctx, run, uses, Movements(uses, d.o.World.Now(), by.ID), facts); err != nil {
		return fmt.Errorf("apply run %s: %w", run.ID, err)
	}
	return nil
}
