package catalog

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// fields says what to do with the value of each key a mapping may have.
type fields map[string]func(n *yaml.Node, path string)

// object reads a mapping. Keys that are not known, are twice there or have no
// value are problems.
func (r *reader) object(n *yaml.Node, path, what string, f fields) {
	r.places[path] = place{r.src, n.Line}
	if n.Kind != yaml.MappingNode {
		r.at(n, what+" must be keys with values", "write the keys "+strings.Join(keys(f), ", "))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, known := f[key.Value]
		first, twice := seen[key.Value]
		switch {
		case !known:
			r.at(key, quote(key.Value)+" is not a key of "+what, instead(key.Value, keys(f)))
		case twice:
			r.at(key, fmt.Sprintf("%q stands twice in %s", key.Value, what), fmt.Sprintf("keep this one or that of line %d", first))
		case value.Kind == yaml.AliasNode || key.Kind == yaml.AliasNode:
			r.at(key, "aliases are not read in a catalogue", "write the value out")
		case value.Kind == yaml.ScalarNode && value.ShortTag() == "!!null":
			r.at(key, quote(key.Value)+" has no value", "write one, or leave the key out")
		default:
			under := join(path, key.Value)
			r.places[under] = place{r.src, key.Line}
			read(value, under)
		}
		if !twice {
			seen[key.Value] = key.Line
		}
	}
}

// list reads a sequence; its members are numbered from first in paths.
func (r *reader) list(n *yaml.Node, path string, first int, read func(*yaml.Node, string)) {
	if n.Kind != yaml.SequenceNode {
		r.at(n, quote(path)+" must be a list", "begin every member with \"- \"")
		return
	}
	for i, m := range n.Content {
		if m.Kind == yaml.AliasNode {
			r.at(m, "aliases are not read in a catalogue", "write the value out")
			continue
		}
		under := fmt.Sprintf("%s[%d]", path, first+i)
		r.places[under] = place{r.src, m.Line}
		read(m, under)
	}
}

// scalar is the text of a plain value.
func (r *reader) scalar(n *yaml.Node, path string) (string, bool) {
	if n.Kind != yaml.ScalarNode {
		r.at(n, quote(path)+" must be a single value", "write it on one line")
		return "", false
	}
	return strings.TrimSpace(n.Value), true
}

// text reads a value into any kind of string.
func text[S ~string](r *reader, to *S) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		if v, ok := r.scalar(n, path); ok {
			*to = S(v)
		}
	}
}

// texts reads a list of values; it is never nil afterwards.
func texts[S ~string](r *reader, to *[]S) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		out := []S{}
		r.list(n, path, 0, func(n *yaml.Node, path string) {
			if v, ok := r.scalar(n, path); ok {
				out = append(out, S(v))
			}
		})
		*to = out
	}
}

// selection reads `all`, which gives nil, or a list.
func (r *reader) selection(to *[]string) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		if n.Kind == yaml.ScalarNode && n.Value == "all" {
			*to = nil
			return
		}
		if n.Kind == yaml.ScalarNode {
			r.at(n, quote(n.Value)+" selects nothing", "write all, or a list such as ["+n.Value+"]")
			return
		}
		texts(r, to)(n, path)
	}
}

// words reads a text in every language.
func (r *reader) words(to *health.Text) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		out := health.Text{}
		f := fields{}
		for _, l := range health.Languages() {
			f[string(l)] = func(n *yaml.Node, path string) {
				if v, ok := r.scalar(n, path); ok {
					out[l] = v
				}
			}
		}
		r.object(n, path, "a text (a language with its words)", f)
		*to = out
	}
}

// parsed reads a word through a parser whose error says what words there are.
func (r *reader) parsed(parse func(string) error) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		v, ok := r.scalar(n, path)
		if !ok {
			return
		}
		err := parse(v)
		if known, ok := errors.AsType[*fault.Error](err); ok {
			r.at(n, known.What, known.Remedy)
		} else if err != nil {
			r.at(n, err.Error(), "")
		}
	}
}

