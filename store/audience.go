package store

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strings"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// Audience keeps organizations, accounts, contacts, resources and support plans.
// Methods that take a journal number tell what was known at it;
// audience.Latest asks for now.
type Audience struct{ db *DB }

var (
	_ audience.Records = (*Audience)(nil)
	_ credit.Audience  = (*Audience)(nil)
)

// Audience gives the store of the audience.
func (db *DB) Audience() *Audience { return &Audience{db} }

// holds is the condition that a row holds at the journal number of placeholder
// n.
func holds(table string, n int) string {
	return fmt.Sprintf("%[1]sjournal_from <= $%[2]d AND (%[1]sjournal_to = 0 OR %[1]sjournal_to > $%[2]d)", table, n)
}

const accountColumns = `SELECT a.id, a.organization, a.name, a.language, a.currency, a.status FROM account a`

func scanAccount(r *sql.Rows) (a audience.Account, err error) {
	err = r.Scan(&a.ID, &a.Organization, &a.Name, &a.Language, &a.Currency, &a.Status)
	return a, err
}

// Account finds an account; NotFound when there is none.
func (s *Audience) Account(ctx context.Context, id health.AccountID) (audience.Account, error) {
	list, err := s.AccountsByID(ctx, []health.AccountID{id})
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "", "there is no account "+string(id), "")
	}
	if err != nil {
		return audience.Account{}, err
	}
	return list[0], nil
}

// AccountsByID finds accounts; those that are not there are left out. The order
// is not that of the ids.
func (s *Audience) AccountsByID(ctx context.Context, ids []health.AccountID) ([]audience.Account, error) {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = string(id)
	}
	var out []audience.Account
	err := s.db.eachIn(ctx, accountColumns+` WHERE a.journal_to = 0 AND a.id`, list, func(r *sql.Rows) error {
		a, err := scanAccount(r)
		out = append(out, a)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find accounts: %w", s.db.explain(err))
	}
	return out, nil
}

// Accounts lists accounts after an id, ascending, at most limit.
func (s *Audience) Accounts(ctx context.Context, after health.AccountID, limit int) ([]audience.Account, error) {
	rows, err := s.db.rows(ctx, accountColumns+` WHERE a.id > $1 AND a.journal_to = 0 ORDER BY a.id LIMIT $2`, string(after), limit)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return collect(rows, scanAccount)
}

// AccountsAlive lists the accounts that had a resource alive in the scope during
// the interval, as known at a journal number: those after an id, ascending, at
// most limit. It scans a range of the scope index only. An open interval reaches
// into the future: end it at the world time that counts, or accounts whose
// resources are yet to begin are listed too.
func (s *Audience) AccountsAlive(ctx context.Context, q audience.AliveQuery) ([]health.AccountID, error) {
	query := `SELECT DISTINCT account FROM account_scope WHERE service = $1 AND region = $2
		AND account > $3 AND life_from < $4 AND (life_to = 0 OR life_to > $5) AND ` + holds("", 6)
	args := []any{string(q.Scope.Service), string(q.Scope.Region), string(q.After), end(q.During), micros(q.During.From), q.At}
	if q.Scope.Zone != "" {
		query += ` AND zone IN ('', $7)`
		args = append(args, string(q.Scope.Zone))
	}
	query += ` ORDER BY account`
	if q.Limit > 0 {
		args = append(args, q.Limit)
		query += fmt.Sprintf(` LIMIT $%d`, len(args))
	}
	rows, err := s.db.rows(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list accounts alive in %s: %w", q.Scope, err)
	}
	return collect(rows, func(r *sql.Rows) (id health.AccountID, err error) {
		err = r.Scan(&id)
		return id, err
	})
}

func end(i health.Interval) int64 {
	if i.Open() {
		return math.MaxInt64
	}
	return micros(i.To)
}

// Spans are the account's spans as known at a journal number, by scope and time.
func (s *Audience) Spans(ctx context.Context, account health.AccountID, at int64) ([]audience.Span, error) {
	rows, err := s.db.rows(ctx, `SELECT service, region, zone, life_from, life_to, resources FROM account_scope
		WHERE account = $1 AND `+holds("", 2)+` ORDER BY service, region, zone, life_from`, string(account), at)
	if err != nil {
		return nil, fmt.Errorf("read the spans of account %s: %w", account, err)
	}
	return collect(rows, func(r *sql.Rows) (audience.Span, error) {
		p := audience.Span{Account: account}
		var from, to int64
		err := r.Scan(&p.Scope.Service, &p.Scope.Region, &p.Scope.Zone, &from, &to, &p.Count)
		p.During = interval(from, to)
		return p, err
	})
}

// Inventory is how well the resources are known.
func (s *Audience) Inventory(ctx context.Context) (audience.Inventory, error) {
	var asOf int64
	if err := s.db.row(ctx, `SELECT as_of FROM inventory`).Scan(&asOf); err != nil {
		return audience.Inventory{}, fmt.Errorf("read the inventory: %w", s.db.explain(err))
	}
	return audience.Inventory{AsOf: fromMicros(asOf)}, nil
}

const contactColumns = `SELECT c.account, c.language, c.kinds, e.id, e.channel, e.address
	FROM contact c JOIN endpoint e ON e.id = c.endpoint`

func scanContact(r *sql.Rows) (c audience.Contact, err error) {
	var kinds string
	err = r.Scan(&c.Account, &c.Language, &kinds, &c.Endpoint.ID, &c.Endpoint.Channel, &c.Endpoint.Address)
	for k := range strings.FieldsSeq(kinds) {
		c.Kinds = append(c.Kinds, audience.ContactKind(k))
	}
	return c, err
}

// Contacts are the account's contacts at a journal number, by endpoint id.
func (s *Audience) Contacts(ctx context.Context, account health.AccountID, at int64) ([]audience.Contact, error) {
	rows, err := s.db.rows(ctx, contactColumns+` WHERE c.account = $1 AND `+holds("c.", 2)+` ORDER BY e.id`, string(account), at)
	if err != nil {
		return nil, fmt.Errorf("read the contacts of account %s: %w", account, err)
	}
	return collect(rows, scanContact)
}

// ContactsOfAddress are the present contacts with an address, in any case, by
// account id; none when nobody has it.
func (s *Audience) ContactsOfAddress(ctx context.Context, channel audience.Channel, address string) ([]audience.Contact, error) {
	rows, err := s.db.rows(ctx, contactColumns+` WHERE e.channel = $1 AND e.address = $2 AND c.journal_to = 0 ORDER BY c.account`,
		string(channel), strings.ToLower(strings.TrimSpace(address)))
	if err != nil {
		return nil, fmt.Errorf("look for an address: %w", err)
	}
	return collect(rows, scanContact)
}

// SupportPlan finds an account's support plan; NotFound when it has none.
func (s *Audience) SupportPlan(ctx context.Context, account health.AccountID) (audience.SupportPlan, error) {
	p := audience.SupportPlan{Account: account}
	err := s.db.row(ctx, `SELECT plan, manager FROM support_plan WHERE account = $1 AND journal_to = 0`, string(account)).Scan(&p.Plan, &p.Manager)
	return p, s.db.found(err, "support plan of account "+string(account))
}
