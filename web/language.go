package web

import (
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/web/ui"
)

// languageOf is the language to answer in: the one the path begins with, else
// the remembered one, else the best of Accept-Language, else the site's own.
func (rt *Router) languageOf(r *http.Request) health.Language {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if l := ours(first); slices.Contains(rt.o.Site.Speaks(), l) {
		return l
	}
	return PreferredLanguage(r, rt.cookies, rt.o.Site, rt.o.Language)
}

// PreferredLanguage is the language for a request whose path names none of the
// site's: the remembered one, else the best of Accept-Language, else fallback.
func PreferredLanguage(r *http.Request, c Cookies, site ui.Site, fallback health.Language) health.Language {
	speaks := site.Speaks()
	if l := c.Language(r); slices.Contains(speaks, l) {
		return l
	}
	if !slices.Contains(speaks, fallback) {
		fallback = speaks[0]
	}
	return preferred(r.Header.Get("Accept-Language"), fallback, speaks)
}

// preferred picks among languages; none asked for gives fallback, which is one of
// them.
func preferred(accept string, fallback health.Language, speaks []health.Language) health.Language {
	if accept == "" || len(accept) > 256 {
		return fallback
	}
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return fallback
	}
	choice := []health.Language{fallback}
	for _, l := range speaks {
		if l != fallback {
			choice = append(choice, l)
		}
	}
	supported := make([]language.Tag, len(choice))
	for i, l := range choice {
		supported[i] = language.Make(string(l))
	}
	_, i, sure := language.NewMatcher(supported).Match(tags...)
	if sure == language.No {
		return fallback
	}
	return choice[i]
}

// home sends "/" to the site in the reader's language.
func (rt *Router) home(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h.Add("Vary", "Accept-Language, Cookie")
	h.Set("Cache-Control", "private, no-cache")
	http.Redirect(w, r, "/"+string(rt.languageOf(r))+"/", http.StatusFound) //nolint:gosec // G710: one of our languages, whatever was asked for
	return nil
}
