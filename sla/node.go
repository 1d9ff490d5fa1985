package sla

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/bonghwa/bonghwa/fault"
)

// reader walks one file's nodes and collects every problem with its place.
type reader struct {
	file     string
	problems fault.List
}

// field reads the value of one key.
type field func(n *yaml.Node)

func (r *reader) bad(n *yaml.Node, what, remedy string) {
	r.problems.Add(fmt.Sprintf("%s:%d", r.file, n.Line), what, remedy)
}

// fields reads a mapping: unknown and repeated keys are problems, and so is a
// missing one of the needed.
func (r *reader) fields(n *yaml.Node, where string, known map[string]field, needed ...string) {
	if n.Kind != yaml.MappingNode {
		r.bad(n, where+" is not a mapping", "write key: value lines below it")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		read, ok := known[key.Value]
		switch {
		case !ok:
			r.bad(key, fmt.Sprintf("%s has no field %q", where, key.Value), "write one of: "+strings.Join(keys(known), ", "))
		case seen[key.Value]:
			r.bad(key, fmt.Sprintf("field %q stands twice in %s", key.Value, where), "keep one of the two")
		default:
			seen[key.Value] = true
			read(n.Content[i+1])
		}
	}
	for _, k := range needed {
		if !seen[k] {
			r.bad(n, fmt.Sprintf("%s lacks the field %q", where, k), "add "+k+": …")
		}
	}
}

// word reads a scalar.
func (r *reader) word(n *yaml.Node, into *string) {
	if n.Kind != yaml.ScalarNode {
		r.bad(n, "this is not a single value", "write one word or a quoted text")
		return
	}
	*into = n.Value
}

// list reads a sequence, item by item.
func (r *reader) list(n *yaml.Node, item field) {
	if n.Kind != yaml.SequenceNode {
		r.bad(n, "this is not a list", "write [a, b] or lines that begin with a dash")
		return
	}
	for _, c := range n.Content {
		item(c)
	}
}

func (r *reader) words(n *yaml.Node, into *[]string) {
	r.list(n, func(n *yaml.Node) {
		var w string
		r.word(n, &w)
		*into = append(*into, w)
	})
}

// only refuses every value but the one that is computed.
func (r *reader) only(name, value string) field {
	return func(n *yaml.Node) {
		if n.Value != value {
			r.bad(n, name+" "+n.Value+" is not computed yet", "write "+value)
		}
	}
}

func (r *reader) decimal(n *yaml.Node, into *Decimal) {
	d, err := ParseDecimal(n.Value)
	if err != nil {
		r.bad(n, fmt.Sprintf("%q is not a decimal number", n.Value), `write digits such as "99.99"`)
		return
	}
	*into = d
}

// duration reads "5m" or, as agreements count so, "5d".
func (r *reader) duration(n *yaml.Node, into *time.Duration) {
	text, days := strings.CutSuffix(n.Value, "d")
	if days {
		text += "h"
	}
	d, err := time.ParseDuration(text)
	if days {
		d *= 24
	}
	if err != nil || d < 0 {
		r.bad(n, fmt.Sprintf("%q is not a length of time", n.Value), "write 30s, 5m, 4h or 5d")
		return
	}
	*into = d
}

// choice reads one of the given words into a string type.
func choice[T ~string](r *reader, what string, into *T, words ...T) field {
	return func(n *yaml.Node) {
		if !slices.Contains(words, T(n.Value)) {
			names := make([]string, len(words))
			for i, w := range words {
				names[i] = string(w)
			}
			r.bad(n, fmt.Sprintf("%s %q is not known", what, n.Value), "write one of: "+strings.Join(names, ", "))
			return
		}
		*into = T(n.Value)
	}
}

func keys(m map[string]field) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
