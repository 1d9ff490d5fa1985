package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/journal"
)

// Catalogs keeps the revisions of the catalogue.
type Catalogs struct{ db *DB }

var _ catalog.Store = (*Catalogs)(nil)

// Catalogs gives the store of catalogues.
func (db *DB) Catalogs() *Catalogs { return &Catalogs{db} }

// Current is the revision in force; the zero one when there is none yet.
func (s *Catalogs) Current(ctx context.Context) (catalog.Revision, error) {
	var r catalog.Revision
	var at int64
	var document string
	err := s.db.row(ctx, `SELECT r.revision, r.hash, r.applied_at, r.applied_by, r.document
		FROM catalog_head h JOIN catalog_revision r ON r.revision = h.revision`).
		Scan(&r.Number, &r.Hash, &at, &r.AppliedBy, &document)
	if errors.Is(err, sql.ErrNoRows) {
		return catalog.Revision{}, nil
	}
	if err != nil {
		return catalog.Revision{}, fmt.Errorf("read the catalogue: %w", s.db.explain(err))
	}
	r.AppliedAt = fromMicros(at)
	return r, fromJSON(document, &r.Catalog)
}

// Apply saves the revision that follows the current one, with its facts. It is
// a Conflict when another than next.Number − 1 is in force.
func (s *Catalogs) Apply(ctx context.Context, next catalog.Revision, entries []journal.Entry) error {
	document, err := toJSON(next.Catalog)
	if err != nil {
		return err
	}
	return s.db.write(ctx, "save the catalogue", entries, func(ctx context.Context, t *tx) error {
		if err := t.one(ctx, "the catalogue", `UPDATE catalog_head SET revision = $1 WHERE revision = $2`,
			next.Number, next.Number-1); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO catalog_revision (revision, hash, applied_at, applied_by, document)
			VALUES ($1, $2, $3, $4, $5)`, next.Number, next.Hash, micros(next.AppliedAt), next.AppliedBy, document)
		return err
	})
}
