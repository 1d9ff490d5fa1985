package live_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/web/live"
)

func at(epoch, number int64) journal.Position { return journal.Position{Epoch: epoch, Number: number} }

func stamp(minute int) live.Stamp {
	return live.Stamp{
		At:    time.Date(2018, 11, 22, 0, minute, 0, 0, time.UTC),
		Words: health.Text{health.Korean: "확인함", health.English: "Confirmed"},
	}
}

func TestAClientHearsTheNewestAtOnceAndNeverAnOlderOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := live.New(live.Options{})
		defer h.Close()
		early := join(t, h)
		if got := early.heard(); got != "" {
			t.Errorf("there is nothing to tell yet, and it was told %q", got)
		}
		h.Publish(at(1, 52))
		late := join(t, h)
		for who, c := range map[string]*client{"who waited": early, "who came later": late} {
			if got, want := c.heard(), `revision {"revision":"1.52","spread_ms":500}`; got != want {
				t.Errorf("%s heard %q, want %q", who, got, want)
			}
		}
		h.Publish(at(1, 52))
		h.Publish(at(1, 51))
		if got := early.heard(); got != "" {
			t.Errorf("nothing newer was published, and it heard %q", got)
		}
		h.Publish(at(2, 7)) // a restore took numbers back
		h.Publish(at(1, 99))
		if got, want := early.heard(), `revision {"revision":"2.7","spread_ms":500}`; got != want {
			t.Errorf("heard %q, want %q", got, want)
		}
	})
}

func TestAClientHearsThatWhatItShowsIsStillTrue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := live.New(live.Options{})
		defer h.Close()
		h.Publish(at(1, 1))
		h.Confirm(stamp(2))
		c := join(t, h)
		want := `revision {"revision":"1.1","spread_ms":500}` + "\n" +
			`confirmed {"confirmed":"2018-11-22T00:02:00Z","words":{"en":"Confirmed","ko":"확인함"}}`
		if got := c.heard(); got != want {
			t.Errorf("heard %q, want %q", got, want)
		}
		h.Confirm(stamp(1))
		h.Confirm(stamp(2))
		if got := c.heard(); got != "" {
			t.Errorf("no later time was confirmed, and it heard %q", got)
		}
		h.Confirm(stamp(3))
		if got := c.heard(); !strings.Contains(got, "00:03:00Z") {
			t.Errorf("heard %q", got)
		}
	})
}

func TestTheConnectionIsKeptAwake(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := live.New(live.Options{})
		defer h.Close()
		clients := []*client{join(t, h), join(t, h), join(t, h)}
		time.Sleep(time.Minute)
		for _, c := range clients {
			c.heard()
			if got := c.beats(); got < 3 || got > 5 {
				t.Errorf("%d heartbeats in a minute, want one each 15 s", got)
			}
		}
	})
}

func TestAConnectionThatTakesNothingDelaysNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := live.New(live.Options{})
		defer h.Close()
		var well []*client
		for range 100 {
			well = append(well, join(t, h))
		}
		var deaf []*client
		for range 10 {
			deaf = append(deaf, join(t, h))
		}
		for _, c := range deaf {
			c.stopReading()
		}
		h.Publish(at(1, 1)) // after which they read no more
		for _, c := range well {
			c.heard()
		}
		began := time.Now()
		h.Publish(at(1, 2))
		time.Sleep(50 * time.Millisecond)
		for _, c := range well {
			if c.heard() == "" {
				t.Fatalf("somebody was not told within %v because of others", time.Since(began))
			}
		}
		if h.Clients() != 100 || h.Dropped() != 10 {
			t.Errorf("%d clients, %d dropped; want 100 and 10", h.Clients(), h.Dropped())
		}
	})
}

func TestWhoLeavesIsForgottenAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := live.New(live.Options{})
		defer h.Close()
		c := join(t, h)
		chatty := join(t, h)
		if h.Clients() != 2 {
			t.Fatalf("%d clients, want 2", h.Clients())
		}
		_ = c.conn.Close()
		synctest.Wait()
		if h.Clients() != 1 {
			t.Errorf("%d clients after one hung up, want 1", h.Clients())
		}
		_, _ = chatty.conn.Write([]byte(strings.Repeat("GET / HTTP/1.1\r\n", 100)))
		synctest.Wait()
		if h.Clients() != 0 || h.Dropped() != 0 {
			t.Errorf("%d clients, %d dropped: one that talks is hung up on, and that is no drop", h.Clients(), h.Dropped())
		}
	})
}

