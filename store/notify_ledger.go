package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/notify"
)

const chunkColumns = `thread, low, high, goal, done, holder, fence, renewals, due`

func scanChunk(r *sql.Rows) (notify.Chunk, error) {
	var c notify.Chunk
	var due int64
	err := r.Scan(&c.Thread, &c.Low, &c.High, &c.Goal, &c.Done, &c.Holder, &c.Fence, &c.Renewals, &due)
	c.Due = fromMicros(due)
	return c, err
}

// Due lists chunks with something to do at the wall time now and those that
// somebody holds, at most 256: free ones first, the longest due before others.
func (n *Notify) Due(ctx context.Context, now time.Time) ([]notify.Chunk, error) {
	rows, err := n.db.rows(ctx, `SELECT `+chunkColumns+` FROM chunk
		WHERE done < goal AND (due <= $1 OR holder <> '') ORDER BY holder, due, thread, low LIMIT 256`, micros(now))
	if err != nil {
		return nil, err
	}
	chunks, err := collect(rows, scanChunk)
	if err != nil {
		return nil, fmt.Errorf("list due chunks: %w", err)
	}
	return chunks, nil
}

// Take makes holder the holder of the chunk as it was seen, with the next fence.
// Conflict when it has changed since.
func (n *Notify) Take(ctx context.Context, seen notify.Chunk, holder string) (notify.Chunk, error) {
	var taken []notify.Chunk
	err := n.db.write(ctx, "take a chunk", nil, func(ctx context.Context, t *tx) error {
		rows, err := t.rows(ctx, `UPDATE chunk SET holder = $1, fence = fence + 1, renewals = renewals + 1
			WHERE thread = $2 AND low = $3 AND holder = $4 AND fence = $5 AND renewals = $6 RETURNING `+chunkColumns,
			holder, seen.Thread, seen.Low, seen.Holder, seen.Fence, seen.Renewals)
		if err != nil {
			return err
		}
		taken, err = collect(rows, scanChunk)
		return err
	})
	if err != nil {
		return notify.Chunk{}, err
	}
	if len(taken) != 1 {
		return notify.Chunk{}, fault.New(fault.Conflict, "", "somebody else took the chunk", "take another")
	}
	return taken[0], nil
}

// Release gives the chunk back: everything up to done is final, and there is
// something to do again at due, or at once if something newer was published since
// the chunk was read. Releasing what one no longer holds changes nothing.
func (n *Notify) Release(ctx context.Context, c notify.Chunk, done int, due time.Time) error {
	return n.db.write(ctx, "release a chunk", nil, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `UPDATE chunk SET holder = '', renewals = renewals + 1, done = $1,
			due = CASE WHEN goal > $2 THEN CAST(0 AS bigint) ELSE $3 END WHERE thread = $4 AND low = $5 AND fence = $6`,
			done, c.Goal, micros(due), c.Thread, c.Low, c.Fence)
		return err
	})
}

// Commit saves what several connections have to say in one transaction, and
// renews their leases. Each step gets its own verdict: results are kept whenever
// the row is still the connection's own; an intent and what it closes only if the
// lease is held and nothing newer was published.
func (n *Notify) Commit(ctx context.Context, steps []notify.Step) ([]notify.Verdict, error) {
	var out []notify.Verdict
	err := n.db.write(ctx, "save outcomes", nil, func(ctx context.Context, t *tx) error {
		goals, err := t.renewChunks(ctx, steps)
		if err != nil {
			return err
		}
		var results, begun []notify.Outcome
		out = make([]notify.Verdict, len(steps))
		for i, s := range steps {
			results = append(results, s.Results...)
			out[i] = s.Judge(goals[s.Chunk.Key()])
			if out[i] == notify.Held {
				begun = append(begun, s.Begun()...)
			}
		}
		if err := t.saveOutcomes(ctx, results, `outcome.state = 'sending' AND outcome.fence = excluded.fence`); err != nil {
			return err
		}
		return t.saveOutcomes(ctx, begun, `outcome.state NOT IN ('delivered', 'superseded', 'suppressed', 'failed')`)
	})
	return out, err
}

