package embed_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/bonghwa/bonghwa/board/boardtest"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/test/browser"
	"github.com/bonghwa/bonghwa/web/ui"
)

// provider is the site whose note others show. It counts what it is asked for.
type provider struct {
	*httptest.Server
	t     *testing.T
	stand *press.Stand
	mu    sync.Mutex
	asked map[int]int // answers to requests for the document, by status
	down  bool
}

func newProvider(t *testing.T, w *boardtest.World) *provider {
	t.Helper()
	p := &provider{t: t, stand: standing(t, w, true), asked: map[int]int{}}
	rt := served(t, p.stand)
	mux := http.NewServeMux()
	mux.Handle("/", rt)
	mux.Handle(ui.AssetPrefix, ui.Assets())
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		said := &witness{ResponseWriter: w, status: http.StatusOK}
		if p.down {
			said.WriteHeader(http.StatusServiceUnavailable)
		} else {
			mux.ServeHTTP(said, r)
		}
		if strings.HasSuffix(r.URL.Path, ".json") {
			p.asked[said.status]++
		}
	}))
	t.Cleanup(p.Close)
	return p
}

type witness struct {
	http.ResponseWriter
	status int
}

func (w *witness) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// tell puts another world on the page, or takes the site down.
func (p *provider) tell(w *boardtest.World, down bool) {
	p.t.Helper()
	if w != nil {
		put(p.t, p.stand, w, true)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
}

func (p *provider) answers(status int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if status == 0 {
		return p.asked[http.StatusOK] + p.asked[http.StatusNotModified] + p.asked[http.StatusServiceUnavailable]
	}
	return p.asked[status]
}

// customer is somebody else's site: of another origin, with a policy that allows
// the script and its requests and nothing else, and with a style sheet that is in
// the way.
func customer(t *testing.T, from *provider, attributes string) *httptest.Server {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/own.css" {
			w.Header().Set("Content-Type", "text/css")
			_, _ = w.Write([]byte(`body{background:light-dark(#fff,#111);color:light-dark(#000,#eee);color-scheme:light dark;min-height:110vh}
				bonghwa-status{position:static!important;display:none!important;width:9px!important} section,p,b,a,button{display:none!important;color:lime!important}
				main button, main p{display:block!important;color:inherit!important}`))
			return
		}
		if r.URL.Path == "/frame" {
			w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-src "+from.URL)
			_, _ = w.Write([]byte(`<!DOCTYPE html><html lang="en"><title>A shop</title><meta name="viewport" content="width=device-width"><main><h1>A shop</h1><iframe title="Status" width="380" height="190" src="` + from.URL + `/embed/en"></iframe></main>`))
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src "+from.URL+"; connect-src "+from.URL+
			"; require-trusted-types-for 'script'; trusted-types 'none'; base-uri 'none'; form-action 'none'")
		_, _ = w.Write([]byte(`<!DOCTYPE html><html lang="en"><head><title>A shop</title><meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/own.css">
			<script src="` + from.URL + `/embed/status.js" defer ` + attributes + `></script></head>
			<body><main><h1>A shop</h1><p>Things to buy.</p><button id="own">Buy</button></main></body></html>`))
	}))
	t.Cleanup(site.Close)
	return site
}

// hurry lets a minute pass in a moment.
const hurry = `(() => { const own = window.setTimeout; window.later = own; window.setTimeout = (f, ms, ...rest) => own(f, ms > 10000 ? 40 : ms, ...rest) })()`

// note is the shadow of the note; there is no note without it.
const (
	note  = `document.querySelector('bonghwa-status')?.shadowRoot`
	there = `!!(` + note + `?.querySelector('[role=status]')?.textContent)`
	gone  = `!document.querySelector('bonghwa-status')`
)

// asksAgain waits until the page has asked some more times.
func (p *provider) asksAgain(w *browser.Reader, times int) {
	p.t.Helper()
	for until := p.answers(0) + times; p.answers(0) < until; {
		browser.Ask[bool](w, `new Promise(done => later(() => done(true), 20))`)
	}
}

