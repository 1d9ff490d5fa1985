package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

// pageJSON is the page that a document is of.
type pageJSON struct {
	URL string `json:"url"`
}

// incidentJSON is an incident or a scheduled maintenance as Statuspage gives it. What
// else it gives is not needed here.
type incidentJSON struct {
	ID             string          `json:"id"`
	Name           string          `json:"name"`
	Status         string          `json:"status"`
	Impact         string          `json:"impact"`
	Shortlink      string          `json:"shortlink"`
	CreatedAt      string          `json:"created_at"`
	StartedAt      string          `json:"started_at"`
	ResolvedAt     string          `json:"resolved_at"`
	ScheduledFor   string          `json:"scheduled_for"`
	ScheduledUntil string          `json:"scheduled_until"`
	Updates        []updateJSON    `json:"incident_updates"`
	Components     []componentJSON `json:"components"`
}

type updateJSON struct {
	ID        string         `json:"id"`
	Status    string         `json:"status"`
	Body      string         `json:"body"`
	CreatedAt string         `json:"created_at"`
	DisplayAt string         `json:"display_at"`
	Affected  []affectedJSON `json:"affected_components"`
}

type affectedJSON struct {
	Code string `json:"code"`
	Name string `json:"name"` // "Group - Component"
}

type componentJSON struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	GroupID string `json:"group_id"`
	Group   bool   `json:"group"`
}

// found is one entry of a document before it is read.
type found struct {
	raw   json.RawMessage
	line  int
	kind  incident.Kind // empty: it must be told from the entry itself
	order int           // from 1, in its list
}

// document is what a file of Statuspage's JSON holds.
type document struct {
	r       *reader
	d       *json.Decoder
	lines   lines
	listed  bool // there is a list of incidents or of maintenances
	entries []found
	groups  map[string]string // names of groups by their ids
}

// readStatuspage reads a document as Statuspage's public API gives it, or a bare
// list of incidents.
func (r *reader) readStatuspage() error {
	if err := r.whole(); err != nil {
		return err
	}
	if err := r.wholeJSON(); err != nil {
		return err
	}
	doc := document{r: r, d: json.NewDecoder(bytes.NewReader(r.content)), lines: lines{content: r.content}, groups: map[string]string{}}
	if err := doc.read(); err != nil {
		return err
	}
	if !doc.listed {
		return fault.New(fault.Invalid, r.src.Name, "there are neither incidents nor scheduled_maintenances in it",
			"give what the page answers at /api/v2/incidents.json or /api/v2/scheduled-maintenances.json")
	}
	for _, f := range doc.entries {
		noun := "incident"
		if f.kind == incident.Maintenance {
			noun = "maintenance"
		}
		where := fmt.Sprintf("line %d, %s %d", f.line, noun, f.order)
		r.take(where, func() (Past, error) { return r.incident(where, f, doc.groups) })
	}
	return nil
}

// wholeJSON refuses a file that is no JSON, and says where it stops being one.
func (r *reader) wholeJSON() error {
	var all json.RawMessage
	err := json.Unmarshal(r.content, &all)
	if err == nil {
		return nil
	}
	at, remedy := int64(0), "mend it there"
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = syntax.Offset
	}
	if at >= int64(len(bytes.TrimRight(r.content, " \t\r\n"))) {
		remedy = "fetch the file again: it may be cut off"
	}
	return fault.New(fault.Invalid, r.place(at), "the file is no whole JSON: "+err.Error(), remedy)
}

// read goes through a document that is known to be JSON.
func (d *document) read() error {
	t, err := d.d.Token()
	switch {
	case err != nil:
		return err
	case t == json.Delim('['):
		return d.list("")
	case t != json.Delim('{'):
		return fault.New(fault.Invalid, d.r.place(0), "this is no object and no list", "give what the page answers at /api/v2/incidents.json")
	}
	for d.d.More() {
		if err := d.field(); err != nil {
			return err
		}
	}
	return nil
}

