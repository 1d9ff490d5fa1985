package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Setting is a value the program keeps for itself under a name; empty when
// there is none.
func (db *DB) Setting(ctx context.Context, name string) (string, error) {
	var v string
	err := db.row(ctx, `SELECT value FROM setting WHERE name = $1`, name).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read setting %s: %w", name, db.explain(err))
	}
	return v, nil
}

// SaveSetting keeps a value under a name. The last one wins.
func (db *DB) SaveSetting(ctx context.Context, name, value string) error {
	return db.write(ctx, "save setting "+name, nil, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `INSERT INTO setting (name, value) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
		return err
	})
}
