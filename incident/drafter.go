package incident

import (
	"context"
	"slices"
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

// open states the measured impact on the open incident that people opened first
// for the same symptom there, else on a new draft.
func (d *Drafter) open(ctx context.Context, v health.VerdictRaised) error {
	measured := Impact{
		Scope: v.Scope, Symptom: v.Symptom, Level: v.Level, During: health.Interval{From: v.From},
		SharePPM: ppm(v.Share), Determination: health.DeterminationMeasured,
		Evidence: "verdict " + string(v.Verdict) + " of check " + string(v.Check), Request: raised(v.Verdict),
	}
	list, err := d.desk.List(ctx, Filter{Open: true})
	if err != nil {
		return err
	}
	for _, i := range list {
		if i.Verdict == "" && i.concerns(v.Scope, v.Symptom) {
			_, err := d.desk.StateImpact(ctx, i.ID, measured, d.Name())
			return err
		}
	}
	_, err = d.desk.Open(ctx, Opening{
		Kind: Issue, Title: d.title(v.Scope, v.Symptom), Verdict: v.Verdict, Impacts: []Impact{measured},
	}, d.Name())
	return err
}

// concerns reports whether an issue has an impact of the symptom that touches the
// scope.
func (i Incident) concerns(scope health.Scope, symptom health.Symptom) bool {
	return i.Kind == Issue && slices.ContainsFunc(i.CurrentImpacts(), func(p Impact) bool {
		return p.Symptom == symptom && p.Scope.Touches(scope)
	})
}

// raised is the idempotency key of the impact that a verdict states first.
func raised(v health.VerdictID) string { return "raised:" + string(v) }

func (d *Drafter) restate(ctx context.Context, v health.VerdictCleared) error {
	i, first, err := d.stated(ctx, v)
	if err != nil || first == "" {
		return err
	}
	_, err = d.desk.StateImpact(ctx, i.ID, Impact{
		Replaces: first, Scope: v.Scope, Symptom: v.Symptom, Level: v.Level, During: health.Interval{From: v.From, To: v.To},
		SharePPM: ppm(v.Share), Determination: health.DeterminationMeasured,
		Evidence: "verdict " + string(v.Verdict) + " of check " + string(v.Check) + ": " +
			strconv.Itoa(v.Failed) + " of " + strconv.Itoa(v.Probes) + " probes failed",
		Request: "cleared:" + string(v.Verdict),
	}, d.Name())
	if fault.Is(err, fault.Conflict) && i.State != Draft && !i.Public() {
		return nil // dismissed meanwhile: nothing to restate
	}
	return err
}

// stated finds the impact that the verdict stated, and its incident; an empty id
// when there is none, or people have restated it.
func (d *Drafter) stated(ctx context.Context, v health.VerdictCleared) (Incident, health.ImpactID, error) {
	list, err := d.desk.store.Touching(ctx, health.Interval{From: v.From})
	if err != nil {
		return Incident{}, "", err
	}
	for _, i := range list {
		for _, p := range i.CurrentImpacts() {
			if p.Request == raised(v.Verdict) {
				return i, p.ID, nil
			}
		}
	}
	return Incident{}, "", nil
}

// ppm is a share of (0..1] in parts per million, at least one.
func ppm(share float64) int64 {
	return min(max(int64(share*1_000_000+0.5), 1), 1_000_000)
}
