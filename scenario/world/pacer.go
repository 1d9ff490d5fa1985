package world

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/miekg/dns"

	"github.com/bonghwa/bonghwa/clock"
)

const (
	tick     = time.Millisecond // wall time between two looks at the clock
	stall    = 2 * time.Second  // wall time after which missed turns are not made up for
	atOnce   = 64               // turns given in a tick, so that sockets are not flooded
	queueMax = 4096             // probes that may wait for a turn
)

// query is one question on its way to a resolver.
type query struct {
	msg   *dns.Msg
	up    *upstream
	reply func(*dns.Msg) // nil: a customer's, whose answer is only counted
}

// fail answers for a resolver that did not.
func (q *query) fail() {
	if q.reply != nil {
		q.reply(new(dns.Msg).SetRcode(q.msg, dns.RcodeServerFailure))
	}
}

// pacer gives every query a turn. Turns come evenly in world time; each carries
// a probe's query if one waits, else a customer's. So the fleet gets exactly its
// rate, the probes counted in.
type pacer struct {
	world   *clock.World
	wall    clock.Wall
	every   time.Duration // world time between two turns
	filler  func() *query
	carry   func(*query, time.Time)
	skipped atomic.Int64

	mu    sync.Mutex
	queue []*query
}

// add lets a query wait for a turn; too many fail at once.
func (p *pacer) add(q *query) {
	p.mu.Lock()
	full := len(p.queue) >= queueMax
	if !full {
		p.queue = append(p.queue, q)
	}
	p.mu.Unlock()
	if full {
		q.fail()
	}
}

func (p *pacer) next() *query {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) == 0 {
		return p.filler()
	}
	q := p.queue[0]
	p.queue = p.queue[1:]
	return q
}

// run gives turns until ctx ends. Turns that were missed because the machine was
// busy are made up for, dated as they should have been, so that the load does not
// drop; after a long pause or a jump of the world they are lost.
func (p *pacer) run(ctx context.Context) {
	turn := p.world.Now()
	for ctx.Err() == nil {
		now, speed := p.world.Now(), p.world.Speed()
		if late := now.Sub(turn); late > time.Duration(float64(stall)*max(speed, 1)) {
			p.skipped.Add(int64(late / p.every))
			turn = now
		}
		for n := 0; n < atOnce && !turn.After(now); n++ {
			p.carry(p.next(), turn)
			turn = turn.Add(p.every)
		}
		p.wait(ctx, turn.Sub(now), speed)
	}
}

// wait sleeps for a tick, or longer when the next turn is further away.
func (p *pacer) wait(ctx context.Context, left time.Duration, speed float64) {
	if float64(left) > float64(tick)*speed {
		_ = p.world.Sleep(ctx, left) // run looks at ctx
		return
	}
	_ = p.wall.Sleep(ctx, tick)
}

// customers makes the load's queries: names of others in turn, and every third
// one that no cache knows.
func customers(up *upstream) func() *query {
	n := uint64(0)
	outside := OutsideNames()
	return func() *query {
		n++
		name := outside[n%uint64(len(outside))]
		switch n % 3 {
		case 1:
			name = HotName
		case 2:
			name = "customer-" + strconv.FormatUint(n, 36) + "." + UniqueZone
		}
		return &query{msg: new(dns.Msg).SetQuestion(name, dns.TypeA), up: up}
	}
}
