package statuspage_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/api/statuspage"
	"github.com/bonghwa/bonghwa/board/boardtest"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/test/browser"
	"github.com/bonghwa/bonghwa/test/harness"
)

// Real clients, unchanged, against the documents as the press hands them out.

// open serves a world; GET /next goes on to the next one.
func open(t *testing.T, first *boardtest.World, next ...*boardtest.World) *httptest.Server {
	t.Helper()
	stand := &press.Stand{}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	writer := statuspage.NewWriter(options(t, server.URL))
	put := func(w *boardtest.World) { stand.Put(press.NewEdition(press.Imprint{}, writer.Tell(w.Board(t)))) }
	put(first)
	mux.HandleFunc("GET /next", func(http.ResponseWriter, *http.Request) {
		put(next[0])
		next = next[1:]
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if served, err := stand.Serve(w, r); err != nil || !served {
			t.Errorf("%s is asked for: %v, %v", r.URL, served, err)
			http.NotFound(w, r)
		}
	})
	return server
}

// heard is what a client reports of what it read.
type heard struct {
	Summary    summaryJSON
	Status     statusJSON
	Components componentsJSON
	Incidents  incidentsJSON
	Unresolved incidentsJSON
	Planned    maintenancesJSON
	Active     maintenancesJSON
	Upcoming   maintenancesJSON

	Dates       bool     // it took times for times
	Heard       []string // the updates its watcher told of
	Early, Late bool     // whether the watcher found any, before and after there was one
}

func run(t *testing.T, client, base string) heard {
	t.Helper()
	out := harness.Node(t, []string{client}, filepath.Join("testdata", "clients", strings.TrimSuffix(client, ".js")+".js"), base)
	var h heard
	if err := json.Unmarshal(out, &h); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return h
}

func TestStatuspageJSReadsEverything(t *testing.T) {
	t.Parallel()
	early := boardtest.During()
	early.Incidents[0].State, early.Incidents[0].Updates = incident.Investigating, early.Incidents[0].Updates[:1]
	s := open(t, early, boardtest.During())
	h := run(t, "statuspage.js", s.URL)
	during(t, h, "investigating")
	if !h.Dates || len(h.Planned.Maintenances) != 1 || len(h.Active.Maintenances) != 0 {
		t.Errorf("dates %v, planned %d, active %d", h.Dates, len(h.Planned.Maintenances), len(h.Active.Maintenances))
	}
	if h.Early || !h.Late || len(h.Heard) != 1 || !strings.HasPrefix(h.Heard[0], "We have found the cause.") {
		t.Errorf("its watcher found news: %v before, %v after: %q", h.Early, h.Late, h.Heard)
	}
}

func TestStatuspageIOReadsEverything(t *testing.T) {
	t.Parallel()
	during(t, run(t, "statuspage.io", open(t, boardtest.During()).URL), "identified")
}

// during judges what a client says of the world that is in trouble.
func during(t *testing.T, h heard, state string) {
	t.Helper()
	if got := h.Summary.Status; got.Indicator != "major" || got.Description != "Partial System Outage" || h.Status.Status != got {
		t.Errorf("the headline is %+v, by itself %+v", got, h.Status.Status)
	}
	if got := h.Components.Components; len(got) != 5 || got[1].Name != "Seoul" || got[1].Status != "major_outage" || *got[1].GroupID != got[0].ID {
		t.Errorf("components %+v", got)
	}
	for _, list := range [][]incidentDocument{h.Summary.Incidents, h.Incidents.Incidents, h.Unresolved.Incidents} {
		if len(list) != 1 || list[0].Name != "DNS errors from EC2 in Seoul" || list[0].Status != state || list[0].Updates[0].Status != state {
			t.Errorf("incidents %+v", list)
		}
	}
	for _, list := range [][]maintenance{h.Summary.Maintenances, h.Upcoming.Maintenances} {
		if len(list) != 1 || list[0].Status != "scheduled" || !list[0].ScheduledFor.Equal(boardtest.KST("11-28 02:00")) {
			t.Errorf("planned work %+v", list)
		}
	}
}

// The widget that Statuspage gives away, on a page of another site: only the
// documents' headers let it read them.
func TestTheStatusWidgetShowsTheHeadline(t *testing.T) {
	t.Parallel()
	widget := harness.Module(t, "@statuspage/status-widget")
	for name, c := range map[string]struct {
		world          *boardtest.World
		text, indicate string
	}{
		"peace":   {boardtest.Peace(), "All Systems Operational", "none"},
		"during":  {boardtest.During(), "Partial System Outage", "major"},
		"unknown": {boardtest.Unmeasured(), "Some Components Not Measured", "minor"},
		"work":    {boardtest.Maintenance(), "Service Under Maintenance", "maintenance"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status := open(t, c.world)
			mux := http.NewServeMux()
			mux.Handle("GET /dist/", http.FileServer(http.Dir(widget)))
			mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, `<!doctype html><title>Shop</title><statuspage-widget src="`+status.URL+`"></statuspage-widget><script src="/dist/index.js"></script>`)
			})
			shop := httptest.NewServer(mux)
			t.Cleanup(shop.Close)
			r := browser.Scripted(t, "")
			r.Open(shop.URL)
			if got, want := browser.Ask[string](r, readWidget), c.text+"|status-indicator "+c.indicate; got != want {
				t.Errorf("the widget shows %q, want %q", got, want)
			}
		})
	}
}

// readWidget waits until the widget has drawn itself, and reads it.
const readWidget = `new Promise((done, fail) => {
	const read = () => {
		const root = document.querySelector('statuspage-widget').shadowRoot;
		const text = root && root.querySelector('.status-text');
		if (text) done(text.textContent.trim() + '|' + root.querySelector('.status-indicator').className);
		else setTimeout(read, 20);
	};
	read();
	setTimeout(() => fail(new Error('the widget stays empty: ' + document.body.innerHTML)), 20000);
})`
