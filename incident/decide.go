package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
)

// Opening is what it takes to open an incident.
type Opening struct {
	Kind    Kind
	Title   health.Text
	Cause   string
	Verdict health.VerdictID // when the probes open it
	Impacts []Impact         // may be empty
	Request string           // idempotency key; may be empty
}

// MaxTitle is how many bytes a title may have in one language.
const MaxTitle = 300

// maxReason is how many bytes the reason of an impact may have in one language.
const maxReason = 2_000

// MaxBody is how many bytes a message may have in one language: enough for any
// notice, small enough for any channel's page of it.
const MaxBody = 20_000

// Open makes a new incident: a draft issue or notice, or a scheduled
// maintenance. by is the id of who opens it. Its texts must be there in every
// language that is needed; none named means all there are. Errors are Invalid and
// name the field.
func Open(in Opening, by string, now time.Time, needed ...health.Language) (Incident, []journal.Entry, error) {
	if _, err := ParseKind(string(in.Kind)); err != nil {
		return Incident{}, nil, err
	}
	if err := complete("title", in.Title, MaxTitle, needed); err != nil {
		return Incident{}, nil, err
	}
	i := Incident{
		ID: health.IncidentID(health.NewID(now)), Kind: in.Kind, State: first(in.Kind), Title: spread(in.Title, needed),
		Cause: in.Cause, Verdict: in.Verdict, OpenedAt: now.UTC(), Request: in.Request,
	}
	opened, err := journal.NewEntry(health.IncidentOpenedFact, string(i.ID), by, now,
		health.IncidentOpened{Incident: i.ID, Kind: string(i.Kind), Verdict: i.Verdict})
	if err != nil {
		return Incident{}, nil, err
	}
	entries := []journal.Entry{opened}
	for _, p := range in.Impacts {
		var more []journal.Entry
		if i, more, err = i.StateImpact(p, by, now, needed...); err != nil {
			return Incident{}, nil, err
		}
		entries = append(entries, more...)
	}
	return i, entries, nil
}

// StateImpact appends a statement of impact. When p.Replaces names an earlier
// one, this restates it: the earlier statement stays readable and no longer
// counts. A request key that was used before changes nothing. Languages are needed
// as by Open.
func (i Incident) StateImpact(p Impact, by string, now time.Time, needed ...health.Language) (Incident, []journal.Entry, error) {
	if p.Request != "" && slices.ContainsFunc(i.Impacts, func(q Impact) bool { return q.Request == p.Request }) {
		return i, nil, nil
	}
	if err := i.checkImpact(p, now, needed); err != nil {
		return i, nil, err
	}
	p.Reason = spread(p.Reason, needed)
	p.ID, p.StatedBy, p.StatedAt = health.ImpactID(health.NewID(now)), by, now.UTC()
	p.During.From, p.During.To = p.During.From.UTC(), p.During.To.UTC()
	i.Impacts = append(slices.Clone(i.Impacts), p)
	e, err := journal.NewEntry(health.ImpactStatedFact, string(i.ID), by, now, health.ImpactStated{Incident: i.ID, Impact: p.ID})
	return i, []journal.Entry{e}, err
}

func (i Incident) checkImpact(p Impact, now time.Time, needed []health.Language) error {
	var l fault.List
	if i.State == FalseAlarm || i.State == Merged {
		return fault.New(fault.Conflict, "incident", "it is "+string(i.State)+" and takes no more impacts", "open another one")
	}
	if p.Scope.Service == "" || p.Scope.Region == "" {
		l.Add("impact.scope", "service or region is missing", "name both, such as ec2 and ap-northeast-2")
	}
	if _, err := health.ParseSymptom(string(p.Symptom)); err != nil {
		l.Add("impact.symptom", err.Error(), "")
	}
	if _, err := health.ParseDetermination(string(p.Determination)); err != nil {
		l.Add("impact.determination", err.Error(), "")
	}
	i.checkSpan(&l, p.During, now)
	if p.SharePPM < 1 || p.SharePPM > 1_000_000 {
		l.Add("impact.share_ppm", fmt.Sprintf("%d is no share", p.SharePPM), "write parts per million of requests hit, 1 to 1000000")
	}
	if p.Determination == health.DeterminationDeclared || !p.Reason.Empty() {
		checkReason(&l, p.Reason, needed)
	}
	if p.Replaces != "" && !slices.ContainsFunc(i.CurrentImpacts(), func(q Impact) bool { return q.ID == p.Replaces }) {
		l.Add("impact.replaces", "no impact in force has the id "+string(p.Replaces), "name the newest statement of the impact")
	}
	return l.Err()
}

