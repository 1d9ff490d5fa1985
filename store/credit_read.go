package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/sla"
)

// Uses are the uses that the filter chooses, sorted by run, key, account and
// sequence.
func (s *Credits) Uses(ctx context.Context, f credit.Filter) ([]credit.Use, error) {
	var where []string
	var args []any
	add := func(column, value string) {
		if value != "" {
			args = append(args, value)
			where = append(where, fmt.Sprintf("%s = $%d", column, len(args)))
		}
	}
	add("run", string(f.Run))
	if f.Bill != (sla.Month{}) {
		add("bill", f.Bill.String())
	}
	add("service", string(f.Scope.Service))
	add("region", string(f.Scope.Region))
	query := `SELECT content FROM credit_application`
	if len(where) > 0 {
		query += ` WHERE ` + strings.Join(where, ` AND `)
	}
	rows, err := s.db.rows(ctx, query+` ORDER BY run, payee_kind, payee, currency, account, sequence`, args...)
	if err != nil {
		return nil, fmt.Errorf("read what was applied: %w", err)
	}
	return collect(rows, scanJSON[credit.Use])
}

// Entries are the ledger's entries of a run, accruals first, sorted by payee,
// currency, account and sequence.
func (s *Credits) Entries(ctx context.Context, id health.CreditRunID) ([]credit.Entry, error) {
	return s.entries(ctx, `WHERE run = $1 ORDER BY kind, payee_kind, payee, currency, account, sequence`, string(id))
}

func (s *Credits) entries(ctx context.Context, clause string, args ...any) ([]credit.Entry, error) {
	rows, err := s.db.rows(ctx, `SELECT run, kind, payee_kind, payee, currency, account, sequence, family, month, service, region,
		book_month, debit, credit, minor, at, actor FROM ledger_entry `+clause, args...)
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	return collect(rows, scanEntry)
}

func scanEntry(rows *sql.Rows) (credit.Entry, error) {
	var e credit.Entry
	var month, book string
	var at int64
	k := &e.Key
	err := rows.Scan(&e.Run, &e.Kind, &k.Payee.Kind, &k.Payee.ID, &k.Currency, &e.Account, &e.Sequence, &k.Family, &month,
		&k.Scope.Service, &k.Scope.Region, &book, &e.Debit, &e.Credit, &e.Amount.Minor, &at, &e.Actor)
	if err != nil {
		return e, err
	}
	e.Amount.Currency, e.At = k.Currency, fromMicros(at)
	if k.Month, err = sla.ParseMonth(month); err != nil {
		return e, err
	}
	e.Month, err = sla.ParseMonth(book)
	return e, err
}

// Grants are what runs gave an account, or would, as credit.GrantsOf orders
// them. A payer's planned runs are not among its accounts' grants until posted.
func (s *Credits) Grants(ctx context.Context, account health.AccountID) ([]credit.Grant, error) {
	rows, err := s.db.rows(ctx, `SELECT id, state, availability, content FROM (
		SELECT r.id, r.state, r.availability, l.content, r.planned_at, l.position
		FROM credit_line l JOIN credit_run r ON r.id = l.run
		WHERE l.payee_kind = 'account' AND l.payee = $1
		UNION ALL
		SELECT r.id, r.state, r.availability, l.content, r.planned_at, l.position
		FROM (SELECT DISTINCT run, payee_kind, payee, currency FROM ledger_entry WHERE account = $1 AND payee_kind = 'organization') e
		JOIN credit_line l ON l.payee = e.payee AND l.payee_kind = e.payee_kind AND l.run = e.run AND l.currency = e.currency
		JOIN credit_run r ON r.id = l.run) every
		ORDER BY planned_at, id, position`, string(account))
	if err != nil {
		return nil, fmt.Errorf("read the credits of an account: %w", err)
	}
	holdings, err := collect(rows, scanHolding)
	if err != nil || len(holdings) == 0 {
		return nil, err
	}
	rows, err = s.db.rows(ctx, `SELECT content FROM credit_application WHERE account = $1 ORDER BY bill, run, sequence`, string(account))
	if err != nil {
		return nil, fmt.Errorf("read what was applied for an account: %w", err)
	}
	uses, err := collect(rows, scanJSON[credit.Use])
	return credit.GrantsOf(account, holdings, uses), err
}

func scanHolding(rows *sql.Rows) (credit.Holding, error) {
	var h credit.Holding
	var row, line string
	if err := rows.Scan(&h.Run, &h.State, &row, &line); err != nil {
		return h, err
	}
	if err := fromJSON(row, &h.Availability); err != nil {
		return h, err
	}
	return h, fromJSON(line, &h.Line)
}
