package harness_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/bonghwa/bonghwa/store/storetest" // the databases' drivers
	"github.com/bonghwa/bonghwa/test/harness"
)

// TestAnImportKilledHalfWayIsFinishedByTheNext: kill -9 while history comes in. What
// is in is whole, and the same command again ends where one that was let be ends.
func TestAnImportKilledHalfWayIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	const limit, entries = time.Minute, 600
	dir := t.TempDir()
	var lines strings.Builder
	for n := range entries {
		at := time.Date(2024, 1, 1, n, 0, 0, 0, time.UTC)
		fmt.Fprintf(&lines, `{"id":"%d","title":"Incident %d","updates":[{"at":%q,"status":"investigating","body":"Looking."},{"at":%q,"status":"resolved","body":"Over."}]}`+"\n",
			n, n, at.Format(time.RFC3339), at.Add(time.Hour).Format(time.RFC3339))
	}
	file := filepath.Join(dir, "past.jsonl")
	write(t, file, lines.String())
	run := func(name string) []string {
		return []string{"history", "import", "--database", "sqlite:" + filepath.Join(dir, name), "--format", "jsonl", file}
	}
	status, out, complaints := harness.Run(t, limit, run("whole.db")...)
	if status != 0 || !strings.Contains(out, fmt.Sprintf("%d imported", entries)) {
		t.Fatalf("status %d\n%s%s", status, out, complaints)
	}
	p := harness.Start(t, limit, run("killed.db")...)
	killed := opened(t, filepath.Join(dir, "killed.db"))
	p.Until("a tenth is in", func() bool { return count(killed, "incident") >= entries/10 })
	p.Kill()
	in := count(killed, "incident")
	if in >= entries || count(killed, "journal") != in || count(killed, "incident_update") != 2*in {
		t.Fatalf("killed with %d incidents, %d facts and %d updates in", in, count(killed, "journal"), count(killed, "incident_update"))
	}
	status, out, complaints = harness.Run(t, limit, run("killed.db")...)
	if status != 0 || !strings.Contains(out, fmt.Sprintf("%d imported, 0 extended, %d unchanged", entries-in, in)) {
		t.Errorf("status %d\n%s%s", status, out, complaints)
	}
	whole := harness.Dump(t, opened(t, filepath.Join(dir, "whole.db")), "journal", "lease", "goose_db_version")
	if again := harness.Dump(t, killed, "journal", "lease", "goose_db_version"); again != whole {
		t.Errorf("differs from one that was let be:\n%s", strings.Join(harness.Differences(whole, again), "\n"))
	}
}

func opened(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// count counts the rows of a table; 0 while there is none.
func count(db *sql.DB, table string) int {
	var n int
	_ = db.QueryRow(`SELECT count(*) FROM ` + table).Scan(&n) //nolint:noctx // the tables come into being meanwhile
	return n
}
