package main

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/bonghwa/bonghwa/api"
)

type incidentCommands struct {
	Open    incidentOpen    `cmd:"" help:"Open an incident, as a draft."`
	Impact  incidentImpact  `cmd:"" help:"State or restate who is hit, how and since when."`
	Update  incidentUpdate  `cmd:"" help:"Publish a message. It cannot be changed later, only corrected by another."`
	Resolve incidentResolve `cmd:"" help:"Publish the message that ends an incident."`
	Dismiss incidentDismiss `cmd:"" help:"End a draft without a message."`
	List    incidentList    `cmd:"" help:"List incidents, newest first."`
	Show    incidentShow    `cmd:"" help:"Show an incident with all that was said of it."`
}

type incidentOpen struct {
	remote
	once
	output
	Kind    string `help:"issue, maintenance or notice." default:"issue" enum:"issue,maintenance,notice"`
	TitleKo string `help:"Title in Korean." placeholder:"TEXT"`
	TitleEn string `help:"Title in English." placeholder:"TEXT"`
	Cause   string `help:"Cause class, when it is known." placeholder:"WORD"`
	IDOnly  bool   `name:"id" help:"Print the incident's id alone."`
	File    string `help:"YAML file with kind, title, cause and impacts instead of the flags; - for standard input." placeholder:"FILE"`
}

// Help shows how it is used.
func (incidentOpen) Help() string {
	return "Example:\n\n    bonghwa incident open --title-ko '서울 DNS 장애' --title-en 'DNS trouble in Seoul'"
}

// openBody is what the API takes to open an incident.
type openBody struct {
	Kind    string            `json:"kind"`
	Title   api.Text          `json:"title"`
	Cause   string            `json:"cause,omitempty"`
	Impacts []api.ImpactInput `json:"impacts,omitempty"`
}

// Run opens an incident.
func (c incidentOpen) Run(s *session) error {
	body := openBody{Kind: c.Kind, Title: api.Text{Korean: c.TitleKo, English: c.TitleEn}, Cause: c.Cause}
	if c.File != "" {
		if err := s.document(c.File, &body); err != nil {
			return err
		}
	}
	i, err := s.changed(c.remote, request{path: "incidents", body: body, once: c.named(s)}, places(c.File, map[string]string{
		"title.ko": "--title-ko", "title.en": "--title-en",
	}))
	switch {
	case err != nil:
		return err
	case c.IDOnly:
		s.line("%s", i.ID)
		return nil
	}
	return s.shown(i, c.JSON)
}

// places names an error's places after the flags they came from, or puts the
// file's name before them.
func places(file string, flags map[string]string) func(string) string {
	return func(place string) string {
		if file != "" {
			return file + ": " + strings.TrimPrefix(place, "body.")
		}
		for _, name := range []string{place, strings.TrimPrefix(place, "body."), strings.TrimPrefix(place, "impact.")} {
			if flag, ok := flags[name]; ok {
				return flag
			}
		}
		return place
	}
}

// change posts and shows the incident that comes back.
func (s *session) change(r remote, asJSON bool, q request, name func(string) string) error {
	i, err := s.changed(r, q, name)
	if err != nil {
		return err
	}
	return s.shown(i, asJSON)
}

// changed posts and gives the incident that comes back.
func (s *session) changed(r remote, q request, name func(string) string) (i api.Incident, err error) {
	c, err := r.connect()
	if err != nil {
		return i, err
	}
	q.method = http.MethodPost
	return i, relocate(c.call(s.ctx, q, &i), name)
}

// shown prints an incident.
func (s *session) shown(i api.Incident, asJSON bool) error {
	if asJSON {
		return s.json(i)
	}
	s.incident(i)
	return nil
}

