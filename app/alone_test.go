package app_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/bonghwa/bonghwa/app"
	"github.com/bonghwa/bonghwa/clock"
)

// until asks for a page until it answers with the status.
func until(t *testing.T, url string, status int) {
	t.Helper()
	began := clock.Wall{}.Now()
	for got := get(t, url); got != status; got = get(t, url) {
		if (clock.Wall{}).Since(began) > 20*time.Second {
			t.Fatalf("%s answers %d, want %d", url, got, status)
		}
	}
}

// TestThePageStandsWithoutTheDatabase: a node whose database does not answer at its
// start serves the page an earlier run left, and becomes whole when it answers.
func TestThePageStandsWithoutTheDatabase(t *testing.T) { //nolint:paralleltest // counts the goroutines of the whole process
	c := prepared(t)
	before := goleak.IgnoreCurrent()
	n, err := app.Start(t.Context(), c, app.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	until(t, n.PublicURL()+"/ko/", http.StatusOK)
	n.Stop()

	// A file where the database's folder was: nothing can be opened there.
	dir := filepath.Dir(c.Database[len("sqlite:"):])
	aside := dir + "-aside"
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	c.Database = "sqlite:" + filepath.Join(data, "bonghwa.db")
	if err := os.Rename(data, aside); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(data, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	n, err = app.Start(t.Context(), c, app.Options{Version: "test", Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Stop()
	for path, want := range map[string]int{
		"/ko/": http.StatusOK, "/en/history": http.StatusOK, "/ko/nothing": http.StatusNotFound, "/": http.StatusOK,
		"/api/v1/incidents": http.StatusServiceUnavailable, "/ko/my/": http.StatusServiceUnavailable, "/en/sign-in": http.StatusServiceUnavailable,
	} {
		if got := get(t, n.PublicURL()+path); got != want {
			t.Errorf("alone, %s answers %d, want %d", path, got, want)
		}
	}
	if got := get(t, "http://"+n.AdminAddress()+"/readyz"); got != http.StatusServiceUnavailable {
		t.Errorf("alone, it says that it is ready: %d", got)
	}
	if err := os.Remove(data); err != nil {
		t.Fatal(err)
	}
	until(t, "http://"+n.AdminAddress()+"/readyz", http.StatusOK)
	until(t, n.PublicURL()+"/en/sign-in", http.StatusOK)
	n.Stop()
	goleak.VerifyNone(t, before)
}

// TestWithoutAPageOnDiskTheDatabaseIsNeeded: there would be nothing to tell.
func TestWithoutAPageOnDiskTheDatabaseIsNeeded(t *testing.T) { //nolint:paralleltest // the others count goroutines
	c := prepared(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c.Database = "sqlite:" + filepath.Join(file, "bonghwa.db")
	if n, err := app.Start(t.Context(), c, app.Options{}); err == nil {
		n.Stop()
		t.Fatal("a node started with nothing to tell")
	}
}
