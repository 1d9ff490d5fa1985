package harness_test

import (
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/scenario/world/mail"
	_ "github.com/bonghwa/bonghwa/store/storetest" // the databases' drivers
	"github.com/bonghwa/bonghwa/test/harness"
)

// TestSabotageIsNoticed: a day that is over is judged again when its folder is
// played again. Untouched it is as good as before, and nobody is told twice; what
// was tampered with is named.
func TestSabotageIsNoticed(t *testing.T) {
	t.Parallel()
	alone(t)
	const speed = "120"
	finished := t.TempDir()
	before := lived(t, demo(finished, speed))
	again := func(t *testing.T, sabotage func(t *testing.T, dir string) string) (dir, named string, status int, out, complaints string) {
		t.Helper()
		dir = t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(finished)); err != nil {
			t.Fatal(err)
		}
		named = sabotage(t, dir)
		status, out, complaints = harness.Run(t, 2*time.Minute, demo(dir, speed)...)
		return dir, named, status, out, complaints
	}
	t.Run("nothing", func(t *testing.T) {
		dir, _, status, out, complaints := again(t, func(*testing.T, string) string { return "" })
		if status != 0 {
			t.Fatalf("status %d\n%s\n%s", status, complaints, out)
		}
		if after := read(t, out); !reflect.DeepEqual(after, before) {
			t.Errorf("judged again %+v\nat first %+v", after, before)
		}
		if a, b := mails(t, dir), mails(t, finished); a != b {
			t.Errorf("%d mails, and %d at first", a, b)
		}
	})
	for name, sabotage := range map[string]func(t *testing.T, dir string) string{
		"a mail taken out of the mailbox":         takeMail,
		"a credit changed by a cent":              addCent,
		"a cent less on the bill":                 takeCent,
		"a relevance flipped":                     moveAway,
		"the words of a reading changed to worse": worsen,
	} {
		t.Run(name, func(t *testing.T) {
			_, named, status, out, complaints := again(t, sabotage)
			if status != 1 || !strings.Contains(complaints, "bonghwa: "+named) {
				t.Errorf("status %d, want 1 and %q named\n%s", status, named, complaints)
			}
			read(t, out)
			if extra := strings.Count(complaints[strings.LastIndex(complaints, "as it must:"):], "\n"); extra > 3 {
				t.Errorf("one sabotage, and %d lines\n%s", extra, complaints)
			}
		})
	}
}

// takeMail takes away one of the mails that nothing supersedes.
func takeMail(t *testing.T, dir string) string {
	t.Helper()
	kept, err := mail.Read(filepath.Join(dir, "mail"))
	if err != nil || len(kept) < 100 {
		t.Fatalf("%d mails, %v", len(kept), err)
	}
	victim := kept[len(kept)-50]
	if err := os.Remove(filepath.Join(dir, "mail", "new", victim.File)); err != nil {
		t.Fatal(err)
	}
	return "missing: credit to " + victim.To + " in " + victim.Language
}

// tamper changes the database beneath the program.
func tamper(t *testing.T, dir string, do func(db *sql.DB) error) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "bonghwa.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := do(db); err != nil {
		t.Fatal(err)
	}
}

func addCent(t *testing.T, dir string) string {
	t.Helper()
	var account string
	tamper(t, dir, func(db *sql.DB) error {
		var run, content string
		var position int
		err := db.QueryRowContext(t.Context(), `SELECT run, position, content FROM credit_line WHERE post_minor > 0 AND currency = 'USD' ORDER BY position LIMIT 1`).Scan(&run, &position, &content)
		if err != nil {
			return err
		}
		var line map[string]any
		if err := json.Unmarshal([]byte(content), &line); err != nil {
			return err
		}
		part := line["parts"].([]any)[0].(map[string]any)
		amount := part["amount"].(map[string]any)
		amount["minor"] = amount["minor"].(float64) + 1
		account = part["account"].(string)
		changed, err := json.Marshal(line)
		if err != nil {
			return err
		}
		_, err = db.ExecContext(t.Context(), `UPDATE credit_line SET content = $1 WHERE run = $2 AND position = $3`, string(changed), run, position)
		return err
	})
	return "credit of account " + account + " is "
}

func takeCent(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "output", "credits-2018-12.csv")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(b))).ReadAll()
	if err != nil || len(rows) < 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	cost := rows[2][1]
	last := cost[len(cost)-1]
	if rows[0][1] != "BilledCost" || last == '0' || last == '.' {
		t.Fatalf("%s is %q, which this test cannot make smaller", rows[0][1], cost)
	}
	rows[2][1] = cost[:len(cost)-1] + string(last-1)
	var out strings.Builder
	w := csv.NewWriter(&out)
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	write(t, path, out.String())
	for i, name := range rows[0] {
		if name == "SubAccountId" {
			return "what the bill and its leftovers give account " + rows[2][i] + " is "
		}
	}
	t.Fatal("the bill has no accounts")
	return ""
}

func moveAway(t *testing.T, dir string) string {
	t.Helper()
	const victim = "201800000006" // reads English, has instances in Seoul
	tamper(t, dir, func(db *sql.DB) error {
		_, err := db.ExecContext(t.Context(), `UPDATE account_scope SET region = 'us-east-1' WHERE account = $1 AND region = 'ap-northeast-2'`, victim)
		return err
	})
	return "relevance of account " + victim + " is not_impacted, expected impacted"
}

// worsen restates, behind the program's back, what kind of trouble it was: the
// agreement's words then count it.
func worsen(t *testing.T, dir string) string {
	t.Helper()
	tamper(t, dir, func(db *sql.DB) error {
		_, err := db.ExecContext(t.Context(), `UPDATE impact SET symptom = 'connectivity' WHERE determination = 'declared'`)
		return err
	})
	return "availability by the agreement's words is 99.805556 %, expected 100.000000 %"
}
