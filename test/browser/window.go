package browser

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/test/harness"
)

// Window is a browser window for what is no page of ours: pictures, frames, and
// the pages of others that show something of ours. It runs scripts.
type Window struct {
	t     *testing.T
	tab   context.Context //nolint:containedctx // chromedp keeps the tab in it
	axe   string
	heard console
}

// NewWindow opens a window. In every document the scripts run before its own.
func NewWindow(t *testing.T, before ...string) *Window {
	t.Helper()
	axe := readAxe(t)
	tab, cancel := context.WithTimeout(start(t, harness.Need(t, "chromium")), 5*patience)
	t.Cleanup(cancel)
	w := &Window{t: t, tab: tab, axe: axe}
	if err := chromedp.Listen(tab, w.heard.listen); err != nil {
		t.Fatal(err)
	}
	for _, source := range append([]string{watchPolicy}, before...) {
		if _, err := chromedp.Call(tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: source}); err != nil {
			t.Fatal(err)
		}
	}
	w.Size(desk)
	return w
}

// Size makes the window so many pixels wide.
func (w *Window) Size(width int64) {
	w.t.Helper()
	if err := resize(w.tab, width); err != nil {
		w.t.Fatal(err)
	}
}

// Theme makes the reader prefer a "light" or a "dark" screen.
func (w *Window) Theme(name string) {
	w.t.Helper()
	_, err := chromedp.Call(w.tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: name},
	}})
	if err != nil {
		w.t.Fatal(err)
	}
}

// Open goes to an address.
func (w *Window) Open(address string) {
	w.t.Helper()
	if err := chromedp.Do(w.tab, chromedp.Navigate(address)); err != nil {
		w.t.Fatal(err)
	}
}

// Press presses keys.
func (w *Window) Press(keys string) {
	w.t.Helper()
	if err := chromedp.Do(w.tab, chromedp.KeyEvent(keys)); err != nil {
		w.t.Fatal(err)
	}
}

// In evaluates an expression in the window, and waits for it if it is a promise.
func In[T any](w *Window, expression string) T {
	w.t.Helper()
	v, err := chromedp.Run(w.tab, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		w.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// Until waits until an expression is true, and fails the test when a reader would
// have given up.
func (w *Window) Until(expression string) {
	w.t.Helper()
	var wall clock.Wall
	for began := wall.Now(); !In[bool](w, expression); {
		if wall.Since(began) > patience/2 {
			w.t.Fatalf("it does not come true: %s", expression)
		}
		if err := wall.Sleep(w.tab, 20*time.Millisecond); err != nil {
			w.t.Fatal(err)
		}
	}
}

// Axe is what axe-core finds wrong, one line each.
func (w *Window) Axe() []string {
	w.t.Helper()
	found, err := audit(w.tab, w.axe)
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

// Complaints are what the console, failed requests and the content security policy
// said so far.
func (w *Window) Complaints() []string {
	w.t.Helper()
	return append(w.heard.all(http.StatusOK), In[[]string](w, `window.refused || []`)...)
}

// Picture keeps a picture of all there is under a name.
func (w *Window) Picture(name string) {
	w.t.Helper()
	dir := os.Getenv("BONGHWA_SCREENSHOTS")
	if dir == "" {
		dir = w.t.ArtifactDir()
	}
	picture, err := chromedp.Run(w.tab, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.MkdirAll(dir, 0o755) //nolint:gosec // G301: pictures for everybody to look at
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644) //nolint:gosec // G306: a picture for everybody
	}
	if err != nil {
		w.t.Fatal(err)
	}
}
