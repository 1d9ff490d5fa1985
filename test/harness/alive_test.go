package harness_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/store/storetest"
	"github.com/bonghwa/bonghwa/test/harness"
)

// cable is a way to the database over TCP that can be cut: then what was connected
// is cut off, and nobody answers.
type cable struct {
	t       *testing.T
	address string // host:port
	far     string // the server's socket
	mu      sync.Mutex
	near    net.Listener // nil: cut
	open    map[net.Conn]bool
}

func newCable(t *testing.T, far string) *cable {
	t.Helper()
	c := &cable{t: t, address: "127.0.0.1:0", far: far, open: map[net.Conn]bool{}}
	c.plug()
	t.Cleanup(c.cut)
	return c
}

// plug lets connections through, at the same address as before.
func (c *cable) plug() {
	c.t.Helper()
	l, err := (&net.ListenConfig{}).Listen(c.t.Context(), "tcp", c.address)
	if err != nil {
		c.t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.near, c.address = l, l.Addr().String()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return // it was cut
			}
			go c.carry(conn)
		}
	}()
}

func (c *cable) carry(near net.Conn) {
	far, err := (&net.Dialer{}).DialContext(context.Background(), "unix", c.far)
	if err != nil {
		_ = near.Close() // nobody is there
		return
	}
	c.mu.Lock()
	if c.near == nil {
		c.mu.Unlock()
		_ = near.Close() // cut meanwhile
		_ = far.Close()
		return
	}
	c.open[near], c.open[far] = true, true
	c.mu.Unlock()
	go func() {
		_, _ = io.Copy(far, near) // either side may leave
		_ = far.Close()
	}()
	_, _ = io.Copy(near, far) // either side may leave
	_ = near.Close()
}

// cut cuts everybody off.
func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.near == nil {
		return
	}
	_ = c.near.Close() // that is what cutting is
	c.near = nil
	for conn := range c.open {
		_ = conn.Close() // the same
	}
	c.open = map[net.Conn]bool{}
}

// alive is a node with a folder and a bucket to copy to, on a database that can be
// taken away.
type alive struct {
	t        *testing.T
	dir      string
	cable    *cable
	direct   string // the database's own address
	wired    string // the same through the cable
	bucket   *s3mem.Backend
	program  *harness.Program
	page     string // address of the public listener
	admin    string
	endpoint string
}

const shelfName = "status"

func newAlive(t *testing.T) *alive {
	t.Helper()
	a := &alive{t: t, dir: t.TempDir(), direct: storetest.Postgres(t), bucket: s3mem.New()}
	u, err := url.Parse(a.direct)
	if err != nil {
		t.Fatal(err)
	}
	a.cable = newCable(t, filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432"))
	a.wired = "postgres://" + u.Query().Get("user") + "@" + a.cable.address + u.Path + "?sslmode=disable"
	if err := a.bucket.CreateBucket(shelfName); err != nil {
		t.Fatal(err)
	}
	s3 := httptest.NewServer(gofakes3.New(a.bucket).Server())
	t.Cleanup(s3.Close)
	a.endpoint = s3.URL
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "hidden")
	a.configure(a.wired)
	return a
}

func (a *alive) file(name string) string { return filepath.Join(a.dir, name) }

func (a *alive) configure(database string) {
	a.t.Helper()
	write(a.t, a.file("bonghwa.yaml"), "database: "+database+"\nlisten: 127.0.0.1:0\nadmin: 127.0.0.1:0\npublic_url: http://localhost:0\nstate_dir: state\n"+
		"roles: [web, notify]\nprovider:\n  name: {ko: 우리 클라우드, en: Our Cloud}\npage:\n  languages: [en, ko]\n  copies:\n    - {dir: copy}\n"+
		"    - {bucket: \"s3://"+shelfName+"?endpoint="+a.endpoint+"\", prefix: pages}\n")
}

var (
	pageAt  = regexp.MustCompile(`the dashboard is on (http://127\.0\.0\.1:\d+), the admin listener on (http://127\.0\.0\.1:\d+)`)
	current = filepath.Join("copy", "current")
)

// start runs the node until it says where it is.
func (a *alive) start() {
	a.t.Helper()
	a.program = harness.Start(a.t, 4*time.Minute, "serve", "--config", a.file("bonghwa.yaml"))
	a.program.Until("the node says where it is", func() bool {
		found := pageAt.FindStringSubmatch(a.program.Out())
		if found != nil {
			a.page, a.admin = found[1], found[2]
		}
		return found != nil
	})
}

