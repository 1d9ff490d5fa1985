// Package store keeps everything, in SQLite or PostgreSQL, and holds all the
// SQL of the program, one file per domain.
//
// It promises that a decision and its facts are saved together or not at all,
// that facts get one ascending number without gaps, that a write under an old
// version or an old fence is refused, and that both databases behave alike: the
// contract in storetest runs on both. One SQL text serves both; what differs
// stands in the dialect and the migrations.
//
// It decides nothing: rules live in the domains, whose interfaces it implements.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver
	_ "modernc.org/sqlite"             // the "sqlite" driver

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
)

// Options are what a DB needs besides its address.
type Options struct {
	Log  *slog.Logger // nil: nothing is logged
	Wall clock.Wall
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	kind    dialect
	writer  *sql.DB // SQLite: one connection; PostgreSQL: the pool
	reader  *sql.DB // SQLite: read-only connections; PostgreSQL: the same pool
	log     *slog.Logger
	wall    clock.Wall
	bell    bell
	queries atomic.Int64
}

// Open opens the database at address: "sqlite:" and a file's path, or a
// PostgreSQL URL. The file's folder is made when missing. Nothing is migrated.
// Errors are Invalid for an address that is neither and Unavailable for a
// database that does not answer; they never show a password.
func Open(ctx context.Context, address string, o Options) (*DB, error) {
	db := &DB{log: o.Log, wall: o.Wall}
	if db.log == nil {
		db.log = slog.New(slog.DiscardHandler)
	}
	var err error
	switch {
	case strings.HasPrefix(address, "sqlite:"):
		err = db.openSQLite(strings.TrimPrefix(address, "sqlite:"))
	case strings.HasPrefix(address, "postgres://"), strings.HasPrefix(address, "postgresql://"):
		err = db.openPostgres(address)
	default:
		return nil, fault.New(fault.Invalid, "database", "the address is neither SQLite nor PostgreSQL",
			"write sqlite:/path/to/file.db or postgres://user@host/name")
	}
	if err != nil {
		return nil, err
	}
	if err := db.writer.PingContext(ctx); err != nil {
		return nil, errors.Join(fault.Wrap(fault.Unavailable, "open the database", hidePassword(err, address)), db.Close())
	}
	return db, nil
}

func (db *DB) openSQLite(path string) error {
	if path == "" {
		return fault.New(fault.Invalid, "database", "the SQLite address names no file", "write sqlite:/path/to/file.db")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fault.Wrap(fault.Unavailable, "make the database's folder", err)
	}
	if err := private(path); err != nil {
		return err
	}
	pragmas := url.Values{"_pragma": {
		"journal_mode(WAL)", "busy_timeout(10000)", "foreign_keys(1)", "synchronous(FULL)", "cache_size(-65536)",
	}}
	write := url.Values{"_txlock": {"immediate"}, "_pragma": pragmas["_pragma"]}
	read := url.Values{"_pragma": append([]string{"query_only(1)"}, pragmas["_pragma"]...)}
	var err error
	if db.writer, err = sql.Open("sqlite", "file:"+path+"?"+write.Encode()); err != nil {
		return fault.Wrap(fault.Unavailable, "open the database", err)
	}
	db.writer.SetMaxOpenConns(1)
	if db.reader, err = sql.Open("sqlite", "file:"+path+"?"+read.Encode()); err != nil {
		return errors.Join(fault.Wrap(fault.Unavailable, "open the database", err), db.writer.Close())
	}
	db.reader.SetMaxOpenConns(8)
	db.reader.SetMaxIdleConns(8)
	db.kind = onSQLite
	return nil
}

// private makes the database's file readable by its owner alone when it is new: it
// holds addresses of people.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // G304: the file the operator names
	if err != nil {
		return fault.Wrap(fault.Unavailable, "open the database", err)
	}
	return f.Close()
}

func (db *DB) openPostgres(address string) error {
	pool, err := sql.Open("pgx", address)
	if err != nil {
		return fault.Wrap(fault.Invalid, "read the database's address", hidePassword(err, address))
	}
	pool.SetMaxOpenConns(16)
	pool.SetMaxIdleConns(16)
	db.writer, db.reader, db.kind = pool, pool, onPostgres
	return nil
}

// Close closes the database's connections.
func (db *DB) Close() error {
	err := db.writer.Close()
	if db.reader != db.writer {
		err = errors.Join(err, db.reader.Close())
	}
	return err
}

// Changed gives a channel that is closed at the next commit of this process
// that saved a fact. Followers wait for it beside their poll.
func (db *DB) Changed() <-chan struct{} { return db.bell.next() }

// Queries counts the statements this DB has sent.
func (db *DB) Queries() int64 { return db.queries.Load() }

func (db *DB) rows(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	db.queries.Add(1)
	rows, err := db.reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, db.explain(err)
	}
	return rows, nil
}

func (db *DB) row(ctx context.Context, query string, args ...any) *sql.Row {
	db.queries.Add(1)
	return db.reader.QueryRowContext(ctx, query, args...)
}

// hidePassword makes an error of the driver safe to show: drivers put the whole
// address into theirs.
func hidePassword(err error, address string) error {
	u, perr := url.Parse(address)
	if perr != nil || u.User == nil {
		return err
	}
	secret, ok := u.User.Password()
	if !ok || secret == "" {
		return err
	}
	text := strings.ReplaceAll(err.Error(), secret, "…")
	return errors.New(strings.ReplaceAll(text, url.QueryEscape(secret), "…"))
}

// bell tells waiters in this process that the journal has grown.
type bell struct {
	mu sync.Mutex
	ch chan struct{}
}

func (b *bell) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}

// scanner is one row of either kind.
type scanner interface{ Scan(dest ...any) error }

// found gives the database's "no rows" for one thing the kind NotFound.
func (db *DB) found(err error, what string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, "", "there is no such "+what, "")
	}
	if err != nil {
		return fmt.Errorf("find the %s: %w", what, db.explain(err))
	}
	return nil
}

// collect reads all rows through scan and closes them.
func collect[T any](rows *sql.Rows, scan func(*sql.Rows) (T, error)) ([]T, error) {
	defer func() { _ = rows.Close() }() // a close error shows in Err
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("read a row: %w", err)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
