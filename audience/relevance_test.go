package audience_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/health"
)

func kst(day, hour, minute int) time.Time {
	return time.Date(2018, 11, day, hour-9, minute, 0, 0, time.UTC)
}

func at(service health.ServiceID, region health.RegionID, zone health.ZoneID) health.Scope {
	return health.Scope{Service: service, Region: region, Zone: zone}
}

func span(scope health.Scope, from, to time.Time, count int) audience.Span {
	return audience.Span{Account: "a", Scope: scope, During: health.Interval{From: from, To: to}, Count: count}
}

func dns() audience.Disturbance {
	return audience.Disturbance{
		Scope: at("ec2", "ap-northeast-2", ""), Level: health.MajorOutage,
		During: health.Interval{From: kst(22, 8, 19), To: kst(22, 9, 43)},
	}
}

func TestAssess(t *testing.T) {
	t.Parallel()
	seoul, seoulA, tokyo := at("ec2", "ap-northeast-2", ""), at("ec2", "ap-northeast-2", "ap-northeast-2a"), at("ec2", "ap-northeast-1", "")
	rds := at("rds", "ap-northeast-2", "")
	old := kst(1, 0, 0)
	never := time.Time{}
	zoned := dns()
	zoned.Scope.Zone = "ap-northeast-2c"
	open := dns()
	open.During.To = time.Time{}
	calm := dns()
	calm.Level = health.Operational
	for name, c := range map[string]struct {
		spans []audience.Span
		what  []audience.Disturbance
		asOf  time.Time
		want  audience.Relevance
		code  audience.ReasonCode
		count int
		total int
		at    time.Time
	}{
		"alive":                 {[]audience.Span{span(seoulA, old, never, 3), span(rds, old, never, 2)}, []audience.Disturbance{dns()}, old, audience.Impacted, audience.ReasonInScope, 3, 5, never},
		"ended ten days before": {[]audience.Span{span(seoulA, old, kst(10, 0, 0), 3)}, []audience.Disturbance{dns()}, old, audience.Related, audience.ReasonEndedBefore, 3, 0, kst(10, 0, 0)},
		"ended as it began":     {[]audience.Span{span(seoulA, old, kst(22, 8, 19), 1)}, []audience.Disturbance{dns()}, old, audience.Related, audience.ReasonEndedBefore, 1, 0, kst(22, 8, 19)},
		"began seven min after": {[]audience.Span{span(seoulA, kst(22, 9, 50), never, 2)}, []audience.Disturbance{dns()}, old, audience.Related, audience.ReasonBeganAfter, 2, 0, kst(22, 9, 50)},
		"began as it ended":     {[]audience.Span{span(seoulA, kst(22, 9, 43), never, 2)}, []audience.Disturbance{dns()}, old, audience.Related, audience.ReasonBeganAfter, 2, 0, kst(22, 9, 43)},
		"before and after":      {[]audience.Span{span(seoulA, old, kst(10, 0, 0), 3), span(seoulA, kst(23, 0, 0), never, 1)}, []audience.Disturbance{dns()}, old, audience.Related, audience.ReasonNotAlive, 4, 0, never},
		"begins later, open":    {[]audience.Span{span(seoulA, kst(22, 9, 50), never, 2)}, []audience.Disturbance{open}, old, audience.Related, audience.ReasonBeganAfter, 2, 0, kst(22, 9, 50)},
		"other zone":            {[]audience.Span{span(seoulA, old, never, 3)}, []audience.Disturbance{zoned}, old, audience.Related, audience.ReasonOtherZone, 3, 3, never},
		"no zone known":         {[]audience.Span{span(seoul, old, never, 3)}, []audience.Disturbance{zoned}, old, audience.Impacted, audience.ReasonInScope, 3, 3, never},
		"other service":         {[]audience.Span{span(rds, old, never, 2)}, []audience.Disturbance{dns()}, old, audience.PartiallyRelated, audience.ReasonOtherService, 2, 2, never},
		"other region":          {[]audience.Span{span(tokyo, old, never, 7)}, []audience.Disturbance{dns()}, old, audience.NotImpacted, audience.ReasonNothingInRegions, 0, 7, never},
		"nothing at all":        {nil, []audience.Disturbance{dns()}, old, audience.NotImpacted, audience.ReasonNothingInRegions, 0, 0, never},
		"nothing stated yet":    {[]audience.Span{span(seoul, old, never, 3)}, nil, old, audience.RelevanceUnknown, audience.ReasonNothingStated, 0, 0, never},
		"no disturbance":        {[]audience.Span{span(seoul, old, never, 3)}, []audience.Disturbance{calm}, old, audience.NotImpacted, audience.ReasonNoDisturbance, 0, 0, never},
		"never imported":        {nil, []audience.Disturbance{dns()}, never, audience.RelevanceUnknown, audience.ReasonNeverImported, 0, 0, never},
		"stale":                 {[]audience.Span{span(tokyo, old, never, 7)}, []audience.Disturbance{dns()}, kst(1, 0, 0).AddDate(0, -3, 0), audience.RelevanceUnknown, audience.ReasonStale, 0, 0, never},
		"stale but hit":         {[]audience.Span{span(seoul, old, never, 7)}, []audience.Disturbance{dns()}, kst(1, 0, 0).AddDate(0, -3, 0), audience.Impacted, audience.ReasonInScope, 7, 7, never},
		"the worse decides":     {[]audience.Span{span(seoulA, old, never, 3)}, []audience.Disturbance{zoned, dns(), calm}, old, audience.Impacted, audience.ReasonInScope, 3, 3, never},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := audience.Assess(c.spans, audience.Question{
				Disturbances: c.what, Inventory: audience.Inventory{AsOf: c.asOf}, Now: kst(22, 9, 0), StaleAfter: 40 * 24 * time.Hour,
			})
			r := a.Reason
			if a.Relevance != c.want || r.Code != c.code || r.Count != c.count || r.Total != c.total || !r.At.Equal(c.at) {
				t.Errorf("got %s because of %+v; want %s, %s, %d of %d at %v", a.Relevance, r, c.want, c.code, c.count, c.total, c.at)
			}
		})
	}
}

