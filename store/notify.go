package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/notify"
)

// Notify keeps publications, chunks and outcomes.
type Notify struct{ db *DB }

// Notify is the store of who was told what.
func (db *DB) Notify() *Notify { return &Notify{db} }

var (
	_ notify.Publications = (*Notify)(nil)
	_ notify.Ledger       = (*Notify)(nil)
	_ notify.Records      = (*Notify)(nil)
)

// The orders in which an audience is worked out. Both give the same; SQLite keeps
// to the order of a CROSS JOIN, PostgreSQL finds its own.
const (
	notifyByScope    = `publication_scope s CROSS JOIN account_scope a CROSS JOIN contact c` // who is in the scopes
	notifyByEndpoint = `publication_scope s CROSS JOIN contact c CROSS JOIN account_scope a` // which of these endpoints are
)

// notifyReached selects (endpoint, account, sequence): whom each publication of
// the thread $1 up to the sequence $2 reaches at its own number, with endpoints
// from $3 up to $4. It is the one definition of an audience.
func notifyReached(order string) string {
	return `
	SELECT c.endpoint, c.account, s.sequence
	FROM ` + order + `
	WHERE s.thread = $1 AND s.sequence <= $2 AND c.endpoint >= $3 AND c.endpoint < $4
		AND c.account = a.account AND a.service = s.service AND a.region = s.region
		AND (s.zone = '' OR a.zone = '' OR a.zone = s.zone)
		AND a.life_from < s.life_to AND (a.life_to = 0 OR a.life_to > s.life_from)
		AND a.journal_from <= s.number AND (a.journal_to = 0 OR a.journal_to > s.number)
		AND c.journal_from <= s.number AND (c.journal_to = 0 OR c.journal_to > s.number)
	UNION ALL
	SELECT c.endpoint, c.account, n.sequence
	FROM notice n
	JOIN contact c ON c.account = n.account
		AND c.journal_from <= n.number AND (c.journal_to = 0 OR c.journal_to > n.number)
	WHERE n.thread = $1 AND n.sequence <= $2 AND c.endpoint >= $3 AND c.endpoint < $4`
}

// upTo is the bound that an empty end of a range stands for: a key after every id.
func upTo(high health.EndpointID) health.EndpointID {
	if high == "" {
		return "\U0010FFFF"
	}
	return high
}

// Publish saves a publication with the next sequence of its thread and makes its
// chunks due, all or nothing. A publication of the same number that is there
// already is given back unchanged. An old fence is a Conflict.
func (n *Notify) Publish(ctx context.Context, p notify.Publication, fence journal.Fence) (notify.Publication, error) {
	var saved notify.Publication
	err := n.db.write(ctx, "publish", nil, func(ctx context.Context, t *tx) error {
		if err := t.fence(ctx, fence); err != nil {
			return err
		}
		saved = p
		known, err := t.publicationAt(ctx, p.Number)
		if err != nil || known.ID != "" {
			saved = known
			return err
		}
		err = t.row(ctx, `SELECT coalesce(max(sequence), 0) + 1 FROM publication WHERE thread = $1`, p.Thread).Scan(&saved.Sequence)
		if err != nil {
			return fmt.Errorf("number the publication: %w", err)
		}
		if err := t.insertPublication(ctx, saved); err != nil {
			return err
		}
		return t.cutChunks(ctx, saved)
	})
	if err != nil {
		return notify.Publication{}, err
	}
	return saved, nil
}

func (t *tx) publicationAt(ctx context.Context, number int64) (notify.Publication, error) {
	rows, err := t.rows(ctx, `SELECT `+publicationColumns+` FROM publication WHERE number = $1`, number)
	if err != nil {
		return notify.Publication{}, err
	}
	found, err := collect(rows, scanPublication)
	if err != nil || len(found) == 0 {
		return notify.Publication{}, err
	}
	return found[0], nil
}