// checkReason finds what is wrong with a reason: it is published, so nobody may
// find it in another language alone.
func checkReason(l *fault.List, reason health.Text, needed []health.Language) {
	for _, lang := range reason.Missing(needed...) {
		l.Add("impact.reason."+string(lang), "the reason in this language is missing", "write why it is declared so: it is published")
	}
	for _, lang := range health.Languages() {
		if s := reason.In(lang); len(s) > maxReason {
			l.Add("impact.reason."+string(lang), fmt.Sprintf("the text has %d bytes", len(s)), fmt.Sprintf("write at most %d", maxReason))
		}
	}
}

// spread gives a title or a reason to the languages that nobody needs, so that
// whoever is told in one of them, or reads when the site speaks it one day, finds
// the words of the first needed one and not an empty line.
func spread(t health.Text, needed []health.Language) health.Text {
	if len(needed) == 0 {
		return t
	}
	return t.Whole(needed[0])
}

// longestImpact is how many years back an impact may begin.
const longestImpact = 20

func (i Incident) checkSpan(l *fault.List, during health.Interval, now time.Time) {
	if during.From.IsZero() {
		l.Add("impact.from", "the start is missing", "write a time such as 2018-11-21T23:19:00Z")
	}
	if i.Kind != Maintenance && during.From.After(now) {
		l.Add("impact.from", "the start is in the future", "state an impact once it has begun")
	}
	if i.Kind != Maintenance && during.To.After(now) {
		l.Add("impact.to", "the end is in the future", "leave it open while it lasts")
	}
	if !during.From.IsZero() && during.From.Before(now.AddDate(-longestImpact, 0, 0)) {
		l.Add("impact.from", fmt.Sprintf("the start is more than %d years ago", longestImpact), "mend the year")
	}
	if !during.Open() && !during.From.Before(during.To) {
		l.Add("impact.to", "the end is not after the start", "intervals are half-open: to is the first instant that was well again")
	}
}

// Message is what it takes to publish an update.
type Message struct {
	State      State // where the incident stands from now on; empty: unchanged
	Body       health.Text
	Fallback   health.Language // show this language where Body lacks one
	Workaround health.Text
	Action     Action // empty: none
	ActionText health.Text
	Assurances Assurances
	NextUpdate time.Time
	Corrects   health.UpdateID
	Request    string // idempotency key; may be empty
}

// Publish appends a public message and moves the incident to the message's
// state. The message never changes afterwards. A text that is missing in a
// needed language, as by Open, is refused unless a fallback is chosen by name; for
// those that are not needed the first needed one is it. A request key that was used
// before changes nothing.
func (i Incident) Publish(m Message, by string, now time.Time, needed ...health.Language) (Incident, []journal.Entry, error) {
	if m.Request != "" && slices.ContainsFunc(i.Updates, func(u Update) bool { return u.Request == m.Request }) {
		return i, nil, nil
	}
	if m.State == "" {
		m.State = i.State
	}
	if m.Action == "" {
		m.Action = ActionNone
	}
	if m.Fallback == "" && len(needed) > 0 && len(m.Body.Missing()) > 0 && len(m.Body.Missing(needed...)) == 0 {
		m.Fallback = needed[0]
	}
	if err := i.checkMessage(m, now, needed); err != nil {
		return i, nil, err
	}
	u := Update{
		ID: health.UpdateID(health.NewID(now)), Sequence: len(i.Updates) + 1, State: m.State,
		Body: m.Body, Fallback: m.Fallback, Workaround: m.Workaround, Action: m.Action, ActionText: m.ActionText,
		Assurances: m.Assurances, NextUpdate: m.NextUpdate.UTC(), Corrects: m.Corrects,
		PublishedAt: now.UTC(), PublishedBy: by, Request: m.Request,
	}
	i.State = m.State
	i.Updates = append(slices.Clone(i.Updates), u)
	e, err := journal.NewEntry(health.UpdatePublishedFact, string(i.ID), by, now,
		health.UpdatePublished{Incident: i.ID, Update: u.ID, Sequence: u.Sequence, State: string(u.State)})
	return i, []journal.Entry{e}, err
}