func (a *alive) run(args ...string) (status int, out, complaints string) {
	a.t.Helper()
	return harness.Run(a.t, time.Minute, args...)
}

func (a *alive) must(args ...string) string {
	a.t.Helper()
	status, out, complaints := a.run(args...)
	if status != 0 {
		a.t.Fatalf("%v: status %d\n%s%s", args, status, out, complaints)
	}
	return out
}

// furnish gives the node a catalogue: one service that is declared, and one that is
// probed.
func (a *alive) furnish() {
	a.t.Helper()
	write(a.t, a.file("catalog.yaml"), `regions:
  - {id: seoul-1, name: {ko: 서울, en: Seoul}, operated_by: {ko: 우리, en: Us}, operated_from: {ko: 한국, en: Korea}, since: 2024-01-01, time_zone: Asia/Seoul}
services:
  - {id: compute, name: {ko: 컴퓨트, en: Compute}, category: compute}
  - {id: names, name: {ko: 네임, en: Names}, category: network}
components:
  - {services: [compute], regions: all, basis: declared}
  - {services: [names], regions: all, basis: probed}
checks:
  - id: names
    scope: {service: names, region: seoul-1}
    symptom: dns
    kind: dns
    transports: [udp]
    every: 1s
    timeout: 500ms
    quorum: {vantages: 1, zones: 1}
    names: {hot: hot.example., unique: u.example., outside: example.org.}
    expect: 192.0.2.1
    vantages:
      - {id: a1, zone: seoul-1a, target: "127.0.0.1:9"}
`)
	a.must("key", "create", "--database", a.direct, "--role", "operator", "--name", "test", "--out", a.file("operator.key"))
	a.must("catalog", "apply", a.file("catalog.yaml"), "--server", a.page, "--key-file", a.file("operator.key"))
}

// get is what an address answers; 0 when nobody does.
func (a *alive) get(address string) (status int, body string) {
	a.t.Helper()
	r, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	r.Close = true
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, ""
	}
	defer func() { _ = answer.Body.Close() }() // read to its end
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return answer.StatusCode, string(raw)
}

// until waits until the node's page says something, and gives how long it took.
func (a *alive) until(path, words string) time.Duration {
	a.t.Helper()
	var wall clock.Wall
	began := wall.Now()
	a.program.Until(path+" says "+words, func() bool {
		status, body := a.get(a.page + path)
		return status == http.StatusOK && strings.Contains(body, words)
	})
	return wall.Since(began)
}

func (a *alive) ready(status int) {
	a.t.Helper()
	a.program.Until("/readyz", func() bool {
		got, _ := a.get(a.admin + "/readyz")
		return got == status
	})
}

// copied waits until both copies say something at a page.
func (a *alive) copied(name, words string) {
	a.t.Helper()
	a.program.Until("both copies say "+words, func() bool { return a.folderSays(name, words) && a.bucketSays(name, words) })
}

func (a *alive) folderSays(name, words string) bool {
	raw, err := os.ReadFile(filepath.Join(a.file(current), name))
	return err == nil && strings.Contains(string(raw), words)
}

func (a *alive) bucketSays(name, words string) bool {
	o, err := a.bucket.GetObject(shelfName, "pages/"+filepath.ToSlash(name), nil)
	if err != nil {
		return false
	}
	raw, err := io.ReadAll(o.Contents)
	return err == nil && strings.Contains(string(raw), words)
}

// banners is how often the journal says that a banner was said.
func (a *alive) banners() (n int) {
	a.t.Helper()
	if err := a.db().QueryRowContext(a.t.Context(), `SELECT count(*) FROM journal WHERE type = 'page.banner_said'`).Scan(&n); err != nil {
		a.t.Fatal(err)
	}
	return n
}

func (a *alive) db() *sql.DB { return storetest.Admin(a.t, a.direct) }

// age makes the page that the node saved look as if it had been confirmed earlier,
// with fresh measurements of what is probed.
func (a *alive) age(by time.Duration) (confirmed time.Time) {
	a.t.Helper()
	file := filepath.Join(a.file("state"), "page.json")
	raw, err := os.ReadFile(file)
	if err != nil {
		a.t.Fatal(err)
	}
	var saved map[string]any
	if err := json.Unmarshal(raw, &saved); err != nil {
		a.t.Fatal(err)
	}
	if confirmed, err = time.Parse(time.RFC3339, saved["Read"].(string)); err != nil {
		a.t.Fatal(err)
	}
	confirmed = confirmed.Add(-by)
	saved["Read"], saved["Checks"] = confirmed, map[string]bool{"names": true}
	if raw, err = json.Marshal(saved); err != nil {
		a.t.Fatal(err)
	}
	write(a.t, file, string(raw))
	return confirmed
}

