// Package world is what stands around the provider in a replay: the region's DNS
// resolvers, the stubs that customers and probes ask, and the customers' load.
//
// Everything is real but small: each resolver has a UDP socket, a limit and
// counters of its own, and every query is a DNS packet that one of them answers
// or refuses. Of the hosts a set number is needed to carry the load; with one
// less, queries fail. Nothing here knows the script of a day or what the probes
// make of it: a scenario takes hosts away and brings them back.
//
// Limits are counted in world time. In a replay 240 times as fast as the day, a
// host's turn comes every 17 milliseconds and one host less shortens that by a
// third of a millisecond: less than the delays of a busy machine. So a query
// carries the world time of its sending in an EDNS option, and a resolver counts
// by that; one that carries none is counted when it arrives.
package world

import (
	"context"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
)

const (
	perWallSecond  = 3600  // queries a wall second at most, of the 4,000 a replay may send
	perWorldSecond = 60    // queries a world second at most
	slack          = 0.004 // how much more a host carries than its share when just enough serve
	burst          = 1.05  // queries a rested host answers at once; see Burst
	settle         = time.Second
)

// Options are what a Fleet needs.
type Options struct {
	World    *clock.World
	Wall     clock.Wall
	Speed    float64  // the fastest the world will run, in world seconds a wall second; 0: as it runs now
	Hosts    int      // resolvers there are; all serve at first
	Needed   int      // how many of them carry the load; one less do not
	Vantages []string // one stub is opened for each
}

// Fleet is the resolvers of a region with the stubs and the load in front of
// them. It is safe for concurrent use.
type Fleet struct {
	o      Options
	hosts  []*host
	ring   *ring
	pacer  *pacer
	load   *upstream
	stubs  []*stub
	cancel context.CancelFunc
	paced  sync.WaitGroup // the pacer
	works  sync.WaitGroup // everything that reads a socket
	once   sync.Once
}

