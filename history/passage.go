package history

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/net/html"

	"github.com/bonghwa/bonghwa/incident"
)

// passage is one message in the HTML of a feed's entry:
//
//	<p><small>Aug <var data-var='date'>21</var>, <var data-var='time'>00:37</var> UTC</small><br>
//	<strong>Resolved</strong> - All is well again.</p>
type passage struct {
	stamp string // "Aug 21, 00:37 UTC"
	label string // "Resolved"
	body  string // as plain text
}

// cut cuts an entry's HTML into its messages, in their order, and the text before
// the first one.
func cut(content string) (head string, passages []passage) {
	c := &cutter{}
	z := html.NewTokenizer(strings.NewReader(content))
	for z.Next() != html.ErrorToken {
		c.take(z.Token())
	}
	return c.end()
}

// cutter goes through the tokens of an entry.
type cutter struct {
	head     string
	passages []passage
	open     bool // a passage has begun
	now      prose
	small    strings.Builder // text within <small>
	inSmall  bool
	marked   bool // with the <var> of a date in it
	label    strings.Builder
	reading  reading
}

// reading is which part of a passage comes next.
type reading int

const (
	theBody reading = iota
	theLabel
	withinLabel
)

func (c *cutter) take(t html.Token) {
	tag := t.Data
	switch {
	case t.Type == html.StartTagToken && tag == "small" && !c.inSmall:
		c.inSmall, c.marked = true, false
		c.small.Reset()
	case c.inSmall && t.Type == html.EndTagToken && tag == "small":
		c.inSmall = false
		c.begin()
	case c.inSmall && t.Type == html.TextToken:
		c.small.WriteString(t.Data)
	case c.inSmall:
		c.marked = c.marked || tag == "var" && attribute(t, "data-var") != ""
	case c.reading == theLabel && t.Type == html.StartTagToken && (tag == "strong" || tag == "b"):
		c.reading = withinLabel
	case c.reading == withinLabel && t.Type == html.TextToken:
		c.label.WriteString(t.Data)
	case c.reading == withinLabel:
		if t.Type == html.EndTagToken && (tag == "strong" || tag == "b") {
			c.reading = theBody
		}
	case c.reading == theLabel && t.Type == html.TextToken && strings.TrimSpace(t.Data) != "":
		c.reading = theBody // a message without a state's word
		c.now.take(t)
	default:
		c.now.take(t)
	}
}

// begin begins a passage, if what stood within <small> is a time; else that was
// part of the text.
func (c *cutter) begin() {
	text := strings.Join(strings.Fields(c.small.String()), " ")
	if _, ok := parseStamp(text); !ok && !c.marked {
		c.now.text(c.small.String())
		return
	}
	c.finish()
	c.open, c.now, c.reading = true, prose{}, theLabel
	c.label.Reset()
	c.passages = append(c.passages, passage{stamp: text})
}

// finish ends the passage that has begun.
func (c *cutter) finish() {
	text := c.now.String()
	if !c.open {
		c.head = text
		return
	}
	p := &c.passages[len(c.passages)-1]
	p.label = strings.Join(strings.Fields(c.label.String()), " ")
	p.body = afterDash(strings.TrimSpace(text))
}

// afterDash takes away the dash that stands between a state and its words.
func afterDash(body string) string {
	for _, dash := range []string{"-", "–", "—"} {
		rest, ok := strings.CutPrefix(body, dash)
		if words := strings.TrimSpace(rest); ok && (words == "" || words != rest) {
			return words
		}
	}
	return body
}

func (c *cutter) end() (string, []passage) {
	if c.inSmall {
		c.now.text(c.small.String())
	}
	c.finish()
	return c.head, c.passages
}

// beginning is the state that a first message without a state of its own tells.
func beginning(kind incident.Kind) incident.State {
	if kind == incident.Maintenance {
		return incident.Scheduled
	}
	return incident.Investigating
}

// stateOf reads a state's word as status pages write it: "Update" leaves the state
// as it was, and a report written afterwards leaves the incident resolved.
func stateOf(kind incident.Kind, label string, before incident.State) (incident.State, error) {
	word := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(label)), " ", "_")
	switch word {
	case "update":
		return before, nil
	case "postmortem":
		word = "resolved"
	case "canceled":
		word = string(incident.Canceled)
	}
	if word == "" {
		return "", errors.New("it has no state's word")
	}
	s, err := incident.ParseState(kind, word)
	if err != nil || !s.Public() {
		return "", fmt.Errorf("%q is no state of this kind of incident that was told", shown(label))
	}
	return s, nil
}

// ofMaintenance reports whether a state's word is one of maintenances alone.
func ofMaintenance(label string) bool {
	s, err := stateOf(incident.Maintenance, label, "")
	return err == nil && s != ""
}

// shown is a piece of a file short enough for a report.
func shown(text string) string {
	const most = 60
	text, _ = clean(text)
	return shorten(strings.Join(strings.Fields(text), " "), most)
}
