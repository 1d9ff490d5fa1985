package history

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

// feedEntry is an entry as it stands (RFC 4287).
type feedEntry struct {
	ID        string     `xml:"id"`
	Published string     `xml:"published"`
	Updated   string     `xml:"updated"`
	Links     []feedLink `xml:"link"`
	Title     feedText   `xml:"title"`
	Content   feedText   `xml:"content"`
}

type feedLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type feedText struct {
	Type  string `xml:"type,attr"`
	Text  string `xml:",chardata"`
	Inner string `xml:",innerxml"`
}

// html is the text as HTML.
func (t feedText) html() string {
	switch t.Type {
	case "html", "text/html":
		return t.Text
	case "xhtml":
		return t.Inner
	}
	return html.EscapeString(t.Text)
}

// readAtom reads a history.atom.
func (r *reader) readAtom() error {
	if err := r.whole(); err != nil {
		return err
	}
	d := xml.NewDecoder(bytes.NewReader(r.content))
	d.Entity = xml.HTMLEntity
	inFeed := false
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return r.broken(d, err)
		}
		start, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		switch {
		case !inFeed && start.Name.Local != "feed":
			return r.noFeed(d, start.Name.Local)
		case !inFeed:
			inFeed = true
		default:
			if err := r.element(d, start); err != nil {
				return r.broken(d, err)
			}
		}
	}
	if !inFeed {
		return r.noFeed(d, "")
	}
	return nil
}

// element reads one element of the feed; an error is one of the file's form.
func (r *reader) element(d *xml.Decoder, start xml.StartElement) error {
	switch start.Name.Local {
	case "link":
		var l feedLink
		if err := d.DecodeElement(&l, &start); err != nil {
			return err
		}
		if host := hostOf(l.Href); r.page == "" && (l.Rel == "alternate" || l.Rel == "") {
			r.page = host
		}
		return nil
	case "entry":
		line, _ := d.InputPos()
		var e feedEntry
		if err := d.DecodeElement(&e, &start); err != nil {
			return err
		}
		where := fmt.Sprintf("line %d, entry %d", line, r.report.Read+1)
		r.take(where, func() (Past, error) { return r.entry(where, e) })
		return nil
	}
	return d.Skip()
}

func (r *reader) broken(d *xml.Decoder, err error) error {
	line, _ := d.InputPos()
	what := err.Error()
	if syntax, ok := errors.AsType[*xml.SyntaxError](err); ok {
		line, what = syntax.Line, syntax.Msg
	}
	return fault.New(fault.Invalid, fmt.Sprintf("%s:%d", r.src.Name, line), "the feed is no whole XML: "+what, "fetch the file again: it may be cut off")
}

func (r *reader) noFeed(d *xml.Decoder, root string) error {
	line, _ := d.InputPos()
	what := "there is no Atom feed in it"
	if root != "" {
		what = fmt.Sprintf("this is <%s> and no Atom feed", root)
	}
	return fault.New(fault.Invalid, fmt.Sprintf("%s:%d", r.src.Name, line), what, "give the page's /history.atom")
}

// entry reads one incident.
func (r *reader) entry(where string, e feedEntry) (Past, error) {
	p := Past{Title: health.Text{r.src.Hints.language(): plain(e.Title.html(), false)}}
	for _, l := range e.Links {
		if p.Link == "" && (l.Rel == "alternate" || l.Rel == "") {
			p.Link = strings.TrimSpace(l.Href)
		}
	}
	if p.Page, p.Code = address(p.Link); p.Code == "" {
		p.Page, p.Code = r.page, strings.TrimSpace(e.ID)
	}
	if p.Code == "" {
		return p, bad("", "it has neither a link to its page nor an id", "give it one: a second import would not know it again")
	}
	head, passages := cut(e.Content.html())
	a := anchors{published: r.feedTime(where, "published", e.Published), updated: r.feedTime(where, "updated", e.Updated)}
	err := r.messages(where, &p, passages, a)
	if err == nil && p.Kind == incident.Maintenance {
		r.window(where, &p, head)
	}
	return p, err
}

// feedTime reads one of an entry's own times; what is none is noted.
func (r *reader) feedTime(where, name, text string) time.Time {
	text = strings.TrimSpace(text)
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		r.report.note(where, name+" is missing or no time, which helps to find the year", "write one such as 2018-11-21T23:19:00Z")
	}
	return t
}

