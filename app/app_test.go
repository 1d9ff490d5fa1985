package app_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/bonghwa/bonghwa/app"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/config"
)

// prepared is the configuration of a node on a fresh database and on ports that
// the system chooses.
func prepared(t *testing.T) config.Config {
	t.Helper()
	c := config.Default(t.TempDir())
	c.Listen, c.Admin = "127.0.0.1:0", "127.0.0.1:0"
	c.PublicURL = "http://localhost:0"
	c.Mail.Relay = "127.0.0.1:9" // nobody is told anything, so nobody is dialed
	bench, err := app.OpenBench(t.Context(), c.Database, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := bench.Close(); err != nil {
		t.Fatal(err)
	}
	return c
}

// get is the status of a page; the connection is not kept.
func get(t *testing.T, url string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }() // read to its end
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode
}

func TestAStoppedNodeLeavesNothingRunning(t *testing.T) { //nolint:paralleltest // counts the goroutines of the whole process
	c := prepared(t)
	before := goleak.IgnoreCurrent()
	n, err := app.Start(t.Context(), c, app.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	began := clock.Wall{}.Now()
	for get(t, n.PublicURL()+"/ko/") != http.StatusOK { // it is being drawn
		if (clock.Wall{}).Since(began) > 10*time.Second {
			t.Fatal("there is no public page")
		}
	}
	n.Stop()
	n.Stop() // stopping twice is stopping once
	goleak.VerifyNone(t, before)
}

func TestANodeThatCannotStartLeavesNothingRunning(t *testing.T) { //nolint:paralleltest // counts the goroutines of the whole process
	c := prepared(t)
	before := goleak.IgnoreCurrent()
	var lc net.ListenConfig
	taken, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	c.Admin = taken.Addr().String() // the last part to start
	if n, err := app.Start(t.Context(), c, app.Options{}); err == nil {
		n.Stop()
		t.Fatal("two listeners had one address")
	}
	c.Admin, c.Database = "127.0.0.1:0", "sqlite:"+filepath.Join(t.TempDir(), "never-migrated.db")
	if n, err := app.Start(t.Context(), c, app.Options{}); err == nil {
		n.Stop()
		t.Fatal("a node started on a database without tables")
	}
	goleak.VerifyNone(t, before)
}

func TestWaitEndsWithItsContext(t *testing.T) { //nolint:paralleltest // the others count goroutines
	n, err := app.Start(t.Context(), prepared(t), app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Stop()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := n.Wait(ctx); err != nil {
		t.Errorf("a node that was asked to end: %v", err)
	}
}

func TestWhatIsForOtherSitesIsServed(t *testing.T) { //nolint:paralleltest // the others count goroutines
	n, err := app.Start(t.Context(), prepared(t), app.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Stop()
	for path, want := range map[string]int{
		"/badge/status.svg": 200, "/ko/badge/status.svg": 200, "/badge/none/status.svg": 404, "/badge/none": 404,
		"/embed/status.js": 200, "/embed/ko": 200, "/embed/en.json": 200, "/embed/fr": 404,
		"/api/v2/summary.json": 200, "/ko/api/v2/incidents/unresolved.json": 200, "/api/v2/none.json": 404,
		"/history.rss": 200, "/ko/history.atom": 200, "/feed.json": 200, "/rss/all.rss": 200, "/rss/none.rss": 404, "/ko/calendar.ics": 200, "/calendar/none.ics": 404,
		"/ko":                   200, // what Korean documents say that the site is
		"/api/v1/public/status": 200, "/api/v1/public/components": 200, "/api/v1/public/components/none": 404, "/api/v1/public/none": 404,
	} {
		if got := get(t, n.PublicURL()+path); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
}