func TestAFullHubRefusesAndTakesTheNextWhenSomebodyLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := live.New(live.Options{Cap: 2})
		defer h.Close()
		join(t, h)
		first := join(t, h)
		w := httptest.NewRecorder()
		h.Events(w, get(t, "/live/events"))
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || h.Refused() != 1 {
			t.Errorf("%d, %v, %d refused", w.Code, w.Header(), h.Refused())
		}
		_ = first.conn.Close()
		synctest.Wait()
		join(t, h)
		if h.Clients() != 2 {
			t.Errorf("%d clients, want 2", h.Clients())
		}
	})
}

func TestCloseEndsEveryStream(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := live.New(live.Options{})
		clients := []*client{join(t, h), join(t, h)}
		plain := joinPlainly(t, h)
		h.Close()
		h.Close()
		synctest.Wait()
		for _, c := range clients {
			if !c.over() {
				t.Error("a stream goes on after Close")
			}
		}
		if !plain.over() || h.Clients() != 0 {
			t.Errorf("%d clients after Close", h.Clients())
		}
		w := httptest.NewRecorder()
		h.Events(w, get(t, "/live/events"))
		if w.Code != http.StatusServiceUnavailable {
			t.Errorf("a closed hub answers %d", w.Code)
		}
		h.Publish(at(1, 1)) // nobody is there, and nothing happens
	})
}

func TestBrowsersComeBackAtDifferentTimes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := live.New(live.Options{})
		defer h.Close()
		waits := map[int]bool{}
		for range 40 {
			c := join(t, h)
			if c.retry < 1000 || c.retry >= 5000 {
				t.Fatalf("retry after %d ms, want 1 to 5 s", c.retry)
			}
			waits[c.retry] = true
		}
		if len(waits) < 30 {
			t.Errorf("40 clients come back at %d different times", len(waits))
		}
	})
}

func TestSpreadGrowsWithTheCrowd(t *testing.T) {
	t.Parallel()
	for clients, want := range map[int]time.Duration{
		0: 500 * time.Millisecond, 1: 500 * time.Millisecond, 1000: 1200 * time.Millisecond,
		10_000: 12 * time.Second, 1_000_000: 12 * time.Second,
	} {
		if got := live.Spread(clients); got != want {
			t.Errorf("%d clients spread over %v, want %v", clients, got, want)
		}
	}
	for clients := 10_000; clients < 100_000; clients += 7000 {
		if rate := float64(clients) / live.Spread(clients).Seconds(); rate > float64(clients)/10 {
			t.Errorf("%d clients fetch %.0f a second", clients, rate)
		}
	}
}

func TestRevisionForThoseWhoCannotListen(t *testing.T) {
	t.Parallel()
	h := live.New(live.Options{})
	t.Cleanup(h.Close)
	ask := func() *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.Revision(w, get(t, "/live/revision"))
		return w
	}
	if w := ask(); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "5" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("before the first revision: %d %v", w.Code, w.Header())
	}
	h.Publish(at(1, 52))
	h.Confirm(stamp(2))
	w := ask()
	var got map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got["revision"] != "1.52" || got["spread_ms"] != 500.0 || got["confirmed"] != "2018-11-22T00:02:00Z" ||
		got["words"].(map[string]any)["ko"] != "확인함" || w.Header().Get("Cache-Control") != "public, max-age=5" {
		t.Errorf("%v %v", got, w.Header())
	}
}

func TestHeadOfEventsIsNoClient(t *testing.T) {
	t.Parallel()
	h := live.New(live.Options{})
	t.Cleanup(h.Close)
	w := httptest.NewRecorder()
	h.Events(w, httptest.NewRequestWithContext(t.Context(), http.MethodHead, "/live/events", nil))
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/event-stream" || h.Clients() != 0 {
		t.Errorf("%d %v, %d clients", w.Code, w.Header(), h.Clients())
	}
}
