package storetest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/store/storetest"
)

func entry(tb testing.TB, subject string) journal.Entry {
	tb.Helper()
	e, err := journal.NewEntry(health.CatalogAppliedFact, subject, "test", time.Date(2018, 11, 22, 0, 0, 0, 0, time.UTC), map[string]string{"subject": subject})
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

func TestJournalNumbersAscendWithoutGaps(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		var wg sync.WaitGroup
		for w := range 4 {
			wg.Go(func() {
				for i := range 10 {
					if err := db.Append(t.Context(), entry(t, fmt.Sprint(w, i)), entry(t, fmt.Sprint(w, i))); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		head, err := db.Head(t.Context())
		if err != nil || head.Number != 80 || head.Epoch != 1 {
			t.Fatalf("head is %+v, %v; want 80 in epoch 1", head, err)
		}
		facts, err := db.Facts(t.Context(), 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range facts {
			if f.Number != int64(i+1) {
				t.Fatalf("fact %d has number %d", i, f.Number)
			}
		}
		if len(facts) != 80 {
			t.Fatalf("%d facts, want 80", len(facts))
		}
	})
}

func TestFactKeepsWhatItWasGiven(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		want := entry(t, "서울")
		if err := db.Append(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		about, err := db.Facts(t.Context(), 0, 10)
		if err != nil || len(about) != 1 {
			t.Fatalf("facts: %v, %v", about, err)
		}
		got := about[0]
		var payload map[string]string
		if err := json.Unmarshal(got.Payload, &payload); err != nil || payload["subject"] != "서울" {
			t.Errorf("payload %s, %v", got.Payload, err)
		}
		if !got.At.Equal(want.At) || got.Type != want.Type || got.Version != 1 || got.Actor != "test" {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}

func TestLeaseIsTakenOnlyAsSeen(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		seen, err := db.Lease(t.Context(), "page")
		if err != nil {
			t.Fatal(err)
		}
		a, err := db.TakeLease(t.Context(), seen, "node-a")
		if err != nil || a.Fence != 1 {
			t.Fatalf("first take: %+v, %v", a, err)
		}
		if _, err := db.TakeLease(t.Context(), seen, "node-b"); !fault.Is(err, fault.Conflict) {
			t.Errorf("a take on an old sight must be a conflict, got %v", err)
		}
		if a, err = db.RenewLease(t.Context(), a); err != nil || a.Renewals != 1 {
			t.Fatalf("renew: %+v, %v", a, err)
		}
		b, err := db.TakeLease(t.Context(), a, "node-b")
		if err != nil || b.Fence != 2 {
			t.Fatalf("take over: %+v, %v", b, err)
		}
		if _, err := db.RenewLease(t.Context(), a); !fault.Is(err, fault.Conflict) {
			t.Errorf("a lost lease must not renew, got %v", err)
		}
		if err := db.Advance(t.Context(), journal.Fence{Name: "page", Number: 1}, 5); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old fence must be refused, got %v", err)
		}
		if err := db.Advance(t.Context(), journal.Fence{Name: "page", Number: 2}, 5); err != nil {
			t.Error(err)
		}
		if err := db.Advance(t.Context(), journal.Fence{Name: "page", Number: 2}, 4); !fault.Is(err, fault.Conflict) {
			t.Errorf("a cursor must not go back, got %v", err)
		}
		if n, err := db.Cursor(t.Context(), "page"); err != nil || n != 5 {
			t.Errorf("cursor is %d, %v; want 5", n, err)
		}
	})
}

func TestRaisingTheEpochVoidsLeases(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		l, err := db.TakeLease(t.Context(), journal.Lease{Name: "n"}, "a")
		if err != nil {
			t.Fatal(err)
		}
		epoch, err := db.RaiseEpoch(t.Context())
		if err != nil || epoch != 2 {
			t.Fatalf("epoch %d, %v", epoch, err)
		}
		if _, err := db.RenewLease(t.Context(), l); !fault.Is(err, fault.Conflict) {
			t.Errorf("a lease of the old epoch must be void, got %v", err)
		}
		if err := db.Append(t.Context(), entry(t, "x")); err != nil {
			t.Fatal(err)
		}
		facts, err := db.Facts(t.Context(), 0, 10)
		if err != nil || len(facts) != 1 || facts[0].Epoch != 2 {
			t.Errorf("facts %+v, %v", facts, err)
		}
	})
}

// TestPromise1NothingOvertakes proves the journal's order on PostgreSQL: A has
// taken its number and not yet committed; B, which comes later, cannot commit
// before it, so a follower that looks meanwhile misses nothing.
func TestPromise1NothingOvertakes(t *testing.T) {
	t.Parallel()
	address := storetest.Postgres(t)
	db := storetest.Open(t, address)
	plain := storetest.Admin(t, address)
	a, err := plain.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var number int64
	if err := a.QueryRowContext(t.Context(), `UPDATE journal_head SET number = number + 1 RETURNING number`).Scan(&number); err != nil {
		t.Fatal(err)
	}
	b := make(chan error, 1)
	go func() { b <- db.Append(t.Context(), entry(t, "B")) }()
	waitUntilBlocked(t, address)
	seen := follow(t, db, 0)
	if len(seen) != 0 {
		t.Fatalf("a follower saw %v before A committed", seen)
	}
	if _, err := a.ExecContext(t.Context(), `INSERT INTO journal (number, epoch, type, version, at, subject, actor, payload) VALUES ($1, 1, 'x', 1, 0, 'A', '', '{}')`, number); err != nil {
		t.Fatal(err)
	}
	if err := a.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-b; err != nil {
		t.Fatal(err)
	}
	if got := follow(t, db, 0); len(got) != 2 || got[0] != "A" || got[1] != "B" {
		t.Errorf("the follower saw %v, want A then B", got)
	}
}

// TestAPlainSequenceLosesA gives the test above its teeth: with a sequence in
// the head's place the same follower never sees A.
func TestAPlainSequenceLosesA(t *testing.T) {
	t.Parallel()
	address := storetest.Postgres(t)
	plain := storetest.Admin(t, address)
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(plain.ExecContext(t.Context(), `CREATE TABLE naive (number bigserial PRIMARY KEY, subject text NOT NULL)`))
	a, err := plain.BeginTx(t.Context(), nil)
	must(nil, err)
	must(a.ExecContext(t.Context(), `INSERT INTO naive (subject) VALUES ('A')`))
	must(plain.ExecContext(t.Context(), `INSERT INTO naive (subject) VALUES ('B')`))
	var cursor int64
	var seen []string
	look := func() {
		rows, err := plain.QueryContext(t.Context(), `SELECT number, subject FROM naive WHERE number > $1 ORDER BY number`, cursor)
		must(nil, err)
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var s string
			must(nil, rows.Scan(&cursor, &s))
			seen = append(seen, s)
		}
		must(nil, rows.Err())
	}
	look()
	must(nil, a.Commit())
	look()
	if len(seen) != 1 || seen[0] != "B" {
		t.Errorf("the naive follower saw %v; it should have lost A, or this proof has no teeth", seen)
	}
}