// field reads one field of the document.
func (d *document) field() error {
	name, err := d.d.Token()
	if err != nil {
		return err
	}
	switch name {
	case "incidents":
		return d.open(incident.Issue)
	case "scheduled_maintenances":
		return d.open(incident.Maintenance)
	}
	at := d.d.InputOffset()
	var raw json.RawMessage
	if err := d.d.Decode(&raw); err != nil {
		return err
	}
	var p pageJSON
	var list []componentJSON
	switch name {
	case "page":
		err = json.Unmarshal(raw, &p)
	case "components":
		err = json.Unmarshal(raw, &list)
	}
	if err != nil {
		return fault.New(fault.Invalid, d.r.place(at), mistyped(fmt.Sprint(name), err), "give what the page answers at /api/v2/incidents.json")
	}
	if host := hostOf(p.URL); d.r.page == "" {
		d.r.page = host
	}
	for _, c := range list {
		if c.Group {
			d.groups[c.ID] = c.Name
		}
	}
	return nil
}

func (d *document) open(kind incident.Kind) error {
	t, err := d.d.Token()
	if err != nil {
		return err
	}
	if t != json.Delim('[') {
		return fault.New(fault.Invalid, d.r.place(d.d.InputOffset()), "this is no list", "give what the page answers at /api/v2/incidents.json")
	}
	return d.list(kind)
}

// list reads the entries of a list that has begun.
func (d *document) list(kind incident.Kind) error {
	d.listed = true
	for order := 1; d.d.More(); order++ {
		var raw json.RawMessage
		if err := d.d.Decode(&raw); err != nil {
			return err
		}
		line := d.lines.of(d.d.InputOffset() - int64(len(raw)))
		d.entries = append(d.entries, found{raw: raw, line: line, kind: kind, order: order})
	}
	_, err := d.d.Token()
	return err
}

// mistyped says that a field holds something else than it should.
func mistyped(field string, err error) string {
	e, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return field + " cannot be read: " + err.Error()
	}
	if e.Field != "" && field != "" {
		field += "." + e.Field
	} else if e.Field != "" {
		field = e.Field
	}
	value, _, _ := strings.Cut(e.Value, " ")
	if field == "" {
		return "it is a JSON " + value + ", and should be an object"
	}
	return fmt.Sprintf("%s is a JSON %s, and should be %s", field, value, wanted(e.Type.Kind().String()))
}

func wanted(kind string) string {
	switch kind {
	case "slice":
		return "a list"
	case "struct", "map":
		return "an object"
	case "bool":
		return "true or false"
	}
	return "a " + kind
}

// incident reads one entry of a document.
func (r *reader) incident(where string, f found, groups map[string]string) (Past, error) {
	var in incidentJSON
	if err := json.Unmarshal(f.raw, &in); err != nil {
		return Past{}, bad("", mistyped("", err), "give it as the page does")
	}
	if f.kind == "" {
		f.kind = incident.Issue
		if in.ScheduledFor != "" || ofMaintenance(in.Status) {
			f.kind = incident.Maintenance
		}
	}
	p := Past{
		Kind: f.kind, Title: health.Text{r.src.Hints.language(): in.Name}, Link: strings.TrimSpace(in.Shortlink), Impact: in.Impact,
		Components: componentsOf(in, groups),
	}
	if p.Page, p.Code = address(p.Link); p.Code == "" {
		p.Page, p.Code = r.page, in.ID
	}
	switch {
	case p.Code == "":
		return p, bad("id", "it has none", "give it one: a second import would not know it again")
	case p.Page == "":
		return p, bad("", "it is not said which page it is of", "say it with --page https://status.example.com")
	}
	if p.Link == "" {
		p.Link = "https://" + p.Page + "/incidents/" + p.Code
	}
	p.Began, p.Ended = r.optional(where, "started_at", in.StartedAt), r.optional(where, "resolved_at", in.ResolvedAt)
	if p.Kind == incident.Maintenance {
		p.Began, p.Ended = r.optional(where, "scheduled_for", in.ScheduledFor), r.optional(where, "scheduled_until", in.ScheduledUntil)
	}
	return p, r.updates(where, &p, in)
}

