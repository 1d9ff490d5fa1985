package notify

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

//go:embed template/*.txt
var templateFiles embed.FS

// Template is the form of one kind of message in one language. Its source has a
// line "subject: …" and then one block a line: "# heading", "= label | text",
// "* list", "> label | address", "- small print", or a paragraph. Variables stand
// in double braces and are replaced by their values, once; nothing is computed. A
// line with a variable that is empty is left out.
type Template struct {
	ID       string
	Version  int
	Language health.Language
	subject  string
	lines    []string
}

// variables are the ones that templates may use.
func variables() []string {
	return []string{
		"provider", "title", "state", "at", "since", "body", "fallback", "workaround", "action", "security", "dataloss", "next",
		"link", "replay", "affected", "resources", "more", "mine", "accounts", "why", "credits",
	}
}

// ParseTemplate reads a template's source. Errors are Invalid and name the line.
func ParseTemplate(id string, version int, l health.Language, source string) (Template, error) {
	t := Template{ID: id, Version: version, Language: l}
	for i, line := range strings.Split(source, "\n") {
		if err := checkLine(line); err != nil {
			return t, fault.New(fault.Invalid, fmt.Sprintf("template %s.%s:%d", id, l, i+1), err.Error(),
				"use {{name}} with one of: "+strings.Join(variables(), ", "))
		}
		if subject, ok := strings.CutPrefix(line, "subject: "); ok && t.subject == "" {
			t.subject = subject
		} else if strings.TrimSpace(line) != "" {
			t.lines = append(t.lines, line)
		}
	}
	if t.subject == "" {
		return t, fault.New(fault.Invalid, fmt.Sprintf("template %s.%s:1", id, l), "there is no subject", `begin with "subject: " and the text`)
	}
	return t, nil
}

func checkLine(line string) error {
	for {
		_, rest, found := strings.Cut(line, "{{")
		if !found {
			return nil
		}
		name, after, closed := strings.Cut(rest, "}}")
		if !closed {
			return errors.New("{{ is not closed")
		}
		if !slices.Contains(variables(), name) {
			return fmt.Errorf("there is no variable {{%s}}", name)
		}
		line = after
	}
}

// Fill makes the document that the slots give.
func (t Template) Fill(slots Slots) Document {
	subject, _ := fillLine(t.subject, slots)
	d := Document{Subject: strings.Join(strings.Fields(subject), " ")}
	for _, line := range t.lines {
		if filled, ok := fillLine(line, slots); ok {
			d.add(filled)
		}
	}
	return d
}

// fillLine replaces the variables of a line; false when one of them is empty.
// Values are not looked at again, so braces in them stand for themselves.
func fillLine(line string, slots Slots) (string, bool) {
	var b strings.Builder
	whole := true
	for {
		before, rest, found := strings.Cut(line, "{{")
		b.WriteString(before)
		if !found {
			return b.String(), whole
		}
		name, after, _ := strings.Cut(rest, "}}")
		value := strings.TrimSpace(slots[name])
		whole = whole && value != ""
		b.WriteString(value)
		line = after
	}
}

// builtin is the version of the templates that come with the program.
const builtin = 1

// Templates finds templates by id, version and language.
type Templates struct {
	all map[templateKey]Template
}

type templateKey struct {
	id       string
	version  int
	language health.Language
}

// LoadTemplates reads the templates that come with the program: one for each kind
// of publication and language.
func LoadTemplates() (*Templates, error) {
	out := &Templates{all: map[templateKey]Template{}}
	for _, kind := range []Kind{KindUpdate, KindSummary, KindCredit} {
		for _, l := range health.Languages() {
			source, err := templateFiles.ReadFile(fmt.Sprintf("template/%s.%s.txt", kind, l))
			if err != nil {
				return nil, fmt.Errorf("read templates: %w", err)
			}
			t, err := ParseTemplate(string(kind), builtin, l, string(source))
			if err != nil {
				return nil, err
			}
			out.all[templateKey{t.ID, t.Version, l}] = t
		}
	}
	return out, nil
}

// Get finds a template. NotFound if this program does not have it.
func (t *Templates) Get(id string, version int, l health.Language) (Template, error) {
	found, ok := t.all[templateKey{id, version, l}]
	if !ok {
		return Template{}, fault.New(fault.NotFound, fmt.Sprintf("template %s version %d in %s", id, version, l),
			"this program does not have it", "run a version that does")
	}
	return found, nil
}
