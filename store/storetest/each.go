// Package storetest is the contract of the store: the same tests, run on SQLite
// and on PostgreSQL. Each gives a test a migrated database of its own.
package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/test/harness"
)

// Each runs the test on SQLite, in a file of t.TempDir(), and on PostgreSQL.
func Each(t *testing.T, run func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		run(t, Open(t, "sqlite:"+filepath.Join(t.TempDir(), "bonghwa.db")))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		run(t, Open(t, Postgres(t)))
	})
}

// Open opens and migrates a database, and closes it when the test ends.
func Open(tb testing.TB, address string) *store.DB {
	tb.Helper()
	db, err := store.Open(tb.Context(), address, store.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	if err := db.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return db
}

// Postgres gives the address of a new PostgreSQL database, cloned from a
// migrated template, and drops it when the test ends.
func Postgres(tb testing.TB) string {
	tb.Helper()
	server := harness.Need(tb, "BONGHWA_TEST_POSTGRES")
	template, err := templateOnce(server)
	if err != nil {
		tb.Fatal(err)
	}
	return fresh(tb, server, ` TEMPLATE `+template)
}

// Empty gives the address of a new PostgreSQL database without any tables.
func Empty(tb testing.TB) string {
	tb.Helper()
	return fresh(tb, harness.Need(tb, "BONGHWA_TEST_POSTGRES"), "")
}

func fresh(tb testing.TB, server, how string) string {
	tb.Helper()
	name := "t_" + strings.ReplaceAll(health.NewID(clock.Wall{}.Now()), "-", "")
	admin(tb, server, `CREATE DATABASE `+name+how)
	tb.Cleanup(func() { admin(tb, server, `DROP DATABASE `+name+` WITH (FORCE)`) })
	return withDatabase(tb, server, name)
}

// Admin opens a plain connection to a database, for tests that look beneath the
// store.
func Admin(tb testing.TB, address string) *sql.DB {
	tb.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

func admin(tb testing.TB, server, statement string) {
	tb.Helper()
	db, err := sql.Open("pgx", server)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(context.Background(), statement); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}

func withDatabase(tb testing.TB, server, name string) string {
	tb.Helper()
	out, err := inDatabase(server, name)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func inDatabase(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("BONGHWA_TEST_POSTGRES is no URL: %w", err)
	}
	u.Path = "/" + name
	return u.String(), nil
}

// templateOnce makes this process's template database, migrated, once.
var templateOnce = func() func(string) (string, error) { //nolint:gochecknoglobals // one template a test binary
	var once sync.Once
	var name string
	var err error
	return func(server string) (string, error) {
		once.Do(func() { name, err = makeTemplate(server) })
		return name, err
	}
}()

func makeTemplate(server string) (string, error) {
	name := "template_" + strings.ReplaceAll(health.NewID(clock.Wall{}.Now()), "-", "")
	plain, err := sql.Open("pgx", server)
	if err != nil {
		return "", err
	}
	defer func() { _ = plain.Close() }()
	if _, err := plain.ExecContext(context.Background(), `CREATE DATABASE `+name); err != nil {
		return "", fmt.Errorf("make the template database: %w", err)
	}
	address, err := inDatabase(server, name)
	if err != nil {
		return "", err
	}
	db, err := store.Open(context.Background(), address, store.Options{})
	if err != nil {
		return "", err
	}
	if err := db.Migrate(context.Background()); err != nil {
		return "", errors.Join(err, db.Close())
	}
	return name, db.Close()
}
