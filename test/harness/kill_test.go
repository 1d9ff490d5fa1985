package harness_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/scenario/expect"
	"github.com/bonghwa/bonghwa/scenario/world/mail"
	"github.com/bonghwa/bonghwa/test/harness"
)

// connections is how many a demo's mailing has, which bounds what one kill may
// send twice.
const connections = 4

// murder is one replay that is killed some times while it mails.
type murder struct {
	seed        uint64
	kills       int
	speed, rate string
	limit       time.Duration // of one run
}

func murders() []murder {
	if os.Getenv("BONGHWA_SOAK") == "" {
		return []murder{{seed: 1, kills: 5, speed: "60", rate: "45", limit: 3 * time.Minute}}
	}
	var out []murder
	for seed := range uint64(5) {
		out = append(out, murder{seed: seed + 1, kills: 10, speed: "30", rate: "20", limit: 20 * time.Minute})
	}
	return out
}

// TestKillNineAtTenPoints: kill -9 between 20 % and 80 % of the mails, started
// again in the same folder. Nobody is missed, and what arrives twice is marked:
// at most one mail a connection and kill. Ten kills with BONGHWA_SOAK, five
// without.
func TestKillNineAtTenPoints(t *testing.T) {
	t.Parallel()
	for _, m := range murders() {
		t.Run(fmt.Sprintf("seed %d", m.seed), func(t *testing.T) {
			dir := t.TempDir()
			args := demo(dir, m.speed, "--mail-rate", m.rate)
			p := harness.Start(t, m.limit, args...)
			args = append(args, "--listen", "127.0.0.1:"+p.Port()) // mails name it: it stays
			points := m.points(len(expected(t, dir).Messages))
			t.Logf("seed %d: killed at mails %v", m.seed, points)
			for _, point := range points {
				untilSettled(t, p, dir, point)
				p.Kill()
				p = harness.Start(t, m.limit, args...)
			}
			status := p.Wait()
			judgeMurder(t, m, dir, p)
			t.Logf("status %d\n%s", status, p.Out())
		})
	}
}

// points are the numbers of mails at which to kill, seeded and ascending.
func (m murder) points(mails int) []int {
	random := rand.New(rand.NewPCG(m.seed, 22112018))
	var out []int
	for range m.kills {
		out = append(out, mails/5+random.IntN(mails*3/5))
	}
	slices.Sort(out)
	return out
}

// untilSettled waits until so many messages were sent, or superseded by a later
// one: on a slow machine some are, and the mailbox alone would never reach the
// point. It leaves the database before it returns, so that nobody but the next
// run recovers it.
func untilSettled(t *testing.T, p *harness.Program, dir string, point int) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "bonghwa.db")+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }() // only read
	const query = `SELECT count(*) FROM outcome WHERE state IN ('delivered', 'superseded')`
	p.Until(fmt.Sprintf("%d mails were settled", point), func() bool {
		var n int
		if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n >= point
	})
}

func expected(t *testing.T, dir string) expect.Expected {
	t.Helper()
	in, err := expect.Load(filepath.Join(dir, "input"))
	if err != nil {
		t.Fatal(err)
	}
	return in.Expect()
}

func judgeMurder(t *testing.T, m murder, dir string, p *harness.Program) {
	t.Helper()
	s := read(t, p.Out())
	good(t, s)
	if s.Mail.Marked > connections*m.kills {
		t.Errorf("%d mails are marked, want at most %d for %d kills", s.Mail.Marked, connections*m.kills, m.kills)
	}
	kept, err := mail.Read(filepath.Join(dir, "mail"))
	if err != nil {
		t.Fatal(err)
	}
	copies, twice := map[string]int{}, 0
	for _, k := range kept {
		copies[k.To+" "+k.ID]++
		if copies[k.To+" "+k.ID] > 1 {
			twice++
		}
	}
	if twice > s.Mail.Marked {
		t.Errorf("%d mails came twice, and %d are marked", twice, s.Mail.Marked)
	}
	t.Logf("%d mails came twice, %d are marked", twice, s.Mail.Marked)
	for line := range strings.SplitSeq(p.Complaints(), "\n") {
		if strings.Contains(line, "missing") || strings.Contains(line, "second time") || strings.Contains(line, "nobody should") || strings.Contains(line, "credit of") {
			t.Error(line)
		}
	}
}

