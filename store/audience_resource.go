package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/bonghwa/bonghwa/audience"
)

// condition gathers a WHERE clause and its arguments.
type condition struct {
	parts []string
	args  []any
}

// and adds a part in which every ? stands for the next argument.
func (c *condition) and(part string, args ...any) { c.parts = append(c.parts, c.number(part, args...)) }

func (c *condition) number(part string, args ...any) string {
	var b strings.Builder
	for _, r := range part {
		if r != '?' {
			b.WriteRune(r)
			continue
		}
		c.args = append(c.args, args[0])
		args = args[1:]
		fmt.Fprintf(&b, "$%d", len(c.args))
	}
	return b.String()
}

func (c *condition) String() string { return " WHERE " + strings.Join(c.parts, " AND ") }

func resourceCondition(q audience.ResourceQuery) *condition {
	c := &condition{}
	c.and(`account = ?`, string(q.Account))
	c.and(`journal_from <= ?`, q.At)
	c.and(`(journal_to = 0 OR journal_to > ?)`, q.At)
	var places []string
	for _, d := range q.In {
		place := c.number(`region = ? AND life_from < ? AND (life_to = 0 OR life_to > ?)`,
			string(d.Scope.Region), end(d.During), micros(d.During.From))
		if d.Scope.Service != "" {
			place += c.number(` AND service = ?`, string(d.Scope.Service))
		}
		if d.Scope.Zone != "" {
			place += c.number(` AND zone IN ('', ?)`, string(d.Scope.Zone))
		}
		places = append(places, "("+place+")")
	}
	if len(places) > 0 {
		c.parts = append(c.parts, "("+strings.Join(places, " OR ")+")")
	}
	if q.Search != "" {
		literal := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(q.Search))
		c.and(`search LIKE ? ESCAPE '\'`, "%"+literal+"%")
	}
	return c
}

// Resources are those asked for, ordered by name, then id (by bytes).
func (s *Audience) Resources(ctx context.Context, q audience.ResourceQuery) ([]audience.Resource, error) {
	c := resourceCondition(q)
	if q.After != (audience.Cursor{}) {
		c.and(`(name > ? OR (name = ? AND id > ?))`, q.After.Name, q.After.Name, string(q.After.ID))
	}
	const usual = 100
	if q.Limit <= 0 {
		q.Limit = usual
	}
	query := `SELECT id, account, service, region, zone, name, tags, life_from, life_to FROM resource` +
		c.String() + ` ORDER BY name, id ` + c.number(`LIMIT ?`, q.Limit)
	rows, err := s.db.rows(ctx, query, c.args...)
	if err != nil {
		return nil, fmt.Errorf("read resources of account %s: %w", q.Account, err)
	}
	return collect(rows, func(r *sql.Rows) (audience.Resource, error) {
		var v audience.Resource
		var tags string
		var from, to int64
		if err := r.Scan(&v.ID, &v.Account, &v.Scope.Service, &v.Scope.Region, &v.Scope.Zone, &v.Name, &tags, &from, &to); err != nil {
			return v, err
		}
		v.Life = interval(from, to)
		return v, fromJSON(tags, &v.Tags)
	})
}

// CountResources counts all that q asks for, whatever its page.
func (s *Audience) CountResources(ctx context.Context, q audience.ResourceQuery) (int, error) {
	c := resourceCondition(q)
	var n int
	if err := s.db.row(ctx, `SELECT COUNT(*) FROM resource`+c.String(), c.args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count resources of account %s: %w", q.Account, s.db.explain(err))
	}
	return n, nil
}