func (t *tx) insertPublication(ctx context.Context, p notify.Publication) error {
	slots, err := toJSON(p.Slots)
	if err != nil {
		return err
	}
	hash, err := toJSON(p.Hash)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO publication (`+publicationColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		p.ID, p.Number, p.Thread, p.Sequence, p.Kind, p.Template, p.Version, slots, hash, micros(p.At))
	if err != nil {
		return fmt.Errorf("save the publication: %w", err)
	}
	scopes := make([][]any, len(p.Reaches))
	for i, r := range p.Reaches {
		scopes[i] = []any{
			p.Thread, p.Sequence, i, p.Number, r.Scope.Service, r.Scope.Region, r.Scope.Zone,
			micros(r.During.From), micros(r.During.To),
		}
	}
	if _, err := t.bulk(ctx, `INSERT INTO publication_scope
		(thread, sequence, part, number, service, region, zone, life_from, life_to)`, scopes, ""); err != nil {
		return fmt.Errorf("save the publication's scopes: %w", err)
	}
	notices := make([][]any, len(p.Notices))
	for i, c := range p.Notices {
		notices[i] = []any{
			p.Thread, c.Account, i, p.Sequence, p.Number, c.Amount, c.Currency, c.Service, c.Region, c.Month, c.BillMonth,
		}
	}
	if _, err := t.bulk(ctx, `INSERT INTO notice (thread, account, part, sequence, number, amount, currency,
		service, region, month, bill_month)`, notices, ""); err != nil {
		return fmt.Errorf("save the notices: %w", err)
	}
	return nil
}

// cutChunks makes the thread's chunks due for a new publication. Together they
// hold every key there can be; those that nobody holds and that have grown too
// large are cut.
func (t *tx) cutChunks(ctx context.Context, p notify.Publication) error {
	keys, err := t.audienceKeys(ctx, p)
	if err != nil {
		return err
	}
	if _, err := t.exec(ctx, `INSERT INTO chunk (thread, low, high, goal, done, holder, fence, renewals, due)
		SELECT $1, '', '', $2, 0, '', 0, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM chunk WHERE thread = $1)`,
		p.Thread, p.Sequence); err != nil {
		return fmt.Errorf("make a chunk: %w", err)
	}
	rows, err := t.rows(ctx, `UPDATE chunk SET goal = $1, due = 0 WHERE thread = $2 RETURNING `+chunkColumns, p.Sequence, p.Thread)
	if err != nil {
		return fmt.Errorf("make chunks due: %w", err)
	}
	chunks, err := collect(rows, scanChunk)
	if err != nil {
		return fmt.Errorf("make chunks due: %w", err)
	}
	for _, c := range chunks {
		if err := t.cutChunk(ctx, c, keys); err != nil {
			return err
		}
	}
	return nil
}

// cutChunk cuts a chunk that is free and has twice as many endpoints as a new one
// would have.
func (t *tx) cutChunk(ctx context.Context, c notify.Chunk, keys []health.EndpointID) error {
	size := notify.ChunkSize(len(keys))
	mine := within(keys, c.Low, c.High)
	if c.Holder != "" || (len(mine) < 2*size && c.Fence > 0) || len(mine) <= size {
		return nil
	}
	var parts [][]any
	for at := size; at < len(mine); at += size {
		high := c.High
		if at+size < len(mine) {
			high = mine[at+size]
		}
		parts = append(parts, []any{c.Thread, mine[at], high, c.Goal, c.Done, "", 0, 0, 0})
	}
	if err := t.one(ctx, "a chunk", `UPDATE chunk SET high = $1 WHERE thread = $2 AND low = $3 AND fence = $4 AND holder = ''`,
		mine[size], c.Thread, c.Low, c.Fence); err != nil {
		return err
	}
	_, err := t.bulk(ctx, `INSERT INTO chunk (thread, low, high, goal, done, holder, fence, renewals, due)`, parts, "")
	return err
}

// within are the sorted keys from low up to high.
func within(keys []health.EndpointID, low, high health.EndpointID) []health.EndpointID {
	from, to := 0, len(keys)
	for from < to && keys[from] < low {
		from++
	}
	for high != "" && to > from && keys[to-1] >= high {
		to--
	}
	return keys[from:to]
}

func (t *tx) audienceKeys(ctx context.Context, p notify.Publication) ([]health.EndpointID, error) {
	rows, err := t.rows(ctx, `SELECT DISTINCT m.endpoint FROM (`+notifyReached(notifyByScope)+`) m ORDER BY m.endpoint`,
		p.Thread, p.Sequence, "", upTo(""))
	if err != nil {
		return nil, fmt.Errorf("list the audience: %w", err)
	}
	keys, err := collect(rows, func(r *sql.Rows) (health.EndpointID, error) {
		var id health.EndpointID
		return id, r.Scan(&id)
	})
	if err != nil {
		return nil, fmt.Errorf("list the audience: %w", err)
	}
	return keys, nil
}

const publicationColumns = `id, number, thread, sequence, kind, template, template_version, slots, hash, at`

func scanPublication(r *sql.Rows) (notify.Publication, error) {
	var p notify.Publication
	var slots, hash string
	var at int64
	err := r.Scan(&p.ID, &p.Number, &p.Thread, &p.Sequence, &p.Kind, &p.Template, &p.Version, &slots, &hash, &at)
	if err != nil {
		return p, err
	}
	p.At = fromMicros(at)
	return p, errors.Join(fromJSON(slots, &p.Slots), fromJSON(hash, &p.Hash))
}

// withReaches fills in where and when the publications' events happened.
func (n *Notify) withReaches(ctx context.Context, pubs []notify.Publication) ([]notify.Publication, error) {
	for i, p := range pubs {
		rows, err := n.db.rows(ctx, `SELECT service, region, zone, life_from, life_to FROM publication_scope
			WHERE thread = $1 AND sequence = $2 ORDER BY part`, p.Thread, p.Sequence)
		if err != nil {
			return nil, err
		}
		pubs[i].Reaches, err = collect(rows, func(r *sql.Rows) (notify.Reach, error) {
			var out notify.Reach
			var from, to int64
			err := r.Scan(&out.Scope.Service, &out.Scope.Region, &out.Scope.Zone, &from, &to)
			out.During = health.Interval{From: fromMicros(from), To: fromMicros(to)}
			return out, err
		})
		if err != nil {
			return nil, fmt.Errorf("read the scopes of publication %s: %w", p.ID, err)
		}
	}
	return pubs, nil
}

// Publication reads one publication with its reaches. NotFound if there is none.
func (n *Notify) Publication(ctx context.Context, id health.PublicationID) (notify.Publication, error) {
	found, err := n.publications(ctx, `WHERE id = $1`, id)
	if err != nil {
		return notify.Publication{}, err
	}
	if len(found) == 0 {
		return notify.Publication{}, fault.New(fault.NotFound, "publication "+string(id), "there is no such publication", "")
	}
	return found[0], nil
}

// List reads every publication with its reaches, in the order of their numbers.
func (n *Notify) List(ctx context.Context) ([]notify.Publication, error) {
	return n.publications(ctx, `ORDER BY number`)
}

func (n *Notify) publications(ctx context.Context, where string, args ...any) ([]notify.Publication, error) {
	rows, err := n.db.rows(ctx, `SELECT `+publicationColumns+` FROM publication `+where, args...)
	if err != nil {
		return nil, err
	}
	pubs, err := collect(rows, scanPublication)
	if err != nil {
		return nil, fmt.Errorf("read publications: %w", err)
	}
	return n.withReaches(ctx, pubs)
}