type incidentImpact struct {
	remote
	once
	output
	ID            string `arg:"" help:"The incident's id."`
	Service       string `help:"Service, such as ec2; --component is the same, for a page of its own." aliases:"component" placeholder:"ID"`
	Region        string `help:"Region, such as ap-northeast-2; a page of its own has none." placeholder:"ID"`
	Zone          string `help:"Zone; absent: the whole region." placeholder:"ID"`
	Symptom       string `help:"connectivity, dns, api, latency, data or other." placeholder:"WORD"`
	Level         string `help:"operational, informational, maintenance, degraded, partial_outage or major_outage." placeholder:"WORD"`
	From          string `help:"Since when." placeholder:"TIME"`
	To            string `help:"The first instant that was well again; absent while it lasts." placeholder:"TIME"`
	Share         string `help:"Percentage of requests hit." default:"100" placeholder:"PERCENT"`
	Determination string `help:"declared, measured or goodwill." default:"declared" placeholder:"WORD"`
	ReasonKo      string `help:"Why it is declared so, in Korean. It is published." placeholder:"TEXT"`
	ReasonEn      string `help:"Why it is declared so, in English. It is published." placeholder:"TEXT"`
	Evidence      string `help:"How it is known." placeholder:"TEXT"`
	Replaces      string `help:"Id of the statement that this one restates." placeholder:"ID"`
	File          string `help:"YAML file with these fields (share_ppm for share) instead of the flags; - for standard input." placeholder:"FILE"`
}

// Help shows how it is used.
func (incidentImpact) Help() string {
	return "Example:\n\n    bonghwa incident impact 0167… --service ec2 --region ap-northeast-2 --symptom dns --level major_outage \\\n" +
		"      --from 2018-11-22T08:19:00+09:00 --to 2018-11-22T09:43:00+09:00 \\\n" +
		"      --reason-ko '이름 해석 서버가 모자랐습니다.' --reason-en 'Resolvers were short of hosts.'"
}

// Run states an impact.
func (c incidentImpact) Run(s *session) error {
	body := api.ImpactInput{
		Service: c.Service, Region: c.Region, Zone: c.Zone, Symptom: c.Symptom, Level: c.Level,
		Determination: c.Determination, Evidence: c.Evidence, Reason: api.Text{Korean: c.ReasonKo, English: c.ReasonEn}, Replaces: c.Replaces,
	}
	var err error
	if body.From, err = instant("--from", c.From); err != nil {
		return err
	}
	if body.To, err = instant("--to", c.To); err != nil {
		return err
	}
	if body.SharePPM, err = ppm("--share", c.Share); err != nil {
		return err
	}
	if c.File != "" {
		if err := s.document(c.File, &body); err != nil {
			return err
		}
	}
	return s.change(c.remote, c.JSON, request{path: at(c.ID, "impacts"), body: body, once: c.named(s)}, places(c.File, map[string]string{
		"scope": "--service, --region", "service": "--service", "region": "--region", "symptom": "--symptom", "level": "--level", "from": "--from", "to": "--to",
		"share_ppm": "--share", "determination": "--determination", "reason.ko": "--reason-ko", "reason.en": "--reason-en", "replaces": "--replaces",
	}))
}

// at is the path of something of an incident.
func at(id string, more ...string) string {
	return strings.Join(append([]string{"incidents", url.PathEscape(id)}, more...), "/")
}

// message is what an update says, in flags or in a file.
type message struct {
	TextKo       string `help:"Message in Korean." placeholder:"TEXT"`
	TextEn       string `help:"Message in English." placeholder:"TEXT"`
	WorkaroundKo string `help:"Workaround in Korean." placeholder:"TEXT"`
	WorkaroundEn string `help:"Workaround in English." placeholder:"TEXT"`
	Action       string `help:"What customers must do: none, optional or required." placeholder:"WORD"`
	ActionKo     string `help:"What to do, in Korean." placeholder:"TEXT"`
	ActionEn     string `help:"What to do, in English." placeholder:"TEXT"`
	Security     string `help:"Is there a security risk? none, under_investigation or yes." placeholder:"WORD"`
	DataLoss     string `help:"Was data lost? none, under_investigation or yes." placeholder:"WORD"`
	NextUpdate   string `help:"Promised time of the next update." placeholder:"TIME"`
	Corrects     string `help:"Id of the update that this one corrects." placeholder:"ID"`
	Fallback     string `help:"Language to show where a text is missing: ko or en." placeholder:"WORD"`
	File         string `help:"YAML file with state, body, workaround, action, action_text, assurances, next_update, corrects, fallback instead of the flags; - for standard input." placeholder:"FILE"`
}

