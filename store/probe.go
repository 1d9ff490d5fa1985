package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/probe"
)

// Probes keeps what the checks remember and what they found. Samples are many
// and are not kept.
type Probes struct{ db *DB }

var (
	_ probe.Store  = (*Probes)(nil)
	_ board.Pulses = (*Probes)(nil)
)

// Probes is the part of the database that holds checks' states and verdicts.
func (db *DB) Probes() *Probes { return &Probes{db} }

// Load gives what is kept of a check; one never saved has version 0.
func (s *Probes) Load(ctx context.Context, check health.CheckID) (probe.Saved, error) {
	saved := probe.Saved{Check: check}
	var state string
	var at int64
	err := s.db.row(ctx, `SELECT state, fresh, saved_at, version FROM probe_state WHERE check_id = $1`, string(check)).
		Scan(&state, &saved.Fresh, &at, &saved.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return saved, nil
	}
	if err != nil {
		return saved, fmt.Errorf("load the state of a check: %w", s.db.explain(err))
	}
	saved.SavedAt = fromMicros(at)
	return saved, fromJSON(state, &saved.State)
}

// Save keeps the state under its version, the verdicts and the facts in one
// transaction; Conflict when somebody else saved the check meanwhile.
func (s *Probes) Save(ctx context.Context, saved probe.Saved, verdicts []probe.Verdict, facts []journal.Entry) error {
	state, err := toJSON(saved.State)
	if err != nil {
		return err
	}
	return s.db.write(ctx, "save the state of a check", facts, func(ctx context.Context, t *tx) error {
		if err := t.saveCheck(ctx, saved, state); err != nil {
			return err
		}
		for _, v := range verdicts {
			if err := t.saveVerdict(ctx, v); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *tx) saveCheck(ctx context.Context, saved probe.Saved, state string) error {
	fresh := bit(saved.Fresh)
	const what = "the state of the check"
	if saved.Version == 0 {
		return t.one(ctx, what, `INSERT INTO probe_state (check_id, state, fresh, saved_at, version) VALUES ($1, $2, $3, $4, 1)
			ON CONFLICT (check_id) DO NOTHING`, string(saved.Check), state, fresh, micros(saved.SavedAt))
	}
	return t.one(ctx, what, `UPDATE probe_state SET state = $1, fresh = $2, saved_at = $3, version = version + 1
		WHERE check_id = $4 AND version = $5`, state, fresh, micros(saved.SavedAt), string(saved.Check), saved.Version)
}

const verdictColumns = `id, check_id, service, region, zone, symptom, raised_at, from_at, to_at, vantages, probes, failed, level`

// saveVerdict adds a verdict or moves its figures on. The version of the state
// saved beside it guards it.
func (t *tx) saveVerdict(ctx context.Context, v probe.Verdict) error {
	vantages, err := toJSON(v.Vantages)
	if err != nil {
		return err
	}
	return t.one(ctx, "the verdict", `INSERT INTO probe_verdict (`+verdictColumns+`, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)
		ON CONFLICT (id) DO UPDATE SET from_at = excluded.from_at, to_at = excluded.to_at, vantages = excluded.vantages,
			probes = excluded.probes, failed = excluded.failed, level = excluded.level, version = probe_verdict.version + 1
		WHERE probe_verdict.check_id = excluded.check_id`,
		string(v.ID), string(v.Check), string(v.Scope.Service), string(v.Scope.Region), string(v.Scope.Zone), string(v.Symptom),
		micros(v.RaisedAt), micros(v.From), micros(v.To), vantages, v.Tally.Probes, v.Tally.Failed, v.Level.String())
}

// Verdict finds a verdict; NotFound when there is none.
func (s *Probes) Verdict(ctx context.Context, id health.VerdictID) (probe.Verdict, error) {
	v, err := scanVerdict(s.db.row(ctx, `SELECT `+verdictColumns+` FROM probe_verdict WHERE id = $1`, string(id)))
	return v, s.db.found(err, "verdict")
}

// Pulses says of every check that has run whether its data were fresh when it was
// last saved, and counts its savings.
func (s *Probes) Pulses(ctx context.Context) (map[health.CheckID]board.Pulse, error) {
	rows, err := s.db.rows(ctx, `SELECT check_id, fresh, version FROM probe_state ORDER BY check_id`)
	if err != nil {
		return nil, fmt.Errorf("list the checks' pulses: %w", err)
	}
	out := map[health.CheckID]board.Pulse{}
	_, err = collect(rows, func(r *sql.Rows) (struct{}, error) {
		var id health.CheckID
		var p board.Pulse
		err := r.Scan(&id, &p.Fresh, &p.Beat)
		out[id] = p
		return struct{}{}, err
	})
	return out, err
}

func scanVerdict(row scanner) (probe.Verdict, error) {
	var v probe.Verdict
	var raised, from, to int64
	var vantages, level string
	err := row.Scan(&v.ID, &v.Check, &v.Scope.Service, &v.Scope.Region, &v.Scope.Zone, &v.Symptom,
		&raised, &from, &to, &vantages, &v.Tally.Probes, &v.Tally.Failed, &level)
	if err != nil {
		return v, err
	}
	v.RaisedAt, v.From, v.To = fromMicros(raised), fromMicros(from), fromMicros(to)
	if v.Level, err = health.ParseLevel(level); err != nil {
		return v, err
	}
	return v, fromJSON(vantages, &v.Vantages)
}
