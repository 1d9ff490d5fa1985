package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/sla"
)

// Credits keeps credit runs and the ledger.
type Credits struct{ db *DB }

var _ credit.Store = (*Credits)(nil)

// Credits is the part of the database that knows what is owed.
func (db *DB) Credits() *Credits { return &Credits{db: db} }

// Run is the whole run without its bases, or NotFound.
func (s *Credits) Run(ctx context.Context, id health.CreditRunID) (credit.Run, error) {
	var r credit.Run
	var content string
	var planned, approved int64
	err := s.db.row(ctx, `SELECT content, state, planned_by, planned_at, approved_by, approved_at, version FROM credit_run WHERE id = $1`, string(id)).
		Scan(&content, &r.State, &r.PlannedBy, &planned, &r.ApprovedBy, &approved, &r.Version)
	if err := s.db.found(err, "credit run "+string(id)); err != nil {
		return r, err
	}
	state, version, plannedBy, approvedBy := r.State, r.Version, r.PlannedBy, r.ApprovedBy
	if err := fromJSON(content, &r); err != nil {
		return r, err
	}
	r.State, r.Version, r.PlannedBy, r.ApprovedBy = state, version, plannedBy, approvedBy
	r.PlannedAt, r.ApprovedAt = fromMicros(planned), fromMicros(approved)
	rows, err := s.db.rows(ctx, `SELECT content FROM credit_line WHERE run = $1 ORDER BY position`, string(id))
	if err != nil {
		return r, fmt.Errorf("read the lines of credit run %s: %w", id, err)
	}
	r.Lines, err = collect(rows, scanJSON[credit.Line])
	return r, err
}

// scanJSON reads a row of one text column that toJSON wrote.
func scanJSON[T any](rows *sql.Rows) (T, error) {
	var v T
	var content string
	if err := rows.Scan(&content); err != nil {
		return v, err
	}
	return v, fromJSON(content, &v)
}

// Runs are the ids of every run, in the order planned.
func (s *Credits) Runs(ctx context.Context) ([]health.CreditRunID, error) {
	rows, err := s.db.rows(ctx, `SELECT id FROM credit_run ORDER BY planned_at, id`)
	if err != nil {
		return nil, fmt.Errorf("list the credit runs: %w", err)
	}
	return collect(rows, func(r *sql.Rows) (id health.CreditRunID, err error) { return id, r.Scan(&id) })
}

// Positions are the identities of a family, month and scope with what was posted
// for them, sorted by key.
func (s *Credits) Positions(ctx context.Context, family string, month sla.Month, scope health.Scope) ([]credit.Position, error) {
	rows, err := s.db.rows(ctx, `SELECT payee_kind, payee, currency, SUM(minor), COUNT(*) FROM credit_posting
		WHERE family = $1 AND month = $2 AND service = $3 AND region = $4
		GROUP BY payee_kind, payee, currency ORDER BY payee_kind, payee, currency`,
		family, month.String(), string(scope.Service), string(scope.Region))
	if err != nil {
		return nil, fmt.Errorf("read what was posted: %w", err)
	}
	return collect(rows, func(r *sql.Rows) (credit.Position, error) {
		p := credit.Position{Key: credit.Key{Family: family, Month: month, Scope: scope}}
		err := r.Scan(&p.Key.Payee.Kind, &p.Key.Payee.ID, &p.Key.Currency, &p.Posted.Minor, &p.Sequence)
		p.Posted.Currency = p.Key.Currency
		return p, err
	})
}

// Plan saves a new run with its bases and facts. It is a Conflict when a run of
// this id exists.
func (s *Credits) Plan(ctx context.Context, r credit.Run, facts []journal.Entry) error {
	head := r
	head.Lines = nil
	content, err := toJSON(head)
	if err != nil {
		return err
	}
	row, err := toJSON(r.Availability)
	if err != nil {
		return err
	}
	lines, err := lineRows(r)
	if err != nil {
		return err
	}
	bases := make([][]any, len(r.Bases))
	for i, b := range r.Bases {
		bases[i] = []any{string(r.ID), i, b.BillingAccount, string(b.Account), b.BillService, string(b.Region), b.Currency, b.Cost.Fixed(), b.Rows}
	}
	scope := r.Scope()
	return s.db.write(ctx, "save the credit run", facts, func(ctx context.Context, t *tx) error {
		if _, err := t.exec(ctx, `INSERT INTO credit_run (id, state, service, region, family, month, availability, content, planned_by, planned_at, approved_by, approved_at, version)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', 0, $11)`, string(r.ID), string(r.State), string(scope.Service), string(scope.Region),
			r.Availability.Family, r.Availability.Month.String(), row, content, r.PlannedBy, micros(r.PlannedAt), r.Version); err != nil {
			return err
		}
		if _, err := t.bulk(ctx, `INSERT INTO credit_line (run, position, payee_kind, payee, currency, base, target_minor, post_minor, content)`, lines, ""); err != nil {
			return err
		}
		_, err := t.bulk(ctx, `INSERT INTO bill_base (run, position, billing_account, account, bill_service, region, currency, cost, bill_rows)`, bases, "")
		return err
	})
}

func lineRows(r credit.Run) ([][]any, error) {
	out := make([][]any, len(r.Lines))
	for i, l := range r.Lines {
		content, err := toJSON(l)
		if err != nil {
			return nil, err
		}
		out[i] = []any{string(r.ID), i, string(l.Key.Payee.Kind), l.Key.Payee.ID, l.Key.Currency, l.Base.Fixed(), l.Target.Minor, l.Post.Minor, content}
	}
	return out, nil
}

