package audience

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// Latest as a journal number asks for what is known now.
const Latest int64 = math.MaxInt64

// Entity is a resource with its status in an incident.
type Entity struct {
	Resource
	Status EntityStatus `json:"status"`
}

// EntityStatus is how an affected resource is.
type EntityStatus string

// The statuses of an affected resource.
const (
	Impaired      EntityStatus = "impaired"   // the disturbance lasts
	Unimpaired    EntityStatus = "unimpaired" // it is over, or the resource is
	EntityUnknown EntityStatus = "unknown"    // the inventory is stale
)

// ResourceQuery asks for resources of one account. Empty fields do not narrow.
type ResourceQuery struct {
	Account health.AccountID
	In      []Disturbance // those that lived in any of the scopes during it; an empty service means all of the region's
	At      int64         // journal number; Latest for now
	Search  string        // part of id, name or a tag, in any case
	After   Cursor        // the last of the page before
	Limit   int           // at most this many; 0: 100
}

// AliveQuery asks for accounts that had something alive in a scope.
type AliveQuery struct {
	Scope  health.Scope
	During health.Interval  // end it at the world time that counts: an open one reaches into the future
	At     int64            // journal number; Latest for now
	After  health.AccountID // the last of the page before
	Limit  int              // 0: all
}

// Cursor is a place in the order of resources: by name, then id.
type Cursor struct {
	Name string            `json:"name"`
	ID   health.ResourceID `json:"id"`
}

// Records is what a Directory reads.
type Records interface {
	// Spans are the account's spans as known at a journal number.
	Spans(ctx context.Context, account health.AccountID, at int64) ([]Span, error)
	// Inventory is how well the resources are known.
	Inventory(ctx context.Context) (Inventory, error)
	// Resources are those asked for, ordered by name, then id.
	Resources(ctx context.Context, q ResourceQuery) ([]Resource, error)
	// CountResources counts all that q asks for, whatever its page.
	CountResources(ctx context.Context, q ResourceQuery) (int, error)
}

// Directory answers what an incident means to an account.
type Directory struct {
	records    Records
	staleAfter time.Duration
}

// NewDirectory makes a directory over the records. An inventory older than
// staleAfter makes relevance unknown; zero: it never grows stale.
func NewDirectory(r Records, staleAfter time.Duration) *Directory {
	return &Directory{records: r, staleAfter: staleAfter}
}

// Assess says what the disturbances mean to the account, as known at a journal
// number. Count and Total of its reason are exact.
func (d *Directory) Assess(ctx context.Context, account health.AccountID, what []Disturbance, at int64, now time.Time) (Assessment, error) {
	spans, err := d.records.Spans(ctx, account, at)
	if err != nil {
		return Assessment{}, fmt.Errorf("assess account %s: %w", account, err)
	}
	inventory, err := d.records.Inventory(ctx)
	if err != nil {
		return Assessment{}, fmt.Errorf("assess account %s: %w", account, err)
	}
	a := Assess(spans, Question{Disturbances: what, Inventory: inventory, Now: now, StaleAfter: d.staleAfter})
	if a.Relevance != Impacted {
		return a, nil
	}
	return d.count(ctx, account, a, at, now)
}

// count replaces the sums of spans by the number of resources that lived.
func (d *Directory) count(ctx context.Context, account health.AccountID, a Assessment, at int64, now time.Time) (Assessment, error) {
	where := Disturbance{Scope: a.Reason.Scope, During: lasting(a.Reason.During, now)}
	var err error
	a.Reason.Count, err = d.records.CountResources(ctx, ResourceQuery{Account: account, In: []Disturbance{where}, At: at})
	if err != nil {
		return a, fmt.Errorf("count the resources of account %s: %w", account, err)
	}
	where.Scope = health.Scope{Region: where.Scope.Region}
	a.Reason.Total, err = d.records.CountResources(ctx, ResourceQuery{Account: account, In: []Disturbance{where}, At: at})
	if err != nil {
		return a, fmt.Errorf("count the resources of account %s: %w", account, err)
	}
	return a, nil
}

// lasting is the span of a disturbance that can have hit anything by now, this
// instant included.
func lasting(during health.Interval, now time.Time) health.Interval {
	if during.Open() && !now.Before(during.From) {
		during.To = now.Add(time.Microsecond)
	}
	return during
}

// Page is one page of affected resources.
type Page struct {
	Entities []Entity
	Total    int    // on all pages
	Next     Cursor // for the page after; zero on the last
}

// Affected gives one page of the account's resources that lived in the disturbed
// scopes meanwhile, with their status, ordered by name.
func (d *Directory) Affected(ctx context.Context, q ResourceQuery, now time.Time) (Page, error) {
	const usual = 100
	if q.Limit <= 0 {
		q.Limit = usual
	}
	inventory, err := d.records.Inventory(ctx)
	if err != nil {
		return Page{}, fmt.Errorf("list affected resources: %w", err)
	}
	what := q.In
	q.In = make([]Disturbance, len(what))
	for i, w := range what {
		w.During = lasting(w.During, now)
		q.In[i] = w
	}
	var p Page
	if p.Total, err = d.records.CountResources(ctx, q); err != nil {
		return Page{}, fmt.Errorf("list affected resources: %w", err)
	}
	q.Limit++
	found, err := d.records.Resources(ctx, q)
	if err != nil {
		return Page{}, fmt.Errorf("list affected resources: %w", err)
	}
	if len(found) == q.Limit {
		found = found[:q.Limit-1]
		last := found[len(found)-1]
		p.Next = Cursor{Name: last.Name, ID: last.ID}
	}
	stale := inventory.Stale(now, d.staleAfter)
	for _, r := range found {
		p.Entities = append(p.Entities, Entity{Resource: r, Status: statusOf(r, what, now, stale)})
	}
	return p, nil
}

func statusOf(r Resource, what []Disturbance, now time.Time, stale bool) EntityStatus {
	if stale {
		return EntityUnknown
	}
	for _, w := range what {
		here := w.Scope.Touches(r.Scope) || (w.Scope.Service == "" && w.Scope.Region == r.Scope.Region)
		if here && w.During.Contains(now) && r.Life.Contains(now) {
			return Impaired
		}
	}
	return Unimpaired
}
