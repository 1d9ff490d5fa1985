package board_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
)

func TestOnlyWhatFactsNameIsReadAnew(t *testing.T) {
	t.Parallel()
	r := peace(t)
	r.outage(s3(), health.Degraded)
	k := r.keeper()
	read(t, k, r.now())
	clear(r.reads)
	r.outage(ec2(), health.MajorOutage)
	b := read(t, k, r.now())
	if len(b.Events) != 2 || b.Level(ec2().Component()) != health.MajorOutage {
		t.Fatalf("%d events", len(b.Events))
	}
	if r.reads["list"] != 0 || r.reads["catalog"] != 0 || r.reads["incident"] != 1 {
		t.Errorf("read: %v", r.reads)
	}
	clear(r.reads)
	if moved, err := k.Moved(t.Context()); moved || err != nil || r.reads["head"] != 1 || len(r.reads) != 1 {
		t.Errorf("nothing happened, and it moved: %v, %v, %v", moved, err, r.reads)
	}
}

func TestARestoreIsReadWhole(t *testing.T) {
	t.Parallel()
	r := peace(t)
	k := r.keeper()
	i := r.outage(ec2(), health.MajorOutage)
	before := read(t, k, r.now())
	r.facts, r.epoch = r.facts[:1], 2 // a backup from before the outage
	delete(r.incidents, i.ID)
	if moved, _ := k.Moved(t.Context()); !moved {
		t.Fatal("a head that went back under a new epoch has moved")
	}
	b := read(t, k, r.now())
	if _, ok := b.Event(i.ID); ok || b.Level(ec2().Component()) != health.Operational {
		t.Error("what the restore took back is still told")
	}
	if !b.Revision.After(before.Revision) {
		t.Errorf("revision %v follows %v", b.Revision, before.Revision)
	}
}

func TestAFailedReadingLeavesTheRecordAsItWas(t *testing.T) {
	t.Parallel()
	r := peace(t)
	k := r.keeper()
	read(t, k, r.now())
	was := k.Source()
	r.outage(ec2(), health.MajorOutage)
	r.world.Jump(r.now().Add(time.Hour))
	r.fail = errors.New("the database is down")
	if err := k.Read(t.Context()); err == nil {
		t.Fatal("a failed reading said nothing")
	}
	if now := k.Source(); now.Revision != was.Revision || !now.Read.Equal(was.Read) {
		t.Errorf("%v read %v", now.Revision, now.Read)
	}
	r.fail = nil
	if b := read(t, k, r.now()); b.Level(ec2().Component()) != health.MajorOutage || !b.Confirmed.Equal(r.now()) {
		t.Error("it does not recover by itself")
	}
}

// TestAProberThatIsGoneIsNoticed: nobody says that a check stands still; its pulse
// does, on this node's own clock.
func TestAProberThatIsGoneIsNoticed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := peace(t)
		k := r.keeper()
		level := func() health.Level { return read(t, k, r.now()).Level(ec2().Component()) }
		for range 5 {
			r.pulses["dns"] = board.Pulse{Fresh: true, Beat: r.pulses["dns"].Beat + 1}
			if got := level(); got != health.Operational {
				t.Fatalf("while it beats EC2 is %v", got)
			}
			time.Sleep(10 * time.Second)
		}
		time.Sleep(6 * time.Second)
		if got := level(); got != health.Unknown {
			t.Errorf("16 s after the last beat EC2 is %v", got)
		}
		r.pulses["dns"] = board.Pulse{Fresh: true, Beat: 99}
		if got := level(); got != health.Operational {
			t.Errorf("when it beats again EC2 is %v", got)
		}
	})
}

// TestFollowingGivesWhatReadingWholeGives, whatever happens in whatever order.
func TestFollowingGivesWhatReadingWholeGives(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := peace(t)
		following := r.keeper()
		for range rapid.IntRange(1, 15).Draw(rt, "steps") {
			r.step(rt)
			if rapid.Bool().Draw(rt, "read") {
				read(t, following, r.now())
			}
		}
		one, other := read(t, following, r.now()), read(t, r.keeper(), r.now())
		if a, b := told(t, one), told(t, other); a != b {
			rt.Errorf("following tells\n%s\nreading whole tells\n%s", a, b)
		}
	})
}

// step lets something happen.
func (r *record) step(rt *rapid.T) {
	r.world.Jump(r.now().Add(time.Duration(rapid.IntRange(1, 300).Draw(rt, "minutes")) * time.Minute))
	scope := rapid.SampledFrom([]health.Scope{ec2(), s3()}).Draw(rt, "scope")
	var open []incident.Incident
	for _, id := range slices.Sorted(maps.Keys(r.incidents)) {
		if i := r.incidents[id]; i.State == incident.Investigating {
			open = append(open, i)
		}
	}
	switch what := rapid.IntRange(0, 4).Draw(rt, "what"); {
	case what == 0 && len(open) > 0:
		r.recover(rapid.SampledFrom(open).Draw(rt, "incident"))
	case what == 1:
		r.say(health.ComponentFreshnessFact, "ec2-ap-northeast-2", "probe:dns", health.ComponentFreshness{Scope: ec2(), Fresh: rapid.Bool().Draw(rt, "fresh")})
	case what == 2:
		r.remember(rapid.SampledFrom([]health.IncidentID{"old-1", "old-2"}).Draw(rt, "past"))
	default:
		r.outage(scope, rapid.SampledFrom([]health.Level{health.Degraded, health.MajorOutage}).Draw(rt, "level"))
	}
}

// told is all that a board says, as text.
func told(t *testing.T, b *board.Board) string {
	t.Helper()
	var all []any
	for _, e := range b.Events {
		all = append(all, e.ID, e.State, e.From, e.To, len(e.Updates))
	}
	for _, s := range []health.Scope{ec2(), s3()} {
		id := s.Component()
		u := b.Record(id, 90)
		all = append(all, b.Level(id), u.PPM(), u.Down, u.Unmeasured, len(b.EventsOf(id)))
	}
	all = append(all, b.Revision, b.Worst)
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheRevisionIsTheHead(t *testing.T) {
	t.Parallel()
	r := peace(t)
	k := r.keeper()
	r.outage(s3(), health.Degraded)
	if got, want := read(t, k, r.now()).Revision, (journal.Position{Epoch: 1, Number: int64(len(r.facts))}); got != want {
		t.Errorf("revision %v, want %v", got, want)
	}
	if dated := k.Source().Dated; !dated.Equal(r.now()) {
		t.Errorf("dated %v", dated)
	}
}