func (r *reader) level(to *health.Level) func(*yaml.Node, string) {
	return r.parsed(func(w string) (err error) {
		if *to, err = health.ParseLevel(w); err == nil {
			return nil
		}
		*to = health.MajorOutage // told once is enough
		words := ids(verdictLevels(), health.Level.String)
		return fault.New(fault.Invalid, "", "level "+quote(w)+" is not known", "write one of: "+strings.Join(words, ", "))
	})
}

func (r *reader) duration(to *Duration) func(*yaml.Node, string) {
	return r.parsed(func(w string) error {
		d, err := time.ParseDuration(w)
		if err != nil {
			return fault.New(fault.Invalid, "", quote(w)+" is not a duration", "write a number with its unit, such as 1s or 500ms")
		}
		*to = Duration(d)
		return nil
	})
}

func (r *reader) number(to *int) func(*yaml.Node, string) {
	return r.parsed(func(w string) (err error) {
		if *to, err = strconv.Atoi(w); err != nil {
			return fault.New(fault.Invalid, "", quote(w)+" is not a whole number", "write digits, such as 3")
		}
		return nil
	})
}

func (r *reader) flag(to *bool) func(*yaml.Node, string) {
	return r.parsed(func(w string) error {
		if w != "true" && w != "false" {
			return fault.New(fault.Invalid, "", quote(w)+" is neither yes nor no", "write true or false")
		}
		*to = w == "true"
		return nil
	})
}

// at notes a problem at a node.
func (r *reader) at(n *yaml.Node, what, remedy string) {
	r.addAt(place{r.src, n.Line}, what, remedy)
}

// add notes a problem at the place of a path, or of the nearest thing around it.
func (r *reader) add(path, what, remedy string) {
	for {
		if p, ok := r.places[path]; ok || path == "" {
			r.addAt(p, what, remedy)
			return
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
}

func (r *reader) addAt(p place, what, remedy string) {
	r.found = append(r.found, finding{p, what, remedy})
}

// note adds what the finished catalogue's check found, unless a value there was
// already found unreadable.
func (r *reader) note(p problem) {
	at, ok := r.places[p.path]
	if ok && slices.ContainsFunc(r.found, func(f finding) bool { return f.place == at }) {
		return
	}
	r.add(p.path, p.what, p.remedy)
}

// syntax notes what the YAML library could not read.
func (r *reader) syntax(err error) {
	r.broken = true
	p := place{r.src, 1}
	what := err.Error()
	if load, ok := errors.AsType[*yaml.LoadError](err); ok {
		p.line = max(1, load.Mark.Line)
		what = load.Message
	} else if m := regexp.MustCompile(`line (\d+)`).FindStringSubmatch(what); m != nil {
		p.line, _ = strconv.Atoi(m[1]) // digits
	}
	for p.line > len(r.src.lines) || (p.line > 1 && strings.TrimSpace(r.src.lines[p.line-1]) == "") {
		p.line-- // to the last line that says something
	}
	r.addAt(p, "this is not YAML: "+strings.TrimPrefix(what, "yaml: "), "mind the indentation (spaces, not tabs), and quote values that hold : or #")
}

func keys(f fields) []string {
	out := make([]string, 0, len(f))
	for k := range f {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func quote(s string) string { return `"` + s + `"` }

// instead says what to write in place of a word: the nearest of the words there
// are, or all when they are few.
func instead(word string, have []string) string {
	meant := fault.Nearest(word, have, min(3, len(word)/2+1))
	const few = 16
	switch {
	case meant != "" && len(have) > few:
		return "did you mean " + meant + "?"
	case meant != "":
		return "did you mean " + meant + "? The words there are: " + strings.Join(have, ", ")
	case len(have) > few:
		return "write one that is defined, such as " + have[0]
	case len(have) == 0:
		return "define it first"
	}
	return "write one of: " + strings.Join(have, ", ")
}