// renewChunks renews the leases that are still held and gives their goals.
func (t *tx) renewChunks(ctx context.Context, steps []notify.Step) (map[notify.ChunkKey]int, error) {
	var q strings.Builder
	var args []any
	for i, s := range steps {
		if i > 0 {
			q.WriteString(" OR ")
		}
		fmt.Fprintf(&q, "(thread = $%d AND low = $%d AND fence = $%d)", len(args)+1, len(args)+2, len(args)+3)
		args = append(args, s.Chunk.Thread, s.Chunk.Low, s.Chunk.Fence)
	}
	rows, err := t.rows(ctx, `UPDATE chunk SET renewals = renewals + 1 WHERE `+q.String()+` RETURNING `+chunkColumns, args...)
	if err != nil {
		return nil, fmt.Errorf("renew leases: %w", err)
	}
	held, err := collect(rows, scanChunk)
	if err != nil {
		return nil, fmt.Errorf("renew leases: %w", err)
	}
	goals := make(map[notify.ChunkKey]int, len(held))
	for _, c := range held {
		goals[c.Key()] = c.Goal
	}
	return goals, nil
}

const outcomeColumns = `thread, sequence, endpoint, publication, state, hash, language, reason, personal,
	reply, connection, fence, attempts, due, at, wall, marked`

// saveOutcomes writes outcomes over those that the condition allows.
func (t *tx) saveOutcomes(ctx context.Context, outcomes []notify.Outcome, condition string) error {
	if len(outcomes) == 0 {
		return nil
	}
	rows := make([][]any, len(outcomes))
	for i, o := range outcomes {
		personal, err := toJSON(o.Personal)
		if err != nil {
			return err
		}
		rows[i] = []any{
			o.Thread, o.Sequence, o.Endpoint, o.Publication, o.State, o.Hash, o.Language, o.Reason, personal,
			o.Reply, o.Connection, o.Fence, o.Attempts, micros(o.Due), micros(o.At), micros(o.Wall), bit(o.Marked),
		}
	}
	_, err := t.bulk(ctx, `INSERT INTO outcome (`+outcomeColumns+`)`, rows, `ON CONFLICT (thread, sequence, endpoint) DO UPDATE SET
		state = excluded.state, hash = excluded.hash, language = excluded.language, reason = excluded.reason,
		personal = excluded.personal, reply = excluded.reply, connection = excluded.connection, fence = excluded.fence,
		attempts = excluded.attempts, due = excluded.due, at = excluded.at, wall = excluded.wall, marked = excluded.marked
		WHERE `+condition)
	if err != nil {
		return fmt.Errorf("save outcomes: %w", err)
	}
	return nil
}

func scanOutcome(r *sql.Rows) (notify.Outcome, error) {
	var o notify.Outcome
	var personal string
	var due, at, wall, marked int64
	err := r.Scan(&o.Thread, &o.Sequence, &o.Endpoint, &o.Publication, &o.State, &o.Hash, &o.Language, &o.Reason, &personal,
		&o.Reply, &o.Connection, &o.Fence, &o.Attempts, &due, &at, &wall, &marked)
	if err != nil {
		return o, err
	}
	o.Due, o.At, o.Wall, o.Marked = fromMicros(due), fromMicros(at), fromMicros(wall), marked == 1
	return o, fromJSON(personal, &o.Personal)
}

