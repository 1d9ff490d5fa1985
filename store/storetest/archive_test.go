package storetest_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/store/storetest"
)

// archive is a database of which the address is known, to look beneath the store.
type archive struct {
	t       *testing.T
	db      *store.DB
	address string
}

// eachArchive is Each with the databases' addresses.
func eachArchive(t *testing.T, run func(a *archive)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		address := "sqlite:" + filepath.Join(t.TempDir(), "bonghwa.db")
		run(&archive{t: t, db: storetest.Open(t, address), address: address})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		address := storetest.Postgres(t)
		run(&archive{t: t, db: storetest.Open(t, address), address: address})
	})
}

// beneath is a plain connection to the database.
func (a *archive) beneath() *sql.DB {
	a.t.Helper()
	path, ok := strings.CutPrefix(a.address, "sqlite:")
	if !ok {
		return storetest.Admin(a.t, a.address)
	}
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)")
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { _ = db.Close() })
	return db
}

func (a *archive) all() []incident.Incident {
	a.t.Helper()
	list, err := a.db.Incidents().List(a.t.Context(), incident.Filter{})
	if err != nil {
		a.t.Fatal(err)
	}
	return list
}
