package crowd_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/test/crowd"
	"github.com/bonghwa/bonghwa/web/live"
)

// site is a hub and a page that is refused so many times first.
func site(t *testing.T, o live.Options, refusals int64) (*live.Hub, string) {
	t.Helper()
	hub := live.New(o)
	t.Cleanup(hub.Close)
	hub.Publish(journal.Position{Epoch: 1, Number: 1})
	var asked atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("GET /live/events", hub.Events)
	mux.HandleFunc("GET /live/1.2/en/{$}", func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) <= refusals {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return hub, server.URL
}

func TestAFewReadersAreToldAndFetch(t *testing.T) {
	t.Parallel()
	hub, address := site(t, live.Options{}, 2)
	c, err := crowd.Gather(t.Context(), crowd.Options{URL: address, Page: "/en/", Clients: 20})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Leave()
	published := time.Now()
	hub.Publish(journal.Position{Epoch: 1, Number: 2})
	r := c.Follow(t.Context())
	if len(r.Told(published)) != 20 || len(r.Fetched(published)) != 20 || len(r.Problems()) != 0 {
		t.Errorf("%+v", r)
	}
	all := 0
	for _, n := range r.Fetches(published, 100*time.Millisecond) {
		all += n
	}
	if all != 22 {
		t.Errorf("%d requests, want one each and two again", all)
	}
}

func TestWhatGoesWrongIsSaid(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "localhost:80", "https://localhost", "http://"} {
		if _, err := crowd.Gather(t.Context(), crowd.Options{URL: address, Clients: 1}); err == nil {
			t.Errorf("%q was taken for an address", address)
		}
	}
	hub, address := site(t, live.Options{Cap: 3}, 0)
	if _, err := crowd.Gather(t.Context(), crowd.Options{URL: address, Clients: 4}); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("one of four was refused, and the error is %v", err)
	}
	for hub.Clients() > 0 { // everybody leaves
		if err := (clock.Wall{}).Sleep(t.Context(), time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	c, err := crowd.Gather(t.Context(), crowd.Options{URL: address, Page: "/none", Clients: 2})
	if err != nil {
		t.Fatal(err)
	}
	hub.Publish(journal.Position{Epoch: 1, Number: 2})
	if got := c.Follow(t.Context()).Problems(); len(got) != 1 {
		t.Errorf("problems %v, want that there is no such page", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := c.Follow(ctx).Problems(); len(got) == 0 {
		t.Error("nothing was published before the end, and nobody says so")
	}
}

func TestTheBusiestSecondBeginsAnywhere(t *testing.T) {
	t.Parallel()
	began := time.Date(2018, 11, 21, 23, 19, 0, 0, time.UTC)
	var r crowd.Report
	for _, ms := range []int{900, 100, 950, 1050, 1899, 1900} {
		r.Readers = append(r.Readers, crowd.Seen{Asked: []time.Time{began.Add(time.Duration(ms) * time.Millisecond)}})
	}
	if got := r.Fetches(began, time.Second); !slices.Equal(got, []int{3, 3}) {
		t.Errorf("by the second %v", got)
	}
	if got := r.Busiest(time.Second); got != 4 {
		t.Errorf("at most %d in a second, want 4", got)
	}
}
