package scenario

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

//go:embed seoul-2018
var replays embed.FS

// Script is a scenario as data: the causes, and what people do. Times are world
// times.
type Script struct {
	ID        string            `json:"id"`
	Title     health.Text       `json:"title"`
	Service   health.ServiceID  `json:"service"`
	Region    health.RegionID   `json:"region"`
	BillName  string            `json:"bill_service"` // the service's name on bills
	Month     string            `json:"month"`        // of the disturbance: "2018-11"
	BillMonth string            `json:"bill_month"`   // of the bill that carries the credit
	Begins    time.Time         `json:"begins"`
	Ends      time.Time         `json:"ends"` // when the day is over and the world may jump
	Declared  Declared          `json:"declared"`
	Fleet     Causes            `json:"fleet"`
	Vantages  []Vantage         `json:"vantages"`
	Tiers     []json.RawMessage `json:"tiers"`   // for expect
	Minimum   json.RawMessage   `json:"minimum"` // for expect
	Steps     []Step            `json:"steps"`
}

// Declared is the impact as the provider declares it.
type Declared struct {
	From     time.Time   `json:"from"`
	To       time.Time   `json:"to"`
	Level    string      `json:"level"`
	Symptom  string      `json:"symptom"`
	SharePPM int64       `json:"share_ppm"`
	Reason   health.Text `json:"reason"`
	By       string      `json:"by"`
}

// Vantage is a place that probes.
type Vantage struct {
	ID   string `json:"id"`
	Zone string `json:"zone"`
}

// Step is one thing that somebody does at a time.
type Step struct {
	Key     string    `json:"key"` // idempotency key
	At      time.Time `json:"at"`
	Do      string    `json:"do"`      // update, publish_summary, plan_credit, approve_credit, apply_credit
	Declare string    `json:"declare"` // with an update: open or close the declared impact

	State      string          `json:"state,omitempty"`
	Body       health.Text     `json:"body,omitempty"`
	Workaround health.Text     `json:"workaround,omitempty"`
	Action     string          `json:"action,omitempty"`
	ActionText health.Text     `json:"action_text,omitempty"`
	Assurances json.RawMessage `json:"assurances,omitempty"`
	NextUpdate time.Time       `json:"next_update,omitzero"`

	Title    health.Text     `json:"title,omitempty"`
	Overview health.Text     `json:"overview,omitempty"`
	Cause    health.Text     `json:"cause,omitempty"`
	Actions  json.RawMessage `json:"actions,omitempty"`
	Notes    json.RawMessage `json:"notes,omitempty"`
}

// The things a step can do.
const (
	DoUpdate         = "update"
	DoPublishSummary = "publish_summary"
	DoPlanCredit     = "plan_credit"
	DoApproveCredit  = "approve_credit"
	DoApplyCredit    = "apply_credit"
)

// Names lists the scenarios there are.
func Names() []string { return []string{"seoul-2018"} }

// Load reads a scenario's script and its bytes as they are.
func Load(name string) (Script, []byte, error) {
	if !slices.Contains(Names(), name) {
		return Script{}, nil, fault.New(fault.NotFound, "scenario", fmt.Sprintf("there is no scenario %q", name), "choose one of: "+strings.Join(Names(), ", "))
	}
	raw, err := fs.ReadFile(replays, path.Join(name, "script.json"))
	if err != nil {
		return Script{}, nil, fmt.Errorf("read scenario %s: %w", name, err)
	}
	s, err := Parse(raw)
	return s, raw, err
}

// Catalogue gives the scenario's catalogue files by their path below its folder.
func Catalogue(name string) (map[string][]byte, error) {
	files := map[string][]byte{}
	folder := path.Join(name, "catalog")
	err := fs.WalkDir(replays, folder, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[strings.TrimPrefix(p, folder+"/")], err = fs.ReadFile(replays, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the catalogue of %s: %w", name, err)
	}
	return files, nil
}

// Parse reads a script and says everything that is wrong with it.
func Parse(raw []byte) (Script, error) {
	var s Script
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		return s, fault.Wrap(fault.Invalid, "read the script", err)
	}
	return s, errors.Join(s.check(), s.Fleet.check())
}

func (s Script) check() error {
	var l fault.List
	if !s.Begins.Before(s.Ends) {
		l.Add("ends", "the day ends before it begins", "write a later time")
	}
	seen := map[string]bool{}
	last := s.Begins
	for i, st := range s.Steps {
		where := fmt.Sprintf("steps[%d]", i)
		if st.Key == "" || seen[st.Key] {
			l.Add(where+".key", "the key is missing or used twice", "give each step a key of its own")
		}
		seen[st.Key] = true
		if st.At.Before(last) {
			l.Add(where+".at", "the step comes before the one above it", "sort the steps by time")
		}
		last = st.At
		switch st.Do {
		case DoUpdate, DoPublishSummary, DoPlanCredit, DoApproveCredit, DoApplyCredit:
		default:
			l.Add(where+".do", fmt.Sprintf("%q is nothing that can be done", st.Do), "see the scenarios there are")
		}
	}
	return l.Err()
}
