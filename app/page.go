package app

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
)

// drawPage reads the catalogue and draws the public page for the first time. It
// gives the journal's head before it read anything, from which keepPage follows.
func (n *Node) drawPage(ctx context.Context) (int64, error) {
	head, err := n.db.Head(ctx)
	if err != nil {
		return 0, err
	}
	if err := n.shelf.refresh(ctx); err != nil {
		return 0, err
	}
	n.rooms = n.furnish()
	n.rooms.public = n.publicSite()
	return head.Number, n.rooms.public.Refresh(ctx)
}

// keepPage keeps the public page true: it follows the journal on this node from a
// number on.
func (n *Node) keepPage(ctx context.Context, from int64) error {
	return journal.Local(ctx, n.journal(), from, func(ctx context.Context, facts []journal.Fact) error {
		if slices.ContainsFunc(facts, func(f journal.Fact) bool { return f.Type == health.CatalogAppliedFact }) {
			if err := n.shelf.refresh(ctx); err != nil {
				return err
			}
		}
		return n.rooms.public.Refresh(ctx)
	})
}

// renewPage draws the page anew each minute of the world, but at most once a wall
// second, so that it can say how old it is.
func (n *Node) renewPage(ctx context.Context) error {
	for {
		if err := n.o.Wall.Sleep(ctx, renewEvery(n.o.World.Speed())); err != nil {
			return err
		}
		if err := n.rooms.public.Refresh(ctx); err != nil && ctx.Err() == nil {
			n.o.Log.LogAttrs(ctx, slog.LevelWarn, "the public page grows old", slog.Any("error", err))
		}
	}
}

// renewEvery is a world minute in wall time, within a second and a minute.
func renewEvery(speed float64) time.Duration {
	if speed <= 0 {
		return time.Second
	}
	return min(max(time.Duration(float64(time.Minute)/speed), time.Second), time.Minute)
}
