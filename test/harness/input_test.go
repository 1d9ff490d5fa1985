package harness_test

import (
	"database/sql"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/store/storetest"
	"github.com/bonghwa/bonghwa/test/harness"
)

// standing is a demo whose world stands all but still before the day begins: a
// node with its catalogue and customers, and nothing going on.
type standing struct {
	t        *testing.T
	dir      string
	database string
	port     string
	db       *sql.DB
}

func stand(t *testing.T, database string) *standing {
	t.Helper()
	s := &standing{t: t, dir: t.TempDir(), database: database}
	args := []string{"demo", "--listen", "127.0.0.1:0", "--dir", s.dir, "--speed", "0.001"}
	if database == "" {
		s.database = "sqlite:" + filepath.Join(s.dir, "bonghwa.db")
	} else {
		args = append(args, "--database", database)
	}
	s.port = harness.Start(t, 3*time.Minute, args...).Port()
	if database != "" {
		s.db = storetest.Admin(t, database)
		return s
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.dir, "bonghwa.db")+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	s.db = db
	return s
}

// dump is the database but for what a node at rest renews by itself.
func (s *standing) dump() string {
	s.t.Helper()
	return harness.Dump(s.t, s.db, "lease", "probe_state")
}

func (s *standing) file(name, content string) string {
	s.t.Helper()
	path := filepath.Join(s.dir, "bad", name)
	write(s.t, path, content)
	return path
}

func (s *standing) key(role string) string { return filepath.Join(s.dir, "keys", role+".key") }

// as runs a command against the node with somebody's key.
func (s *standing) as(role string, args ...string) (status int, out, complaints string) {
	s.t.Helper()
	return harness.Run(s.t, time.Minute, append(args, "--server", "http://127.0.0.1:"+s.port, "--key-file", s.key(role))...)
}

func (s *standing) must(role string, args ...string) string {
	s.t.Helper()
	status, out, complaints := s.as(role, args...)
	if status != 0 {
		s.t.Fatalf("%v: status %d\n%s%s", args, status, out, complaints)
	}
	return out
}

// opened is the id of an incident with a declared impact that is over.
func (s *standing) opened() string {
	s.t.Helper()
	var i struct{ ID string }
	out := s.must("operator", "incident", "open", "--title-ko", "시험", "--title-en", "A test", "--json")
	if err := json.Unmarshal([]byte(out), &i); err != nil {
		s.t.Fatal(err)
	}
	s.must("operator", "incident", "impact", i.ID, "--service", "ec2", "--region", "ap-northeast-2", "--symptom", "dns", "--level", "major_outage",
		"--from", "2018-11-21T08:00:00+09:00", "--to", "2018-11-21T09:00:00+09:00", "--reason-ko", "시험", "--reason-en", "a test")
	return i.ID
}

// TestBadInputChangesNothing: each gets a clear error that names the place, and
// the database is what it was.
func TestBadInputChangesNothing(t *testing.T) {
	t.Parallel()
	alone(t)
	for name, database := range map[string]func() string{
		"SQLite":     func() string { return "" },
		"PostgreSQL": func() string { return storetest.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			s := stand(t, database())
			if err := os.Mkdir(filepath.Join(s.dir, "bad"), 0o700); err != nil {
				t.Fatal(err)
			}
			s.refuse()
		})
	}
}