// Bases are the sums of the bill that a run stands on, in the order saved.
func (s *Credits) Bases(ctx context.Context, id health.CreditRunID) ([]credit.Base, error) {
	rows, err := s.db.rows(ctx, `SELECT billing_account, account, bill_service, region, currency, cost, bill_rows FROM bill_base WHERE run = $1 ORDER BY position`, string(id))
	if err != nil {
		return nil, fmt.Errorf("read the bases of credit run %s: %w", id, err)
	}
	return collect(rows, func(r *sql.Rows) (credit.Base, error) {
		var b credit.Base
		var cost string
		if err := r.Scan(&b.BillingAccount, &b.Account, &b.BillService, &b.Region, &b.Currency, &cost, &b.Rows); err != nil {
			return b, err
		}
		var err error
		b.Cost, err = credit.ParseFixed(cost)
		return b, err
	})
}

// Post marks a run as posted and adds its accruals. It is a Conflict, and
// changes nothing, when the run changed or any identity was posted to since the
// plan: each line takes the identity's next number, which only one run can get.
func (s *Credits) Post(ctx context.Context, r credit.Run, accruals []credit.Entry, facts []journal.Entry) error {
	scope := r.Scope()
	var postings [][]any
	for _, l := range r.Lines {
		if l.Post.Minor > 0 {
			postings = append(postings, []any{
				l.Key.Family, l.Key.Month.String(), string(scope.Service), string(scope.Region),
				string(l.Key.Payee.Kind), l.Key.Payee.ID, l.Key.Currency, l.Sequence + 1, string(r.ID), l.Post.Minor,
			})
		}
	}
	return s.db.write(ctx, "post the credit run", facts, func(ctx context.Context, t *tx) error {
		err := t.one(ctx, "the credit run", `UPDATE credit_run SET state = $1, approved_by = $2, approved_at = $3, version = version + 1
			WHERE id = $4 AND version = $5 AND state = 'planned'`, string(r.State), r.ApprovedBy, micros(r.ApprovedAt), string(r.ID), r.Version)
		if err != nil {
			return err
		}
		if len(postings) == 0 {
			return nil
		}
		if err := t.settlePayee(ctx, r); err != nil {
			return err
		}
		n, err := t.bulk(ctx, `INSERT INTO credit_posting (family, month, service, region, payee_kind, payee, currency, sequence, run, minor)`, postings, `ON CONFLICT DO NOTHING`)
		if err != nil {
			return err
		}
		if n != int64(len(postings)) {
			return fault.New(fault.Conflict, "run "+string(r.ID), "some of its credits were posted to since it was planned", "plan again: the new run posts what is left")
		}
		return t.ledger(ctx, accruals)
	})
}

// settlePayee refuses a run for one kind of payee when the month was posted to
// the other.
func (t *tx) settlePayee(ctx context.Context, r credit.Run) error {
	scope, month := r.Scope(), r.Availability.Month.String()
	if _, err := t.exec(ctx, `INSERT INTO credit_payee (family, month, service, region, payee_kind) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		r.Availability.Family, month, string(scope.Service), string(scope.Region), string(r.Payee)); err != nil {
		return err
	}
	var kind string
	err := t.row(ctx, `SELECT payee_kind FROM credit_payee WHERE family = $1 AND month = $2 AND service = $3 AND region = $4`,
		r.Availability.Family, month, string(scope.Service), string(scope.Region)).Scan(&kind)
	if err == nil && kind != string(r.Payee) {
		return fault.New(fault.Conflict, "run "+string(r.ID), "the month's credits were posted to each "+kind+" already", "plan with payee "+kind)
	}
	return err
}

// Apply marks a run as applied and adds uses and their movements. It is a
// Conflict, and changes nothing, when the run changed.
func (s *Credits) Apply(ctx context.Context, r credit.Run, uses []credit.Use, movements []credit.Entry, facts []journal.Entry) error {
	rows := make([][]any, len(uses))
	for i, u := range uses {
		content, err := toJSON(u)
		if err != nil {
			return err
		}
		rows[i] = []any{
			string(u.Run), string(u.Key.Payee.Kind), u.Key.Payee.ID, u.Key.Currency, string(u.Account), u.Sequence,
			string(u.Key.Scope.Service), string(u.Key.Scope.Region), u.Bill.String(), u.Party.Invoice, u.Amount.Minor, content,
		}
	}
	return s.db.write(ctx, "apply the credit run", facts, func(ctx context.Context, t *tx) error {
		err := t.one(ctx, "the credit run", `UPDATE credit_run SET state = $1, version = version + 1 WHERE id = $2 AND version = $3 AND state <> 'planned'`,
			string(r.State), string(r.ID), r.Version)
		if err != nil {
			return err
		}
		if _, err := t.bulk(ctx, `INSERT INTO credit_application (run, payee_kind, payee, currency, account, sequence, service, region, bill, invoice, minor, content)`, rows, ""); err != nil {
			return err
		}
		return t.ledger(ctx, movements)
	})
}

// ledger adds entries to the ledger.
func (t *tx) ledger(ctx context.Context, entries []credit.Entry) error {
	rows := make([][]any, len(entries))
	for i, e := range entries {
		rows[i] = []any{
			string(e.Run), string(e.Kind), string(e.Key.Payee.Kind), e.Key.Payee.ID, e.Key.Currency, string(e.Account), e.Sequence,
			e.Key.Family, e.Key.Month.String(), string(e.Key.Scope.Service), string(e.Key.Scope.Region), e.Month.String(),
			string(e.Debit), string(e.Credit), e.Amount.Minor, micros(e.At), e.Actor,
		}
	}
	_, err := t.bulk(ctx, `INSERT INTO ledger_entry (run, kind, payee_kind, payee, currency, account, sequence,
		family, month, service, region, book_month, debit, credit, minor, at, actor)`, rows, "")
	return err
}
