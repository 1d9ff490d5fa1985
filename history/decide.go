package history

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/language"
)

// Actor is who publishes what comes in, in the incidents and in the journal.
const Actor = "history"

// key is where an incident was told, for ever the same: the host of its page and its
// id there.
func (p Past) key() string { return p.Page + "/" + p.Code }

// ID is the id of the incident that p is here.
func (p Past) ID() health.IncidentID {
	return health.IncidentID(health.DerivedID("history", p.key()))
}

func (p Past) updateID(at time.Time, n int) health.UpdateID {
	return health.UpdateID(health.DerivedID("history", p.key(), "update", minute(at).Format(time.RFC3339), strconv.Itoa(n)))
}

func (p Past) impactID(scope health.Scope, n int) health.ImpactID {
	return health.ImpactID(health.DerivedID("history", p.key(), "impact", scope.String(), strconv.Itoa(n)))
}

// minute is the minute of a time: some pages tell no more, and the same message told
// by two of a page's files must be known again.
func minute(t time.Time) time.Time { return t.UTC().Truncate(time.Minute) }

// historian decides what a past incident becomes, and notes what it could not take as
// it stands.
type historian struct {
	atlas  *atlas
	book   *language.Book
	report *Report
	now    time.Time
}

// decide gives the incident that was, or a new one, with all that p adds to it; no
// facts when that is nothing. A nil was says that there is none yet.
func (h *historian) decide(p Past, was *incident.Incident) (incident.Incident, []journal.Entry, error) {
	p.Updates = slices.Clone(p.Updates)
	for n := range p.Updates {
		h.body(p.Where, &p.Updates[n])
	}
	title := h.title(p)
	if was == nil {
		h.filled(p, title)
		return incident.Remember(incident.Chronicle{
			ID: p.ID(), Kind: p.Kind, Title: title, OpenedAt: h.opened(p), Request: "history:" + p.key(),
			Told: incident.Told{Updates: h.added(p, incident.Incident{}, slices.Repeat([]int{-1}, len(p.Updates))), Impacts: h.impacts(p, incident.Incident{})},
		}, Actor, h.now)
	}
	pairs := paired(*was, p.Updates)
	met := slices.ContainsFunc(pairs, func(n int) bool { return n >= 0 })
	switch {
	case !met && !sameText(was.Title, title):
		return *was, nil, bad("id", "another incident was imported under it: "+strconv.Quote(shown(was.Title.In(health.English))),
			"give it another id, or say which page the file is of with --page")
	case was.Kind != p.Kind:
		return *was, nil, bad("", fmt.Sprintf("it was imported as %s before and is told as %s now", was.Kind, p.Kind), "leave it out")
	}
	h.compare(p, *was, title, pairs)
	return was.Recall(incident.Told{Updates: h.added(p, *was, pairs), Impacts: h.impacts(p, *was)}, Actor, h.now)
}

// opened is when the incident begins without an impact that says so: when the page
// says that it began, else with its first message, as when planned work is called off.
func (h *historian) opened(p Past) time.Time {
	over := p.Updates[len(p.Updates)-1].State.Ended() && p.Began.After(ending(p.Updates))
	if p.Began.IsZero() || p.Began.After(h.now) || over {
		return p.Updates[0].At
	}
	return p.Began
}

// title is the title in every language. Where it lacks one it stands in the words of
// another, which is what a reader of that language finds on the page it comes from.
func (h *historian) title(p Past) health.Text {
	out := health.Text{}
	for l, s := range p.Title {
		s, taken := clean(s)
		s = folded(s)
		h.taken(p.Where, "the title", taken)
		if len(s) > incident.MaxTitle {
			h.report.note(p.Where, fmt.Sprintf("the title has more than %d bytes and was cut", incident.MaxTitle), "")
			s = shorten(s, incident.MaxTitle)
		}
		if s != "" {
			out[l] = s
		}
	}
	if missing := out.Missing(); len(missing) == 1 {
		for _, s := range out {
			out[missing[0]] = s
		}
	}
	return out
}

