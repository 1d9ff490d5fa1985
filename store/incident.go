package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/sla"
)

// Incidents keeps incidents with their impacts and updates.
type Incidents struct{ db *DB }

var (
	_ incident.Store = (*Incidents)(nil)
	_ sla.Incidents  = (*Incidents)(nil)
)

// Incidents gives the incidents of this database.
func (db *DB) Incidents() *Incidents { return &Incidents{db: db} }

const incidentColumns = `id, kind, state, title, cause, verdict, opened_at, request, version`

// Incident is the whole incident, or NotFound.
func (s *Incidents) Incident(ctx context.Context, id health.IncidentID) (incident.Incident, error) {
	return s.only(ctx, `WHERE id = $1`, string(id))
}

// Find is the incident of a verdict or of a request key, whichever is not empty,
// or NotFound.
func (s *Incidents) Find(ctx context.Context, verdict health.VerdictID, request string) (incident.Incident, error) {
	if verdict != "" {
		return s.only(ctx, `WHERE verdict = $1`, string(verdict))
	}
	return s.only(ctx, `WHERE request = $1`, request)
}

func (s *Incidents) only(ctx context.Context, where, value string) (incident.Incident, error) {
	found, err := s.read(ctx, where, value)
	if err != nil {
		return incident.Incident{}, fmt.Errorf("read an incident: %w", err)
	}
	if len(found) == 0 || value == "" {
		return incident.Incident{}, fault.New(fault.NotFound, "incident", "there is no such incident", "list incidents to find its id")
	}
	return found[0], nil
}

// List gives whole incidents, newest opened first.
func (s *Incidents) List(ctx context.Context, f incident.Filter) ([]incident.Incident, error) {
	var where []string
	var args []any
	if len(f.States) > 0 || f.Public || f.Open {
		states := wanted(f)
		if len(states) == 0 {
			return nil, nil
		}
		where = append(where, "state IN ("+marks(1, len(states))+")")
		for _, st := range states {
			args = append(args, string(st))
		}
	}
	if !f.From.IsZero() {
		args = append(args, micros(f.From))
		n := len(args)
		where = append(where, fmt.Sprintf(`(opened_at >= $%d OR id IN (SELECT incident FROM incident_update WHERE published_at >= $%d))`, n, n))
	}
	clause := ""
	if len(where) > 0 {
		clause = "WHERE " + strings.Join(where, " AND ")
	}
	clause += " ORDER BY opened_at DESC, id DESC"
	if f.Limit > 0 {
		args = append(args, f.Limit)
		clause += fmt.Sprintf(" LIMIT $%d", len(args))
	}
	found, err := s.read(ctx, clause, args...)
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	return found, nil
}

// Touching are the incidents with any statement of an impact that shares an
// instant with the interval, oldest opened first.
func (s *Incidents) Touching(ctx context.Context, during health.Interval) ([]incident.Incident, error) {
	where, args := `ends = 0 OR ends > $1`, []any{micros(during.From)}
	if !during.Open() {
		where, args = `(`+where+`) AND starts < $2`, append(args, micros(during.To))
	}
	return s.read(ctx, `WHERE id IN (SELECT incident FROM impact WHERE `+where+`) ORDER BY opened_at, id`, args...)
}

// wanted lists the states a filter lets through.
func wanted(f incident.Filter) []incident.State {
	var out []incident.State
	for _, st := range []incident.State{
		incident.Draft, incident.Investigating, incident.Identified, incident.Monitoring, incident.Resolved,
		incident.FalseAlarm, incident.Merged, incident.Scheduled, incident.InProgress, incident.Verifying,
		incident.Completed, incident.Canceled,
	} {
		named := len(f.States) == 0 || slices.Contains(f.States, st)
		if named && (!f.Public || st.Public()) && (!f.Open || !st.Ended()) {
			out = append(out, st)
		}
	}
	return out
}

// atOnce is of how many incidents the impacts and updates are read in one statement:
// SQLite takes 32,766 arguments, PostgreSQL 65,535.
const atOnce = 1_000

