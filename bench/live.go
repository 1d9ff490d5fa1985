package main

import (
	"context"
	"fmt"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/test/crowd"
)

// crowded is how many pages are open for B3.
const crowded = 10_000

// liveClients is B3: what an open page costs the node's memory, and how soon the
// last of ten thousand is told of an update.
func liveClients(ctx context.Context, b *yard) ([]Result, error) {
	n, err := b.node(ctx)
	if err != nil {
		return nil, err
	}
	incident, err := n.outage(ctx, 1)
	if err != nil {
		return nil, err
	}
	var memory, last []float64
	for round := range b.rounds {
		each, told, err := n.crowd(ctx, incident, round)
		if err != nil {
			return nil, err
		}
		b.say("   round %d: %.0f B each, the last told after %v", round+1, each, told)
		memory, last = append(memory, each/1000), append(last, told.Seconds())
	}
	how := fmt.Sprintf("%d readers of test/crowd over loopback listen to a whole node; resident memory from /proc with and without them ÷ %d; then an update is published by the API, timed from the sending of the request to the last reader's event; median of %d rounds.", crowded, crowded, b.rounds)
	return []Result{
		less(Result{ID: "B3", What: "memory of an open page", Ours: median(memory), Peer: 30, PeerName: "the limit", Unit: "kB", Spread: spread(memory), How: how}),
		less(Result{ID: "B3", What: "the last of 10,000 told", Ours: median(last), Peer: 0.5, PeerName: "the limit", Unit: "s", Spread: spread(last), How: "as above."}),
	}, nil
}

func (n *node) crowd(ctx context.Context, incident string, round int) (float64, time.Duration, error) {
	empty, err := resident(n.pid)
	if err != nil {
		return 0, 0, err
	}
	readers, err := crowd.Gather(ctx, crowd.Options{URL: "http://" + n.public, Page: "/en/", Clients: crowded})
	if err != nil {
		return 0, 0, err
	}
	defer readers.Leave()
	full, err := resident(n.pid)
	if err != nil {
		return 0, 0, err
	}
	reports := make(chan crowd.Report, 1)
	go func() { reports <- readers.Follow(ctx) }()
	published := clock.Wall{}.Now()
	if err := n.update(ctx, incident, 1000+round); err != nil {
		return 0, 0, err
	}
	report := <-reports
	told := report.Told(published)
	if len(told) < crowded || len(report.Fetched(published)) < crowded*99/100 {
		return 0, 0, fmt.Errorf("%d of %d were told and %d have it: %v", len(told), crowded, len(report.Fetched(published)), report.Problems())
	}
	return float64(full-empty) / crowded, told[len(told)-1], nil
}
