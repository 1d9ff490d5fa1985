package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/bonghwa/bonghwa/banner"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
)

// Banners keeps what was said above every page.
type Banners struct{ db *DB }

// Banners gives the banners of this database.
func (db *DB) Banners() *Banners { return &Banners{db: db} }

// Keep saves a banner with its fact, dated at, unless it is there already, and
// reports whether it was new: however many nodes keep it, the journal has it once.
func (b *Banners) Keep(ctx context.Context, one banner.Banner, at time.Time) (bool, error) {
	text, err := toJSON(one.Text)
	if err != nil {
		return false, err
	}
	fact, err := journal.NewEntry(health.BannerSaidFact, string(one.ID), "banner", at, health.BannerSaid{
		ID: one.ID, Text: one.Text, SaidAt: one.SaidAt, By: one.By, Signature: one.Signature,
	})
	if err != nil {
		return false, err
	}
	err = b.db.write(ctx, "keep banner "+string(one.ID), []journal.Entry{fact}, func(ctx context.Context, t *tx) error {
		n, err := t.exec(ctx, `INSERT INTO banner (id, said_at, said_by, content, signature) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`,
			string(one.ID), micros(one.SaidAt), one.By, text, one.Signature)
		if err == nil && n == 0 {
			return fault.New(fault.Conflict, "banner", "it is there already", "")
		}
		return err
	})
	if fault.Is(err, fault.Conflict) {
		return false, nil
	}
	return err == nil, err
}

// Newest is the banner said last; nil when nothing was said.
func (b *Banners) Newest(ctx context.Context) (*banner.Banner, error) {
	rows, err := b.db.rows(ctx, `SELECT id, said_at, said_by, content, signature FROM banner ORDER BY said_at DESC, id DESC LIMIT 1`)
	if err != nil {
		return nil, fmt.Errorf("read the banner: %w", err)
	}
	found, err := collect(rows, scanBanner)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

func scanBanner(rows *sql.Rows) (banner.Banner, error) {
	var b banner.Banner
	var said int64
	var text string
	if err := rows.Scan(&b.ID, &said, &b.By, &text, &b.Signature); err != nil {
		return b, err
	}
	b.SaidAt = fromMicros(said)
	return b, fromJSON(text, &b.Text)
}