// messages reads the passages of an entry, newest first, into its updates.
func (r *reader) messages(where string, p *Past, passages []passage, a anchors) error {
	if len(passages) == 0 {
		return nil
	}
	stamps := make([]dated, len(passages))
	for n, g := range passages {
		s, ok := parseStamp(g.stamp)
		if !ok {
			return bad(nth(passages, n), fmt.Sprintf("%q is no time", shown(g.stamp)), "write one such as Aug 21, 00:37 UTC")
		}
		offset, err := r.offset(where, s.zone)
		if err != nil {
			return err
		}
		stamps[n] = dated{s, offset}
	}
	times, doubt, ok := a.years(stamps)
	if !ok {
		return bad("", "the year of its updates cannot be found: neither published nor updated fits their days", "mend published and updated")
	}
	if doubt && stamps[0].year == 0 {
		r.report.note(where, "its updates lie more than a month from published, so their year is inferred", fmt.Sprintf("see that %s is right", times[0].Format(time.DateOnly)))
	}
	return r.states(p, passages, times)
}

// states gives every passage its state, oldest first: the word "Update" leaves it
// as it was.
func (r *reader) states(p *Past, passages []passage, times []time.Time) error {
	p.Kind = incident.Issue
	if slices.ContainsFunc(passages, func(g passage) bool { return ofMaintenance(g.label) }) {
		p.Kind = incident.Maintenance
	}
	order := make([]int, 0, len(passages))
	for n := range slices.Backward(passages) {
		order = append(order, n)
	}
	slices.SortStableFunc(order, func(a, b int) int { return times[a].Compare(times[b]) })
	language := r.src.Hints.language()
	state := beginning(p.Kind)
	for _, n := range order {
		next, err := stateOf(p.Kind, passages[n].label, state)
		if err != nil {
			return bad(nth(passages, n), err.Error(), "write the entry as JSONL with the state that was meant")
		}
		state = next
		p.Updates = append(p.Updates, Told{State: state, At: times[n], Body: health.Text{language: passages[n].body}, Fallback: language})
	}
	return nil
}

// nth names a passage as its reader counts, the oldest being the first.
func nth(passages []passage, n int) string { return fmt.Sprintf("update %d", len(passages)-n) }

// offset is what a zone's abbreviation means; what is not certain is noted.
func (r *reader) offset(where, word string) (time.Duration, error) {
	z, ok := zoneOf(word, r.src.Hints.Zones)
	if !ok {
		return 0, bad("", fmt.Sprintf("the time zone %q has no meaning that is certain", shown(word)), fmt.Sprintf("say which: --zone %q", shown(word)+"=±hh:mm"))
	}
	if !z.sure {
		at := time.Time{}.In(time.FixedZone("", int(z.offset.Seconds()))).Format("-07:00")
		r.report.note(where, fmt.Sprintf("the time zone %s was read as UTC%s, its usual meaning", word, at), "if it was another, say --zone "+word+"=±hh:mm")
	}
	return z.offset, nil
}

// window reads when a maintenance was to be: "THIS IS A SCHEDULED EVENT Jan 16,
// 12:00 - 16:00 GMT", or with a second day before the second time.
func (r *reader) window(where string, p *Past, head string) {
	text, ok := strings.CutPrefix(folded(head), "THIS IS A SCHEDULED EVENT")
	if !ok {
		return
	}
	if p.Began, p.Ended, ok = r.planned(where, strings.ReplaceAll(text, "–", "-"), p.Updates); !ok {
		r.report.note(where, fmt.Sprintf("when the maintenance was to be could not be read: %q", shown(text)), "")
	}
}

func (r *reader) planned(where, text string, updates []Told) (began, ended time.Time, ok bool) {
	from, to, _ := strings.Cut(strings.TrimSpace(text), " - ")
	words := strings.Fields(to)
	if len(words) < 2 {
		return began, ended, false
	}
	zone := words[len(words)-1]
	first, okFirst := parseStamp(from + " " + zone)
	offset, err := r.offset(where, zone)
	if !okFirst || err != nil {
		return began, ended, false
	}
	if began, ok = first.since(notBefore(updates), offset); !ok {
		return began, ended, false
	}
	if last, ok := parseStamp(to); ok {
		ended, ok = last.since(began, offset)
		return began, ended, ok
	}
	hour, minute, ok := hourOf(words[0]) // of the same day, or of the night after it
	const day = 24 * 60
	lasts := (hour*60 + minute - first.hour*60 - first.min + day) % day
	return began, began.Add(time.Duration(lasts) * time.Minute), ok && len(words) == 2
}

// notBefore is the earliest time at which a maintenance can have been planned to
// begin: plans are told before, and work begins within days of its plan.
func notBefore(updates []Told) time.Time {
	const days = 7
	for _, u := range updates {
		if u.State == incident.InProgress {
			return u.At.Add(-days * slack)
		}
	}
	return updates[0].At.Add(-slack)
}
