package sla

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/bonghwa/bonghwa/health"
)

// wholePPM is all requests, in parts per million.
const wholePPM = 1_000_000

const minuteMicros = 60_000_000

// Down is one stretch that counts against a policy before it is clipped.
type Down struct {
	Span
	SharePPM int64 // of requests hit, 1 to 1,000,000
	Incident health.IncidentID
}

// Availability is what a policy makes of a period.
type Availability struct {
	Fraction  Fraction
	Total     int64               // of the denominator, microseconds
	Down      Spans               // union of what counts, clipped; as it was before the quantum
	DownTime  int64               // of the period, by quantum and weight, microseconds rounded up
	Incidents []health.IncidentID // whose impacts count, sorted
}

// Availability measures a period in which the thing existed for life (empty:
// throughout). Downs are clipped to period and life, the excluded are
// subtracted, then overlaps count once. Shorter stretches than MinConsecutive
// are dropped, then the quantum is applied to each.
func (p Policy) Availability(period Span, life Spans, downs []Down, excluded Spans) Availability {
	alive := Spans{period}
	if len(life) > 0 {
		alive = life.Clip(alive).Union()
	}
	out := Availability{Total: period.Length()}
	if p.Denominator == DenominatorDeployed {
		out.Total = alive.Total()
	}
	var counted []Down
	var spans Spans
	for _, d := range downs {
		for _, s := range (Spans{d.Span}).Clip(alive).Subtract(excluded) {
			counted = append(counted, Down{Span: s, SharePPM: d.SharePPM, Incident: d.Incident})
			spans = append(spans, s)
		}
	}
	out.Down = slices.DeleteFunc(spans.Union(), func(s Span) bool { return s.Length() < p.MinConsecutive.Microseconds() })
	out.Incidents = incidentsIn(counted, out.Down)
	p.setFraction(&out, counted)
	return out
}

// setFraction takes the down time, in parts per million of a microsecond so
// that shares stay exact, from the total.
func (p Policy) setFraction(a *Availability, counted []Down) {
	total := new(big.Int).Mul(big.NewInt(a.Total), big.NewInt(wholePPM))
	var down *big.Int
	if p.Weight == WeightShare {
		down = shared(counted, a.Down)
	} else {
		down = new(big.Int).Mul(big.NewInt(p.Quantum.count(a.Down)), big.NewInt(wholePPM))
	}
	if down.Cmp(total) > 0 {
		down = total
	}
	a.Fraction = bigFraction(new(big.Int).Sub(total, down), total)
	micros, rest := new(big.Int).QuoRem(down, big.NewInt(wholePPM), new(big.Int))
	a.DownTime = micros.Int64()
	if rest.Sign() > 0 {
		a.DownTime++
	}
}

// count is the time of disjoint stretches, by the quantum, in microseconds.
func (q Quantum) count(stretches Spans) int64 {
	var sum int64
	switch q {
	case QuantumFloorMinute:
		for _, s := range stretches {
			sum += s.Length() / minuteMicros * minuteMicros
		}
	case QuantumCeil:
		for _, s := range stretches {
			sum += (s.Length() + minuteMicros - 1) / minuteMicros * minuteMicros
		}
	case QuantumTouched:
		var minutes Spans
		for _, s := range stretches {
			minutes = append(minutes, Span{floorMinute(s.From), floorMinute(s.To + minuteMicros - 1)})
		}
		sum = minutes.Total()
	case QuantumExact:
		sum = stretches.Total()
	}
	return sum
}

func floorMinute(t int64) int64 {
	m := t % minuteMicros
	if m < 0 {
		m += minuteMicros
	}
	return t - m
}

// shared is Σ length × the greatest share of any impact then under way.
func shared(counted []Down, within Spans) *big.Int {
	edges := make([]int64, 0, 2*len(counted))
	for _, d := range counted {
		edges = append(edges, d.From, d.To)
	}
	slices.Sort(edges)
	edges = slices.Compact(edges)
	sum := new(big.Int)
	for i := 1; i < len(edges); i++ {
		piece := Spans{{edges[i-1], edges[i]}}.Clip(within).Total()
		var worst int64
		for _, d := range counted {
			if d.From <= edges[i-1] && edges[i] <= d.To {
				worst = max(worst, min(d.SharePPM, wholePPM))
			}
		}
		sum.Add(sum, new(big.Int).Mul(big.NewInt(piece), big.NewInt(worst)))
	}
	return sum
}

func incidentsIn(counted []Down, within Spans) []health.IncidentID {
	var out []health.IncidentID
	for _, d := range counted {
		if (Spans{d.Span}).Clip(within).Total() > 0 {
			out = append(out, d.Incident)
		}
	}
	slices.SortFunc(out, func(a, b health.IncidentID) int { return cmp.Compare(a, b) })
	return slices.Compact(out)
}

func bigFraction(up, total *big.Int) Fraction {
	if total.Sign() == 0 {
		return Fraction{}
	}
	g := new(big.Int).GCD(nil, nil, up, total)
	return Fraction{up: new(big.Int).Quo(up, g).Int64(), total: new(big.Int).Quo(total, g).Int64()}
}
