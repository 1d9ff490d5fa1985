package browser_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/live"
	"github.com/bonghwa/bonghwa/web/ui"
)

// stage is a small site whose one page changes when the test says so, around a
// real hub.
type stage struct {
	*httptest.Server
	hub  *live.Hub
	book *language.Book
	real bool // world time is wall time

	mu       sync.Mutex
	revision journal.Position
	scene    scene
	fetched  []string // revisions that fragments were asked for
	refuse   int      // so many of the next fragments are answered with 503
	gone     bool     // fragments are answered with 404
}

// scene is what the page shows.
type scene struct {
	level health.Level
	h1    string
	rows  []row
	at    time.Time // when it was confirmed
}

type row struct{ id, html string }

// open raises a stage that shows the scene at revision 1.1.
func (s scene) open(t *testing.T, o live.Options, asReal bool) *stage {
	t.Helper()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	st := &stage{hub: live.New(o), book: book, real: asReal}
	st.show(1, 1, s)
	rt, err := web.New(web.Options{
		PublicURL: &url.URL{Scheme: "http", Host: "localhost"}, Language: health.English, Messages: book,
		Wall: clock.Wall{}, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}, st.hub.Routes(), []web.Route{
		{Method: "GET", Pattern: "/{lang}/{$}", Kind: web.Page, Handler: st.page},
		{Method: "GET", Pattern: "/{lang}/other", Kind: web.Page, Handler: func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Content-Type", "text/html")
			_, err := io.WriteString(w, `<!DOCTYPE html><title>Another page</title><link rel="icon" href="`+ui.AssetPath("flame.svg")+`"><h1>Another page</h1>`)
			return err
		}},
		{Method: "GET", Pattern: "/live/{revision}/{lang}/{$}", Kind: web.Data, Handler: st.fragment},
	})
	if err != nil {
		t.Fatal(err)
	}
	st.Server = httptest.NewServer(rt)
	t.Cleanup(st.Close)
	t.Cleanup(st.hub.Close)
	return st
}

// show changes the scene and tells everybody.
func (s *stage) show(epoch, number int64, next scene) {
	s.mu.Lock()
	s.revision, s.scene = journal.Position{Epoch: epoch, Number: number}, next
	s.mu.Unlock()
	s.hub.Publish(journal.Position{Epoch: epoch, Number: number})
}

// confirm says that the scene was still so at a time.
func (s *stage) confirm(at time.Time) {
	s.hub.Confirm(live.Stamp{At: at, Words: health.Text{health.Korean: at.Format("15:04") + "에 확인함", health.English: "Confirmed " + at.Format("15:04")}})
}

func (s *stage) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.fetched...)
}

func (s *stage) view(lang health.Language) (ui.Page, templ.Component) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := ui.Page{
		Voice: s.book.In(lang), Title: s.scene.h1, Path: "/", Section: ui.SectionNow, Known: true, Level: s.scene.level, Confirmed: s.scene.at,
		Site: ui.Site{Provider: health.Text{health.Korean: "한강", health.English: "Hangang"}, Zone: time.UTC},
		Live: ui.Live{Revision: s.revision.String(), Real: s.real},
	}
	var html strings.Builder
	fmt.Fprintf(&html, `<div class="lead"><h1>%s</h1><p class="lede">Seoul, as seen from five places.</p></div>`, s.scene.h1)
	for _, r := range s.scene.rows {
		fmt.Fprintf(&html, `<section class="row" aria-labelledby=%[1]q><h2 id=%[1]q>%[1]s</h2><div class="row-body">%[2]s</div></section>`, r.id, r.html)
	}
	return p, templ.Raw(html.String())
}

func (s *stage) page(w http.ResponseWriter, r *http.Request) error {
	p, body := s.view(web.LanguageOf(r))
	return finished(w, ui.Shell(p), body)
}

func (s *stage) fragment(w http.ResponseWriter, r *http.Request) error {
	s.mu.Lock()
	s.fetched = append(s.fetched, r.PathValue("revision"))
	newest := s.revision.String()
	status := http.StatusOK
	switch {
	case s.gone:
		status = http.StatusNotFound
	case s.refuse > 0:
		s.refuse--
		status = http.StatusServiceUnavailable
	}
	s.mu.Unlock()
	if status != http.StatusOK {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(status)
		return nil
	}
	if r.PathValue("revision") != newest {
		http.Redirect(w, r, "/live/"+newest+"/"+r.PathValue("lang")+"/", http.StatusTemporaryRedirect)
		return nil
	}
	lang, err := health.ParseLanguage(r.PathValue("lang"))
	if err != nil {
		return err
	}
	p, body := s.view(lang)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return finished(w, ui.Main(p), body)
}

// finished sends a page in one piece, as the public site does: a browser that gets
// it in two may draw the first, and move it.
func finished(w http.ResponseWriter, around, body templ.Component) error {
	var b bytes.Buffer
	if err := around.Render(templ.WithChildren(context.Background(), body), &b); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err := w.Write(b.Bytes())
	return err
}

// words are paragraphs enough to scroll through.
func words(n int, of string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<p>%s %d. %s</p>\n", of, i, strings.Repeat("Resolvers answer from five places. ", 12))
	}
	return b.String()
}

// evening is a page of an outage, longer than the window.
func evening() scene {
	return scene{
		level: health.MajorOutage, h1: "Compute in Seoul cannot resolve names", at: time.Date(2018, 11, 22, 0, 0, 0, 0, time.UTC),
		rows: []row{
			{"open", `<article class="event" data-key="dns"><h3><a href="/en/other">Names cannot be resolved</a></h3><p>We are looking into it.</p></article>
				<details class="fold"><summary>2 earlier updates</summary><p>It began at 08:19.</p></details>`},
			{"planned", words(4, "Planned")},
			{"grid", `<div class="scroll" role="region" tabindex="0" aria-label="All services"><table class="plain plain-wide"><tbody><tr>` +
				strings.Repeat("<td>operational</td>", 60) + `</tr></tbody></table></div>` + words(12, "Grid")},
			{"past", words(6, "Past") + `<form><label for="find">Find</label> <input id="find" name="find"></form>`},
		},
	}
}

// with is the scene with a row's content changed.
func (s scene) with(id, html string) scene {
	rows := append([]row(nil), s.rows...)
	for i := range rows {
		if rows[i].id == id {
			rows[i].html = html
		}
	}
	s.rows = rows
	return s
}

// around is the scene with something before or after a row's content.
func (s scene) around(id, before, after string) scene {
	for _, r := range s.rows {
		if r.id == id {
			return s.with(id, before+r.html+after)
		}
	}
	return s
}

func (s scene) saying(h1 string) scene {
	s.h1 = h1
	return s
}

// has reports whether the scene has a paragraph of the text.
func (s scene) has(paragraph string) bool {
	return slices.ContainsFunc(s.rows, func(r row) bool { return strings.Contains(r.html, "<p>"+paragraph+"</p>") })
}
