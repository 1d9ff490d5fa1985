package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
)

// Identity keeps API keys, sign-in links and sessions. It sees digests, never
// secrets.
type Identity struct{ db *DB }

var (
	_ identity.Keys   = (*Identity)(nil)
	_ identity.Visits = (*Identity)(nil)
)

// Identity is the part of the database that knows who is asking.
func (db *DB) Identity() *Identity { return &Identity{db} }

const keyColumns = `id, name, role, account, digest, created_by, created_at, expires_at, revoked_at, version`

// SaveKey adds a key; Conflict when its id or digest is taken.
func (s *Identity) SaveKey(ctx context.Context, k identity.Key) error {
	return s.db.write(ctx, "save an API key", nil, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `INSERT INTO api_key (`+keyColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)`,
			k.ID, k.Name, string(k.Role), string(k.Account), k.Digest.Hex(), k.CreatedBy,
			micros(k.CreatedAt), micros(k.ExpiresAt), micros(k.RevokedAt))
		return err
	})
}

// KeyByDigest finds a key, revoked ones too; NotFound when there is none.
func (s *Identity) KeyByDigest(ctx context.Context, d identity.Digest) (identity.Key, error) {
	k, err := scanKey(s.db.row(ctx, `SELECT `+keyColumns+` FROM api_key WHERE digest = $1`, d.Hex()))
	return k, s.db.found(err, "API key")
}

// ListKeys is every key, oldest first.
func (s *Identity) ListKeys(ctx context.Context) ([]identity.Key, error) {
	rows, err := s.db.rows(ctx, `SELECT `+keyColumns+` FROM api_key ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("list API keys: %w", err)
	}
	return collect(rows, func(r *sql.Rows) (identity.Key, error) { return scanKey(r) })
}

// RevokeKey marks a key as revoked; doing it again keeps the first time.
func (s *Identity) RevokeKey(ctx context.Context, id string, at time.Time) error {
	return s.db.write(ctx, "revoke an API key", nil, func(ctx context.Context, t *tx) error {
		k, err := scanKey(t.row(ctx, `SELECT `+keyColumns+` FROM api_key WHERE id = $1`, id))
		if err := s.db.found(err, "API key"); err != nil || !k.RevokedAt.IsZero() {
			return err
		}
		return t.one(ctx, "the API key", `UPDATE api_key SET revoked_at = $1, version = version + 1 WHERE id = $2 AND version = $3`,
			micros(at), id, k.Version)
	})
}

func scanKey(row scanner) (identity.Key, error) {
	var k identity.Key
	var role, account, digest string
	var created, expires, revoked int64
	if err := row.Scan(&k.ID, &k.Name, &role, &account, &digest, &k.CreatedBy, &created, &expires, &revoked, &k.Version); err != nil {
		return k, err
	}
	k.Role, k.Account = identity.Role(role), health.AccountID(account)
	k.CreatedAt, k.ExpiresAt, k.RevokedAt = fromMicros(created), fromMicros(expires), fromMicros(revoked)
	var err error
	k.Digest, err = identity.ParseDigest(digest)
	return k, err
}

// SaveLink adds a sign-in link.
func (s *Identity) SaveLink(ctx context.Context, l identity.Link) error {
	accounts, err := toJSON(l.Contact.Accounts)
	if err != nil {
		return err
	}
	return s.db.write(ctx, "save a sign-in link", nil, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `INSERT INTO sign_in_link (digest, endpoint, language, accounts, next, issued_at, expires_at, used_at, version)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)`,
			l.Digest.Hex(), string(l.Contact.Endpoint), string(l.Contact.Language), accounts, l.Next,
			micros(l.IssuedAt), micros(l.ExpiresAt), micros(l.UsedAt))
		return err
	})
}

