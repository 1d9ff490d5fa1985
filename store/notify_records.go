package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/notify"
)

// Names lists the names of the account's resources that a publication's reaches
// touched, as known at its number, sorted, each once, at most limit.
func (n *Notify) Names(ctx context.Context, account health.AccountID, p notify.Publication, limit int) ([]string, error) {
	var names []string
	for _, r := range p.Reaches {
		rows, err := n.db.rows(ctx, `SELECT DISTINCT name FROM resource WHERE account = $1 AND service = $2 AND region = $3
			AND ($4 = '' OR zone = '' OR zone = $4) AND life_from < $5 AND (life_to = 0 OR life_to > $6)
			AND journal_from <= $7 AND (journal_to = 0 OR journal_to > $7) ORDER BY name LIMIT $8`,
			account, r.Scope.Service, r.Scope.Region, r.Scope.Zone, micros(r.During.To), micros(r.During.From), p.Number, limit)
		if err != nil {
			return nil, err
		}
		found, err := collect(rows, func(r *sql.Rows) (string, error) {
			var name string
			return name, r.Scan(&name)
		})
		if err != nil {
			return nil, fmt.Errorf("read names of resources: %w", err)
		}
		names = append(names, found...)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return names[:min(len(names), limit)], nil
}

// Sum counts what became of a publication's audience, in one query: the audience
// comes from the journal's rows, the final states from the outcomes, and pending
// is whoever of the audience has no final one. NotFound without the publication.
func (n *Notify) Sum(ctx context.Context, id health.PublicationID) (notify.Sum, error) {
	p, err := n.Publication(ctx, id)
	if err != nil {
		return notify.Sum{}, err
	}
	var s notify.Sum
	var last int64
	err = n.db.row(ctx, `WITH audience AS (SELECT DISTINCT m.endpoint FROM (`+notifyReached(notifyByScope)+`) m)
		SELECT (SELECT count(*) FROM audience),
			(SELECT count(*) FROM audience a WHERE NOT EXISTS (SELECT 1 FROM outcome f
				WHERE f.thread = $1 AND f.sequence = $2 AND f.endpoint = a.endpoint
				AND f.state IN ('delivered', 'superseded', 'suppressed', 'failed'))),
			coalesce(sum(CASE WHEN o.state = 'delivered' THEN 1 ELSE 0 END), 0),
			coalesce(sum(CASE WHEN o.state = 'superseded' THEN 1 ELSE 0 END), 0),
			coalesce(sum(CASE WHEN o.state = 'suppressed' THEN 1 ELSE 0 END), 0),
			coalesce(sum(CASE WHEN o.state = 'failed' THEN 1 ELSE 0 END), 0),
			coalesce(sum(o.marked), 0),
			coalesce(max(CASE WHEN o.state = 'delivered' THEN o.at ELSE 0 END), 0)
		FROM outcome o WHERE o.thread = $1 AND o.sequence = $2`, p.Thread, p.Sequence, "", upTo("")).
		Scan(&s.Audience, &s.Pending, &s.Delivered, &s.Superseded, &s.Suppressed, &s.Failed, &s.Marked, &last)
	s.LastAt = fromMicros(last)
	if err != nil {
		return s, fmt.Errorf("sum up publication %s: %w", id, n.db.explain(err))
	}
	return s, nil
}

// Open counts the chunks in which something is not final yet.
func (n *Notify) Open(ctx context.Context) (int, error) {
	var open int
	if err := n.db.row(ctx, `SELECT count(*) FROM chunk WHERE done < goal`).Scan(&open); err != nil {
		return 0, fmt.Errorf("count open chunks: %w", n.db.explain(err))
	}
	return open, nil
}

// Outcomes lists a publication's outcomes ordered by endpoint, those after the
// given one, at most limit.
func (n *Notify) Outcomes(ctx context.Context, id health.PublicationID, after health.EndpointID, limit int) ([]notify.Outcome, error) {
	p, err := n.Publication(ctx, id)
	if err != nil {
		return nil, err
	}
	rows, err := n.db.rows(ctx, `SELECT `+outcomeColumns+` FROM outcome
		WHERE thread = $1 AND sequence = $2 AND endpoint > $3 ORDER BY endpoint LIMIT $4`, p.Thread, p.Sequence, after, limit)
	if err != nil {
		return nil, err
	}
	found, err := collect(rows, scanOutcome)
	if err != nil {
		return nil, fmt.Errorf("read outcomes: %w", err)
	}
	return found, nil
}

// Outcome reads what became of a publication for an endpoint, and the endpoint's
// address, which is empty when it was erased. NotFound if there is no outcome.
func (n *Notify) Outcome(ctx context.Context, id health.PublicationID, endpoint health.EndpointID) (notify.Outcome, string, error) {
	rows, err := n.db.rows(ctx, `SELECT `+prefixed("o.", outcomeColumns)+` FROM publication p
		JOIN outcome o ON o.thread = p.thread AND o.sequence = p.sequence WHERE p.id = $1 AND o.endpoint = $2`, id, endpoint)
	if err != nil {
		return notify.Outcome{}, "", err
	}
	found, err := collect(rows, scanOutcome)
	if err != nil {
		return notify.Outcome{}, "", fmt.Errorf("read an outcome: %w", err)
	}
	if len(found) == 0 {
		return notify.Outcome{}, "", fault.New(fault.NotFound, "publication "+string(id), "nothing is known of it for this endpoint", "")
	}
	var address string
	err = n.db.row(ctx, `SELECT coalesce(max(address), '') FROM endpoint WHERE id = $1`, endpoint).Scan(&address)
	if err != nil {
		return notify.Outcome{}, "", fmt.Errorf("read an address: %w", n.db.explain(err))
	}
	return found[0], address, nil
}

// Suppress stops all use of an endpoint from now on; at is world time. Messages
// under way are not called back. Doing it again changes nothing.
func (n *Notify) Suppress(ctx context.Context, endpoint health.EndpointID, reason string, at time.Time) error {
	return n.db.write(ctx, "suppress an endpoint", nil, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `INSERT INTO suppression (endpoint, reason, at) VALUES ($1, $2, $3)
			ON CONFLICT (endpoint) DO NOTHING`, endpoint, reason, micros(at))
		return err
	})
}
