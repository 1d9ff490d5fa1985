package feed

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bonghwa/bonghwa/api/view"
	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

// calendar is all planned work as iCalendar.
func (t teller) calendar() []byte {
	return t.iCalendar(t.Document(CalendarPath), t.Say("program.calendar.all", "provider", t.Provider()), t.Maintenances())
}

// calendarOf is the planned work that touches one component.
func (t teller) calendarOf(at health.Scope) []byte {
	list := slices.DeleteFunc(slices.Clone(t.EventsOf(at.Component())), func(e *board.Event) bool { return e.Kind != incident.Maintenance })
	path := strings.Replace(WorkPath, "{component}", string(at.Component()), 1)
	return t.iCalendar(t.Document(path), t.Say("program.calendar.component", "place", t.Place(at)), list)
}

// refresh is how often a program should ask for a calendar again.
const refresh = "PT15M"

func (t teller) iCalendar(source, name string, list []*board.Event) []byte {
	list = ahead(list)
	var c lines
	c.put("BEGIN", "VCALENDAR")
	c.put("VERSION", "2.0")
	c.put("PRODID", "-//Bonghwa//Planned work//"+strings.ToUpper(string(t.Language())))
	c.put("CALSCALE", "GREGORIAN")
	c.put("METHOD", "PUBLISH")
	c.text("NAME", name) // RFC 7986, and what was used before it
	c.text("X-WR-CALNAME", name)
	c.put("SOURCE;VALUE=URI", source)
	c.put("URL", t.Site())
	c.put("LAST-MODIFIED", utc(t.calendarChanged(list)))
	c.put("REFRESH-INTERVAL;VALUE=DURATION", refresh)
	c.put("X-PUBLISHED-TTL", refresh)
	if len(list) == 0 {
		c.empty()
	}
	for _, e := range list {
		t.vevent(&c, e)
	}
	c.put("END", "VCALENDAR")
	return c.bytes()
}

func (t teller) calendarChanged(list []*board.Event) time.Time {
	last := view.Later(time.Unix(0, 0), t.Plan.Applied)
	for _, e := range list {
		last = view.Later(last, view.Changed(e))
	}
	return last
}

// ahead are all works that are not over, and the latest of those that are.
func ahead(list []*board.Event) []*board.Event {
	over := 0
	return slices.DeleteFunc(slices.Clone(list), func(e *board.Event) bool {
		if e.Over() {
			over++
		}
		return e.Over() && over > most
	})
}

// vevent is one work. It is dated by the record, and its sequence grows with every
// message and restatement.
func (t teller) vevent(c *lines, e *board.Event) {
	from, to := view.Window(e)
	messages := t.Messages(e)
	c.put("BEGIN", "VEVENT")
	c.text("UID", string(e.ID)+"@"+t.Host())
	c.put("DTSTAMP", utc(view.Changed(e)))
	c.put("CREATED", utc(view.Begun(e)))
	c.put("LAST-MODIFIED", utc(view.Changed(e)))
	c.put("SEQUENCE", strconv.Itoa(sequence(e)))
	c.put("DTSTART", utc(from))
	if !to.IsZero() {
		c.put("DTEND", utc(to))
	}
	c.text("SUMMARY", t.Title(e))
	c.text("DESCRIPTION", strings.Join(append(slices.Clone(messages[0].Text), t.IncidentPage(e.ID)), "\n\n"))
	if place := t.places(e); place != "" {
		c.text("LOCATION", place)
	}
	c.put("URL", t.IncidentPage(e.ID))
	c.put("STATUS", calendarStatus(e.State))
	c.put("TRANSP", "TRANSPARENT") // nobody's own time is taken by it
	c.put("END", "VEVENT")
}

func calendarStatus(s incident.State) string {
	if s == incident.Canceled {
		return "CANCELLED"
	}
	return "CONFIRMED"
}

// sequence counts what was said after the first message. Records only grow, so it
// does too.
func sequence(e *board.Event) int {
	n := len(e.Updates) - 1
	for _, i := range e.Impacts {
		if i.Replaces != "" {
			n++
		}
	}
	return n
}

// places are the components that a work touches.
func (t teller) places(e *board.Event) string {
	var list []string
	for _, at := range view.Scopes(e) {
		list = append(list, t.Place(at))
	}
	return strings.Join(list, ", ")
}

// empty fills a calendar without events: the grammar demands a component (RFC 5545
// section 3.6), and a zone says nothing.
func (l *lines) empty() {
	for _, line := range []struct{ name, value string }{
		{"BEGIN", "VTIMEZONE"},
		{"TZID", "Etc/UTC"},
		{"BEGIN", "STANDARD"},
		{"DTSTART", "19700101T000000"},
		{"TZOFFSETFROM", "+0000"},
		{"TZOFFSETTO", "+0000"},
		{"TZNAME", "UTC"},
		{"END", "STANDARD"},
		{"END", "VTIMEZONE"},
	} {
		l.put(line.name, line.value)
	}
}

// utc writes a date with time in UTC (RFC 5545 section 3.3.5).
func utc(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// lines are content lines (RFC 5545 section 3.1): folded after 75 octets, between
// characters, and ended by CRLF.
type lines struct{ b strings.Builder }

const longestLine = 75

// put writes a property whose value is no text.
func (l *lines) put(name, value string) {
	rest, room := name+":"+value, longestLine
	for len(rest) > room {
		cut := room
		for !utf8.RuneStart(rest[cut]) {
			cut--
		}
		l.b.WriteString(rest[:cut] + "\r\n ")
		rest, room = rest[cut:], longestLine-1
	}
	l.b.WriteString(rest + "\r\n")
}

// text writes a property whose value is text of people (section 3.3.11).
func (l *lines) text(name, value string) {
	value = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(view.Clean(value))
	l.put(name, value)
}

func (l *lines) bytes() []byte { return []byte(l.b.String()) }