// publication is what a node tells of what it told.
type publication struct {
	ID, Kind   string
	Sequence   int
	Audience   int
	Delivered  int
	Superseded int
	Suppressed int
	Failed     int
	Pending    int
}

func (p publication) sum() int {
	return p.Delivered + p.Superseded + p.Suppressed + p.Failed + p.Pending
}

// TestImportInTheMiddleOfAMailing: who is told is a function of the
// publication's place in the journal. New customers in Seoul change nothing in a
// mailing under way, and hear the next one.
func TestImportInTheMiddleOfAMailing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := harness.Start(t, 2*time.Minute, demo(dir, "60", "--mail-rate", "30")...)
	port := p.Port()
	first := 0
	look := func() publication {
		t.Helper()
		list := publications(t, dir, port)
		for _, one := range list {
			if one.sum() != one.Audience {
				t.Errorf("%+v does not sum up", one)
			}
		}
		if len(list) > 0 && list[0].Audience != first {
			if first != 0 {
				t.Errorf("the audience of %+v was %d", list[0], first)
			}
			first = list[0].Audience
		}
		if len(list) == 0 {
			return publication{}
		}
		return list[len(list)-1]
	}
	p.Until("the first mailing is under way", func() bool { return look().Delivered > 20 })
	if now := look(); now.Sequence != 1 || now.Pending < 100 {
		t.Fatalf("too late to import in the middle: %+v", now)
	}
	before := mails(t, dir)
	importMore(t, dir)
	if now := look(); now.Sequence != 1 || now.Pending < 50 {
		t.Fatalf("the import ended too late: %+v", now)
	}
	t.Logf("imported between mail %d and mail %d of %d", before, mails(t, dir), first)
	var next publication
	p.Until("the next mailing", func() bool {
		next = look()
		return next.Sequence == 2
	})
	if want := first + 2; next.Audience != want {
		t.Errorf("the next mailing reaches %d, want %d", next.Audience, want)
	}
	p.Kill()
}

// importMore gives an account that was hit a second reader, and one with nothing
// in Seoul an instance there.
func importMore(t *testing.T, dir string) {
	t.Helper()
	contacts, resources := filepath.Join(t.TempDir(), "contacts.csv"), filepath.Join(t.TempDir(), "resources.csv")
	write(t, contacts, "account,address,language,kinds\n"+
		"201800000007,ops@customer-007.example,en,"+kinds(t, dir)+"\n201800000007,second@customer-007.example,ko,"+kinds(t, dir)+"\n")
	write(t, resources, "id,account,service,region,zone,name,tags,life_from,life_to\n"+
		"arn:bonghwa:ec2:ap-northeast-2:201800000010:instance/new,201800000010,ec2,ap-northeast-2,ap-northeast-2a,new,,2018-01-01T00:00:00Z,\n")
	status, out, complaints := harness.Run(t, time.Minute, "accounts", "import", "--database", "sqlite:"+filepath.Join(dir, "bonghwa.db"),
		"--as-of", "2018-11-21T23:20:00Z", contacts, resources)
	if status != 0 {
		t.Fatalf("status %d\n%s%s", status, out, complaints)
	}
	t.Log(out)
}

// kinds is the replay's own way to say what a contact wants to hear.
func kinds(t *testing.T, dir string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "input", "contacts.csv"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(b, []byte("\n"))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	return strings.SplitN(string(line), ",", 4)[3]
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// getAs reads a path of a demo's API with the key in a file.
func getAs(t *testing.T, keyFile, port, path string) (status int, body []byte) {
	t.Helper()
	key, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:"+port+"/api/v1"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(key)))
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }() // it was read
	var b bytes.Buffer
	if _, err := b.ReadFrom(answer.Body); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, b.Bytes()
}

func publications(t *testing.T, dir, port string) []publication {
	t.Helper()
	var out struct{ Publications []publication }
	status, body := getAs(t, filepath.Join(dir, "keys", "operator.key"), port, "/publications")
	if err := json.Unmarshal(body, &out); err != nil || status != http.StatusOK {
		t.Fatalf("%d %v %s", status, err, body)
	}
	return out.Publications
}