func instant(t *rapid.T, name string) time.Time {
	return kst(1, 0, 0).Add(time.Duration(rapid.IntRange(0, 40).Draw(t, name)) * 24 * time.Hour)
}

func life(t *rapid.T) health.Interval {
	i := health.Interval{From: instant(t, "from")}
	if rapid.Bool().Draw(t, "ends") {
		i.To = instant(t, "to")
	}
	return i
}

func scope(t *rapid.T) health.Scope {
	region := rapid.SampledFrom([]health.RegionID{"r1", "r2"}).Draw(t, "region")
	zone := rapid.SampledFrom([]health.ZoneID{"", "a", "b"}).Draw(t, "zone")
	return at(rapid.SampledFrom([]health.ServiceID{"s1", "s2"}).Draw(t, "service"), region, zone)
}

func spans(t *rapid.T) []audience.Span {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) audience.Span {
		return audience.Span{Account: "a", Scope: scope(t), During: life(t), Count: rapid.IntRange(1, 9).Draw(t, "count")}
	}), 0, 6).Draw(t, "spans")
}

func question(t *rapid.T) audience.Question {
	return audience.Question{
		Disturbances: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) audience.Disturbance {
			return audience.Disturbance{Scope: scope(t), During: life(t), Level: rapid.SampledFrom(health.Levels()).Draw(t, "level")}
		}), 0, 3).Draw(t, "disturbances"),
		Inventory:  audience.Inventory{AsOf: instant(t, "as of")},
		Now:        instant(t, "now"),
		StaleAfter: time.Duration(rapid.IntRange(0, 20).Draw(t, "stale")) * 24 * time.Hour,
	}
}

func same(a, b audience.Assessment) bool {
	x, y := a.Reason, b.Reason
	return a.Relevance == b.Relevance && x.Code == y.Code && x.Scope == y.Scope && x.During == y.During &&
		x.Count == y.Count && x.Total == y.Total && x.At.Equal(y.At)
}

func TestTheOrderOfSpansDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, q := spans(t), question(t)
		want := audience.Assess(s, q)
		q.Disturbances = rapid.Permutation(q.Disturbances).Draw(t, "disturbances in another order")
		if got := audience.Assess(rapid.Permutation(s).Draw(t, "spans in another order"), q); !same(got, want) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
		if want.Reason.Code == "" {
			t.Fatal("no reason")
		}
	})
}

func TestALiveResourceNeverLowersRelevance(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, q := spans(t), question(t)
		before := audience.Assess(s, q)
		more := audience.Span{Account: "a", Scope: scope(t), During: life(t), Count: 1}
		if after := audience.Assess(append(s, more), q); after.Relevance < before.Relevance {
			t.Fatalf("%s became %s", before.Relevance, after.Relevance)
		}
	})
}

// TestMergedSpansSayWhatLivesSay checks Merge against the lives themselves, hour
// by hour of a small world.
func TestMergedSpansSayWhatLivesSay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lives := rapid.SliceOfN(rapid.Custom(life), 0, 8).Draw(t, "lives")
		merged := audience.Merge("a", at("s", "r", ""), lives)
		covers := func(list []health.Interval, when time.Time) bool {
			for _, l := range list {
				if l.Contains(when) {
					return true
				}
			}
			return false
		}
		var during []health.Interval
		count := 0
		for i, m := range merged {
			during = append(during, m.During)
			count += m.Count
			if i > 0 && (merged[i-1].During.Open() || !m.During.From.After(merged[i-1].During.To)) {
				t.Fatalf("spans %v and %v touch", merged[i-1].During, m.During)
			}
		}
		for h := range 45 * 2 {
			when := kst(1, 0, 0).Add(time.Duration(h) * 12 * time.Hour)
			if covers(lives, when) != covers(during, when) {
				t.Fatalf("at %v the lives %v and the spans %v differ", when, lives, during)
			}
		}
		for _, l := range lives {
			if l.Open() || l.From.Before(l.To) {
				count--
			}
		}
		if count != 0 {
			t.Fatalf("the counts are off by %d", count)
		}
	})
}
