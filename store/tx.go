package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/journal"
)

// tx is one running transaction.
type tx struct {
	db   *DB
	tx   *sql.Tx
	head int64 // the journal's number this transaction has taken up to; 0: none yet
	from int64 // the first number it will write
}

// attempts is how often a transaction is tried when others are in its way. With
// the pauses between them this is about five seconds.
const attempts = 12

// write runs do in one transaction and appends the entries to the journal as
// its last statements. When the database says that another transaction was in
// the way, all of it is tried again, so do must set what it returns anew each
// time. After the commit the followers of this process are woken.
func (db *DB) write(ctx context.Context, doing string, entries []journal.Entry, do func(ctx context.Context, t *tx) error) error {
	var err error
	for attempt := range attempts {
		if err = db.writeOnce(ctx, entries, do); err == nil {
			if len(entries) > 0 {
				db.bell.ring()
			}
			return nil
		}
		if !db.kind.retryable(err) {
			break
		}
		if serr := db.wall.Sleep(ctx, time.Millisecond<<min(attempt, 9)); serr != nil {
			return fmt.Errorf("%s: %w", doing, errors.Join(serr, err))
		}
	}
	return fmt.Errorf("%s: %w", doing, db.explain(err))
}

func (db *DB) writeOnce(ctx context.Context, entries []journal.Entry, do func(ctx context.Context, t *tx) error) error {
	raw, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	t := &tx{db: db, tx: raw}
	if err := t.run(ctx, entries, do); err != nil {
		_ = raw.Rollback() // the first error is the one to tell
		return err
	}
	return raw.Commit()
}

func (t *tx) run(ctx context.Context, entries []journal.Entry, do func(ctx context.Context, t *tx) error) error {
	if err := do(ctx, t); err != nil {
		return err
	}
	return t.append(ctx, entries)
}

// exec runs a statement and gives how many rows it changed.
func (t *tx) exec(ctx context.Context, query string, args ...any) (int64, error) {
	t.db.queries.Add(1)
	res, err := t.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// one runs a statement that must change exactly one row; otherwise what was
// changed by somebody else meanwhile, a Conflict.
func (t *tx) one(ctx context.Context, what, query string, args ...any) error {
	n, err := t.exec(ctx, query, args...)
	if err != nil {
		return err
	}
	if n != 1 {
		return fault.New(fault.Conflict, "", what+" was changed by somebody else meanwhile", "read it again and repeat")
	}
	return nil
}

func (t *tx) rows(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	t.db.queries.Add(1)
	return t.tx.QueryContext(ctx, query, args...)
}

func (t *tx) row(ctx context.Context, query string, args ...any) *sql.Row {
	t.db.queries.Add(1)
	return t.tx.QueryRowContext(ctx, query, args...)
}

// bulkArgs is about how many arguments one INSERT of bulk carries. SQLite looks
// each one up by its name among all: 20,000 rows of 12 columns took 1.36 s with
// 2,400 arguments a statement, 0.31 s with 300.
const bulkArgs = 300

// bulk inserts many rows. The head is the statement up to VALUES, such as
// "INSERT INTO zone (id, name)"; tail follows it, such as an ON CONFLICT clause,
// or is empty. It gives how many rows changed.
func (t *tx) bulk(ctx context.Context, head string, rows [][]any, tail string) (int64, error) {
	var changed int64
	for len(rows) > 0 {
		part := rows[:min(len(rows), max(bulkArgs/len(rows[0]), 1))]
		rows = rows[len(part):]
		var q strings.Builder
		q.WriteString(head + " VALUES ")
		args := make([]any, 0, len(part)*len(part[0]))
		for i, row := range part {
			if i > 0 {
				q.WriteString(", ")
			}
			q.WriteByte('(')
			for j, v := range row {
				if j > 0 {
					q.WriteString(", ")
				}
				args = append(args, v)
				fmt.Fprintf(&q, "$%d", len(args))
			}
			q.WriteByte(')')
		}
		n, err := t.exec(ctx, q.String()+" "+tail, args...)
		if err != nil {
			return changed, err
		}
		changed += n
	}
	return changed, nil
}
