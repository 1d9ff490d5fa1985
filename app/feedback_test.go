package app_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/app"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/config"
	"github.com/bonghwa/bonghwa/feedback"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/store"
)

// inStore opens a node's database for a moment.
func inStore(t *testing.T, c config.Config, do func(db *store.DB) error) {
	t.Helper()
	db, err := store.Open(t.Context(), c.Database, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := do(db); err != nil {
		t.Fatal(err)
	}
}

// announced publishes an incident and gives its id.
func announced(t *testing.T, c config.Config) (id health.IncidentID) {
	t.Helper()
	inStore(t, c, func(db *store.DB) error {
		if err := db.Migrate(t.Context()); err != nil {
			return err
		}
		desk := incident.NewDesk(db.Incidents(), clock.Real())
		i, err := desk.Open(t.Context(), incident.Opening{Kind: incident.Issue, Title: both("장애", "Outage")}, "kim")
		if err != nil {
			return err
		}
		id = i.ID
		_, err = desk.Publish(t.Context(), id, incident.Message{State: incident.Investigating, Body: both("조사", "Looking"), Action: incident.ActionNone}, "kim")
		return err
	})
	return id
}

// opine says that an incident's page was useful, as its form does, and gives the
// answer.
func opine(t *testing.T, n *app.Node, id health.IncidentID, remark string) (status int, body string) {
	t.Helper()
	form := url.Values{"page": {"/incidents/" + string(id)}, "useful": {"yes"}, "remark": {remark}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, n.PublicURL()+"/en/useful", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Close = true
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(raw)
}

// TestOpinionsAreKeptOrComeBack: what a reader says is kept; while the database is
// down the reader is told so, with every word still in the form, and it is counted.
func TestOpinionsAreKeptOrComeBack(t *testing.T) { //nolint:paralleltest // the others count goroutines
	c := prepared(t)
	dir := t.TempDir()
	// The database's folder is a link, so that it goes and comes back at one stroke.
	point := func(to string) {
		next := filepath.Join(dir, "next")
		if err := errors.Join(os.Symlink(filepath.Join(dir, to), next), os.Rename(next, filepath.Join(dir, "data"))); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "folder"), 0o700), os.WriteFile(filepath.Join(dir, "file"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	point("folder")
	c.Database = "sqlite:" + filepath.Join(dir, "data", "bonghwa.db")
	id := announced(t, c)
	run(t, c, func(n *app.Node) {
		until(t, n.PublicURL()+"/en/incidents/"+string(id), http.StatusOK)
		if status, _ := opine(t, n, id, "first"); status != http.StatusSeeOther {
			t.Errorf("an opinion is answered with %d", status)
		}
	})
	point("file")
	run(t, c, func(n *app.Node) {
		status, body := opine(t, n, id, "second")
		if status != http.StatusServiceUnavailable || !strings.Contains(body, "We cannot keep it at the moment.") || !strings.Contains(body, ">second</textarea>") {
			t.Errorf("without a database: %d", status)
		}
		if metrics := read(t, "http://"+n.AdminAddress()+"/metrics"); !strings.Contains(metrics, `bonghwa_feedback_opinions_total{said="not_kept"} 1`) {
			t.Error("what could not be kept is not counted")
		}
		point("folder")
		until(t, "http://"+n.AdminAddress()+"/readyz", http.StatusOK)
		if status, _ := opine(t, n, id, "second"); status != http.StatusSeeOther {
			t.Errorf("once it is back: %d", status)
		}
	})
	inStore(t, c, func(db *store.DB) error {
		kept, err := db.Feedback().Remarks(t.Context(), feedback.Query{Limit: 10})
		if len(kept) != 2 || kept[0].Remark != "second" || kept[1].Remark != "first" {
			t.Errorf("kept %+v", kept)
		}
		return err
	})
}
