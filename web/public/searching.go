package public

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/ui"
)

// What searches may cost: so many at once, and so long each. The first screen is
// answered by the same machine.
const (
	searchesAtOnce = 4
	searchWithin   = 300 * time.Millisecond
)

func (s *Site) searchRoute() web.Route {
	return web.Route{
		Method: http.MethodGet, Pattern: "/{lang}/search", Kind: web.Page, Access: web.Public, Handler: s.search,
		Sample: func() string {
			if p := s.current.Load(); p != nil && len(p.board.Plan.Regions) > 0 {
				return "/{lang}/search?q=" + url.QueryEscape(string(p.board.Plan.Regions[0].ID))
			}
			return "/{lang}/search"
		},
	}
}

// search answers a search from the pages told last.
func (s *Site) search(w http.ResponseWriter, r *http.Request) error {
	v, err := s.view(w, r)
	if err != nil {
		return err
	}
	typed := readable(r.URL.Query().Get("q"))
	q := newQuery(typed)
	switch q.flaw {
	case empty:
		return show(w, r, http.StatusOK, v, searchPage(v, answer{}))
	case tooShort, tooLong:
		return show(w, r, http.StatusBadRequest, v, searchPage(v, answer{typed: shortened(typed), problem: v.Say(language.Message("search." + string(q.flaw)))}))
	case noFlaw:
	}
	ctx, cancel := context.WithTimeout(r.Context(), searchWithin)
	defer cancel()
	select {
	case s.searches <- struct{}{}:
		defer func() { <-s.searches }()
	case <-ctx.Done():
		w.Header().Set("Retry-After", "2")
		return fault.New(fault.Unavailable, "search", "too many are searching at this moment", "try again in a moment")
	}
	f := search(ctx, v.b, s.library.of(v.b), q)
	return show(w, r, http.StatusOK, v, searchPage(v, answer{typed: typed, finds: f, asked: true}))
}

// readable is what was typed without what is not read but obeyed.
func readable(typed string) string {
	return strings.Map(func(r rune) rune {
		if health.Obeyed(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(typed, ""))
}

// shortened is what was typed as far as the field takes it.
func shortened(typed string) string {
	runes := []rune(typed)
	return string(runes[:min(len(runes), ui.LongestSearch)])
}

// answer is what the search page shows.
type answer struct {
	typed   string
	problem string // what is wrong with the query
	asked   bool   // finds are an answer
	finds   finds
}

// view is the view of the pages told last in the request's language; until there are
// any, the page is being prepared.
func (s *Site) view(w http.ResponseWriter, r *http.Request) (view, error) {
	p := s.current.Load()
	if p == nil {
		w.Header().Set("Retry-After", "1")
		return view{}, fault.New(fault.Unavailable, "", "the page is being prepared", "try again in a moment")
	}
	v := p.views[web.LanguageOf(r)]
	v.Live = ui.Live{} // nobody else has this page, so it follows nothing
	return v, nil
}

// show answers one reader with a page that is nobody else's. It is rendered first, so
// that a failure still becomes an error page.
func show(w http.ResponseWriter, r *http.Request, status int, v view, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(r.Context(), &b); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(v.l))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	return err
}

// asked is a search's query as its address has it, for the other language's page.
func asked(a answer) string {
	if a.typed == "" {
		return ""
	}
	return "?q=" + url.QueryEscape(a.typed)
}

func (v view) searchTitle(a answer) string {
	if a.typed == "" {
		return v.Say("search.title")
	}
	return v.Say("search.title_of", "words", a.typed)
}

func (v view) foundWords(a answer) string {
	if n := a.finds.count(); n > 0 {
		return v.Say("search.found", "words", a.typed, "n", n)
	}
	return v.Say("search.none", "words", a.typed)
}
