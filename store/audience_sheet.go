package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// sheet is a table whose rows hold from one journal number to another and are
// never changed but for being ended. Its columns are keys, then values, then
// journal_from and journal_to. All are text or bigint.
type sheet struct {
	table  string
	keys   []string // the first selects what is compared at once
	values []string
}

// line is one row of a sheet, keys then values; each a string or an int64.
type line []any

func (s sheet) key(l line) string { return joined(l[:len(s.keys)]) }

func joined(l line) string {
	var b strings.Builder
	for _, v := range l {
		fmt.Fprint(&b, v)
		b.WriteByte(0)
	}
	return b.String()
}

func (s sheet) columns() []string {
	return append(append(make([]string, 0, len(s.keys)+len(s.values)), s.keys...), s.values...)
}

// amendment is what must be written to a sheet so that it says something else.
type amendment struct {
	sheet sheet
	end   []line // rows that hold no longer
	begin []line // rows that hold from now on
}

func (a amendment) empty() bool { return len(a.end)+len(a.begin) == 0 }

// amend compares lines with those that hold. With whole, the lines are all there
// are for the values of the first key named in groups: others there are ended.
func (db *DB) amend(ctx context.Context, s sheet, lines []line, groups []string, whole bool) (amendment, error) {
	held, err := db.held(ctx, s, groups)
	if err != nil {
		return amendment{}, err
	}
	a := amendment{sheet: s}
	for _, l := range lines {
		k := s.key(l)
		old, ok := held[k]
		delete(held, k)
		if ok && joined(old) == joined(l) {
			continue
		}
		if ok {
			a.end = append(a.end, old)
		}
		a.begin = append(a.begin, l)
	}
	if whole {
		for _, old := range held {
			a.end = append(a.end, old)
		}
	}
	return a, nil
}

// held gives the rows that hold now whose first key is one of groups, by key.
func (db *DB) held(ctx context.Context, s sheet, groups []string) (map[string]line, error) {
	out := map[string]line{}
	query := `SELECT ` + strings.Join(s.columns(), ", ") + ` FROM ` + s.table + ` WHERE journal_to = 0 AND ` + s.keys[0]
	err := db.eachIn(ctx, query, groups, func(rows *sql.Rows) error {
		l, err := scanLine(rows, len(s.keys)+len(s.values))
		if err == nil {
			out[s.key(l)] = l
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what is known of %s: %w", s.table, err)
	}
	return out, nil
}

// eachIn runs a query that ends in a column's name for many values of it, some
// hundreds at a time.
func (db *DB) eachIn(ctx context.Context, query string, values []string, scan func(*sql.Rows) error) error {
	const atOnce = 500
	for len(values) > 0 {
		part := values[:min(len(values), atOnce)]
		values = values[len(part):]
		args := make([]any, len(part))
		for i, v := range part {
			args[i] = v
		}
		rows, err := db.rows(ctx, query+` IN (`+marks(1, len(part))+`)`, args...)
		if err != nil {
			return err
		}
		if _, err := collect(rows, func(r *sql.Rows) (struct{}, error) { return struct{}{}, scan(r) }); err != nil {
			return err
		}
	}
	return nil
}

// marks writes n placeholders from $first on.
func marks(first, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", first+i)
	}
	return b.String()
}

func scanLine(rows *sql.Rows, n int) (line, error) {
	l := make(line, n)
	to := make([]any, n)
	for i := range l {
		to[i] = &l[i]
	}
	if err := rows.Scan(to...); err != nil {
		return nil, err
	}
	for i, v := range l {
		if b, ok := v.([]byte); ok {
			l[i] = string(b)
		}
	}
	return l, nil
}

// apply writes the amendment so that it holds from the journal number on.
func (a amendment) apply(ctx context.Context, t *tx, number int64) error {
	where := make([]string, len(a.sheet.keys))
	for i, k := range a.sheet.keys {
		where[i] = fmt.Sprintf("%s = $%d", k, i+2)
	}
	end := `UPDATE ` + a.sheet.table + ` SET journal_to = $1 WHERE ` + strings.Join(where, " AND ") + ` AND journal_to = 0`
	for _, l := range a.end {
		args := append([]any{number}, l[:len(a.sheet.keys)]...)
		if err := t.one(ctx, "a row of "+a.sheet.table, end, args...); err != nil {
			return err
		}
	}
	rows := make([][]any, len(a.begin))
	for i, l := range a.begin {
		rows[i] = append(append(make([]any, 0, len(l)+2), l...), number, int64(0))
	}
	head := `INSERT INTO ` + a.sheet.table + ` (` + strings.Join(a.sheet.columns(), ", ") + `, journal_from, journal_to)`
	_, err := t.bulk(ctx, head, rows, "")
	return err
}
