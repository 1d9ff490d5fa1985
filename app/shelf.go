package app

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/sla"
)

// shelf is the catalogue in force, held in memory so that pages need not ask the
// database for the names of things.
type shelf struct {
	store   catalog.Store
	current atomic.Pointer[edition]
}

// edition is one revision with what is read out of it.
type edition struct {
	revision catalog.Revision
	policies []sla.Policy
}

// refresh reads the catalogue in force.
func (s *shelf) refresh(ctx context.Context) error {
	r, err := s.store.Current(ctx)
	if err != nil {
		return fmt.Errorf("read the catalogue: %w", err)
	}
	policies, err := policiesOf(r.Catalog)
	if err != nil {
		return err
	}
	s.current.Store(&edition{revision: r, policies: policies})
	return nil
}

// policiesOf reads the agreements of a catalogue.
func policiesOf(c catalog.Catalog) ([]sla.Policy, error) {
	var out []sla.Policy
	for _, d := range c.Policies {
		more, err := sla.ParsePolicy(string(d.ID), []byte(d.YAML))
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// Catalog is the catalogue in force.
func (s *shelf) Catalog(context.Context) (catalog.Catalog, error) {
	return s.current.Load().revision.Catalog, nil
}

// Current is the revision of the catalogue in force.
func (s *shelf) Current(context.Context) (catalog.Revision, error) {
	return s.current.Load().revision, nil
}

// Policies are the agreements of the catalogue in force.
func (s *shelf) Policies(context.Context) ([]sla.Policy, error) {
	return s.current.Load().policies, nil
}

// Regions are where a service is offered, sorted.
func (s *shelf) Regions(_ context.Context, service health.ServiceID) ([]health.RegionID, error) {
	var out []health.RegionID
	for _, c := range s.current.Load().revision.Catalog.Components {
		if c.Service == service {
			out = append(out, c.Region)
		}
	}
	slices.Sort(out)
	return out, nil
}

func (s *shelf) number() int64 { return s.current.Load().revision.Number }
