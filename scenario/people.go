package scenario

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// What the API answers, as far as the scripted people look at it.
type (
	incidentView struct {
		ID       health.IncidentID `json:"id"`
		State    string            `json:"state"`
		Verdict  string            `json:"verdict"`
		OpenedAt time.Time         `json:"opened_at"`
		Impacts  []impactView      `json:"impacts"`
		Updates  []updateView      `json:"updates"`
	}
	impactView struct {
		ID            string    `json:"id"`
		Service       string    `json:"service"`
		Region        string    `json:"region"`
		From          time.Time `json:"from"`
		To            time.Time `json:"to"`
		Determination string    `json:"determination"`
		InForce       bool      `json:"in_force"`
		StatedAt      time.Time `json:"stated_at"`
	}
	updateView struct {
		ID          string      `json:"id"`
		Sequence    int         `json:"sequence"`
		State       string      `json:"state"`
		Body        health.Text `json:"body"`
		PublishedAt time.Time   `json:"published_at"`
	}
	publicationView struct {
		ID         string    `json:"id"`
		Kind       string    `json:"kind"`
		Sequence   int       `json:"sequence"`
		At         time.Time `json:"at"`
		Audience   int       `json:"audience"`
		Delivered  int       `json:"delivered"`
		Superseded int       `json:"superseded"`
		Pending    int       `json:"pending"`
		Marked     int       `json:"marked"`
		LastAt     time.Time `json:"last_at"`
	}
)

// update is what the operator does: take the draft that the probes opened, or
// open an incident where they saw nothing, state the impact, publish.
func (r *Replay) update(ctx context.Context, s Step) error {
	id, _ := r.known()
	if id == "" {
		var err error
		if id, err = r.takeUp(ctx, s); err != nil {
			return err
		}
		if err := r.learn(func(m *memory) { m.Incident = id }); err != nil {
			return err
		}
	}
	path := "/incidents/" + string(id)
	if s.Declare != "" {
		if err := r.declare(ctx, s, path); err != nil {
			return err
		}
	}
	body := map[string]any{"state": s.State, "body": s.Body, "action": s.Action, "assurances": s.Assurances}
	if !s.Workaround.Empty() {
		body["workaround"] = s.Workaround
	}
	if !s.ActionText.Empty() {
		body["action_text"] = s.ActionText
	}
	// A promise that the replay has passed already, after an interruption, is
	// not made any more.
	if s.NextUpdate.After(r.stage.world.Now()) {
		body["next_update"] = s.NextUpdate
	}
	return r.operator.post(ctx, path+"/updates", s.Key, body)
}

// takeUp is the draft of the probes for the scenario's component, or a new
// incident when there is none.
func (r *Replay) takeUp(ctx context.Context, s Step) (health.IncidentID, error) {
	var list struct {
		Incidents []incidentView `json:"incidents"`
	}
	if err := r.operator.get(ctx, "/incidents?state=draft", &list); err != nil {
		return "", err
	}
	for _, i := range list.Incidents {
		for _, p := range i.Impacts {
			if p.Service == string(r.stage.script.Service) && p.Region == string(r.stage.script.Region) {
				return i.ID, nil
			}
		}
	}
	var opened incidentView
	err := r.operator.call(ctx, request{
		method: http.MethodPost, path: "/incidents", key: "open:" + s.Key,
		in: map[string]any{"kind": "issue", "title": r.stage.script.Title},
	}, &opened)
	return opened.ID, err
}

// declare states the provider's own impact: open at first, with its end later.
func (r *Replay) declare(ctx context.Context, s Step, path string) error {
	d := r.stage.script.Declared
	impact := map[string]any{
		"service": r.stage.script.Service, "region": r.stage.script.Region, "symptom": d.Symptom, "level": d.Level,
		"from": d.From, "share_ppm": d.SharePPM, "determination": "declared", "reason": d.Reason,
	}
	if s.Declare == "close" {
		impact["to"] = d.To
		i, err := r.incident(ctx)
		if err != nil {
			return err
		}
		for _, p := range i.Impacts {
			if p.Determination == "declared" && p.InForce && p.To.IsZero() {
				impact["replaces"] = p.ID
			}
		}
		if impact["replaces"] == nil {
			return nil // its end was stated before an interruption
		}
	}
	return r.operator.post(ctx, path+"/impacts", "impact:"+s.Key, impact)
}

