package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// words are a text as it is written: by language, or as they stand where the page
// speaks one language alone.
type words struct {
	plain string
	by    map[string]string
}

// UnmarshalYAML reads either form.
func (w *words) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		w.plain = n.Value
		return nil
	}
	if err := n.Load(&w.by); err != nil {
		return fault.New(fault.Invalid, "", "this is no text", "write {ko: …, en: …}, or the words themselves where the page speaks one language")
	}
	return nil
}

func (w words) given() bool { return w.plain != "" || len(w.by) > 0 }

// text is what the words at a path mean to a page of the languages. It is whole: a
// language that the page does not speak has the words of its first one, so that a
// name is nowhere missing.
func (r *reader) text(path string, w words, languages []health.Language) health.Text {
	out := health.Text{}
	if w.plain != "" {
		if len(languages) > 1 {
			r.wrong(path, "this stands in one language, and the page speaks "+listed(languages), "write {"+forms(languages)+"}")
			return out
		}
		out[languages[0]] = w.plain
		r.commands(path, out)
		return out.Whole(languages[0])
	}
	for key, s := range w.by {
		if _, err := health.ParseLanguage(key); err != nil {
			r.wrong(path+"."+key, fmt.Sprintf("%q is no language here", key), "write one of: "+listed(health.Languages()))
		}
		out[health.Language(key)] = s
	}
	for _, l := range out.Missing(languages...) {
		r.wrong(path, "the text is missing in language "+string(l), "write {"+forms(languages)+"}")
	}
	r.commands(path, out)
	return out.Whole(languages[0])
}

// commands finds characters in a text that readers would not see.
func (r *reader) commands(path string, text health.Text) {
	for l, c := range text.Commands() {
		r.wrong(path, fmt.Sprintf("the text has in language %s the character %U, which is not read but obeyed", l, c), "take it out")
	}
}

func forms(languages []health.Language) string {
	out := make([]string, len(languages))
	for i, l := range languages {
		out[i] = string(l) + ": …"
	}
	return strings.Join(out, ", ")
}

func listed[T ~string](list []T) string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return strings.Join(out, ", ")
}

// languages reads those that the page speaks; none written means every one.
func (r *reader) languages(path string, written []string) []health.Language {
	var out []health.Language
	for i, w := range written {
		l, err := health.ParseLanguage(w)
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case err != nil:
			r.wrong(at, fmt.Sprintf("%q is no language here", w), "write one of: "+listed(health.Languages()))
		case slices.Contains(out, l):
			r.wrong(at, w+" stands here twice", "take one out")
		default:
			out = append(out, l)
		}
	}
	if len(out) > 0 {
		return out
	}
	if r.places.has(path) && len(written) == 0 {
		r.wrong(path, "a page must speak some language", "write [ko], [en] or [en, ko], or leave it out for both")
	}
	return bothLanguages()
}

// bothLanguages are what a page speaks of which nothing is said.
func bothLanguages() []health.Language { return []health.Language{health.English, health.Korean} }