// LinkByDigest finds a link, used ones too; NotFound when there is none.
func (s *Identity) LinkByDigest(ctx context.Context, d identity.Digest) (identity.Link, error) {
	l := identity.Link{Digest: d}
	var endpoint, language, accounts string
	var issued, expires, used int64
	err := s.db.row(ctx, `SELECT endpoint, language, accounts, next, issued_at, expires_at, used_at, version
		FROM sign_in_link WHERE digest = $1`, d.Hex()).
		Scan(&endpoint, &language, &accounts, &l.Next, &issued, &expires, &used, &l.Version)
	if err != nil {
		return identity.Link{}, s.db.found(err, "sign-in link")
	}
	l.IssuedAt, l.ExpiresAt, l.UsedAt = fromMicros(issued), fromMicros(expires), fromMicros(used)
	l.Contact, err = contactOf(endpoint, language, accounts)
	return l, err
}

// Redeem saves a link as used and the session it opened, both or neither;
// Conflict when somebody used the link first.
func (s *Identity) Redeem(ctx context.Context, used identity.Link, opened identity.Session) error {
	accounts, err := toJSON(opened.Contact.Accounts)
	if err != nil {
		return err
	}
	return s.db.write(ctx, "redeem a sign-in link", nil, func(ctx context.Context, t *tx) error {
		err := t.one(ctx, "the sign-in link", `UPDATE sign_in_link SET used_at = $1, version = version + 1
			WHERE digest = $2 AND version = $3 AND used_at = 0`, micros(used.UsedAt), used.Digest.Hex(), used.Version)
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, `INSERT INTO session (digest, endpoint, language, accounts, created_at, seen_at, expires_at, ended_at, version)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)`,
			opened.Digest.Hex(), string(opened.Contact.Endpoint), string(opened.Contact.Language), accounts,
			micros(opened.CreatedAt), micros(opened.SeenAt), micros(opened.ExpiresAt), micros(opened.EndedAt))
		return err
	})
}

// SessionByDigest finds a session, ended ones too; NotFound when there is none.
func (s *Identity) SessionByDigest(ctx context.Context, d identity.Digest) (identity.Session, error) {
	out := identity.Session{Digest: d}
	var endpoint, language, accounts string
	var created, seen, expires, ended int64
	err := s.db.row(ctx, `SELECT endpoint, language, accounts, created_at, seen_at, expires_at, ended_at, version
		FROM session WHERE digest = $1`, d.Hex()).
		Scan(&endpoint, &language, &accounts, &created, &seen, &expires, &ended, &out.Version)
	if err != nil {
		return identity.Session{}, s.db.found(err, "session")
	}
	out.CreatedAt, out.SeenAt = fromMicros(created), fromMicros(seen)
	out.ExpiresAt, out.EndedAt = fromMicros(expires), fromMicros(ended)
	out.Contact, err = contactOf(endpoint, language, accounts)
	return out, err
}

func contactOf(endpoint, language, accounts string) (identity.Contact, error) {
	c := identity.Contact{Endpoint: health.EndpointID(endpoint), Language: health.Language(language)}
	return c, fromJSON(accounts, &c.Accounts)
}

// SaveSession saves when a session was seen and ended; Conflict when it changed
// meanwhile.
func (s *Identity) SaveSession(ctx context.Context, v identity.Session) error {
	return s.db.write(ctx, "save a session", nil, func(ctx context.Context, t *tx) error {
		return t.one(ctx, "the session", `UPDATE session SET seen_at = $1, ended_at = $2, version = version + 1
			WHERE digest = $3 AND version = $4`, micros(v.SeenAt), micros(v.EndedAt), v.Digest.Hex(), v.Version)
	})
}

// Sweep forgets links and sessions that expired before.
func (s *Identity) Sweep(ctx context.Context, before time.Time) error {
	return s.db.write(ctx, "sweep old links and sessions", nil, func(ctx context.Context, t *tx) error {
		if _, err := t.exec(ctx, `DELETE FROM sign_in_link WHERE expires_at < $1`, micros(before)); err != nil {
			return err
		}
		_, err := t.exec(ctx, `DELETE FROM session WHERE expires_at < $1`, micros(before))
		return err
	})
}