func (r *Replay) incident(ctx context.Context) (incidentView, error) {
	var i incidentView
	id, _ := r.known()
	err := r.operator.get(ctx, "/incidents/"+string(id), &i)
	return i, err
}

// publications are what was told of the story's own incident and credit run.
func (r *Replay) publications(ctx context.Context) ([]publicationView, error) {
	type list struct {
		Publications []publicationView `json:"publications"`
	}
	var updates, credits list
	id, run := r.known()
	err := r.operator.get(ctx, "/publications"+query("incident", string(id)), &updates)
	if err == nil && run != "" {
		err = r.operator.get(ctx, "/publications"+query("run", string(run)), &credits)
	}
	return append(updates.Publications, credits.Publications...), err
}

func (r *Replay) publishSummary(ctx context.Context, s Step) error {
	id, _ := r.known()
	path := "/incidents/" + string(id) + "/summary"
	narrative := map[string]any{"title": s.Title, "overview": s.Overview, "cause": s.Cause, "actions": s.Actions, "notes": s.Notes}
	var draft struct {
		Published bool `json:"published"`
	}
	if err := r.operator.get(ctx, path, &draft); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if draft.Published {
		return nil // before an interruption
	}
	if err := r.operator.post(ctx, path, s.Key, narrative); err != nil {
		return err
	}
	return r.operator.post(ctx, path+"/publish", s.Key, nil)
}

// planCredit is what finance does: the November bill goes in, a plan comes out.
func (r *Replay) planCredit(ctx context.Context, s Step) error {
	bill, err := os.ReadFile(r.stage.input(UsageBillFile))
	if err != nil {
		return err
	}
	q := query("month", r.stage.script.Month, "bill", UsageBillFile,
		"service", string(r.stage.script.Service), "region", string(r.stage.script.Region))
	var run struct {
		ID health.CreditRunID `json:"id"`
	}
	answer, err := r.operator.send(ctx, request{method: http.MethodPost, path: "/credit/runs" + q, key: s.Key, kind: "text/csv", body: bill})
	if err != nil {
		return err
	}
	if err := json.Unmarshal(answer, &run); err != nil {
		return err
	}
	return r.learn(func(m *memory) { m.Run = run.ID })
}

// applyCredit takes the credits off the December bill: its lines go in, the rows
// to add come out.
func (r *Replay) applyCredit(ctx context.Context, s Step) error {
	bill, err := os.ReadFile(r.stage.input(TargetBillFile))
	if err != nil {
		return err
	}
	_, run := r.known()
	path := "/credit/runs/" + string(run) + "/apply" + query("bill_month", r.stage.script.BillMonth, "bill", TargetBillFile)
	answer, err := r.operator.send(ctx, request{
		method: http.MethodPost, path: path, key: s.Key, kind: "text/csv", accept: "multipart/mixed", body: bill,
	})
	if err != nil {
		return err
	}
	rows, settlement, err := twoParts(answer)
	if err != nil {
		return fmt.Errorf("read the rows of credit: %w", err)
	}
	return errors.Join(replaceFile(r.CreditFile(), rows), replaceFile(r.settlementFile(), settlement))
}

// twoParts reads a multipart body whose boundary is its first line.
func twoParts(body []byte) (first, second []byte, err error) {
	boundary, _, _ := bytes.Cut(body, []byte("\r\n"))
	parts := multipart.NewReader(bytes.NewReader(body), strings.TrimPrefix(string(boundary), "--"))
	for _, to := range []*[]byte{&first, &second} {
		part, err := parts.NextPart()
		if err != nil {
			return nil, nil, err
		}
		if *to, err = io.ReadAll(part); err != nil {
			return nil, nil, err
		}
	}
	return first, second, nil
}

func (r *Replay) settlementFile() string {
	return filepath.Join(r.stage.o.Dir, "output", "settlement.json")
}

// CreditFile is where the rows for the target bill are written.
func (r *Replay) CreditFile() string {
	return filepath.Join(r.stage.o.Dir, "output", fmt.Sprintf("credits-%s.csv", r.stage.script.BillMonth))
}