// optional reads a time that may be missing; one that is none is noted.
func (r *reader) optional(where, name, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	t, err := instant(text)
	if err != nil {
		r.report.note(where, fmt.Sprintf("%s is no time: %q", name, shown(text)), "write one such as 2018-11-21T23:19:00Z")
	}
	return t
}

// instant reads a time (RFC 3339) to the microsecond, as it is kept.
func instant(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, strings.TrimSpace(text))
	if err != nil {
		return time.Time{}, err
	}
	return t.UTC().Truncate(time.Microsecond), nil
}

func (r *reader) updates(where string, p *Past, in incidentJSON) error {
	language := r.src.Hints.language()
	times := make([]time.Time, len(in.Updates))
	for n, u := range in.Updates {
		text := u.DisplayAt
		if text == "" {
			text = u.CreatedAt
		}
		var err error
		if times[n], err = instant(text); err != nil {
			return bad(fmt.Sprintf("incident_updates[%d]", n), fmt.Sprintf("neither display_at nor created_at is a time: %q", shown(text)), "write one such as 2018-11-21T23:19:00Z")
		}
	}
	state := beginning(p.Kind)
	for _, n := range oldestFirst(times) {
		u := in.Updates[n]
		next, err := stateOf(p.Kind, u.Status, state)
		if err != nil {
			return bad(fmt.Sprintf("incident_updates[%d].status", n), err.Error(), "write a state of Statuspage's")
		}
		state = next
		body := u.Body
		if marked(body) {
			body = plain(body, true)
		}
		p.Updates = append(p.Updates, Told{Code: u.ID, State: state, At: times[n], Body: health.Text{language: body}, Fallback: language})
	}
	if last, err := stateOf(p.Kind, in.Status, state); in.Status != "" && (err != nil || last != state) && len(p.Updates) > 0 {
		r.report.note(where, fmt.Sprintf("its status is %q, and its last update says %s: the update counts", shown(in.Status), state), "")
	}
	return nil
}

// oldestFirst orders messages by their times. Of those of one instant the order of
// the file counts, whichever way it runs.
func oldestFirst(times []time.Time) []int {
	order := make([]int, len(times))
	for n := range order {
		order[n] = n
	}
	if len(times) > 1 && times[0].After(times[len(times)-1]) {
		slices.Reverse(order)
	}
	slices.SortStableFunc(order, func(a, b int) int { return times[a].Compare(times[b]) })
	return order
}

// componentsOf are the components that an entry or any of its updates names, each
// once.
func componentsOf(in incidentJSON, groups map[string]string) []Component {
	c := collection{places: map[string]int{}}
	for _, u := range in.Updates {
		for _, a := range u.Affected {
			c.add(a.Code, a.Name)
		}
	}
	for _, x := range in.Components {
		if group := groups[x.GroupID]; group != "" {
			c.add(x.ID, group+" - "+x.Name, x.Name)
			continue
		}
		c.add(x.ID, x.Name)
	}
	return c.list
}

// collection is components by their ids on the page.
type collection struct {
	list   []Component
	places map[string]int // in the list
}

// add adds a component, or names to one that was named before.
func (c *collection) add(id string, names ...string) {
	names = slices.DeleteFunc(append(names, id), func(n string) bool { return strings.TrimSpace(n) == "" })
	if len(names) == 0 {
		return
	}
	n, known := c.places[id]
	if !known || id == "" {
		n = len(c.list)
		c.places[id] = n
		c.list = append(c.list, Component{})
	}
	for _, name := range names {
		if !slices.Contains(c.list[n].Names, name) {
			c.list[n].Names = append(c.list[n].Names, name)
		}
	}
}