// read gives incidents with everything of theirs: two statements for every thousand
// of them, and one more.
func (s *Incidents) read(ctx context.Context, clause string, args ...any) ([]incident.Incident, error) {
	rows, err := s.db.rows(ctx, `SELECT `+incidentColumns+` FROM incident `+clause, args...)
	if err != nil {
		return nil, err
	}
	found, err := collect(rows, scanIncident)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	place := make(map[health.IncidentID]*incident.Incident, len(found))
	ids := make([]any, len(found))
	for i := range found {
		place[found[i].ID] = &found[i]
		ids[i] = string(found[i].ID)
	}
	for part := range slices.Chunk(ids, atOnce) {
		in := ` WHERE incident IN (` + marks(1, len(part)) + `)`
		if err := errors.Join(s.addImpacts(ctx, place, in, part), s.addUpdates(ctx, place, in, part)); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func scanIncident(rows *sql.Rows) (incident.Incident, error) {
	var i incident.Incident
	var title string
	var opened int64
	err := rows.Scan(&i.ID, &i.Kind, &i.State, &title, &i.Cause, &i.Verdict, &opened, &i.Request, &i.Version)
	i.OpenedAt = fromMicros(opened)
	return i, errors.Join(err, fromJSON(title, &i.Title))
}

func (s *Incidents) addImpacts(ctx context.Context, place map[health.IncidentID]*incident.Incident, in string, ids []any) error {
	rows, err := s.db.rows(ctx, `SELECT incident, id, replaces, service, region, zone, symptom, level, starts, ends, share_ppm,
		determination, evidence, reason, stated_by, stated_at, request FROM impact`+in+` ORDER BY incident, position`, ids...)
	if err != nil {
		return err
	}
	_, err = collect(rows, func(rows *sql.Rows) (struct{}, error) {
		var of health.IncidentID
		var p incident.Impact
		var level, reason string
		var from, to, stated int64
		if err := rows.Scan(&of, &p.ID, &p.Replaces, &p.Scope.Service, &p.Scope.Region, &p.Scope.Zone, &p.Symptom, &level, &from, &to, &p.SharePPM,
			&p.Determination, &p.Evidence, &reason, &p.StatedBy, &stated, &p.Request); err != nil {
			return struct{}{}, err
		}
		p.During = health.Interval{From: fromMicros(from), To: fromMicros(to)}
		p.StatedAt = fromMicros(stated)
		if err := errors.Join(p.Level.UnmarshalText([]byte(level)), fromJSON(reason, &p.Reason)); err != nil {
			return struct{}{}, err
		}
		place[of].Impacts = append(place[of].Impacts, p)
		return struct{}{}, nil
	})
	return err
}

// content is an update's texts as the content column keeps them.
type content struct {
	Body       health.Text         `json:"body"`
	Fallback   health.Language     `json:"fallback,omitempty"`
	Workaround health.Text         `json:"workaround,omitempty"`
	Action     incident.Action     `json:"action"`
	ActionText health.Text         `json:"action_text,omitempty"`
	Assurances incident.Assurances `json:"assurances"`
}

func (s *Incidents) addUpdates(ctx context.Context, place map[health.IncidentID]*incident.Incident, in string, ids []any) error {
	rows, err := s.db.rows(ctx, `SELECT incident, sequence, id, state, content, next_update, corrects, published_at, published_by, request
		FROM incident_update`+in+` ORDER BY incident, sequence`, ids...)
	if err != nil {
		return err
	}
	_, err = collect(rows, func(rows *sql.Rows) (struct{}, error) {
		var of health.IncidentID
		var u incident.Update
		var text string
		var next, published int64
		if err := rows.Scan(&of, &u.Sequence, &u.ID, &u.State, &text, &next, &u.Corrects, &published, &u.PublishedBy, &u.Request); err != nil {
			return struct{}{}, err
		}
		var c content
		if err := fromJSON(text, &c); err != nil {
			return struct{}{}, err
		}
		u.Body, u.Fallback, u.Workaround, u.Action = c.Body, c.Fallback, c.Workaround, c.Action
		u.ActionText, u.Assurances = c.ActionText, c.Assurances
		u.NextUpdate, u.PublishedAt = fromMicros(next), fromMicros(published)
		place[of].Updates = append(place[of].Updates, u)
		return struct{}{}, nil
	})
	return err
}

// Save writes the incident, its new impacts and updates, and the entries. It is
// a Conflict when the saved version is not i.Version.
func (s *Incidents) Save(ctx context.Context, i incident.Incident, entries []journal.Entry) (incident.Incident, error) {
	err := s.db.write(ctx, "save incident "+string(i.ID), entries, func(ctx context.Context, t *tx) error {
		if err := saveHead(ctx, t, i); err != nil {
			return err
		}
		if err := saveImpacts(ctx, t, i); err != nil {
			return err
		}
		return saveUpdates(ctx, t, i)
	})
	if err != nil {
		return incident.Incident{}, err
	}
	i.Version++
	return i, nil
}

func saveHead(ctx context.Context, t *tx, i incident.Incident) error {
	title, err := toJSON(i.Title)
	if err != nil {
		return err
	}
	if i.Version == 0 {
		_, err := t.exec(ctx, `INSERT INTO incident (`+incidentColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)`,
			string(i.ID), string(i.Kind), string(i.State), title, i.Cause, string(i.Verdict), micros(i.OpenedAt), i.Request)
		return err
	}
	return t.one(ctx, "the incident", `UPDATE incident SET state = $1, title = $2, cause = $3, version = version + 1
		WHERE id = $4 AND version = $5`, string(i.State), title, i.Cause, string(i.ID), i.Version)
}

func saveImpacts(ctx context.Context, t *tx, i incident.Incident) error {
	var have int
	if err := t.row(ctx, `SELECT count(*) FROM impact WHERE incident = $1`, string(i.ID)).Scan(&have); err != nil {
		return err
	}
	var rows [][]any
	for n := have; n < len(i.Impacts); n++ {
		p := i.Impacts[n]
		reason, err := toJSON(p.Reason)
		if err != nil {
			return err
		}
		rows = append(rows, []any{
			string(i.ID), n + 1, string(p.ID), string(p.Replaces), string(p.Scope.Service), string(p.Scope.Region), string(p.Scope.Zone),
			string(p.Symptom), p.Level.String(), micros(p.During.From), micros(p.During.To), p.SharePPM,
			string(p.Determination), p.Evidence, reason, p.StatedBy, micros(p.StatedAt), p.Request,
		})
	}
	_, err := t.bulk(ctx, `INSERT INTO impact (incident, position, id, replaces, service, region, zone, symptom, level, starts, ends, share_ppm,
		determination, evidence, reason, stated_by, stated_at, request)`, rows, "")
	return err
}

func saveUpdates(ctx context.Context, t *tx, i incident.Incident) error {
	var have int
	if err := t.row(ctx, `SELECT count(*) FROM incident_update WHERE incident = $1`, string(i.ID)).Scan(&have); err != nil {
		return err
	}
	var rows [][]any
	for n := have; n < len(i.Updates); n++ {
		u := i.Updates[n]
		text, err := toJSON(content{
			Body: u.Body, Fallback: u.Fallback, Workaround: u.Workaround, Action: u.Action,
			ActionText: u.ActionText, Assurances: u.Assurances,
		})
		if err != nil {
			return err
		}
		rows = append(rows, []any{
			string(i.ID), u.Sequence, string(u.ID), string(u.State), text, micros(u.NextUpdate),
			string(u.Corrects), micros(u.PublishedAt), u.PublishedBy, u.Request,
		})
	}
	_, err := t.bulk(ctx, `INSERT INTO incident_update (incident, sequence, id, state, content, next_update, corrects, published_at, published_by, request)`, rows, "")
	return err
}