func (m message) input(s *session, state string) (api.UpdateInput, error) {
	next, err := instant("--next-update", m.NextUpdate)
	in := api.UpdateInput{
		State: state, Body: api.Text{Korean: m.TextKo, English: m.TextEn}, Fallback: m.Fallback,
		Workaround: api.Text{Korean: m.WorkaroundKo, English: m.WorkaroundEn},
		Action:     m.Action, ActionText: api.Text{Korean: m.ActionKo, English: m.ActionEn},
		Assurances: api.Assurances{Security: m.Security, DataLoss: m.DataLoss}, NextUpdate: next, Corrects: m.Corrects,
	}
	if err == nil && m.File != "" {
		err = s.document(m.File, &in)
	}
	return in, err
}

func (m message) places() func(string) string {
	return places(m.File, map[string]string{
		"state": "--state", "body.ko": "--text-ko", "body.en": "--text-en", "workaround.ko": "--workaround-ko", "workaround.en": "--workaround-en",
		"action": "--action", "action_text.ko": "--action-ko", "action_text.en": "--action-en",
		"assurances.security": "--security", "assurances.data_loss": "--data-loss", "next_update": "--next-update",
		"corrects": "--corrects", "fallback": "--fallback",
	})
}

type incidentUpdate struct {
	remote
	once
	output
	message
	ID    string `arg:"" help:"The incident's id."`
	State string `help:"Where the incident stands from now on: investigating, identified, monitoring, resolved (an issue), scheduled, in_progress, verifying, completed, cancelled (a maintenance). Absent: unchanged." placeholder:"WORD"`
}

// Help shows how it is used.
func (incidentUpdate) Help() string {
	return "Example:\n\n    bonghwa incident update 0167… --state identified --text-ko '원인을 찾았습니다.' --text-en 'We found the cause.' \\\n" +
		"      --next-update 2018-11-22T09:00:00+09:00\n    bonghwa incident update 0167… --file update.yaml"
}

// Run publishes an update.
func (c incidentUpdate) Run(s *session) error {
	in, err := c.input(s, c.State)
	if err != nil {
		return err
	}
	return s.change(c.remote, c.JSON, request{path: at(c.ID, "updates"), body: in, once: c.named(s)}, c.places())
}

type incidentResolve struct {
	remote
	once
	output
	message
	ID string `arg:"" help:"The incident's id."`
}

// Help shows how it is used.
func (incidentResolve) Help() string {
	return "Example:\n\n    bonghwa incident resolve 0167… --text-ko '복구되었습니다.' --text-en 'It has recovered.'"
}

// Run publishes the last update.
func (c incidentResolve) Run(s *session) error {
	in, err := c.input(s, "resolved")
	if err != nil {
		return err
	}
	return s.change(c.remote, c.JSON, request{path: at(c.ID, "updates"), body: in, once: c.named(s)}, c.places())
}

type incidentDismiss struct {
	remote
	output
	ID string `arg:"" help:"The incident's id."`
	As string `help:"false_alarm, or merged when another incident covers it." default:"false_alarm" enum:"false_alarm,merged"`
}

// Help shows how it is used.
func (incidentDismiss) Help() string {
	return "Example:\n\n    bonghwa incident dismiss 0167… --as false_alarm"
}