// filled notes the languages whose readers see a title in the words of another.
func (h *historian) filled(p Past, title health.Text) {
	for l := range title {
		if strings.TrimSpace(p.Title.In(l)) == "" {
			h.report.note(p.Where, fmt.Sprintf("there is no title in the language %q: its readers see the words of the other", l), "")
		}
	}
}

// body makes a message's words fit to stand here.
func (h *historian) body(where string, u *Told) {
	out := health.Text{}
	for l, s := range u.Body {
		s, taken := clean(s)
		h.taken(where, "a message", taken)
		if len(s) > incident.MaxBody {
			h.report.note(where, fmt.Sprintf("the message of %s has more than %d bytes and was cut", u.At.Format(time.RFC3339), incident.MaxBody), "")
			s = shorten(s, incident.MaxBody)
		}
		if s != "" {
			out[l] = s
		}
	}
	if out.Empty() {
		h.report.note(where, "a message tells a state without words: it says so here", "")
		for _, l := range health.Languages() {
			out[l] = h.book.In(l).Say("history.no_words")
		}
	}
	if u.Body = out; len(out.Missing()) == 0 {
		u.Fallback = ""
	}
}

func (h *historian) taken(where, what string, n int) {
	if n > 0 {
		h.report.note(where, what+" held control characters or marks that turn the direction of text: they were left out", "")
	}
}

// sameText reports whether the texts have the same words, however they are broken
// into lines, in every language that both have.
func sameText(a, b health.Text) bool {
	for _, l := range health.Languages() {
		if a.In(l) != "" && b.In(l) != "" && folded(a.In(l)) != folded(b.In(l)) {
			return false
		}
	}
	return true
}

// compare notes what the source tells otherwise than when it came in first.
func (h *historian) compare(p Past, was incident.Incident, title health.Text, pairs []int) {
	const kept = "what was published stays: correct it by a further update if need be"
	if !sameText(was.Title, title) {
		h.report.note(p.Where, "the title differs, and was kept as first imported", kept)
	}
	for n, m := range pairs {
		if m < 0 {
			continue
		}
		u, t := was.Updates[m], p.Updates[n]
		var differs []string
		if !sameText(u.Body, t.Body) {
			differs = append(differs, "text")
		}
		if u.State != t.State {
			differs = append(differs, "state")
		}
		if !minute(u.PublishedAt).Equal(minute(t.At)) {
			differs = append(differs, "time")
		}
		if len(differs) > 0 {
			h.report.note(p.Where, fmt.Sprintf("the %s of the update of %s differs, and was kept as first imported",
				strings.Join(differs, " and "), u.PublishedAt.Format(time.RFC3339)), kept)
		}
	}
}

// added are the messages that the incident lacks. Those that cannot be appended any
// more, because what stands is later or was published here, are noted.
func (h *historian) added(p Past, was incident.Incident, pairs []int) []incident.Update {
	byHand := slices.ContainsFunc(was.Updates, func(u incident.Update) bool { return u.PublishedBy != Actor })
	taken := map[health.UpdateID]bool{}
	var last time.Time
	for _, u := range was.Updates {
		taken[u.ID] = true
		last = minute(u.PublishedAt)
	}
	var out []incident.Update
	for n, m := range pairs {
		t := p.Updates[n]
		switch {
		case m >= 0:
			continue
		case byHand:
			h.report.note(p.Where, "the incident went on here after it was imported, so further updates of its page are not added", "publish what is missing")
			continue
		case minute(t.At).Before(last):
			h.report.note(p.Where, fmt.Sprintf("the update of %s lies before one that stands already, and was not added", t.At.Format(time.RFC3339)),
				"what was published keeps its order: tell it by a further update if need be")
			continue
		}
		id, order := p.updateID(t.At, 0), 0
		for ; taken[id]; order++ {
			id = p.updateID(t.At, order+1)
		}
		taken[id] = true
		out = append(out, incident.Update{ID: id, State: t.State, Body: t.Body, Fallback: t.Fallback, PublishedAt: t.At, Request: t.Code})
	}
	return out
}