// Load reads everything that decides what a chunk's endpoints get next, up to
// the newest publication of the thread, whatever the chunk's goal was when it was
// read. Publications come by sequence, members by endpoint and account, outcomes
// in no order.
func (n *Notify) Load(ctx context.Context, c notify.Chunk) (notify.Work, error) {
	var w notify.Work
	var err error
	if w.Publications, err = n.publications(ctx, `WHERE thread = $1 AND sequence > $2 ORDER BY sequence`,
		c.Thread, c.Done); err != nil {
		return w, err
	}
	if len(w.Publications) == 0 {
		return w, nil
	}
	newest := w.Publications[len(w.Publications)-1]
	c.Goal = newest.Sequence
	if w.Members, err = n.members(ctx, c, newest.Number); err != nil {
		return w, err
	}
	rows, err := n.db.rows(ctx, `SELECT `+prefixed("o.", outcomeColumns)+` FROM publication p
		JOIN outcome o ON o.thread = p.thread AND o.sequence = p.sequence
		WHERE p.thread = $1 AND p.sequence > $2 AND o.endpoint >= $3 AND o.endpoint < $4`,
		c.Thread, c.Done, c.Low, upTo(c.High))
	if err != nil {
		return w, err
	}
	if w.Outcomes, err = collect(rows, scanOutcome); err != nil {
		return w, fmt.Errorf("read outcomes: %w", err)
	}
	if w.Publications[0].Kind == notify.KindCredit {
		w.Notices, err = n.notices(ctx, c)
	}
	return w, err
}

func prefixed(prefix, columns string) string {
	names := strings.Split(columns, ",")
	for i, name := range names {
		names[i] = prefix + strings.TrimSpace(name)
	}
	return strings.Join(names, ", ")
}

// members are the audience of the chunk's thread up to its goal, with names and
// addresses; what a contact prefers is taken as of the journal number.
func (n *Notify) members(ctx context.Context, c notify.Chunk, number int64) ([]notify.Member, error) {
	rows, err := n.db.rows(ctx, `SELECT m.endpoint, m.account, m.joined, m.latest,
		coalesce((SELECT a.name FROM account a WHERE a.id = m.account AND a.journal_from <= $5 ORDER BY a.journal_from DESC LIMIT 1), ''),
		coalesce((SELECT a.language FROM account a WHERE a.id = m.account AND a.journal_from <= $5 ORDER BY a.journal_from DESC LIMIT 1), ''),
		coalesce((SELECT k.language FROM contact k WHERE k.account = m.account AND k.endpoint = m.endpoint
			AND k.journal_from <= $5 ORDER BY k.journal_from DESC LIMIT 1), ''),
		coalesce(e.channel, ''), coalesce(e.address, ''),
		CASE WHEN x.endpoint IS NULL THEN 0 ELSE 1 END
		FROM (SELECT r.endpoint, r.account, min(r.sequence) AS joined, max(r.sequence) AS latest
			FROM (`+notifyReached(notifyByEndpoint)+`) r GROUP BY r.endpoint, r.account) m
		LEFT JOIN endpoint e ON e.id = m.endpoint
		LEFT JOIN suppression x ON x.endpoint = m.endpoint
		ORDER BY m.endpoint, m.account`, c.Thread, c.Goal, c.Low, upTo(c.High), number)
	if err != nil {
		return nil, err
	}
	members, err := collect(rows, scanMember)
	if err != nil {
		return nil, fmt.Errorf("read the audience: %w", err)
	}
	return members, nil
}

func scanMember(r *sql.Rows) (notify.Member, error) {
	var m notify.Member
	var account, contact health.Language
	var suppressed int
	err := r.Scan(&m.Endpoint, &m.Account, &m.Joined, &m.Latest, &m.Name, &account, &contact, &m.Channel, &m.Address, &suppressed)
	m.Language, m.Suppressed = contact, suppressed == 1
	if m.Language == "" {
		m.Language = account
	}
	return m, err
}

func (n *Notify) notices(ctx context.Context, c notify.Chunk) ([]notify.Notice, error) {
	rows, err := n.db.rows(ctx, `SELECT v.account, v.amount, v.currency, v.service, v.region, v.month, v.bill_month FROM notice v
		WHERE v.thread = $1 AND v.account IN (SELECT k.account FROM contact k WHERE k.endpoint >= $2 AND k.endpoint < $3)
		ORDER BY v.account, v.part`, c.Thread, c.Low, upTo(c.High))
	if err != nil {
		return nil, err
	}
	notices, err := collect(rows, func(r *sql.Rows) (notify.Notice, error) {
		var v notify.Notice
		return v, r.Scan(&v.Account, &v.Amount, &v.Currency, &v.Service, &v.Region, &v.Month, &v.BillMonth)
	})
	if err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}
	return notices, nil
}
