package incident

import (
	"context"
	"strconv"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
)

// Drafter is the exclusive follower that opens a draft for every verdict of the
// probes, with the measured impact, and restates that impact when the verdict
// clears. It never publishes.
type Drafter struct {
	desk  *Desk
	title func(health.Scope, health.Symptom) health.Text
}

// NewDrafter makes a drafter; title words the draft's title in every language.
func NewDrafter(desk *Desk, title func(health.Scope, health.Symptom) health.Text) *Drafter {
	return &Drafter{desk: desk, title: title}
}

// Name is the follower's name in the journal.
func (*Drafter) Name() string { return "drafter" }

// Handle acts on verdicts and lets other facts pass.
func (d *Drafter) Handle(ctx context.Context, f journal.Fact, _ journal.Fence) error {
	switch f.Type {
	case health.VerdictRaisedFact:
		v, err := journal.Decode[health.VerdictRaised](f)
		if err != nil {
			return err
		}
		return d.open(ctx, v)
	case health.VerdictClearedFact:
		v, err := journal.Decode[health.VerdictCleared](f)
		if err != nil {
			return err
		}
		return d.restate(ctx, v)
	default:
		return nil
	}
}

func (d *Drafter) open(ctx context.Context, v health.VerdictRaised) error {
	_, err := d.desk.Open(ctx, Opening{
		Kind: Issue, Title: d.title(v.Scope, v.Symptom), Verdict: v.Verdict,
		Impacts: []Impact{{
			Scope: v.Scope, Symptom: v.Symptom, Level: v.Level, During: health.Interval{From: v.From},
			SharePPM: ppm(v.Share), Determination: health.DeterminationMeasured,
			Evidence: "verdict " + string(v.Verdict) + " of check " + string(v.Check),
			Request:  "raised:" + string(v.Verdict),
		}},
	}, d.Name())
	return err
}

func (d *Drafter) restate(ctx context.Context, v health.VerdictCleared) error {
	i, err := d.desk.store.Find(ctx, v.Verdict, "")
	if fault.Is(err, fault.NotFound) {
		return nil // the verdict never opened a draft
	}
	if err != nil {
		return err
	}
	restated := Impact{
		Scope: v.Scope, Symptom: v.Symptom, Level: v.Level, During: health.Interval{From: v.From, To: v.To},
		SharePPM: ppm(v.Share), Determination: health.DeterminationMeasured,
		Evidence: "verdict " + string(v.Verdict) + " of check " + string(v.Check) + ": " +
			strconv.Itoa(v.Failed) + " of " + strconv.Itoa(v.Probes) + " probes failed",
		Request: "cleared:" + string(v.Verdict),
	}
	for _, p := range i.CurrentImpacts() {
		if p.Determination == health.DeterminationMeasured && p.Scope == v.Scope {
			restated.Replaces = p.ID
		}
	}
	_, err = d.desk.StateImpact(ctx, i.ID, restated, d.Name())
	if fault.Is(err, fault.Conflict) && i.State != Draft && !i.State.Public() {
		return nil // dismissed meanwhile: nothing to restate
	}
	return err
}

// ppm is a share of (0..1] in parts per million, at least one.
func ppm(share float64) int64 {
	return min(max(int64(share*1_000_000+0.5), 1), 1_000_000)
}
