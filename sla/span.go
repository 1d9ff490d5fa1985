package sla

import (
	"cmp"
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// Span is a half-open stretch of time [From, To) in microseconds since 1970,
// UTC. A span whose To is not after its From is empty.
type Span struct {
	From, To int64
}

// SpanOf is the interval in microseconds. An open one is taken to last until
// until.
func SpanOf(i health.Interval, until time.Time) Span {
	i = i.Until(until)
	return Span{From: i.From.UnixMicro(), To: i.To.UnixMicro()}
}

// Interval is the span as an interval of time.
func (s Span) Interval() health.Interval {
	return health.Interval{From: time.UnixMicro(s.From).UTC(), To: time.UnixMicro(s.To).UTC()}
}

// Length is To − From in microseconds, 0 when the span is empty.
func (s Span) Length() int64 { return max(s.To-s.From, 0) }

// Spans are stretches of time in any order, overlapping or not, unless a method
// says otherwise. No method changes its receiver.
type Spans []Span

// Union is every instant that any span holds: sorted, disjoint, not touching,
// none empty.
func (ss Spans) Union() Spans {
	sorted := slices.DeleteFunc(slices.Clone(ss), func(s Span) bool { return s.Length() == 0 })
	slices.SortFunc(sorted, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	out := sorted[:0]
	for _, s := range sorted {
		if n := len(out); n > 0 && s.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, s.To)
			continue
		}
		out = append(out, s)
	}
	return out
}

// Clip is what of the spans lies in any of the others, each span on its own:
// overlaps stay overlaps.
func (ss Spans) Clip(to Spans) Spans {
	walls := to.Union()
	var out Spans
	for _, s := range ss {
		first, _ := slices.BinarySearchFunc(walls, s.From, func(w Span, from int64) int {
			return cmp.Compare(w.To, from+1) // the first wall that ends after from
		})
		for _, w := range walls[first:] {
			if w.From >= s.To {
				break
			}
			if part := (Span{max(s.From, w.From), min(s.To, w.To)}); part.Length() > 0 {
				out = append(out, part)
			}
		}
	}
	return out
}

// Subtract is what of the spans lies in none of the others, each span on its
// own.
func (ss Spans) Subtract(without Spans) Spans {
	holes := without.Union()
	var out Spans
	for _, s := range ss {
		at := s.From
		for _, h := range holes {
			if h.To <= at {
				continue
			}
			if h.From >= s.To {
				break
			}
			if h.From > at {
				out = append(out, Span{at, h.From})
			}
			at = h.To
		}
		if at < s.To {
			out = append(out, Span{at, s.To})
		}
	}
	return out
}

// Total is the length of the union in microseconds: overlaps count once.
func (ss Spans) Total() int64 {
	var sum int64
	for _, s := range ss.Union() {
		sum += s.Length()
	}
	return sum
}
