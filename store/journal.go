package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
)

var (
	_ journal.Reader = (*DB)(nil)
	_ board.Banners  = (*Banners)(nil)
	_ board.Journal  = (*DB)(nil)
)

// nextNumber gives the number that the first entry of this transaction will
// get. It takes the head's lock, which is held until the commit, so it is
// called as late as can be.
func (t *tx) nextNumber(ctx context.Context, entries int) (int64, error) {
	if t.from == 0 {
		if err := t.takeNumbers(ctx, entries); err != nil {
			return 0, err
		}
	}
	return t.from, nil
}

// takeNumbers moves the one-row head. The row stays locked until commit, so
// nobody gets the next numbers before these facts are visible: a reader never
// sees a gap that is filled later.
func (t *tx) takeNumbers(ctx context.Context, n int) error {
	if err := t.row(ctx, `UPDATE journal_head SET number = number + $1 RETURNING number`, n).Scan(&t.head); err != nil {
		return fmt.Errorf("take the journal's next numbers: %w", err)
	}
	t.from = t.head - int64(n) + 1
	return nil
}

func (t *tx) append(ctx context.Context, entries []journal.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	if _, err := t.nextNumber(ctx, len(entries)); err != nil {
		return err
	}
	if want := t.head - t.from + 1; want != int64(len(entries)) {
		return fmt.Errorf("append to the journal: %d numbers were taken for %d facts", want, len(entries))
	}
	var epoch int64
	if err := t.row(ctx, `SELECT epoch FROM journal_head`).Scan(&epoch); err != nil {
		return fmt.Errorf("read the journal's epoch: %w", err)
	}
	rows := make([][]any, len(entries))
	for i, e := range entries {
		rows[i] = []any{t.from + int64(i), epoch, string(e.Type), e.Version, micros(e.At), e.Subject, e.Actor, string(e.Payload)}
	}
	if _, err := t.bulk(ctx, `INSERT INTO journal (number, epoch, type, version, at, subject, actor, payload)`, rows, ""); err != nil {
		return fmt.Errorf("append to the journal: %w", err)
	}
	return nil
}

// Append saves entries that go with no other state. Most facts are saved with
// the decision they tell; this is for those that are the whole decision.
func (db *DB) Append(ctx context.Context, entries ...journal.Entry) error {
	return db.write(ctx, "append to the journal", entries, func(context.Context, *tx) error { return nil })
}

// Head is the newest fact's place.
func (db *DB) Head(ctx context.Context) (journal.Position, error) {
	var p journal.Position
	err := db.row(ctx, `SELECT epoch, number FROM journal_head`).Scan(&p.Epoch, &p.Number)
	if err != nil {
		return p, fmt.Errorf("read the journal's head: %w", db.explain(err))
	}
	return p, nil
}

// Facts are the facts with numbers above after, ascending, at most limit.
func (db *DB) Facts(ctx context.Context, after int64, limit int) ([]journal.Fact, error) {
	rows, err := db.rows(ctx, `SELECT number, epoch, type, version, at, subject, actor, payload
		FROM journal WHERE number > $1 ORDER BY number LIMIT $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	return collect(rows, scanFact)
}

// FactsOf are the facts of a type with numbers above after, ascending, at most
// limit.
func (db *DB) FactsOf(ctx context.Context, kind health.FactType, after int64, limit int) ([]journal.Fact, error) {
	rows, err := db.rows(ctx, `SELECT number, epoch, type, version, at, subject, actor, payload
		FROM journal WHERE type = $1 AND number > $2 ORDER BY number LIMIT $3`, string(kind), after, limit)
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	return collect(rows, scanFact)
}

func scanFact(rows *sql.Rows) (journal.Fact, error) {
	var f journal.Fact
	var at int64
	var payload string
	err := rows.Scan(&f.Number, &f.Epoch, &f.Type, &f.Version, &at, &f.Subject, &f.Actor, &payload)
	f.At, f.Payload = fromMicros(at), []byte(payload)
	return f, err
}

// RaiseEpoch begins a new epoch, as every restore and failover must, and gives
// its number. Leases held before it are void.
func (db *DB) RaiseEpoch(ctx context.Context) (int64, error) {
	var epoch int64
	err := db.write(ctx, "raise the epoch", nil, func(ctx context.Context, t *tx) error {
		if err := t.row(ctx, `UPDATE journal_head SET epoch = epoch + 1 RETURNING epoch`).Scan(&epoch); err != nil {
			return err
		}
		_, err := t.exec(ctx, `UPDATE lease SET fence = fence + 1, holder = ''`)
		return err
	})
	return epoch, err
}
