package store

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/bonghwa/bonghwa/fault"
)

// dialect is which of the two databases a DB speaks to. Everything that differs
// between them stands in this file and in the migrations.
type dialect int

const (
	onSQLite dialect = iota
	onPostgres
)

// retryable reports whether the whole transaction may simply be tried again:
// another one held the lock or won a race.
func (d dialect) retryable(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "40001" || pg.Code == "40P01" // serialization_failure, deadlock_detected
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		code := lite.Code() & 0xff
		return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED
	}
	return false
}

// unreachable reports whether the database did not answer at all.
func (d dialect) unreachable(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code[:2] == "08" || pg.Code[:2] == "57" // connection_exception, operator_intervention
	}
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[net.Error](err)
	return connecting || network || errors.Is(err, driver.ErrBadConn)
}

// violates reports whether err says that a constraint refused the write.
func (d dialect) violates(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return len(pg.Code) == 5 && pg.Code[:2] == "23"
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return lite.Code()&0xff == sqlite3.SQLITE_CONSTRAINT
	}
	return false
}

// explain gives a driver's error a kind: Conflict when a constraint refused the
// write, Unavailable when the database could not be reached. Others, and errors
// that have a kind already, stay as they are.
func (db *DB) explain(err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) || fault.KindOf(err) != fault.Internal {
		return err
	}
	if db.kind.violates(err) {
		return fault.Wrap(fault.Conflict, "the database refused the write", err)
	}
	if db.kind.unreachable(err) {
		return fault.Wrap(fault.Unavailable, "ask the database", err)
	}
	return err
}

// micros is a time as both databases keep it: microseconds since 1970, UTC; 0
// for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// fromMicros is the time that micros wrote.
func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// bit is a truth as both databases keep it: 0 or 1.
func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// toJSON writes a value for a text column.
func toJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write JSON: %w", err)
	}
	return string(b), nil
}

// fromJSON reads a text column that toJSON wrote; an empty one changes nothing.
func fromJSON(s string, v any) error {
	if s == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(s), v); err != nil {
		return fmt.Errorf("read JSON: %w", err)
	}
	return nil
}
