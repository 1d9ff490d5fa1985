package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/journal"
)

var _ journal.Leases = (*DB)(nil)

// Lease is the lease of the name as it stands; the zero lease with that name
// when nobody has ever held it.
func (db *DB) Lease(ctx context.Context, name string) (journal.Lease, error) {
	l := journal.Lease{Name: name}
	err := db.row(ctx, `SELECT holder, fence, renewals FROM lease WHERE name = $1`, name).Scan(&l.Holder, &l.Fence, &l.Renewals)
	if errors.Is(err, sql.ErrNoRows) {
		return l, nil
	}
	if err != nil {
		return l, fmt.Errorf("read lease %s: %w", name, db.explain(err))
	}
	return l, nil
}

// TakeLease makes holder the holder with the next fence, if the lease still
// stands as seen; else a Conflict.
func (db *DB) TakeLease(ctx context.Context, seen journal.Lease, holder string) (journal.Lease, error) {
	taken := journal.Lease{Name: seen.Name, Holder: holder, Fence: seen.Fence + 1}
	err := db.write(ctx, "take lease "+seen.Name, nil, func(ctx context.Context, t *tx) error {
		if seen.Fence == 0 {
			if _, err := t.exec(ctx, `INSERT INTO lease (name, holder, fence, renewals) VALUES ($1, '', 0, 0)
				ON CONFLICT (name) DO NOTHING`, seen.Name); err != nil {
				return err
			}
		}
		return t.one(ctx, "lease "+seen.Name, `UPDATE lease SET holder = $1, fence = $2, renewals = 0
			WHERE name = $3 AND fence = $4 AND renewals = $5`, holder, taken.Fence, seen.Name, seen.Fence, seen.Renewals)
	})
	return taken, err
}

// RenewLease shows the others that the holder lives. A Conflict says that it no
// longer holds the lease.
func (db *DB) RenewLease(ctx context.Context, l journal.Lease) (journal.Lease, error) {
	err := db.write(ctx, "renew lease "+l.Name, nil, func(ctx context.Context, t *tx) error {
		return t.one(ctx, "lease "+l.Name, `UPDATE lease SET renewals = renewals + 1
			WHERE name = $1 AND fence = $2`, l.Name, l.Fence)
	})
	if err != nil {
		return l, err
	}
	l.Renewals++
	return l, nil
}

// ReleaseLease gives the lease back, so that the next taker need not wait. The
// fence stays. It is no error to release what one no longer holds.
func (db *DB) ReleaseLease(ctx context.Context, l journal.Lease) error {
	return db.write(ctx, "release lease "+l.Name, nil, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `UPDATE lease SET holder = '', renewals = renewals + 1 WHERE name = $1 AND fence = $2`, l.Name, l.Fence)
		return err
	})
}

// Cursor is the number of the last fact the exclusive follower has handled.
func (db *DB) Cursor(ctx context.Context, follower string) (int64, error) {
	var n int64
	err := db.row(ctx, `SELECT number FROM follower_cursor WHERE name = $1`, follower).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the cursor of %s: %w", follower, db.explain(err))
	}
	return n, nil
}

// Advance moves the follower's cursor to number. An old fence is a Conflict and
// moves nothing; so is a cursor that would go back.
func (db *DB) Advance(ctx context.Context, fence journal.Fence, number int64) error {
	return db.write(ctx, "advance "+fence.Name, nil, func(ctx context.Context, t *tx) error {
		if err := t.fence(ctx, fence); err != nil {
			return err
		}
		return t.one(ctx, "the cursor of "+fence.Name, `INSERT INTO follower_cursor (name, number) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET number = excluded.number WHERE follower_cursor.number < excluded.number`, fence.Name, number)
	})
}

// fence refuses to go on under an old fence. The lease row is locked until the
// commit, so that nobody takes the lease over between the check and the write.
func (t *tx) fence(ctx context.Context, f journal.Fence) error {
	n, err := t.exec(ctx, `UPDATE lease SET renewals = renewals WHERE name = $1 AND fence = $2`, f.Name, f.Number)
	if err != nil {
		return err
	}
	if n != 1 {
		return fault.New(fault.Conflict, f.Name, fmt.Sprintf("fence %d is old: another node has taken over", f.Number), "stop this work")
	}
	return nil
}
