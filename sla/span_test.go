package sla_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/bonghwa/bonghwa/sla"
)

// world is how many instants the small world of the property test has.
const world = 60

func smallSpans() *rapid.Generator[sla.Spans] {
	one := rapid.Custom(func(t *rapid.T) sla.Span {
		return sla.Span{From: rapid.Int64Range(0, world).Draw(t, "from"), To: rapid.Int64Range(0, world).Draw(t, "to")}
	})
	return rapid.Custom(func(t *rapid.T) sla.Spans { return rapid.SliceOfN(one, 0, 6).Draw(t, "spans") })
}

// held counts, instant by instant, how many of the spans hold it.
func held(ss sla.Spans) [world]int {
	var out [world]int
	for _, s := range ss {
		for i := s.From; i < s.To; i++ {
			out[i]++
		}
	}
	return out
}

func TestSpanAlgebraAgreesWithCountingInstants(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := smallSpans().Draw(t, "a"), smallSpans().Draw(t, "b")
		before := slices.Clone(a)
		inA, inB := held(a), held(b)
		union, clip, sub := held(a.Union()), held(a.Clip(b)), held(a.Subtract(b))
		var total int64
		for i := range world {
			if inA[i] > 0 {
				total++
			}
			if union[i] != min(inA[i], 1) {
				t.Fatalf("union holds instant %d %d times, a %d times", i, union[i], inA[i])
			}
			wantClip, wantSub := inA[i], inA[i]
			if inB[i] == 0 {
				wantClip = 0
			} else {
				wantSub = 0
			}
			if clip[i] != wantClip || sub[i] != wantSub {
				t.Fatalf("instant %d: clip %d want %d, subtract %d want %d", i, clip[i], wantClip, sub[i], wantSub)
			}
		}
		if a.Total() != total {
			t.Fatalf("total is %d, want %d", a.Total(), total)
		}
		u := a.Union()
		for i := 1; i < len(u); i++ {
			if u[i].From <= u[i-1].To {
				t.Fatalf("union is not sorted and apart: %v", u)
			}
		}
		if !slices.Equal(a, before) {
			t.Fatal("the receiver was changed")
		}
	})
}

func TestTierNeverGrantsLessForLongerDowntime(t *testing.T) {
	t.Parallel()
	p := worked{Tiers: "99.99:10 99.0:30 95.0:100"}
	rapid.Check(t, func(rt *rapid.T) {
		policy := p.policy(t)
		x, y := rapid.Int64Range(0, 2_592_000).Draw(rt, "x"), rapid.Int64Range(0, 2_592_000).Draw(rt, "y")
		less, more := min(x, y), max(x, y)
		a := policy.Pct(sla.NewFraction(2_592_000-less, 2_592_000))
		b := policy.Pct(sla.NewFraction(2_592_000-more, 2_592_000))
		if a.Compare(b) > 0 {
			rt.Fatalf("%d s grant %s, %d s only %s", less, a, more, b)
		}
	})
}
