package app

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/probe"
	"github.com/bonghwa/bonghwa/probe/dnsprobe"
)

// probe runs the checks of the catalogue in force, on one node at a time, and
// begins anew when another catalogue comes into force.
func (n *Node) probe(ctx context.Context) error {
	return journal.While(ctx, n.journal(), "probes", func(ctx context.Context, _ journal.Fence) error {
		for ctx.Err() == nil {
			if err := n.probeRevision(ctx); err != nil && ctx.Err() == nil {
				return err
			}
		}
		return ctx.Err()
	})
}

// probeRevision runs the checks until the catalogue changes or ctx ends.
func (n *Node) probeRevision(ctx context.Context) (err error) {
	revision := n.shelf.number()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	client := dnsprobe.New(n.o.Wall)
	defer func() { _ = client.Close() }() // its sockets are of no more use
	var runners []*probe.Runner           // all are made before any runs, so that none is left running when one is wrong
	for _, c := range n.shelf.current.Load().revision.Catalog.Checks {
		r, err := probe.NewRunner(ctx, probe.Options{
			Check: checkOf(c), Prober: client, Store: n.db.Probes(), World: n.o.World, Wall: n.o.Wall, Log: n.o.Log,
		})
		if err != nil {
			return err
		}
		runners = append(runners, r)
	}
	group, running := errgroup.WithContext(ctx)
	for _, r := range runners {
		group.Go(func() error { return r.Run(running) })
	}
	group.Go(func() error {
		for n.shelf.number() == revision {
			if err := n.o.Wall.Sleep(running, journal.Poll); err != nil {
				return err
			}
		}
		cancel()
		return nil
	})
	if err := group.Wait(); err != nil {
		return fmt.Errorf("run the checks: %w", err)
	}
	return nil
}

// stalePeriods is after how many missed probes a vantage sees nothing.
const stalePeriods = 10

// checkOf is a catalogue's check as package probe runs it.
func checkOf(c catalog.Check) probe.Check {
	out := probe.Check{
		ID: c.ID, Scope: c.Scope, Symptom: c.Symptom, Every: time.Duration(c.Every), Timeout: time.Duration(c.Timeout),
		StaleAfter: max(stalePeriods*time.Duration(c.Every), 10*time.Second),
		Quorum:     probe.Quorum{Vantages: c.Quorum.Vantages, Zones: c.Quorum.Zones},
		Names:      probe.Names{Hot: c.Names.Hot, UniqueZone: c.Names.Unique},
	}
	if c.Names.Outside != "" {
		out.Names.Outside = []string{c.Names.Outside}
	}
	if addr, err := netip.ParseAddr(c.Expect); err == nil && c.Names.Hot != "" {
		out.Names.Want = map[string][]netip.Addr{c.Names.Hot: {addr}}
	}
	switch tcp, udp := slices.Contains(c.Over, catalog.TCP), slices.Contains(c.Over, catalog.UDP); {
	case tcp && udp:
		out.TCPEvery = 20
	case tcp:
		out.TCPEvery = 1
	}
	for _, v := range c.Vantages {
		target := v.Target
		if target == "" {
			target = c.Target
		}
		out.Vantages = append(out.Vantages, probe.Vantage{ID: v.ID, Zone: v.Zone, Target: target})
	}
	return out
}