var english = filepath.Join("en", "index.html")

// TestThePageStandsWhenAllElseLies: the database is stopped, its name does not
// resolve, the node is killed and started again. The page answers and says how old
// it is, the emergency banner reaches the node, a folder and a bucket, and when the
// database is back everything is as if nothing had been, with the banner in the
// journal once.
func TestThePageStandsWhenAllElseLies(t *testing.T) { //nolint:paralleltest // sets the environment
	a := newAlive(t)
	a.start()
	a.furnish()
	a.until("/en/", "Compute")
	a.copied(filepath.Join("en", "components", "compute-seoul-1", "index.html"), "Compute")
	a.ready(http.StatusOK)

	a.cable.cut()
	a.ready(http.StatusServiceUnavailable)
	a.until("/en/", "Compute") // it goes on
	a.say("We have lost the database.", "데이터베이스를 잃었습니다.")
	if took := a.until("/en/", "We have lost the database."); took > 30*time.Second { // not with the next minute
		t.Errorf("the node says it after %v", took)
	}
	a.until("/ko/history", "데이터베이스를 잃었습니다.")
	a.copied(english, "We have lost the database.")
	a.until("/api/v1/public/status", "We have lost the database.")

	a.program.Kill()
	a.configure("postgres://nobody@database.bonghwa.invalid/none") // nobody knows the name
	a.age(0)
	a.start()
	a.until("/api/v1/public/components/names-seoul-1", `"level":"operational"`)
	a.program.Kill()
	confirmed := a.age(10 * time.Minute)
	a.start()
	a.until("/en/", "We have lost the database.")
	a.until("/en/", confirmed.UTC().Format("15:04")) // how old it is
	a.until("/api/v1/public/status", `"old":true`)
	a.until("/api/v1/public/components/names-seoul-1", `"level":"unknown"`)
	a.until("/api/v1/public/components/compute-seoul-1", `"level":"operational"`)
	a.ready(http.StatusServiceUnavailable)
	a.copied(english, "We have lost the database.")

	a.program.Kill()
	a.say("We are recovering.", "복구하고 있습니다.") // nobody runs at all
	if !a.folderSays(english, "We are recovering.") || !a.bucketSays(english, "We are recovering.") || a.folderSays(english, "We have lost") {
		t.Error("a copy does not say it when the command has ended")
	}
	if !a.folderSays(filepath.Join("en", "components", "compute-seoul-1", "index.html"), "We are recovering.") {
		t.Error("a page behind the front does not say it")
	}

	a.configure(a.wired) // still cut
	a.start()
	a.until("/en/", "We are recovering.")
	a.cable.plug()
	a.ready(http.StatusOK)
	a.program.Until("both banners are in the journal", func() bool { return a.banners() == 2 })
	a.until("/en/", "We are recovering.")
	if status, _ := a.get(a.page + "/en/sign-in"); status != http.StatusOK {
		t.Errorf("the rest of the node answers %d", status)
	}
	a.until("/api/v1/public/status", `"old":false`)
	a.must("page", "say", "--config", a.file("bonghwa.yaml"), "--clear")
	a.program.Until("it is taken back", func() bool {
		_, body := a.get(a.page + "/en/")
		return body != "" && !strings.Contains(body, "We are recovering.")
	})
	a.program.Until("that is in the journal too", func() bool { return a.banners() == 3 })
	a.program.Kill()
	a.start()
	a.until("/en/", "Compute")
	if n := a.banners(); n != 3 {
		t.Errorf("after another start the journal has %d banners", n)
	}
}

// say says a banner, which must reach every place.
func (a *alive) say(en, ko string) {
	a.t.Helper()
	out := a.must("page", "say", "--config", a.file("bonghwa.yaml"), "--en", en, "--ko", ko)
	for _, place := range []string{"banner.json: written", a.file("copy") + ": written", "s3://status/pages/: written"} {
		if !strings.Contains(out, place) {
			a.t.Errorf("%q is not told:\n%s", place, out)
		}
	}
}