// New opens all sockets on loopback and starts the load. It runs until Close.
func New(ctx context.Context, o Options) (*Fleet, error) {
	if o.Speed <= 0 {
		o.Speed = o.World.Speed()
	}
	if o.Needed < 2 || o.Hosts < o.Needed {
		return nil, fault.New(fault.Invalid, "the replay's resolvers",
			fmt.Sprintf("%d of %d hosts needed makes no fleet", o.Needed, o.Hosts), "ask for at least 2 needed, and no more than there are")
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &Fleet{o: o, ring: &ring{}, cancel: cancel}
	if err := f.open(ctx); err != nil {
		f.Close() //nolint:contextcheck // what was opened is closed whatever became of ctx
		return nil, fault.Wrap(fault.Unavailable, "open the replay's resolvers", err)
	}
	f.SetInService(o.Hosts)
	f.start(run)
	return f, nil
}

func (f *Fleet) open(ctx context.Context) error {
	rate := f.Rate() / float64(f.o.Needed) * (1 + slack)
	for i := range f.o.Hosts {
		h, err := newHost(ctx, f.o.World, i, bucket{rate: rate, size: burst, level: burst})
		if err != nil {
			return err
		}
		f.hosts = append(f.hosts, h)
	}
	var err error
	if f.load, err = newUpstream(ctx, f.o.Wall); err != nil {
		return err
	}
	f.pacer = &pacer{
		world: f.o.World, wall: f.o.Wall, every: time.Duration(float64(time.Second) / f.Rate()),
		filler: customers(f.load), carry: f.carry,
	}
	for _, v := range f.o.Vantages {
		s, err := newStub(ctx, v, f.o.Wall, f.pacer.add)
		if err != nil {
			return err
		}
		f.stubs = append(f.stubs, s)
	}
	return nil
}

func (f *Fleet) start(ctx context.Context) {
	for _, h := range f.hosts {
		f.works.Go(h.serve)
	}
	for _, u := range f.upstreams() {
		f.works.Go(u.read)
		f.works.Go(func() { u.expire(ctx) })
	}
	for _, s := range f.stubs {
		f.works.Go(s.serveUDP)
		f.works.Go(func() { s.serveTCP(&f.works) })
	}
	f.paced.Go(func() { f.pacer.run(ctx) })
}

func (f *Fleet) upstreams() []*upstream {
	out := []*upstream{f.load}
	for _, s := range f.stubs {
		out = append(out, s.up)
	}
	return out
}

// carry hands a query to the next resolver, dated at its turn.
func (f *Fleet) carry(q *query, at time.Time) {
	h := f.ring.next()
	if h == nil || !q.up.ask(q, h.addr, at) {
		q.fail()
	}
}

// Rate is how many queries a world second the fleet gets, those of the probes
// among them.
func (f *Fleet) Rate() float64 {
	return math.Min(perWorldSecond, perWallSecond/math.Max(f.o.Speed, 1))
}

// Burst is how much world time a rested host answers for at once. It stays
// below five seconds at every speed.
func (f *Fleet) Burst() time.Duration {
	return time.Duration(burst * float64(f.o.Needed) / f.Rate() * float64(time.Second))
}

// Remove takes a host, counted from 0, out of service: it gets no new queries
// and answers those it has. A number that is not a host's changes nothing.
func (f *Fleet) Remove(number int) { f.set(number, false) }

// SetInService leaves the n hosts with the lowest numbers in service and no
// other. Of the hosts that leave or come back, only those of the last numbers
// change, so calling it again and again is calling it once.
func (f *Fleet) SetInService(n int) {
	for i := range f.hosts {
		f.set(i, i < n)
	}
}

func (f *Fleet) set(number int, in bool) {
	if number < 0 || number >= len(f.hosts) {
		return
	}
	if in {
		f.ring.add(f.hosts[number])
		return
	}
	f.ring.remove(f.hosts[number])
}

// InService is how many hosts serve.
func (f *Fleet) InService() int { return f.ring.size() }

// Stub is where a vantage's questions go, over UDP and TCP alike.
type Stub struct {
	Vantage string
	Addr    netip.AddrPort
}

// Stubs are in the order of Options.Vantages.
func (f *Fleet) Stubs() []Stub {
	out := make([]Stub, len(f.stubs))
	for i, s := range f.stubs {
		out[i] = Stub{Vantage: s.vantage, Addr: s.addr}
	}
	return out
}

// Counter is what a host has counted since the start. Received is the sum of the
// other three.
type Counter struct {
	Host      int
	Addr      netip.AddrPort
	InService bool
	Received  int64
	Answered  int64
	Refused   int64 // SERVFAIL: over its limit
	Dropped   int64 // no DNS query
}

// Counters are the hosts' in the order of their numbers.
func (f *Fleet) Counters() []Counter {
	serving := f.ring.hosts()
	out := make([]Counter, len(f.hosts))
	for i, h := range f.hosts {
		out[i] = h.counter()
		out[i].InService = slices.Contains(serving, h)
	}
	return out
}

// Sent is how many queries were sent to resolvers, and Lost how many of them
// had no answer in time. Once the fleet is closed and no query was lost on the
// road, Sent is the sum of what the hosts have received.
func (f *Fleet) Sent() (sent, lost int64) {
	for _, u := range f.upstreams() {
		sent += u.sent.Load()
		lost += u.lost.Load()
	}
	return sent, lost
}

// Skipped is how many turns of the load passed unused because the machine stood
// still.
func (f *Fleet) Skipped() int64 { return f.pacer.skipped.Load() }

// Close stops the load, waits up to a second for the answers under way and
// closes all sockets. The counters can still be read.
func (f *Fleet) Close() {
	f.once.Do(func() {
		f.cancel()
		f.paced.Wait()
		f.drain()
		for _, s := range f.stubs {
			s.close()
		}
		if f.load != nil {
			f.load.close()
		}
		for _, h := range f.hosts {
			_ = h.conn.Close() // nothing is waiting for it
		}
		f.works.Wait()
	})
}

func (f *Fleet) drain() {
	if f.load == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), settle)
	defer cancel()
	for _, u := range f.upstreams() {
		for u.waiting() > 0 && f.o.Wall.Sleep(ctx, time.Millisecond) == nil {
		}
	}
}
