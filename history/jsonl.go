package history

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

// readLines reads one incident a line. A line that cannot be read stops no other.
func (r *reader) readLines() {
	number := 0
	for line := range bytes.Lines(r.content) {
		number++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		where := fmt.Sprintf("line %d", number)
		r.take(where, func() (Past, error) { return r.line(where, line) })
	}
}

// line reads one line.
func (r *reader) line(where string, line []byte) (Past, error) {
	if at := notUTF8(line); at >= 0 {
		return Past{}, bad("", fmt.Sprintf("byte %d of the line is no UTF-8", at+1), "write the file in UTF-8")
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		if _, ok := err.(*json.SyntaxError); ok { //nolint:errorlint // Unmarshal wraps nothing
			return Past{}, bad("", "the line is no JSON: "+err.Error(), "write one whole object a line")
		}
		return Past{}, bad("", mistyped("", err), "write one object a line")
	}
	o := object{r: r, where: where, fields: fields, language: r.src.Hints.language()}
	o.known("id", "title", "started_at", "resolved_at", "impact", "components", "updates", "language", "link")
	return o.past()
}

// object is one JSON object of a line, read field by field.
type object struct {
	r        *reader
	where    string // of the line; stands in notes
	path     string // of the object in the line, such as "updates[0]."
	fields   map[string]json.RawMessage
	language health.Language // of its plain texts
}

// known notes the fields that mean nothing here.
func (o object) known(names ...string) {
	for _, name := range slices.Sorted(maps.Keys(o.fields)) {
		if !slices.Contains(names, name) {
			o.r.report.note(o.where, fmt.Sprintf("the field %q means nothing here and was left out", o.path+shown(name)), "write one of: "+strings.Join(names, ", "))
		}
	}
}

// has reports whether a field is there and not null.
func (o object) has(name string) bool {
	raw, ok := o.fields[name]
	return ok && string(raw) != "null"
}

// word reads a text that must be there.
func (o object) word(names ...string) (string, error) {
	for _, name := range names {
		if !o.has(name) {
			continue
		}
		var s string
		if err := json.Unmarshal(o.fields[name], &s); err != nil {
			return "", bad("", mistyped(o.path+name, err), "write a text")
		}
		if s = strings.TrimSpace(s); s != "" {
			return s, nil
		}
	}
	return "", bad("", o.path+names[0]+" is missing", "write it")
}

// maybe reads a text that may be missing; one of another type is noted and left out.
func (o object) maybe(name string) string {
	if !o.has(name) {
		return ""
	}
	var s string
	if err := json.Unmarshal(o.fields[name], &s); err != nil {
		o.r.report.note(o.where, mistyped(o.path+name, err)+"; it was left out", "write a text")
	}
	return strings.TrimSpace(s)
}

// when reads a time that may be missing.
func (o object) when(name string) time.Time { return o.r.optional(o.where, o.path+name, o.maybe(name)) }

func (o object) past() (Past, error) {
	if l := o.maybe("language"); l != "" {
		var err error
		if o.language, err = health.ParseLanguage(l); err != nil {
			return Past{}, bad("language", err.Error(), "")
		}
	}
	p := Past{Link: o.maybe("link"), Impact: strings.ToLower(o.maybe("impact")), Began: o.when("started_at"), Ended: o.when("resolved_at")}
	var err error
	if p.Title, err = o.text("title"); err != nil {
		return p, err
	}
	if p.Page, p.Code = address(p.Link); p.Code == "" {
		p.Page = o.r.page
		if p.Code, err = o.word("id"); err != nil {
			return p, err
		}
	}
	p.Components = o.components()
	return p, o.updates(&p)
}

// text reads a text that must be there: one string in the line's language, or an
// object of languages.
func (o object) text(name string) (health.Text, error) {
	if !o.has(name) {
		return nil, bad("", o.path+name+" is missing", `write a text, or {"ko": "…", "en": "…"}`)
	}
	var one string
	if json.Unmarshal(o.fields[name], &one) == nil {
		return health.Text{o.language: one}, nil
	}
	var many map[string]string
	if err := json.Unmarshal(o.fields[name], &many); err != nil {
		return nil, bad("", o.path+name+" is neither a text nor texts by language", `write a text, or {"ko": "…", "en": "…"}`)
	}
	out := health.Text{}
	for _, tag := range slices.Sorted(maps.Keys(many)) {
		l, err := health.ParseLanguage(tag)
		if err != nil {
			o.r.report.note(o.where, fmt.Sprintf("%s in the language %q was left out: there is no such language here", o.path+name, shown(tag)), "")
			continue
		}
		out[l] = many[tag]
	}
	return out, nil
}

// components reads a list of names; what is none is noted and left out.
func (o object) components() []Component {
	if !o.has("components") {
		return nil
	}
	var names []string
	if err := json.Unmarshal(o.fields["components"], &names); err != nil {
		o.r.report.note(o.where, mistyped("components", err)+"; it was left out", "write a list of names")
		return nil
	}
	var out []Component
	for _, n := range names {
		out = append(out, Component{Names: []string{n}})
	}
	return out
}

// message is an update before its place among the others is known.
type message struct {
	Told
	label string
}

func (o object) updates(p *Past) error {
	if !o.has("updates") {
		return bad("", "updates is missing", "write a list of objects with at, status and body")
	}
	var list []map[string]json.RawMessage
	if err := json.Unmarshal(o.fields["updates"], &list); err != nil {
		return bad("", mistyped("updates", err), "write a list of objects with at, status and body")
	}
	messages := make([]message, len(list))
	times := make([]time.Time, len(list))
	p.Kind = incident.Issue
	if p.Impact == "maintenance" {
		p.Kind = incident.Maintenance
	}
	for n, fields := range list {
		u := object{r: o.r, where: o.where, path: fmt.Sprintf("updates[%d].", n), fields: fields, language: o.language}
		var err error
		if messages[n], err = u.message(); err != nil {
			return err
		}
		times[n] = messages[n].At
		if ofMaintenance(messages[n].label) {
			p.Kind = incident.Maintenance
		}
	}
	state := beginning(p.Kind)
	for _, n := range oldestFirst(times) {
		m := messages[n]
		var err error
		if state, err = stateOf(p.Kind, m.label, state); err != nil {
			return bad(fmt.Sprintf("updates[%d].status", n), err.Error(), "write a state such as investigating, resolved, scheduled or completed")
		}
		m.State = state
		p.Updates = append(p.Updates, m.Told)
	}
	return nil
}

// message reads one update.
func (o object) message() (message, error) {
	o.known("id", "status", "state", "body", "at", "created_at", "display_at")
	m := message{Told: Told{Code: o.maybe("id")}}
	var err error
	if m.label, err = o.word("status", "state"); err != nil {
		return m, err
	}
	if m.Body, err = o.text("body"); err != nil {
		return m, err
	}
	m.Fallback = o.language
	if len(m.Body.Missing()) > 0 && strings.TrimSpace(m.Body[o.language]) == "" {
		for l, s := range m.Body {
			if strings.TrimSpace(s) != "" {
				m.Fallback = l
			}
		}
	}
	at, err := o.word("at", "display_at", "created_at")
	if err != nil {
		return m, err
	}
	if m.At, err = instant(at); err != nil {
		return m, bad("", fmt.Sprintf("%sat is no time: %q", o.path, shown(at)), "write one such as 2018-11-21T23:19:00Z")
	}
	return m, nil
}
