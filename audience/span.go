package audience

import (
	"cmp"
	"slices"

	"github.com/bonghwa/bonghwa/health"
)

// Merge gives the maximal spans of the lives of resources of one account and
// scope, ascending. Lives that touch are merged; those that never began are left
// out.
func Merge(account health.AccountID, scope health.Scope, lives []health.Interval) []Span {
	lives = slices.DeleteFunc(slices.Clone(lives), func(l health.Interval) bool {
		return !l.Open() && !l.From.Before(l.To)
	})
	slices.SortFunc(lives, func(a, b health.Interval) int { return a.From.Compare(b.From) })
	var out []Span
	for _, l := range lives {
		if n := len(out); n > 0 && reaches(out[n-1].During, l) {
			out[n-1].During = join(out[n-1].During, l)
			out[n-1].Count++
			continue
		}
		out = append(out, Span{Account: account, Scope: scope, During: l, Count: 1})
	}
	return out
}

// reaches reports whether a later life begins before or just when the span ends.
func reaches(span, later health.Interval) bool {
	return span.Open() || !later.From.After(span.To)
}

func join(a, b health.Interval) health.Interval {
	if a.Open() || b.Open() {
		return health.Interval{From: a.From}
	}
	if b.To.After(a.To) {
		a.To = b.To
	}
	return a
}

// compareScopes orders scopes by service, region and zone.
func compareScopes(a, b health.Scope) int {
	return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Zone, b.Zone))
}