func (i Incident) checkMessage(m Message, now time.Time, needed []health.Language) error {
	if !slices.Contains(i.State.Next(), m.State) {
		return fault.New(fault.Conflict, "state", fmt.Sprintf("an incident that is %s cannot become %s", i.State, m.State),
			"possible now: "+words(i.State.Next()))
	}
	var l fault.List
	for _, part := range []struct {
		name     string
		text     health.Text
		optional bool
	}{{"body", m.Body, false}, {"workaround", m.Workaround, true}, {"action_text", m.ActionText, m.Action == ActionNone}} {
		if part.optional && part.text.Empty() {
			continue
		}
		checkTexts(&l, part.name, part.text, m.Fallback, needed)
	}
	switch m.Action {
	case ActionNone, ActionOptional, ActionRequired:
	default:
		l.Add("action", fmt.Sprintf("%q is no action", string(m.Action)), "write one of: none, optional, required")
	}
	checkAssurance(&l, "assurances.security", m.Assurances.Security)
	checkAssurance(&l, "assurances.data_loss", m.Assurances.DataLoss)
	if !m.NextUpdate.IsZero() && !m.NextUpdate.After(now) {
		l.Add("next_update", "the promised time has passed", "promise a time in the future, or none")
	}
	if m.Corrects != "" && !slices.ContainsFunc(i.Updates, func(u Update) bool { return u.ID == m.Corrects }) {
		l.Add("corrects", "no update of this incident has the id "+string(m.Corrects), "name the update that was wrong")
	}
	if i.State.Ended() && m.State == i.State && m.Corrects == "" {
		l.Add("corrects", "the incident has ended: a further message corrects an earlier one or reopens it", "name the update it corrects, or a state to reopen to")
	}
	return l.Err()
}

func checkTexts(l *fault.List, name string, text health.Text, fallback health.Language, needed []health.Language) {
	for lang := range text {
		if _, err := health.ParseLanguage(string(lang)); err != nil {
			l.Add(name+"."+string(lang), err.Error(), "")
		}
	}
	checkWords(l, name, text, MaxBody)
	for _, lang := range text.Missing(needed...) {
		if fallback == "" || fallback == lang || strings.TrimSpace(text.In(fallback)) == "" {
			l.Add(name+"."+string(lang), "the text in this language is missing", "write it, or choose a fallback language by name")
		}
	}
}

func checkAssurance(l *fault.List, where string, a Assurance) {
	switch a {
	case "", AssuranceNone, AssuranceInvestigating, AssuranceYes:
	default:
		l.Add(where, fmt.Sprintf("%q says nothing known", string(a)), "write one of: none, under_investigation, yes")
	}
}

// Dismiss ends a draft or an issue that was none (FalseAlarm) or that another
// incident covers (Merged), without a public message.
func (i Incident) Dismiss(as State, by string, now time.Time) (Incident, []journal.Entry, error) {
	if as != FalseAlarm && as != Merged {
		return i, nil, fault.New(fault.Invalid, "state", string(as)+" needs a public message", "publish an update instead")
	}
	if i.State == as {
		return i, nil, nil
	}
	if i.State != Draft {
		return i, nil, fault.New(fault.Conflict, "state", "only a draft is dismissed without a word; this one is "+string(i.State),
			"publish an update that resolves it")
	}
	from := i.State
	i.State = as
	e, err := journal.NewEntry(health.IncidentChangedFact, string(i.ID), by, now,
		health.IncidentChanged{Incident: i.ID, From: string(from), To: string(as)})
	return i, []journal.Entry{e}, err
}

func complete(where string, text health.Text, most int, needed []health.Language) error {
	var l fault.List
	for _, lang := range text.Missing(needed...) {
		l.Add(where+"."+string(lang), "the text in this language is missing", "write it")
	}
	checkWords(&l, where, text, most)
	return l.Err()
}

// checkWords finds texts that are too long, or that do something to who reads them.
func checkWords(l *fault.List, where string, text health.Text, most int) {
	for lang, s := range text {
		if len(s) > most {
			l.Add(where+"."+string(lang), fmt.Sprintf("the text has %d bytes", len(s)), fmt.Sprintf("write at most %d", most))
		}
	}
	for lang, r := range text.Commands() {
		l.Add(where+"."+string(lang), fmt.Sprintf("the text has the character %U, which is not read but obeyed", r), "take it out")
	}
}