func TestTheNoteOnAnotherSite(t *testing.T) {
	t.Parallel()
	p := newProvider(t, boardtest.Peace())
	shop := customer(t, p, "")
	w := browser.Scripted(t, hurry)
	w.Open(shop.URL)
	p.asksAgain(w, 3)
	if !browser.Ask[bool](w, gone) {
		t.Error("there is a note in peace")
	}
	if n := p.answers(http.StatusNotModified); n == 0 {
		t.Errorf("nothing changed, and it was sent again: %v", p.asked)
	}

	p.tell(boardtest.During(), false)
	w.Until(there)
	said := browser.Ask[string](w, note+`.querySelector('[role=status]').innerText`)
	if !strings.Contains(said, "Major outage") || !strings.Contains(said, "unable to resolve DNS names since 23:19 UTC") {
		t.Errorf("it says %q", said)
	}
	if link := browser.Ask[string](w, note+`.querySelector('a').href`); link != p.URL+"/en/incidents/"+string(boardtest.Outage) {
		t.Errorf("it leads to %s", link)
	}
	inside := `(b => b.width > 200 && b.right <= innerWidth - 10 && b.bottom <= innerHeight - 10 && b.left > innerWidth / 2 && b.top > innerHeight / 2)(` + note + `.querySelector('section').getBoundingClientRect())`
	if !browser.Ask[bool](w, inside) {
		t.Errorf("it stands elsewhere: %s", browser.Ask[string](w, `JSON.stringify(`+note+`.querySelector('section').getBoundingClientRect())`))
	}
	for _, theme := range []string{"light", "dark"} {
		w.Dark(theme == "dark")
		for _, problem := range w.Axe() {
			t.Errorf("%s: %s", theme, problem)
		}
		w.Picture("note-en-" + theme)
	}
	w.Size(320)
	if !browser.Ask[bool](w, `document.documentElement.scrollWidth <= 320 && `+note+`.querySelector('section').getBoundingClientRect().left >= 0`) {
		t.Error("at 320 px it does not fit")
	}
	w.Picture("note-en-narrow")
	w.Size(1440)

	// A site that is down says nothing new; what is shown says of when it is.
	p.tell(nil, true)
	p.asksAgain(w, 2)
	if !browser.Ask[bool](w, there) {
		t.Error("the note went while the provider's site was down")
	}
	p.tell(nil, false)

	w.Press("\t") // the shop's own button
	w.Press("\t") // the link
	w.Press("\t") // the button that closes
	if at := browser.Ask[string](w, note+`.activeElement?.getAttribute('aria-label') + ' ' + getComputedStyle(`+note+`.activeElement).outlineStyle`); at != "Close this note solid" {
		t.Errorf("the keyboard is on %q", at)
	}
	w.Press("\r")
	if !browser.Ask[bool](w, gone+` && document.activeElement.id === 'own'`) {
		t.Errorf("closed, and the focus is on %s", browser.Ask[string](w, `document.activeElement.outerHTML`))
	}
	p.asksAgain(w, 2)
	w.Open(shop.URL)
	p.asksAgain(w, 2)
	if !browser.Ask[bool](w, gone) {
		t.Error("what was closed comes back")
	}
	another := boardtest.During()
	another.Incidents[0].ID = "00000000-0000-7000-8000-000000000009"
	p.tell(another, false)
	w.Until(there)
	if browser.Ask[int](w, `document.querySelectorAll('bonghwa-status').length`) != 1 {
		t.Error("there are two notes")
	}
	browser.Ask[bool](w, note+`.querySelector('a').focus() || true`)
	w.Press("\x1b")
	if !browser.Ask[bool](w, gone) {
		t.Error("Escape does not close it")
	}
	for _, c := range w.Complaints() {
		if !strings.Contains(c, p.URL+"/embed/en.json") { // it was down for a while
			t.Error(c)
		}
	}
}

func TestTheNoteRestsWhileNobodyLooks(t *testing.T) {
	t.Parallel()
	p := newProvider(t, boardtest.Peace())
	w := browser.Scripted(t, hurry, `let away = false; Object.defineProperty(document, 'hidden', { get: () => away });
		window.look = (yes) => { away = !yes; document.dispatchEvent(new Event('visibilitychange')); };`)
	w.Open(customer(t, p, "").URL)
	p.asksAgain(w, 2)
	browser.Ask[bool](w, `look(false) || true`)
	before := p.answers(0)
	browser.Ask[bool](w, `new Promise(done => later(() => done(true), 500))`)
	if after := p.answers(0); after > before+1 { // one may have been under way
		t.Errorf("it asked %d times while it was hidden", after-before)
	}
	browser.Ask[bool](w, `look(true) || true`)
	p.asksAgain(w, 2)
}

func TestTheNoteAlways(t *testing.T) {
	t.Parallel()
	p := newProvider(t, boardtest.Peace())
	w := browser.Scripted(t, hurry)
	w.Open(customer(t, p, `data-show="always" data-lang="ko" data-position="top-left" data-theme="dark"`).URL)
	w.Until(there)
	if said := browser.Ask[string](w, note+`.querySelector('section').innerText`); !strings.Contains(said, "구성 요소 3개가 모두 정상입니다.") || !strings.Contains(said, "재현입니다") {
		t.Errorf("it says %q", said)
	}
	if !browser.Ask[bool](w, `(b => b.left < 30 && b.top < 30)(`+note+`.querySelector('section').getBoundingClientRect())`) {
		t.Error("it is not at the top, on the left")
	}
	if lang := browser.Ask[string](w, note+`.querySelector('section').lang`); lang != "ko" {
		t.Errorf("its language is %q", lang)
	}
	for _, problem := range w.Axe() {
		t.Error(problem)
	}
	w.Picture("note-ko-always")
}

func TestTheFrameOnAnotherSite(t *testing.T) {
	t.Parallel()
	p := newProvider(t, boardtest.During())
	w := browser.Scripted(t)
	w.Open(customer(t, p, "").URL + "/frame")
	w.Picture("frame-on-a-site")
	for _, l := range health.Languages() {
		for _, theme := range []string{"light", "dark"} {
			for _, width := range []int64{320, 480} {
				w.Dark(theme == "dark")
				w.Size(width)
				w.Open(p.URL + "/embed/" + string(l))
				for _, problem := range w.Axe() {
					t.Errorf("%s %s %d: %s", l, theme, width, problem)
				}
				if browser.Ask[int](w, `document.documentElement.scrollWidth`) > int(width) {
					t.Errorf("%s at %d px: it scrolls sideways", l, width)
				}
			}
			w.Picture("frame-" + string(l) + "-" + theme)
		}
	}
	for _, c := range w.Complaints() {
		t.Error(c)
	}
}
