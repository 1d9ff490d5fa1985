package app_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/app"
	"github.com/bonghwa/bonghwa/banner"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/config"
	"github.com/bonghwa/bonghwa/health"
)

// met waits for a condition.
func met(t *testing.T, what string, condition func() bool) time.Duration {
	t.Helper()
	var wall clock.Wall
	began := wall.Now()
	for !condition() {
		if wall.Since(began) > 20*time.Second {
			t.Fatalf("not within 20 s: %s", what)
		}
		if err := wall.Sleep(t.Context(), 20*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	return wall.Since(began)
}

// read is the body at an address; empty when nobody answers.
func read(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return ""
	}
	defer func() { _ = res.Body.Close() }() // read to its end
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// fileSays reports whether a file says something.
func fileSays(file, words string) bool {
	body, err := os.ReadFile(file)
	return err == nil && strings.Contains(string(body), words)
}

func withCopy(t *testing.T, dir string) config.Config {
	t.Helper()
	c := prepared(t)
	c.Page.Copies = []config.Copy{{Dir: dir}}
	return c
}

func start(t *testing.T, c config.Config, log io.Writer) *app.Node {
	t.Helper()
	n, err := app.Start(t.Context(), c, app.Options{Version: "test", Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Stop)
	return n
}

// page of a copy in a folder.
func english(dir string) string { return filepath.Join(dir, "current", "en", "index.html") }

func both(ko, en string) health.Text { return health.Text{health.Korean: ko, health.English: en} }

// say says a banner as the command does, and gives what was told by place.
func say(t *testing.T, c config.Config, text health.Text) (told map[string]app.Told, err error) {
	t.Helper()
	h, err := app.NewHerald(c, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	told = map[string]app.Told{}
	err = h.Say(t.Context(), text, "kim", func(one app.Told) { told[one.Place] = one })
	return told, err
}

func TestABannerReachesTheNodeTheCopyAndTheJournal(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "copy")
	c := withCopy(t, dir)
	n := start(t, c, io.Discard)
	met(t, "the page is copied", func() bool { return fileSays(english(dir), "<h1>") })
	told, err := say(t, c, both("복구하고 있습니다.", "We are recovering."))
	if err != nil || len(told) != 2 || told[dir].Err != nil || !strings.Contains(told[dir].Done, "with the page of") {
		t.Fatalf("%v, %+v", err, told)
	}
	if !fileSays(english(dir), "We are recovering.") {
		t.Error("the copy does not say it when the command has ended")
	}
	took := met(t, "the node says it", func() bool { return strings.Contains(read(t, n.PublicURL()+"/en/"), "We are recovering.") })
	if took > 30*time.Second { // not with the next minute
		t.Errorf("the node says it after %v", took)
	}
	for path, want := range map[string]string{"/ko/history": "복구하고 있습니다.", "/en/sign-in": "We are recovering.", "/ko/nothing": "복구하고 있습니다.", "/en/my/nothing": "We are recovering."} {
		if !strings.Contains(read(t, n.PublicURL()+path), want) {
			t.Errorf("%s does not say it", path)
		}
	}
	met(t, "the journal has it", func() bool { return banners(t, c) == 1 })
	if _, err := say(t, c, nil); err != nil {
		t.Fatal(err)
	}
	met(t, "it is taken back", func() bool { return !strings.Contains(read(t, n.PublicURL()+"/en/"), "We are recovering.") })
	met(t, "the journal has that too", func() bool { return banners(t, c) == 2 })
	if fileSays(english(dir), "We are recovering.") {
		t.Error("the copy still says it")
	}
	if metrics := read(t, "http://"+n.AdminAddress()+"/metrics"); !strings.Contains(metrics, `bonghwa_page_copy_age_seconds{target="`+dir+`"}`) {
		t.Error("the copy's age is no metric")
	}
	n.Stop()
	start(t, c, io.Discard) // what is in the journal is not put there again
	met(t, "it runs", func() bool { return banners(t, c) == 2 })
}

// banners is how often the journal says that a banner was said.
func banners(t *testing.T, c config.Config) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(c.Database, "sqlite:")+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }() // only read
	if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM journal WHERE type = 'page.banner_said'`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// logged is a log that is read while it is written.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) count(words string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), words)
}

func TestAForgedBannerIsRefusedAndLogged(t *testing.T) {
	t.Parallel()
	c := withCopy(t, filepath.Join(t.TempDir(), "copy"))
	var log logged
	n := start(t, c, &log)
	if _, err := say(t, c, both("참말입니다.", "This is true.")); err != nil {
		t.Fatal(err)
	}
	met(t, "the node says it", func() bool { return strings.Contains(read(t, n.PublicURL()+"/en/"), "This is true.") })
	file := filepath.Join(c.StateDir, "banner.json")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	forged, err := banner.New(both("거짓입니다.", "This is a lie."), health.Languages(), clock.Wall{}.Now().Add(time.Hour), "mallory")
	if err != nil {
		t.Fatal(err)
	}
	if forged, err = forged.Sign(banner.NewKey([32]byte{6, 6, 6})); err != nil {
		t.Fatal(err)
	}
	other, err := json.Marshal(forged)
	if err != nil {
		t.Fatal(err)
	}
	for i, content := range [][]byte{other, bytes.Replace(raw, []byte("This is true."), []byte("This is a lie."), 1), []byte("{"), bytes.Repeat([]byte(" "), 2<<20)} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		met(t, "it is refused", func() bool { return log.count("a banner is refused") == i+1 })
		if body := read(t, n.PublicURL()+"/en/"); strings.Contains(body, "a lie") || !strings.Contains(body, "This is true.") {
			t.Fatalf("forgery %d is shown", i)
		}
	}
	if banners(t, c) != 1 {
		t.Error("a forgery is in the journal")
	}
	if _, err := say(t, c, both("다시 참말입니다.", "True again.")); err != nil { // over a file that is of no use
		t.Fatal(err)
	}
	met(t, "the node says it", func() bool { return strings.Contains(read(t, n.PublicURL()+"/en/"), "True again.") })
}

// TestABannerTravelsWithACopy: a node of another machine, which keeps the same copy
// and has the same key, learns from the copy what was said elsewhere.
func TestABannerTravelsWithACopy(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "copy")
	here, there := withCopy(t, dir), withCopy(t, dir)
	if _, err := app.NewHerald(here, func(string) string { return "" }); err != nil { // makes the key
		t.Fatal(err)
	}
	key, err := os.ReadFile(filepath.Join(filepath.Dir(here.SecretFile), "banner.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(there.SecretFile), "banner.key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	n := start(t, there, io.Discard)
	met(t, "the page is copied", func() bool { return fileSays(english(dir), "<h1>") })
	told, err := say(t, here, both("여기서 말합니다.", "Said here."))
	if err != nil || !strings.Contains(told[dir].Done, "the banner stands alone") {
		t.Fatalf("without a saved page: %v, %+v", err, told)
	}
	if !fileSays(english(dir), "Said here.") {
		t.Error("the copy does not say it")
	}
	if _, err := say(t, there, both("저기서 말합니다.", "Said there, later.")); err != nil { // the page is told anew, and copied
		t.Fatal(err)
	}
	met(t, "the later one counts", func() bool { return strings.Contains(read(t, n.PublicURL()+"/en/"), "Said there, later.") })
	if _, err := say(t, here, both("또 여기서 말합니다.", "Said here again.")); err != nil {
		t.Fatal(err)
	}
	n.Stop()
	n = start(t, there, io.Discard) // it copies, and finds the banner
	met(t, "the other node says it", func() bool { return strings.Contains(read(t, n.PublicURL()+"/en/"), "Said here again.") })
	met(t, "the journal there has it", func() bool { return banners(t, there) == 2 })
	met(t, "the copy is whole again", func() bool {
		return fileSays(english(dir), "Said here again.") && fileSays(english(dir), "components have been registered")
	})
}

// TestATargetThatHangsDelaysNobody: one target takes connections and never answers;
// the page and the other target do not notice.
func TestATargetThatHangsDelaysNobody(t *testing.T) { //nolint:paralleltest // sets the environment

	var lc net.ListenConfig
	hole, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = hole.Close() })
	dir := filepath.Join(t.TempDir(), "copy")
	c := withCopy(t, dir)
	c.Page.Copies = append([]config.Copy{{Bucket: "s3://status?endpoint=http://" + hole.Addr().String()}}, c.Page.Copies...)
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "hidden")
	n := start(t, c, io.Discard)
	met(t, "the page is copied to the folder", func() bool { return fileSays(english(dir), "<h1>") })
	if got := get(t, n.PublicURL()+"/en/"); got != http.StatusOK {
		t.Errorf("the page answers %d", got)
	}
	h, err := app.NewHerald(c, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var failed []app.Told
	err = h.Say(ctx, both("복구하고 있습니다.", "We are recovering."), "kim", func(one app.Told) {
		if one.Place == dir {
			cancel() // nobody waits for the other one
		}
		if one.Err != nil {
			failed = append(failed, one)
		}
	})
	if err == nil || len(failed) != 1 || failed[0].Place != "s3://status/" || strings.Contains(failed[0].Err.Error(), "hidden") {
		t.Errorf("%v, %+v", err, failed)
	}
	if !fileSays(english(dir), "We are recovering.") {
		t.Error("the folder does not say it")
	}
}

func TestOneCopyIsExportedFromTheDatabaseOrFromThePageThatWasSaved(t *testing.T) {
	t.Parallel()
	c := prepared(t)
	dir := t.TempDir()
	files := 0
	from, report, err := app.Export(t.Context(), c, dir, func(done, _ int) { files = done })
	if err != nil || from != "the database" || report.Written < 50 || files != report.Written+report.Kept || !fileSays(english(dir), "<h1>") {
		t.Fatalf("%q, %+v, %v", from, report, err)
	}
	if fileSays(english(dir), `class="said"`) {
		t.Error("nothing was said, and stands there")
	}
	n := start(t, c, io.Discard)
	met(t, "the page is saved", func() bool { return fileSays(filepath.Join(c.StateDir, "page.json"), "Revision") })
	n.Stop()
	if _, err := say(t, c, both("말했습니다.", "It was said.")); err != nil {
		t.Fatal(err)
	}
	c.Database = "postgres://nobody@127.0.0.1:9/none"
	from, _, err = app.Export(t.Context(), c, dir, nil)
	if err != nil || !strings.Contains(from, "the page saved at") || !strings.Contains(from, "the database does not answer") || !fileSays(english(dir), "It was said.") {
		t.Errorf("%q, %v", from, err)
	}
	c.StateDir = t.TempDir()
	if _, _, err := app.Export(t.Context(), c, dir, nil); err == nil {
		t.Error("there was nothing to copy, and it was copied")
	}
	taken := t.TempDir()
	if err := os.WriteFile(filepath.Join(taken, "a"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := app.Export(t.Context(), prepared(t), taken, nil); err == nil || !strings.Contains(err.Error(), "no copy of ours") {
		t.Errorf("into a folder of somebody else: %v", err)
	}
}

func TestOnePlaceKeepsOneCopy(t *testing.T) {
	t.Parallel()
	c := withCopy(t, t.TempDir())
	c.Page.Copies = append(c.Page.Copies, c.Page.Copies...)
	if n, err := app.Start(t.Context(), c, app.Options{}); err == nil || !strings.Contains(err.Error(), "is there twice") {
		n.Stop()
		t.Errorf("%v", err)
	}
}

// TestOtherNodesLearnOfABannerFromTheJournal: on the same database, with neither the
// state's folder nor a copy in common.
func TestOtherNodesLearnOfABannerFromTheJournal(t *testing.T) {
	t.Parallel()
	here := prepared(t)
	there := here
	there.StateDir, there.SecretFile = t.TempDir(), filepath.Join(t.TempDir(), "secret") // another key, too
	start(t, here, io.Discard)
	other := start(t, there, io.Discard)
	if _, err := say(t, here, both("여기서 말합니다.", "Said here.")); err != nil {
		t.Fatal(err)
	}
	met(t, "the other node says it", func() bool { return strings.Contains(read(t, other.PublicURL()+"/en/"), "Said here.") })
	if n := banners(t, here); n != 1 {
		t.Errorf("the journal has it %d times", n)
	}
	if _, err := say(t, there, nil); err != nil { // whoever says it, and with whatever key
		t.Fatal(err)
	}
	met(t, "it is taken back", func() bool { return !strings.Contains(read(t, other.PublicURL()+"/en/"), "Said here.") })
}
