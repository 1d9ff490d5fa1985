package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/postevent"
)

// Summaries keeps post-event summaries.
type Summaries struct{ db *DB }

var _ postevent.Store = (*Summaries)(nil)

// Summaries gives the summaries of this database.
func (db *DB) Summaries() *Summaries { return &Summaries{db: db} }

const summaryColumns = `id, incident, title, content, published_at, published_by, version`

// summaryContent is a summary's parts as the content column keeps them.
type summaryContent struct {
	Overview health.Text        `json:"overview,omitempty"`
	Cause    health.Text        `json:"cause,omitempty"`
	Actions  []postevent.Action `json:"actions,omitempty"`
	Notes    []postevent.Moment `json:"notes,omitempty"`
	Timeline []postevent.Moment `json:"timeline,omitempty"`
	Figures  []postevent.Figure `json:"figures,omitempty"`
}

// Summary is a summary by its id, or NotFound.
func (s *Summaries) Summary(ctx context.Context, id health.SummaryID) (postevent.Summary, error) {
	return s.only(ctx, `WHERE id = $1`, string(id))
}

// SummaryOf is an incident's summary, or NotFound.
func (s *Summaries) SummaryOf(ctx context.Context, id health.IncidentID) (postevent.Summary, error) {
	return s.only(ctx, `WHERE incident = $1`, string(id))
}

// Published gives the published ones, newest first.
func (s *Summaries) Published(ctx context.Context) ([]postevent.Summary, error) {
	return s.read(ctx, `WHERE published_at > 0 ORDER BY published_at DESC, id DESC`)
}

func (s *Summaries) only(ctx context.Context, where, value string) (postevent.Summary, error) {
	found, err := s.read(ctx, where, value)
	if err != nil {
		return postevent.Summary{}, err
	}
	if len(found) == 0 {
		return postevent.Summary{}, fault.New(fault.NotFound, "summary", "there is no such post-event summary", "write one for the incident first")
	}
	return found[0], nil
}

func (s *Summaries) read(ctx context.Context, clause string, args ...any) ([]postevent.Summary, error) {
	rows, err := s.db.rows(ctx, `SELECT `+summaryColumns+` FROM summary `+clause, args...)
	if err != nil {
		return nil, fmt.Errorf("read post-event summaries: %w", err)
	}
	return collect(rows, scanSummary)
}

func scanSummary(rows *sql.Rows) (postevent.Summary, error) {
	var s postevent.Summary
	var title, text string
	var published int64
	if err := rows.Scan(&s.ID, &s.Incident, &title, &text, &published, &s.PublishedBy, &s.Version); err != nil {
		return s, err
	}
	var c summaryContent
	err := errors.Join(fromJSON(title, &s.Title), fromJSON(text, &c))
	s.Overview, s.Cause, s.Actions, s.Notes, s.Timeline, s.Figures = c.Overview, c.Cause, c.Actions, c.Notes, c.Timeline, c.Figures
	s.PublishedAt = fromMicros(published)
	return s, err
}

// Save writes the summary and the entries in one transaction; a Conflict when
// the saved version is not s.Version.
func (s *Summaries) Save(ctx context.Context, sum postevent.Summary, entries []journal.Entry) (postevent.Summary, error) {
	title, err := toJSON(sum.Title)
	if err != nil {
		return sum, err
	}
	text, err := toJSON(summaryContent{
		Overview: sum.Overview, Cause: sum.Cause, Actions: sum.Actions,
		Notes: sum.Notes, Timeline: sum.Timeline, Figures: sum.Figures,
	})
	if err != nil {
		return sum, err
	}
	err = s.db.write(ctx, "save summary "+string(sum.ID), entries, func(ctx context.Context, t *tx) error {
		if sum.Version == 0 {
			_, err := t.exec(ctx, `INSERT INTO summary (`+summaryColumns+`) VALUES ($1, $2, $3, $4, $5, $6, 1)`,
				string(sum.ID), string(sum.Incident), title, text, micros(sum.PublishedAt), sum.PublishedBy)
			return err
		}
		return t.one(ctx, "the summary", `UPDATE summary SET title = $1, content = $2, published_at = $3, published_by = $4, version = version + 1
			WHERE id = $5 AND version = $6 AND published_at = 0`, title, text, micros(sum.PublishedAt), sum.PublishedBy, string(sum.ID), sum.Version)
	})
	if err != nil {
		return postevent.Summary{}, err
	}
	sum.Version++
	return sum, nil
}
