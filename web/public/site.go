// Package public is the Service Health Dashboard: what everyone may read, without
// signing in and without JavaScript.
//
// It promises that a page is answered from memory: Refresh reads the domains once
// and makes a snapshot; serving touches no database, no file and no other service,
// so the page stands when they lie down, and says how old it is. The first screen,
// the history and the open incidents are finished when the snapshot is; pages
// further down are finished from the same memory when first asked for. The same
// facts and the same minute give the same bytes on every node. It decides nothing
// about incidents and knows nothing of accounts.
package public

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/postevent"
	"github.com/bonghwa/bonghwa/web/ui"
)

// Catalogs gives the catalogue in force. catalog.Store does.
type Catalogs interface {
	Current(ctx context.Context) (catalog.Revision, error)
}

// Incidents gives whole incidents with their impacts and updates, in any order.
// incident.Desk does.
type Incidents interface {
	List(ctx context.Context, f incident.Filter) ([]incident.Incident, error)
}

// Summaries gives the published post-event summaries. postevent.Store does.
type Summaries interface {
	Published(ctx context.Context) ([]postevent.Summary, error)
}

// Freshness says of every check that has run whether its data are fresh.
type Freshness interface {
	Freshness(ctx context.Context) (map[health.CheckID]bool, error)
}

// Options are what a site is made from.
type Options struct {
	Book      *language.Book
	Site      ui.Site // with the zone that the days of the bars are in; UTC if nil
	Now       func() time.Time
	Catalogs  Catalogs
	Incidents Incidents
	Summaries Summaries // may be nil
	Freshness Freshness // may be nil: then no component is unknown
}

// Site answers the public pages. It is safe for concurrent use.
type Site struct {
	options Options
	current atomic.Pointer[snapshot]
}

// New makes a site. It answers 503 until the first Refresh.
func New(o Options) *Site {
	if o.Site.Zone == nil {
		o.Site.Zone = time.UTC
	}
	return &Site{options: o}
}

// Refresh reads the domains and puts a new snapshot in place of the old. When
// reading fails the old one stays, and its pages say how old they are. Call it
// when facts arrive and at least once a minute of world time.
func (s *Site) Refresh(ctx context.Context) error {
	m, err := s.read(ctx)
	if err != nil {
		return fault.Wrap(fault.Unavailable, "refresh the public page", err)
	}
	next := newSnapshot(m)
	if err := next.finish(); err != nil {
		return fmt.Errorf("render the public page: %w", err)
	}
	s.current.Store(next)
	return nil
}

func (s *Site) read(ctx context.Context) (*model, error) {
	o := s.options
	src := source{}
	now := o.Now().UTC() // before reading: a page must not claim to be newer than what it read
	revision, err := o.Catalogs.Current(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the catalogue: %w", err)
	}
	src.catalog = revision.Catalog
	if src.incidents, err = o.Incidents.List(ctx, incident.Filter{Public: true}); err != nil {
		return nil, fmt.Errorf("read incidents: %w", err)
	}
	if o.Summaries != nil {
		if src.summaries, err = o.Summaries.Published(ctx); err != nil {
			return nil, fmt.Errorf("read summaries: %w", err)
		}
	}
	if o.Freshness != nil {
		checks, err := o.Freshness.Freshness(ctx)
		if err != nil {
			return nil, fmt.Errorf("read how fresh the probes are: %w", err)
		}
		src.fresh = freshScopes(src.catalog, checks)
	}
	return newModel(o, now, src), nil
}

// freshScopes are the components of which at least one check has fresh data and
// none is stale.
func freshScopes(c catalog.Catalog, checks map[health.CheckID]bool) map[health.Scope]bool {
	fresh := map[health.Scope]bool{}
	for _, check := range c.Checks {
		component := health.Scope{Service: check.Scope.Service, Region: check.Scope.Region}
		was, seen := fresh[component]
		fresh[component] = checks[check.ID] && (was || !seen)
	}
	return fresh
}
