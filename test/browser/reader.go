package browser

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/test/harness"
)

// Reader is somebody at a desk who has no mouse.
type Reader struct {
	t     *testing.T
	tab   context.Context //nolint:containedctx // chromedp keeps the tab in it
	heard console
}

// Focus is what the keyboard is on, as the page tells it.
type Focus struct {
	Tag     string `json:"tag"`
	Name    string `json:"name"` // its label, else its text
	Href    string `json:"href"`
	Value   string `json:"value"`
	Outline bool   `json:"outline"` // it can be seen that it has the focus
	InView  bool   `json:"in_view"`
}

// Keyboard opens a browser for a reader without a mouse and without scripts.
func Keyboard(t *testing.T) *Reader {
	t.Helper()
	r := sitDown(t)
	if _, err := chromedp.Call(r.tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	return r
}

// Scripted opens a browser that runs the scripts of pages, and before them, in
// every document, those given here.
func Scripted(t *testing.T, early ...string) *Reader {
	t.Helper()
	r := sitDown(t)
	if err := chromedp.Listen(r.tab, r.heard.listen); err != nil {
		t.Fatal(err)
	}
	if err := before(r.tab, append([]string{watchPolicy}, early...)...); err != nil {
		t.Fatal(err)
	}
	return r
}

func sitDown(t *testing.T) *Reader {
	t.Helper()
	browser := start(t, harness.Need(t, "chromium"))
	tab, cancel := context.WithTimeout(browser, 10*patience)
	t.Cleanup(cancel)
	if err := resize(tab, desk); err != nil {
		t.Fatal(err)
	}
	return &Reader{t: t, tab: tab}
}

// Size makes the window so many pixels wide.
func (r *Reader) Size(width int64) {
	r.t.Helper()
	if err := resize(r.tab, width); err != nil {
		r.t.Fatal(err)
	}
}

// Dark makes the reader prefer a dark screen, or a light one.
func (r *Reader) Dark(dark bool) {
	r.t.Helper()
	if err := prefer(r.tab, dark); err != nil {
		r.t.Fatal(err)
	}
}

// Open goes to an address.
func (r *Reader) Open(address string) {
	r.t.Helper()
	if err := chromedp.Do(r.tab, chromedp.Navigate(address)); err != nil {
		r.t.Fatal(err)
	}
}

// Press presses keys and tells where the focus is afterwards.
func (r *Reader) Press(keys string) Focus {
	r.t.Helper()
	if err := chromedp.Do(r.tab, chromedp.KeyEvent(keys)); err != nil {
		r.t.Fatal(err)
	}
	return r.Focus()
}

// Enter presses Enter, waits for the page it leads to, and gives its address.
func (r *Reader) Enter() string {
	r.t.Helper()
	answer, err := chromedp.RunResponse(r.tab, chromedp.KeyEvent("\r"))
	if err != nil {
		r.t.Fatal(fmt.Errorf("Enter leads nowhere: %w", err))
	}
	_ = answer
	at, err := chromedp.Run(r.tab, chromedp.Location())
	if err != nil {
		r.t.Fatal(err)
	}
	return at
}

// Ask evaluates an expression in the page.
func Ask[T any](r *Reader, expression string) T {
	r.t.Helper()
	v, err := chromedp.Run(r.tab, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		r.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// Until waits until an expression is true in the page. The test fails when that
// takes longer than a reader would wait.
func (r *Reader) Until(expression string) {
	r.t.Helper()
	var wall clock.Wall
	for began := wall.Now(); !Ask[bool](r, expression); {
		if wall.Since(began) > patience/2 {
			r.t.Fatalf("it does not come true: %s", expression)
		}
		if err := wall.Sleep(r.tab, lookEvery); err != nil {
			r.t.Fatal(err)
		}
	}
}

const lookEvery = 20 * time.Millisecond

// Axe is what axe-core finds wrong with the page, one line each.
func (r *Reader) Axe() []string {
	r.t.Helper()
	if err := chromedp.Do(r.tab, chromedp.Evaluate[chromedp.Void](readAxe(r.t))); err != nil {
		r.t.Fatal(err)
	}
	found, err := audit(r.tab, false)
	if err != nil {
		r.t.Fatal(err)
	}
	return found
}

// Picture keeps a picture of all of the page, if somebody asked for pictures.
func (r *Reader) Picture(name string) {
	r.t.Helper()
	a := newAlbum(r.t)
	if !a.wants(false) {
		return
	}
	if err := a.keep(r.tab, name+".png"); err != nil {
		r.t.Fatal(err)
	}
}

// Complaints are what the console and the content security policy said so far.
func (r *Reader) Complaints() []string {
	r.t.Helper()
	return append(r.heard.all(http.StatusOK), Ask[[]string](r, `window.refused || []`)...)
}

// Focus tells where the focus is.
func (r *Reader) Focus() Focus {
	r.t.Helper()
	f, err := chromedp.Run(r.tab, chromedp.Evaluate[Focus](focused))
	if err != nil {
		r.t.Fatal(err)
	}
	return f
}

const focused = `(e => {
	const style = getComputedStyle(e), box = e.getBoundingClientRect();
	return {
		tag: e.tagName, name: e.getAttribute('aria-label') || e.textContent.trim(), href: e.getAttribute('href') || '', value: e.value || '',
		outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
		in_view: box.bottom > 0 && box.top < innerHeight,
	};
})(document.activeElement)`