func (s *standing) refuse() {
	t := s.t
	t.Helper()
	id := s.opened()
	customer := filepath.Join(s.dir, "keys", "customer.key")
	status, out, complaints := harness.Run(t, time.Minute, "key", "create", "--database", s.database, "--role", "customer",
		"--account", "201800000007", "--name", "a customer's", "--out", customer)
	if status != 0 {
		t.Fatalf("%s%s", out, complaints)
	}
	level := s.file("checks.yaml", "checks:\n  - id: dns\n    scope: {service: ec2, region: ap-northeast-2}\n    level: rather_bad\n")
	basis := s.file("components.yaml", "components:\n  - {services: [ec2], regions: [ap-northeast-2], basis: guessed}\n")
	bill := s.file("bill.csv", s.billWith(`"12,3"`))
	cut := s.file("resources.csv", "id,account,service,region,zone,name,tags,life_from,life_to\n"+
		"arn:bonghwa:1,201800000007,ec2,ap-northeast-2,,web,,2018-01-01T00:00:00Z,\narn:bonghwa:2,2018000")
	update := s.file("update.yaml", "state: investigating\nbody: {en: We are looking.}\n")
	for _, c := range []struct {
		name   string
		role   string // empty: the command opens the database, or reads only its files
		args   []string
		status int
		wants  []string
	}{
		{"a catalogue with a wrong level", "operator", []string{"catalog", "apply", level}, 1, []string{"checks.yaml:4", `level "rather_bad" is not known`}},
		{"a catalogue with a wrong basis", "operator", []string{"catalog", "apply", basis}, 1, []string{"components.yaml:2", "guessed"}},
		{"a bill with a cost of 12,3", "operator", []string{"credit", "plan", "--month", "2018-11", "--service", "ec2", "--region", "ap-northeast-2", "--usage-bill", bill}, 1, []string{"bill.csv", "row 3", "BilledCost", "12,3"}},
		{"resources cut in the middle of a line", "", []string{"accounts", "import", "--database", s.database, cut}, 1, []string{"resources.csv:3"}},
		{"an update without Korean text", "operator", []string{"incident", "update", id, "--file", update}, 1, []string{"update.yaml", "ko"}},
		{"an update without Korean text, by flags", "operator", []string{"incident", "update", id, "--state", "investigating", "--text-en", "We are looking."}, 1, []string{"--text-ko", "missing"}},
		{"an unknown subcommand", "", []string{"incident", "opne"}, 2, []string{`no command "opne"`, "did you mean open"}},
		{"a customer's key on an operator's route", "customer", []string{"incident", "open", "--title-ko", "가", "--title-en", "a"}, 1, []string{"customer", "operator"}},
	} {
		before := s.dump()
		var status int
		var out, complaints string
		if c.role == "" {
			status, out, complaints = harness.Run(t, time.Minute, c.args...)
		} else {
			status, out, complaints = s.as(c.role, c.args...)
		}
		if status != c.status || out != "" {
			t.Errorf("%s: status %d, want %d; %q", c.name, status, c.status, out)
		}
		for _, want := range c.wants {
			if !strings.Contains(complaints, want) {
				t.Errorf("%s: %q is not in %q", c.name, want, complaints)
			}
		}
		if !strings.HasPrefix(complaints, "bonghwa: ") {
			t.Errorf("%s: %q", c.name, complaints)
		}
		if after := s.dump(); after != before {
			t.Errorf("%s changed the database:\n%s", c.name, strings.Join(harness.Differences(before, after), "\n"))
		}
	}
	s.forbidden(customer)
}

// forbidden: on the wire, the refusal of a customer's key is 403, and a draft
// does not exist for it.
func (s *standing) forbidden(key string) {
	s.t.Helper()
	if status, body := getAs(s.t, key, s.port, "/publications"); status != http.StatusForbidden {
		s.t.Errorf("a customer's key reads what others were told: %d %s", status, body)
	}
	if status, body := getAs(s.t, key, s.port, "/incidents?state=draft"); status != http.StatusOK || strings.Contains(string(body), `"draft"`) {
		s.t.Errorf("a customer's key lists drafts: %d %s", status, body)
	}
}

// billWith is the replay's own bill with one bad cost in its third line.
func (s *standing) billWith(cost string) string {
	s.t.Helper()
	b, err := os.ReadFile(filepath.Join(s.dir, "input", "bill-2018-11.csv"))
	if err != nil {
		s.t.Fatal(err)
	}
	lines := strings.SplitN(string(b), "\n", 4)
	cells := strings.SplitN(lines[2], ",", 3)
	lines[2] = cells[0] + "," + cost + "," + cells[2]
	return strings.Join(lines, "\n")
}
