package feed

import (
	"cmp"
	"html"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/api/view"
	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

// entry is one event as a feed of events tells it.
type entry struct {
	*board.Event
	title     string
	link      string // the event's page
	published time.Time
	updated   time.Time // when something was last said of it
	ends      time.Time // of planned work; zero for anything else, or when unknown
	content   string    // HTML
}

// entries are the events of which something was said last, that first.
func (t teller) entries() []entry {
	var list []entry
	for _, e := range t.Events {
		x := entry{Event: e, published: e.Updates[0].PublishedAt, updated: e.LastUpdate().PublishedAt}
		if s, ok := t.SummaryOf(e.ID); ok {
			x.updated = view.Later(x.updated, s.PublishedAt)
		}
		list = append(list, x)
	}
	list = newest(list, func(a, b entry) int { return cmp.Or(a.updated.Compare(b.updated), cmp.Compare(a.ID, b.ID)) })
	for n := range list {
		x := &list[n]
		x.title, x.link, x.content = t.Title(x.Event), t.IncidentPage(x.ID), t.content(x.Event)
		if x.Kind == incident.Maintenance {
			_, x.ends = view.Window(x.Event)
		}
	}
	return list
}

// changed is when something was last said of any event; where nothing ever was, the
// time of the catalogue.
func (t teller) changed(list []entry) time.Time {
	if len(list) > 0 {
		return list[0].updated
	}
	return view.Later(time.Unix(0, 0), t.Plan.Applied)
}

// content is what was said of an event as HTML, in the form that readers of
// Statuspage's feeds take apart: a paragraph for each message, the newest first.
func (t teller) content(e *board.Event) string {
	var b strings.Builder
	if e.Kind == incident.Maintenance {
		b.WriteString("<p><strong>" + html.EscapeString(t.Say("program.history.scheduled", "span", t.span(e))) + "</strong></p>")
	}
	if s, ok := t.SummaryOf(e.ID); ok {
		link := `<a href="` + html.EscapeString(t.SummaryPage(s.ID)) + `">` + html.EscapeString(t.Say("program.read")) + "</a>"
		b.WriteString(t.paragraph(s.PublishedAt, t.Say("program.postmortem"), link))
	}
	for _, m := range t.Messages(e) {
		b.WriteString(t.paragraph(m.PublishedAt, t.Heading(m), htmlOf(m)))
	}
	return b.String()
}

// htmlOf is the text of a message as HTML.
func htmlOf(m view.Told) string {
	return strings.ReplaceAll(html.EscapeString(strings.Join(m.Text, "\n\n")), "\n", "<br>")
}

// paragraph is one message; body is HTML.
func (t teller) paragraph(at time.Time, heading, body string) string {
	return "<p><small>" + t.moment(at) + "</small><br><strong>" + html.EscapeString(heading) + "</strong> - " + body + "</p>"
}

// moment writes a time with its day and hour marked.
func (t teller) moment(at time.Time) string {
	at = t.Local(at)
	mark := func(name, value string) string { return "<var data-var='" + name + "'>" + value + "</var>" }
	hour := mark("time", at.Format("15:04")) + at.Format(" MST")
	if t.Language() == health.Korean {
		return at.Format("1월 ") + mark("date", at.Format("2")) + "일, " + hour
	}
	return at.Format("Jan ") + mark("date", at.Format("2")) + ", " + hour
}

// span writes when planned work is planned: "Jan 16, 12:00 - 16:00 UTC".
func (t teller) span(e *board.Event) string {
	from, to := view.Window(e)
	day := "Jan 2, 15:04"
	if t.Language() == health.Korean {
		day = "1월 2일, 15:04"
	}
	from = t.Local(from)
	if to.IsZero() {
		return from.Format(day + " MST")
	}
	to = t.Local(to)
	end := day
	if from.Format(time.DateOnly) == to.Format(time.DateOnly) {
		end = "15:04"
	}
	return from.Format(day) + " - " + to.Format(end+" MST")
}