// Run dismisses a draft.
func (c incidentDismiss) Run(s *session) error {
	return s.change(c.remote, c.JSON, request{path: at(c.ID, "dismiss"), body: map[string]string{"as": c.As}}, places("", nil))
}

type incidentList struct {
	remote
	output
	Open  bool     `help:"Only those that have not ended."`
	State []string `help:"Only those in one of these states." placeholder:"WORD"`
	Limit int      `help:"At most this many." default:"100"`
}

// Help shows how it is used.
func (incidentList) Help() string { return "Example:\n\n    bonghwa incident list --open --json" }

// Run lists incidents.
func (c incidentList) Run(s *session) error {
	node, err := c.connect()
	if err != nil {
		return err
	}
	q := url.Values{"limit": {strconv.Itoa(c.Limit)}}
	if c.Open {
		q.Set("open", "true")
	}
	if len(c.State) > 0 {
		q.Set("state", strings.Join(c.State, ","))
	}
	var list struct {
		Incidents []api.Incident `json:"incidents"`
	}
	if err := node.call(s.ctx, request{method: http.MethodGet, path: "incidents", query: q}, &list); err != nil {
		return relocate(err, places("", map[string]string{"query.state": "--state", "query.limit": "--limit"}))
	}
	if c.JSON {
		return s.json(list)
	}
	rows := [][]string{{"ID", "STATE", "BEGAN", "ENDED", "UPDATES", "TITLE"}}
	for _, i := range list.Incidents {
		rows = append(rows, []string{i.ID, i.State, moment(i.BeganAt), moment(i.EndedAt), strconv.Itoa(len(i.Updates)), i.Title.English})
	}
	return s.table(rows)
}

type incidentShow struct {
	remote
	output
	ID string `arg:"" help:"The incident's id."`
}

// Help shows how it is used.
func (incidentShow) Help() string { return "Example:\n\n    bonghwa incident show 0167… --json" }

// Run shows an incident.
func (c incidentShow) Run(s *session) error {
	node, err := c.connect()
	if err != nil {
		return err
	}
	var i api.Incident
	if err := node.call(s.ctx, request{method: http.MethodGet, path: at(c.ID)}, &i); err != nil {
		return err
	}
	if c.JSON {
		return s.json(i)
	}
	s.incident(i)
	return nil
}

// incident prints an incident for people.
func (s *session) incident(i api.Incident) {
	s.line("%s  %s, %s", i.ID, i.Kind, i.State)
	s.words("  ", i.Title)
	s.line("  began %s, ended %s, next update %s", moment(i.BeganAt), moment(i.EndedAt), moment(i.NextUpdate))
	for _, p := range i.Impacts {
		mark := " "
		if !p.InForce {
			mark = "(restated)"
		}
		scope := p.Service + "/" + p.Region
		if p.Zone != "" {
			scope += "/" + p.Zone
		}
		s.line("  impact %s  %s %s %s, %s %% of requests, %s to %s, %s %s", p.ID, scope, p.Symptom, p.Level,
			percent(p.SharePPM), moment(p.From), moment(p.To), p.Determination, mark)
	}
	for _, u := range i.Updates {
		s.line("  update %d %s  %s, %s", u.Sequence, u.ID, moment(u.PublishedAt), u.State)
		s.words("    ", u.Body)
	}
}

// words prints a text in each language that it is written in, once each.
func (s *session) words(margin string, t api.Text) {
	if t.English != "" {
		s.line("%s%s", margin, indent(t.English))
	}
	if t.Korean != "" && t.Korean != t.English {
		s.line("%s%s", margin, indent(t.Korean))
	}
}

func indent(text string) string { return strings.ReplaceAll(text, "\n", "\n    ") }

// percent writes parts per million as a percentage.
func percent(ppm int64) string {
	return strconv.FormatFloat(float64(ppm)/10_000, 'f', -1, 64)
}
