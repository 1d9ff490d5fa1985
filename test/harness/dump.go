package harness

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Dump writes out every row of every table, sorted, so that two dumps are equal
// exactly when the databases hold the same. It works on SQLite and PostgreSQL,
// beside a running program. The tables named in but are left out.
func Dump(tb testing.TB, db *sql.DB, but ...string) string {
	tb.Helper()
	tables, err := words(tb, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
	if err != nil {
		tables, err = words(tb, db, `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`)
	}
	if err != nil {
		tb.Fatalf("list the tables: %v", err)
	}
	slices.Sort(tables)
	var b strings.Builder
	for _, table := range tables {
		if slices.Contains(but, table) {
			continue
		}
		rows, err := lines(tb, db, table)
		if err != nil {
			tb.Fatalf("read the table %s: %v", table, err)
		}
		slices.Sort(rows)
		fmt.Fprintf(&b, "%s: %d rows\n", table, len(rows))
		for _, row := range rows {
			b.WriteString("  " + row + "\n")
		}
	}
	return b.String()
}

// Differences lists the lines that only one of two dumps has, at most some.
func Differences(a, b string) []string {
	const most = 20
	had := map[string]int{}
	for line := range strings.SplitSeq(a, "\n") {
		had[line]++
	}
	var out []string
	for line := range strings.SplitSeq(b, "\n") {
		if had[line] > 0 {
			had[line]--
			continue
		}
		out = append(out, "+ "+line)
	}
	for line, n := range had {
		if n > 0 {
			out = append(out, "- "+line)
		}
	}
	slices.Sort(out)
	return out[:min(len(out), most)]
}

func words(tb testing.TB, db *sql.DB, query string) (out []string, err error) {
	tb.Helper()
	rows, err := db.QueryContext(tb.Context(), query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err is asked below
	for rows.Next() {
		var word string
		if err := rows.Scan(&word); err != nil {
			return nil, err
		}
		out = append(out, word)
	}
	return out, rows.Err()
}

func lines(tb testing.TB, db *sql.DB, table string) (out []string, err error) {
	tb.Helper()
	rows, err := db.QueryContext(tb.Context(), `SELECT * FROM `+table) //nolint:gosec // G202: a name from the database's own list
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err is asked below
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	cells := make([]any, len(columns))
	for i := range cells {
		cells[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(cells...); err != nil {
			return nil, err
		}
		row := make([]string, len(cells))
		for i, c := range cells {
			row[i] = fmt.Sprintf("%s=%v", columns[i], *c.(*any))
		}
		out = append(out, strings.Join(row, " "))
	}
	return out, rows.Err()
}
