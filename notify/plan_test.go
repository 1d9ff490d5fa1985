package notify_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/notify"
)

func pubs(kinds ...notify.Kind) []notify.Publication {
	out := make([]notify.Publication, len(kinds))
	for i, k := range kinds {
		out[i] = notify.Publication{ID: health.PublicationID(fmt.Sprint("p", i+1)), Thread: "t", Sequence: i + 1, Kind: k}
	}
	return out
}

func member(joined int) notify.Member {
	return notify.Member{Endpoint: "e1", Account: "a1", Address: "kim@example.com", Language: health.Korean, Joined: joined, Latest: joined}
}

func had(sequence int, s notify.State) notify.Outcome {
	return notify.Outcome{Thread: "t", Sequence: sequence, Endpoint: "e1", State: s}
}

func TestMakePlan(t *testing.T) {
	t.Parallel()
	const up, sum = notify.KindUpdate, notify.KindSummary
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	later := had(2, notify.Pending)
	later.Due = now.Add(time.Minute)
	for _, c := range []struct {
		name       string
		pubs       []notify.Publication
		member     notify.Member
		had        []notify.Outcome
		send       int // sequence; 0: nothing
		marked     bool
		superseded int // how many
		suppressed int
		waits      bool
	}{
		{name: "the first", pubs: pubs(up), member: member(1), send: 1},
		{name: "only the newest", pubs: pubs(up, up, up), member: member(1), send: 3, superseded: 2},
		{name: "what was before joining is not owed", pubs: pubs(up, up, up), member: member(3), send: 3},
		{name: "an old one in doubt is not sent after the new one", pubs: pubs(up, up), member: member(1), had: []notify.Outcome{had(1, notify.Ambiguous), had(2, notify.Delivered)}, superseded: 1},
		{name: "in doubt is sent again, marked", pubs: pubs(up), member: member(1), had: []notify.Outcome{had(1, notify.Sending)}, send: 1, marked: true},
		{name: "a summary supersedes nothing", pubs: pubs(up, sum), member: member(1), send: 1},
		{name: "and comes next", pubs: pubs(up, sum), member: member(1), had: []notify.Outcome{had(1, notify.Delivered)}, send: 2},
		{name: "an update goes before a summary", pubs: pubs(up, sum, up), member: member(1), had: []notify.Outcome{had(1, notify.Delivered)}, send: 3},
		{name: "deferred", pubs: pubs(up, up), member: member(2), had: []notify.Outcome{later}, waits: true},
		{name: "a newer one does not wait for a deferred one", pubs: pubs(up, up, up), member: member(2), had: []notify.Outcome{later}, send: 3, superseded: 1},
		{name: "all final", pubs: pubs(up), member: member(1), had: []notify.Outcome{had(1, notify.Failed)}},
		{name: "suppressed", pubs: pubs(up, up), member: notify.Member{Endpoint: "e1", Joined: 1, Address: "x", Suppressed: true}, superseded: 1, suppressed: 1},
		{name: "erased", pubs: pubs(up), member: notify.Member{Endpoint: "e1", Joined: 1}, suppressed: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := notify.MakePlan(notify.Chunk{Fence: 7}, notify.Work{Publications: c.pubs, Members: []notify.Member{c.member}, Outcomes: c.had}, now)
			closed := p.Closed
			send := 0
			for _, item := range p.Items {
				send = item.Publication.Sequence
				closed = append(closed, item.Closed...)
				if item.Outcome.Marked != c.marked || item.Outcome.Fence != 7 || item.Outcome.State != notify.Sending {
					t.Errorf("outcome %+v", item.Outcome)
				}
			}
			superseded, suppressed := 0, 0
			for _, o := range closed {
				switch o.State { //nolint:exhaustive // the two that close without sending
				case notify.Superseded:
					superseded++
				case notify.Suppressed:
					suppressed++
				}
			}
			if send != c.send || superseded != c.superseded || suppressed != c.suppressed || p.Next.IsZero() == c.waits {
				t.Errorf("send %d, superseded %d, suppressed %d, next %v", send, superseded, suppressed, p.Next)
			}
		})
	}
}

// TestPromise3NobodyGetsAnOlderUpdateAfterANewerOne lives through any order of
// publishing, delivering, deferring and dying, and checks what arrived.
func TestPromise3NobodyGetsAnOlderUpdateAfterANewerOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var published []notify.Publication
		outcomes := map[int]notify.Outcome{}
		newest := 0
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			if len(published) == 0 || rapid.Bool().Draw(t, "publish") {
				kind := rapid.SampledFrom([]notify.Kind{notify.KindUpdate, notify.KindUpdate, notify.KindSummary}).Draw(t, "kind")
				n := len(published) + 1
				published = append(published, notify.Publication{Thread: "t", Sequence: n, Kind: kind})
				continue
			}
			w := notify.Work{Publications: published, Members: []notify.Member{member(1)}}
			for _, o := range outcomes {
				w.Outcomes = append(w.Outcomes, o)
			}
			p := notify.MakePlan(notify.Chunk{}, w, time.Time{})
			keep := func(list []notify.Outcome) {
				for _, o := range list {
					if outcomes[o.Sequence].State.Final() {
						t.Fatalf("%d was final and is planned again", o.Sequence)
					}
					outcomes[o.Sequence] = o
				}
			}
			keep(p.Closed)
			for _, item := range p.Items {
				keep(item.Closed)
				o := item.Outcome
				o.State = rapid.SampledFrom([]notify.State{notify.Delivered, notify.Pending, notify.Ambiguous, notify.Sending, notify.Failed}).Draw(t, "end")
				outcomes[o.Sequence] = o
				if arrived := o.State != notify.Pending && o.State != notify.Failed; !arrived || item.Publication.Kind != notify.KindUpdate {
					continue
				}
				if o.Sequence < newest {
					t.Fatalf("%d arrived after %d", o.Sequence, newest)
				}
				newest = o.Sequence
			}
		}
	})
}

func TestALeaseIsFreeOnlyAfterStandingStill(t *testing.T) {
	t.Parallel()
	w := notify.NewWatch(time.Second)
	now := time.Now()
	held := notify.Chunk{Thread: "t", Holder: "node-1", Fence: 1, Renewals: 5}
	steps := []struct {
		after    time.Duration
		renewals int64
		free     bool
	}{{0, 5, false}, {999 * time.Millisecond, 5, false}, {time.Second, 6, false}, {1900 * time.Millisecond, 6, false}, {2 * time.Second, 6, true}}
	for _, s := range steps {
		held.Renewals = s.renewals
		if got := w.Free(held, now.Add(s.after)); got != s.free {
			t.Errorf("after %v with %d renewals: free is %v", s.after, s.renewals, got)
		}
	}
	if !w.Free(notify.Chunk{Thread: "t", Fence: 2}, now) {
		t.Error("a chunk that nobody holds is not free")
	}
	w.Forget(nil)
	if w.Free(held, now.Add(time.Hour)) {
		t.Error("a forgotten chunk is free at once")
	}
}

func TestChunkSize(t *testing.T) {
	t.Parallel()
	for audience, want := range map[int]int{0: 20, 100: 20, 500: 32, 1_000_000: 500} {
		if got := notify.ChunkSize(audience); got != want {
			t.Errorf("%d endpoints are cut by %d, want %d", audience, got, want)
		}
	}
}
