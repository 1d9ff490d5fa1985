package config

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/bonghwa/bonghwa/fault"
)

// places are the lines on which a file's values stand, by their path, such as
// "page.components[0].name".
type places struct {
	file  string
	lines map[string]int
}

// placesOf finds every value of a file; none where it is no YAML.
func placesOf(file string, raw []byte) places {
	p := places{file: file, lines: map[string]int{}}
	var doc yaml.Node
	if yaml.Load(raw, &doc) == nil {
		p.walk(&doc, "")
	}
	return p
}

func (p places) walk(n *yaml.Node, path string) {
	switch n.Kind {
	case yaml.DocumentNode:
		for _, c := range n.Content {
			p.walk(c, path)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			under := strings.TrimPrefix(path+"."+n.Content[i].Value, ".")
			p.lines[under] = n.Content[i].Line
			p.walk(n.Content[i+1], under)
		}
	case yaml.SequenceNode:
		for i, c := range n.Content {
			under := fmt.Sprintf("%s[%d]", path, i)
			p.lines[under] = c.Line
			p.walk(c, under)
		}
	case yaml.ScalarNode, yaml.AliasNode, yaml.StreamNode:
	}
}

// has reports whether the file has a value at the path.
func (p places) has(path string) bool {
	_, ok := p.lines[path]
	return ok
}

// at is the file with the line of the path, or of the nearest thing around it that
// is there, or the file alone.
func (p places) at(path string) string {
	for path != "" {
		if line, ok := p.lines[path]; ok {
			return fmt.Sprintf("%s:%d", p.file, line)
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return p.file
}

const seeInit = "see bonghwa init for a commented configuration"

// explain turns what the YAML library says into problems with a line and a remedy.
// It never repeats a value, which may be a secret.
func explain(l *fault.List, name string, err error) {
	many, ok := errors.AsType[*yaml.LoadErrors](err)
	if !ok {
		where, what := name, err.Error()
		if one, ok := errors.AsType[*yaml.LoadError](err); ok {
			where, what = fmt.Sprintf("%s:%d", name, max(1, one.Mark.Line)), one.Message
		}
		l.Add(where, "this is not YAML: "+what, "mind the indentation (spaces, not tabs), and quote values that hold : or #")
		return
	}
	for _, e := range many.Errors {
		where := fmt.Sprintf("%s:%d", name, e.Mark.Line)
		if own, ok := errors.AsType[*fault.Error](e); ok {
			l.Add(where, own.What, own.Remedy)
			continue
		}
		what, remedy := inWords(e.Message)
		l.Add(where, what, remedy)
	}
}

// inWords says a complaint of the YAML library without the program's types in it.
func inWords(message string) (what, remedy string) {
	if rest, ok := strings.CutPrefix(message, "field "); ok {
		return "unknown field " + strings.SplitN(rest, " ", 2)[0], "take it out, or mend its spelling"
	}
	if rest, ok := strings.CutPrefix(message, "mapping key "); ok {
		key, line, _ := strings.Cut(rest, " already defined at ")
		return key + " stands here a second time", "keep this one or that of " + line
	}
	_, into, ok := strings.Cut(message, " into ")
	switch {
	case !ok:
		return message, seeInit
	case strings.HasPrefix(into, "[]"):
		return "this must be a list", "write its members in brackets, such as [one, two], or each on a line of its own after \"- \""
	case into == "string":
		return "this must be a single value", "write it on one line, in quotes if it holds : or #"
	case into == "int":
		return "this must be a whole number", "write digits, such as 4"
	case into == "bool":
		return "this must be true or false", "write true or false"
	}
	return "this must be keys with values", seeInit
}
