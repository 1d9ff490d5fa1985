package audience

import (
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// Relevance is what an incident means to an account. Greater means more.
type Relevance int

// The relevances, from least to most. Unknown stands lowest, but is never
// mistaken for "not impacted": it says that nobody knows.
const (
	RelevanceUnknown Relevance = iota
	NotImpacted
	PartiallyRelated
	Related
	Impacted
)

// String is the relevance's word in the API.
func (r Relevance) String() string {
	switch r {
	case RelevanceUnknown:
		return "unknown"
	case NotImpacted:
		return "not_impacted"
	case PartiallyRelated:
		return "partially_related"
	case Related:
		return "related"
	case Impacted:
		return "impacted"
	}
	return "invalid"
}

// MarshalText writes the relevance's word.
func (r Relevance) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// ReasonCode is why an account has its relevance.
type ReasonCode string

// The reasons. Beside each: the relevance it gives and the slots it fills.
const (
	ReasonNeverImported    ReasonCode = "inventory_never_imported" // unknown: none
	ReasonStale            ReasonCode = "inventory_stale"          // unknown: AsOf
	ReasonNothingStated    ReasonCode = "nothing_stated"           // unknown: none
	ReasonNoDisturbance    ReasonCode = "no_disturbance"           // not impacted: none
	ReasonInScope          ReasonCode = "resources_in_scope"       // impacted: Scope, During, Count, Total
	ReasonEndedBefore      ReasonCode = "ended_before"             // related: Scope, During, Count, At (last end)
	ReasonBeganAfter       ReasonCode = "began_after"              // related: Scope, During, Count, At (first beginning)
	ReasonNotAlive         ReasonCode = "not_alive_during"         // related: Scope, During, Count (some ended before, some began after)
	ReasonOtherZone        ReasonCode = "other_zone"               // related: Scope, During, Count
	ReasonOtherService     ReasonCode = "other_service"            // partially related: Scope, During, Count
	ReasonNothingInRegions ReasonCode = "nothing_in_regions"       // not impacted: Scope, During, Regions, Total
)

// Reason is why, in slots that package language renders.
type Reason struct {
	Code    ReasonCode        `json:"code"`
	Scope   health.Scope      `json:"scope,omitzero"`    // of the disturbance that decided
	During  health.Interval   `json:"during,omitzero"`   // of that disturbance
	Count   int               `json:"count,omitempty"`   // resources the reason speaks of
	Total   int               `json:"total,omitempty"`   // resources the account has in the region meanwhile; ever and anywhere for nothing_in_regions
	At      time.Time         `json:"at,omitzero"`       // see the code
	AsOf    time.Time         `json:"as_of,omitzero"`    // of the inventory
	Regions []health.RegionID `json:"regions,omitempty"` // disturbed, sorted
}

// Disturbance is where, when and how badly something was wrong.
type Disturbance struct {
	Scope  health.Scope
	During health.Interval
	Level  health.Level
}

// Assessment is an account's relevance with its reason.
type Assessment struct {
	Relevance Relevance `json:"relevance"`
	Reason    Reason    `json:"reason"`
}

// Question is what Assess is asked besides the account's spans.
type Question struct {
	Disturbances []Disturbance
	Inventory    Inventory
	Now          time.Time
	StaleAfter   time.Duration // zero: never
}

// Assess says what disturbances mean to the account that has the spans. Impacted
// means that a resource lived in a touched scope while it was disturbed; related,
// that the account has resources of that service in that region which were not
// touched; partially related, only of other services there. An inventory that
// was never imported or is stale gives unknown, unless what is known already
// shows the account impacted. So does an incident of which no disturbance has been
// stated yet. A scope whose level is operational disturbs nobody.
//
// Count and Total are sums of the spans' counts: of a span that was open during
// the disturbance all its resources are counted. Directory.Assess gives the
// exact numbers. The order of spans and of disturbances of equal weight does not
// matter.
func Assess(spans []Span, q Question) Assessment {
	disturbed := slices.DeleteFunc(slices.Clone(q.Disturbances), func(d Disturbance) bool {
		return d.Level == health.Operational || d.Level == health.Unknown
	})
	if len(q.Disturbances) == 0 {
		return Assessment{Reason: Reason{Code: ReasonNothingStated}}
	}
	best := Assessment{Relevance: NotImpacted, Reason: nothing(spans, disturbed)}
	slices.SortFunc(disturbed, compareDisturbances)
	for _, d := range disturbed {
		if a := assessOne(spans, d, q.Now); a.Relevance > best.Relevance {
			best = a
		}
	}
	if best.Relevance == Impacted {
		return best
	}
	if q.Inventory.AsOf.IsZero() {
		return Assessment{Reason: Reason{Code: ReasonNeverImported}}
	}
	if q.Inventory.Stale(q.Now, q.StaleAfter) {
		return Assessment{Reason: Reason{Code: ReasonStale, AsOf: q.Inventory.AsOf}}
	}
	return best
}

// compareDisturbances puts the worst first, then the earliest, then by scope.
func compareDisturbances(a, b Disturbance) int {
	if a.Level != b.Level {
		return int(b.Level) - int(a.Level)
	}
	if c := a.During.From.Compare(b.During.From); c != 0 {
		return c
	}
	if c := compareScopes(a.Scope, b.Scope); c != 0 {
		return c
	}
	return a.During.To.Compare(b.During.To)
}

func nothing(spans []Span, disturbed []Disturbance) Reason {
	if len(disturbed) == 0 {
		return Reason{Code: ReasonNoDisturbance}
	}
	r := Reason{Code: ReasonNothingInRegions}
	for _, d := range disturbed {
		r.Regions = append(r.Regions, d.Scope.Region)
	}
	slices.Sort(r.Regions)
	r.Regions = slices.Compact(r.Regions)
	first := slices.MinFunc(disturbed, compareDisturbances)
	r.Scope, r.During = first.Scope, first.During
	for _, s := range spans {
		r.Total += s.Count
	}
	return r
}

// tally sorts an account's resources by how a disturbance concerns them.
type tally struct {
	hit, before, after, elsewhere, others, total int
	lastEnd, firstBegin                          time.Time
}

func (t *tally) add(s Span, d Disturbance, during health.Interval) {
	if s.Scope.Region != d.Scope.Region {
		return
	}
	if s.During.Overlaps(during) {
		t.total += s.Count
	}
	switch {
	case s.Scope.Service != d.Scope.Service:
		t.others += s.Count
	case !s.Scope.Touches(d.Scope):
		t.elsewhere += s.Count
	case s.During.Overlaps(during):
		t.hit += s.Count
	case !s.During.Open() && !s.During.To.After(during.From):
		t.before += s.Count
		if s.During.To.After(t.lastEnd) {
			t.lastEnd = s.During.To
		}
	default:
		t.after += s.Count
		if t.firstBegin.IsZero() || s.During.From.Before(t.firstBegin) {
			t.firstBegin = s.During.From
		}
	}
}

func assessOne(spans []Span, d Disturbance, now time.Time) Assessment {
	during := lasting(d.During, now) // what begins later is not hit by what has not ended yet
	var t tally
	for _, s := range spans {
		t.add(s, d, during)
	}
	a := t.assess()
	a.Reason.Scope, a.Reason.During = d.Scope, d.During
	return a
}

func (t *tally) assess() Assessment {
	related := func(code ReasonCode, count int, at time.Time) Assessment {
		return Assessment{Relevance: Related, Reason: Reason{Code: code, Count: count, Total: t.total, At: at}}
	}
	switch {
	case t.hit > 0:
		return Assessment{Relevance: Impacted, Reason: Reason{Code: ReasonInScope, Count: t.hit, Total: t.total}}
	case t.before > 0 && t.after > 0:
		return related(ReasonNotAlive, t.before+t.after, time.Time{})
	case t.before > 0:
		return related(ReasonEndedBefore, t.before, t.lastEnd)
	case t.after > 0:
		return related(ReasonBeganAfter, t.after, t.firstBegin)
	case t.elsewhere > 0:
		return related(ReasonOtherZone, t.elsewhere, time.Time{})
	case t.others > 0:
		return Assessment{Relevance: PartiallyRelated, Reason: Reason{Code: ReasonOtherService, Count: t.others, Total: t.total}}
	}
	return Assessment{Relevance: NotImpacted}
}
