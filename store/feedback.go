package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/bonghwa/bonghwa/feedback"
)

// Feedback keeps what readers say of pages.
type Feedback struct{ db *DB }

var _ feedback.Store = (*Feedback)(nil)

// Feedback is the part of the database that holds opinions.
func (db *DB) Feedback() *Feedback { return &Feedback{db} }

const opinionColumns = `id, page, lang, useful, remark, given_at`

// Keep adds an opinion.
func (s *Feedback) Keep(ctx context.Context, o feedback.Opinion) error {
	return s.db.write(ctx, "keep an opinion", nil, func(ctx context.Context, t *tx) error {
		return t.one(ctx, "the opinion", `INSERT INTO opinion (`+opinionColumns+`) VALUES ($1, $2, $3, $4, $5, $6)`,
			string(o.ID), o.Page, string(o.Language), bit(o.Useful), o.Remark, micros(o.GivenAt))
	})
}

// Counts are the pages of which anything was said, those with the newest opinion
// first, at most limit.
func (s *Feedback) Counts(ctx context.Context, limit int) ([]feedback.Count, error) {
	rows, err := s.db.rows(ctx, `SELECT page, SUM(useful), COUNT(*) - SUM(useful), SUM(CASE WHEN remark = '' THEN 0 ELSE 1 END), MAX(id)
		FROM opinion GROUP BY page ORDER BY MAX(id) DESC LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("count opinions: %w", err)
	}
	return collect(rows, func(r *sql.Rows) (feedback.Count, error) {
		var c feedback.Count
		return c, r.Scan(&c.Page, &c.Useful, &c.NotUseful, &c.Remarks, &c.Last)
	})
}

// Remarks are the opinions that have one, the newest first.
func (s *Feedback) Remarks(ctx context.Context, q feedback.Query) ([]feedback.Opinion, error) {
	rows, err := s.db.rows(ctx, `SELECT `+opinionColumns+` FROM opinion
		WHERE remark <> '' AND ($1 = '' OR page = $1) AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3`,
		q.Page, string(q.Before), q.Limit)
	if err != nil {
		return nil, fmt.Errorf("read remarks: %w", err)
	}
	return collect(rows, func(r *sql.Rows) (feedback.Opinion, error) {
		var o feedback.Opinion
		var useful int
		var given int64
		err := r.Scan(&o.ID, &o.Page, &o.Language, &useful, &o.Remark, &given)
		o.Useful, o.GivenAt = useful == 1, fromMicros(given)
		return o, err
	})
}