// waitUntilBlocked asks PostgreSQL until some session of this database waits for
// another's transaction.
func waitUntilBlocked(t *testing.T, address string) {
	t.Helper()
	db := storetest.Admin(t, address)
	for t.Context().Err() == nil {
		var n int
		err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			return
		}
	}
}

func follow(t *testing.T, db *store.DB, after int64) []string {
	t.Helper()
	facts, err := db.Facts(t.Context(), after, 100)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range facts {
		out = append(out, f.Subject)
	}
	return out
}

func TestOpenRefusesAnUnknownAddress(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "mysql://x", "/tmp/file.db", "sqlite:"} {
		if _, err := store.Open(context.Background(), address, store.Options{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v, want an invalid address", address, err)
		}
	}
}

func TestMigrateTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, "sqlite:"+filepath.Join(t.TempDir(), "x.db"))
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestNodesThatStartTogetherMigrateOnce: whoever loses the race finds the work
// done.
func TestNodesThatStartTogetherMigrateOnce(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"sqlite:" + filepath.Join(t.TempDir(), "together.db"), storetest.Empty(t)} {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				db, err := store.Open(t.Context(), address, store.Options{})
				if err != nil {
					t.Error(err)
					return
				}
				if err := errors.Join(db.Migrate(t.Context()), db.Close()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
}
