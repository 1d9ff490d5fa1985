package main

import (
	"net/http"

	"github.com/bonghwa/bonghwa/api"
)

type summaryCommands struct {
	Draft   summaryDraft   `cmd:"" help:"Write the draft of an incident's summary; timeline and figures come from the incident."`
	Publish summaryPublish `cmd:"" help:"Publish the summary. It never changes afterwards."`
	Show    summaryShow    `cmd:"" help:"Show the summary."`
}

type summaryDraft struct {
	remote
	output
	ID   string `arg:"" help:"The incident's id."`
	File string `help:"YAML file with title, overview, cause, actions (what, owner, due, done) and notes (at, text); - for standard input." required:"" placeholder:"FILE"`
}

// Help shows how it is used.
func (summaryDraft) Help() string {
	return "Example:\n\n    bonghwa summary draft 0167… --file summary.yaml"
}

// Run writes a draft.
func (c summaryDraft) Run(s *session) error {
	var body api.Narrative
	if err := s.document(c.File, &body); err != nil {
		return err
	}
	return s.summary(c.remote, c.JSON, request{method: http.MethodPost, path: at(c.ID, "summary"), body: body}, places(c.File, nil))
}

type summaryPublish struct {
	remote
	output
	ID string `arg:"" help:"The incident's id."`
}

// Help shows how it is used.
func (summaryPublish) Help() string { return "Example:\n\n    bonghwa summary publish 0167…" }

// Run publishes a summary.
func (c summaryPublish) Run(s *session) error {
	return s.summary(c.remote, c.JSON, request{method: http.MethodPost, path: at(c.ID, "summary", "publish")}, places("", nil))
}

type summaryShow struct {
	remote
	output
	ID string `arg:"" help:"The incident's id."`
}

// Help shows how it is used.
func (summaryShow) Help() string { return "Example:\n\n    bonghwa summary show 0167… --json" }

// Run shows a summary.
func (c summaryShow) Run(s *session) error {
	return s.summary(c.remote, c.JSON, request{method: http.MethodGet, path: at(c.ID, "summary")}, places("", nil))
}

// summary calls and prints the summary that comes back.
func (s *session) summary(r remote, asJSON bool, q request, name func(string) string) error {
	node, err := r.connect()
	if err != nil {
		return err
	}
	var sum api.Summary
	if err := node.call(s.ctx, q, &sum); err != nil {
		return relocate(err, name)
	}
	if asJSON {
		return s.json(sum)
	}
	state := "draft"
	if sum.Published {
		state = "published " + moment(sum.PublishedAt)
	}
	s.line("%s  of incident %s, %s", sum.ID, sum.Incident, state)
	for _, t := range []api.Text{sum.Title, sum.Overview, sum.Cause} {
		s.line("  %s\n  %s", indent(t.English), indent(t.Korean))
	}
	for _, m := range sum.Timeline {
		s.line("  %s  %s %s %s", moment(m.At), m.Kind, m.State, indent(m.Text.English))
	}
	for _, a := range sum.Actions {
		s.line("  action: %s (%s, due %s)", a.What.English, a.Owner.English, moment(a.Due))
	}
	return nil
}
