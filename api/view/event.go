package view

import (
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
)

// State is where an event stands, in Statuspage's words.
type State string

// The states of an incident, then those of a maintenance.
const (
	Investigating State = "investigating"
	Identified    State = "identified"
	Monitoring    State = "monitoring"
	Resolved      State = "resolved"

	Scheduled  State = "scheduled"
	InProgress State = "in_progress"
	Verifying  State = "verifying"
	Completed  State = "completed"
)

// StateOf puts a state into Statuspage's words, which know no withdrawing and no
// calling off: both are ends, and the last message says which.
func StateOf(s incident.State) State {
	switch s {
	case incident.Draft, incident.Investigating:
		return Investigating
	case incident.Identified:
		return Identified
	case incident.Monitoring:
		return Monitoring
	case incident.Resolved, incident.FalseAlarm, incident.Merged:
		return Resolved
	case incident.Scheduled:
		return Scheduled
	case incident.InProgress:
		return InProgress
	case incident.Verifying:
		return Verifying
	case incident.Completed, incident.Canceled:
		return Completed
	}
	return Investigating
}

// Told is one message of an event.
type Told struct {
	incident.Update
	State   State
	Repeats bool     // the state is that of the message before
	Text    []string // paragraphs: what was written, then what else the message bears
	Touched []Touch  // the components known to be hit, as they stood
}

// Messages are an event's messages, newest first.
func (v View) Messages(e *board.Event) []Told {
	var list []Told
	touched := touches(e)
	for n, u := range e.Updates {
		t := Told{Update: u, State: StateOf(u.State), Text: v.paragraphs(e, u), Touched: touched[n]}
		if n == len(e.Updates)-1 {
			t.State = StateOf(e.State)
			t.Text = append(v.reason(e), t.Text...)
		}
		t.Repeats = n > 0 && list[n-1].State == t.State
		list = append(list, t)
	}
	slices.Reverse(list)
	return list
}

// Heading is what stands over a message: its state, or that it is a further one in
// the same state.
func (v View) Heading(t Told) string {
	if t.Repeats {
		return v.Say("program.update")
	}
	return v.Say(language.Message("state." + string(t.State)))
}

// reason says how an event ended that Statuspage has no state for.
func (v View) reason(e *board.Event) []string {
	switch e.State {
	case incident.FalseAlarm:
		return []string{v.Say("program.false_alarm")}
	case incident.Merged:
		return []string{v.Say("program.merged")}
	case incident.Canceled:
		return []string{v.Say("program.canceled")}
	case incident.Draft, incident.Investigating, incident.Identified, incident.Monitoring, incident.Resolved,
		incident.Scheduled, incident.InProgress, incident.Verifying, incident.Completed:
	}
	return nil
}

func (v View) paragraphs(e *board.Event, u incident.Update) []string {
	var list []string
	add := func(label, text string) {
		if text = strings.TrimSpace(Clean(text)); text == "" {
			return
		}
		if label != "" {
			text = v.Say("program.labeled", "label", label, "text", text)
		}
		list = append(list, text)
	}
	body, fellBack := u.BodyIn(v.Language())
	add("", body)
	workaround, _ := u.WorkaroundIn(v.Language())
	add(v.Say("update.workaround"), workaround)
	if u.Action == incident.ActionRequired || u.Action == incident.ActionOptional {
		action, _ := u.ActionIn(v.Language())
		add(v.Say(language.Message("action."+string(u.Action))), action)
	}
	add(v.Say("assurance.security"), v.assurance(u.Assurances.Security))
	add(v.Say("assurance.data_loss"), v.assurance(u.Assurances.DataLoss))
	if n := e.SequenceOf(u.Corrects); n > 0 {
		add("", v.Say("update.corrects", "n", n))
	}
	if fellBack {
		add("", v.Say("update.fallback"))
	}
	return list
}

func (v View) assurance(a incident.Assurance) string {
	if a == "" {
		return ""
	}
	return v.Say(language.Message("assurance." + string(a)))
}

// Title is an event's title on one line.
func (v View) Title(e *board.Event) string { return v.line(e.Title) }

// Window is when planned work is planned; no end where none is known, or none that
// comes after the beginning, as with work called off beforehand.
func Window(e *board.Event) (from, to time.Time) {
	if to = e.Ends(); !to.After(e.From) {
		to = time.Time{}
	}
	return e.From, to
}

// Scopes are the components that an event touches, as whole scopes, in the order
// first stated. What was granted as goodwill touches nobody.
func Scopes(e *board.Event) []health.Scope {
	var list []health.Scope
	for _, i := range e.Impacts {
		at := health.Scope{Service: i.Scope.Service, Region: i.Scope.Region}
		if i.Determination != health.DeterminationGoodwill && !slices.Contains(list, at) {
			list = append(list, at)
		}
	}
	return list
}

// Changed is when something was last said of an event or its impacts.
func Changed(e *board.Event) time.Time {
	last := e.LastUpdate().PublishedAt
	for _, i := range e.Impacts {
		last = Later(last, i.StatedAt)
	}
	return last
}

// Begun is when an event was opened; what came out earlier, as with an import,
// counts.
func Begun(e *board.Event) time.Time {
	if first := e.Updates[0].PublishedAt; first.Before(e.OpenedAt) {
		return first
	}
	return e.OpenedAt
}

// Later is the later of two moments.
func Later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Touch is a component in a message: how it stood at the message before, and how
// at this one.
type Touch struct {
	Scope    health.Scope // the whole component
	Old, New health.Level
}

// touches are, for each message in the order published, the components that were
// then known to be hit, in the order first stated.
func touches(e *board.Event) [][]Touch {
	var out [][]Touch
	was := map[health.Scope]health.Level{}
	for n, u := range e.Updates {
		list := standing(known(e, u.PublishedAt), u.PublishedAt, u.State.Ended() || n == len(e.Updates)-1 && e.Over())
		for k := range list {
			at := list[k].Scope
			list[k].Old, was[at] = was[at], list[k].New
		}
		out = append(out, list)
	}
	return out
}

// standing is how the components of impacts stood at a moment, in the order first
// stated; well when it was over.
func standing(impacts []incident.Impact, moment time.Time, over bool) []Touch {
	var list []Touch
	for _, i := range impacts {
		at := health.Scope{Service: i.Scope.Service, Region: i.Scope.Region}
		k := slices.IndexFunc(list, func(t Touch) bool { return t.Scope == at })
		if k < 0 {
			k = len(list)
			list = append(list, Touch{Scope: at})
		}
		if !over && i.During.Contains(moment) {
			list[k].New = max(list[k].New, i.Level)
		}
	}
	return list
}

// known are the statements that were in force at a moment. Where all were stated
// after the last message, as in an import, they count as if known from the start.
func known(e *board.Event, at time.Time) []incident.Impact {
	list := e.ImpactsAsKnown(at)
	if len(e.ImpactsAsKnown(e.LastUpdate().PublishedAt)) == 0 {
		list = e.Latest
	}
	return slices.DeleteFunc(slices.Clone(list), func(i incident.Impact) bool {
		return i.Determination == health.DeterminationGoodwill
	})
}
