package world_test

import (
	"context"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/probe"
	"github.com/bonghwa/bonghwa/probe/dnsprobe"
	"github.com/bonghwa/bonghwa/scenario/world"
)

func seoul(h, m, s int) time.Time { return time.Date(2018, 11, 22, h-9, m, s, 0, time.UTC) }

func names() probe.Names {
	n := probe.Names{Hot: world.HotName, UniqueZone: world.UniqueZone, Outside: world.OutsideNames(), Want: map[string][]netip.Addr{}}
	for name, addr := range world.Addresses() {
		n.Want[name] = []netip.Addr{addr}
	}
	return n
}

func open(t *testing.T, w *clock.World, vantages ...string) *world.Fleet {
	t.Helper()
	f, err := world.New(t.Context(), world.Options{World: w, Hosts: 100, Needed: 60, Vantages: vantages})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func refused(f *world.Fleet) (n int64) {
	for _, c := range f.Counters() {
		n += c.Refused
	}
	return n
}

func wait(t *testing.T, w *clock.World, d time.Duration) {
	t.Helper()
	if err := w.Sleep(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

func TestSixtyHostsCarryTheLoadAndFiftyNineDoNot(t *testing.T) {
	t.Parallel()
	for _, speed := range []float64{60, 240} {
		w := clock.NewWorld(seoul(8, 0, 0), speed)
		f := open(t, w, "a")
		if f.Burst() > 5*time.Second || f.Rate()*speed > 3600 {
			t.Errorf("at %v a host's burst is %v and the load %v a second", speed, f.Burst(), f.Rate())
		}
		began := clock.Wall{}.Now()
		second := time.Duration(speed) * time.Second // of wall time
		for n := 100; n > 60; n-- {
			f.Remove(n - 1)
			wait(t, w, second/200)
		}
		hold := second / 2
		if os.Getenv("BONGHWA_SOAK") != "" {
			hold = 30 * second
		}
		wait(t, w, hold)
		if f.InService() != 60 || refused(f) != 0 {
			t.Errorf("at %v with %d hosts %d queries were refused, want none", speed, f.InService(), refused(f))
		}
		f.Remove(7)
		wait(t, w, second/2)
		if refused(f) == 0 {
			t.Errorf("at %v 59 hosts refused nothing", speed)
		}
		f.Close()
		wall := clock.Wall{}.Since(began).Seconds()
		sent, lost := f.Sent()
		if perSecond := float64(sent) / wall; perSecond > 4000 {
			t.Errorf("at %v %v queries a wall second, want at most 4,000", speed, perSecond)
		}
		sum(t, f, sent, lost)
	}
}

// sum checks that every query sent was counted by exactly one host.
func sum(t *testing.T, f *world.Fleet, sent, lost int64) {
	t.Helper()
	var received, parts int64
	sockets := map[netip.AddrPort]bool{}
	for _, c := range f.Counters() {
		received += c.Received
		parts += c.Answered + c.Refused + c.Dropped
		sockets[c.Addr] = true
	}
	if received != sent || parts != sent || lost != 0 || len(sockets) != 100 {
		t.Errorf("%d sent, %d lost; %d hosts received %d and counted %d", sent, lost, len(sockets), received, parts)
	}
}

func TestAStubAnswersProbesOverBothTransports(t *testing.T) {
	t.Parallel()
	f := open(t, clock.NewWorld(seoul(8, 0, 0), 60), "a", "b")
	client := dnsprobe.New(clock.Wall{})
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	c := probe.Check{Names: names(), TCPEvery: 2}
	ask := func(n uint64) probe.Result {
		v := probe.Vantage{ID: "a", Target: f.Stubs()[n%2].Addr.String()}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		return client.Probe(ctx, v, c.Question(v, n, "salt"))
	}
	for n := range uint64(12) {
		r := ask(n)
		if want := []probe.Transport{probe.UDP, probe.TCP}[n%2]; r.Failure != probe.None || r.Transport != want {
			t.Errorf("question %d: %+v, want an answer over %s", n, r, want)
		}
	}
	f.SetInService(0)
	for n := range uint64(2) {
		if r := ask(n); r.Failure != probe.Servfail {
			t.Errorf("without hosts: %+v, want servfail", r)
		}
	}
	f.SetInService(1)
	var served int
	for _, c := range f.Counters() {
		if c.InService {
			served++
		}
	}
	if served != 1 {
		t.Errorf("%d hosts say that they serve, want 1", served)
	}
}

func TestBothSidesDeriveTheSameAddress(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a.unique.example.", "V1-K-Salt.unique.example", "한강.example."} {
		if world.Derived(name) != probe.DerivedAddress(name) {
			t.Errorf("%s: %v and %v", name, world.Derived(name), probe.DerivedAddress(name))
		}
	}
}

func TestAFleetThatCanNotBeIsRefused(t *testing.T) {
	t.Parallel()
	_, err := world.New(t.Context(), world.Options{World: clock.Real(), Hosts: 3, Needed: 4})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("four of three needed: %v", err)
	}
}
