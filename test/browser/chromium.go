package browser

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// start runs Chromium until the test ends and gives a context that speaks to it.
// It reaches nothing but what it is sent to: no updates, no sync, no fonts or
// safe-browsing lists from elsewhere.
func start(t *testing.T, path string) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.Flag("headless", "new"),
		chromedp.NoSandbox, // Chromium refuses to run as root otherwise, and it only sees our own pages
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-domain-reliability", true),
		chromedp.Flag("disable-features", "OptimizationHints,MediaRouter,Translate,AutofillServerCommunication,CertificateTransparencyComponentUpdater"),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"),
		chromedp.Flag("hide-scrollbars", true),
	)
	ctx, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		stop()
		stopAllocator()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return ctx
}

// patience is how long one look at a page may take.
const patience = time.Minute

// see opens the page as the look says and gives what is wrong with it, and a
// picture of all of it.
func see(browser context.Context, v visitor, l look) ([]string, []byte, error) {
	tab, done := chromedp.NewContext(browser)
	defer done()
	if err := chromedp.Do(tab); err != nil {
		return nil, nil, fmt.Errorf("open a tab: %w", err)
	}
	tab, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	var heard console
	if err := chromedp.Listen(tab, heard.listen); err != nil {
		return nil, nil, fmt.Errorf("listen to the tab: %w", err)
	}
	if err := prepare(tab, v, l); err != nil {
		return nil, nil, err
	}
	if err := open(tab, v, l); err != nil {
		return nil, nil, err
	}
	a, err := chromedp.Run(tab, chromedp.Evaluate[answers](basics))
	if err != nil {
		return nil, nil, fmt.Errorf("ask the page: %w", err)
	}
	problems := judge(a, l)
	found, err := audit(tab, v.axe)
	if err != nil {
		return nil, nil, err
	}
	if err := chromedp.Do(tab, chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`)); err != nil {
		return nil, nil, fmt.Errorf("let go of the focus: %w", err)
	}
	picture, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
	if err != nil {
		return nil, nil, fmt.Errorf("take a picture: %w", err)
	}
	narrow, err := reflows(tab, l)
	if err != nil {
		return nil, nil, err
	}
	return slices.Concat(problems, found, narrow, heard.all(l.page.Status)), picture, nil
}

// open goes to the page, sends its form if the look says so, and presses Tab once.
func open(tab context.Context, v visitor, l look) error {
	if err := chromedp.Do(tab, chromedp.Navigate(l.url(v.base))); err != nil {
		return fmt.Errorf("open the page: %w", err)
	}
	if l.page.Type != "" {
		if err := chromedp.Do(tab, chromedp.Evaluate[chromedp.Void](focusForm)); err != nil {
			return fmt.Errorf("find the form: %w", err)
		}
		if _, err := chromedp.RunResponse(tab, chromedp.KeyEvent(l.page.Type)); err != nil {
			return fmt.Errorf("send the form: %w", err)
		}
	}
	if err := chromedp.Do(tab, chromedp.KeyEvent("\t")); err != nil {
		return fmt.Errorf("press Tab: %w", err)
	}
	return nil
}

// focusForm puts the focus where a reader would begin to fill the page's form.
const focusForm = `(document.querySelector('main form input:not([type=hidden])') || document.querySelector('main form button')).focus()`

// prepare makes the tab what the look says before anything is opened in it.
func prepare(tab context.Context, v visitor, l look) error {
	theme := "light"
	if l.dark {
		theme = "dark"
	}
	if err := resize(tab, l.width); err != nil {
		return err
	}
	_, err := chromedp.Call(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	if err != nil {
		return fmt.Errorf("emulate the theme: %w", err)
	}
	if _, err := chromedp.Call(tab, network.ClearBrowserCookies, cdp.Empty{}); err != nil {
		return fmt.Errorf("clear cookies: %w", err)
	}
	for _, c := range l.page.Cookies {
		p := network.SetCookieParams{Name: c.Name, Value: c.Value, URL: v.base}
		if _, err := chromedp.Call(tab, network.SetCookie, p); err != nil {
			return fmt.Errorf("set cookie %s: %w", c.Name, err)
		}
	}
	_, err = chromedp.Call(tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watchPolicy})
	if err != nil {
		return fmt.Errorf("watch the content security policy: %w", err)
	}
	return nil
}

func resize(tab context.Context, width int64) error {
	p := emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width <= phone}
	if _, err := chromedp.Call(tab, emulation.SetDeviceMetricsOverride, p); err != nil {
		return fmt.Errorf("resize the window: %w", err)
	}
	return nil
}

// watchPolicy notes what the content security policy refuses, from before the
// page's own first byte.
const watchPolicy = `window.refused = [];
document.addEventListener('securitypolicyviolation', e => window.refused.push(e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sample));`

// basics asks the page what every page must have; one Tab was pressed before.
const basics = `({
	path: location.pathname,
	status: performance.getEntriesByType('navigation')[0].responseStatus,
	lang: document.documentElement.lang,
	title: document.title,
	h1: document.querySelectorAll('h1').length,
	wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
	first: document.activeElement ? (document.activeElement.getAttribute('href') || document.activeElement.tagName) : '',
	refused: window.refused || [],
})`

type answers struct {
	Path    string   `json:"path"`
	Status  int      `json:"status"`
	Lang    string   `json:"lang"`
	Title   string   `json:"title"`
	H1      int      `json:"h1"`
	Wide    int      `json:"wide"`
	First   string   `json:"first"`
	Refused []string `json:"refused"`
}

func judge(a answers, l look) []string {
	var out []string
	say := func(wrong bool, format string, args ...any) {
		if wrong {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	want := l.page.Status
	if want == 0 {
		want = http.StatusOK
	}
	say(a.Status != want, "status %d, want %d", a.Status, want)
	lands := l.lands()
	say(lands != "" && a.Path != lands, "it led to %s", a.Path)
	say(a.Lang != string(l.lang), "lang is %q, want %q", a.Lang, l.lang)
	say(strings.TrimSpace(a.Title) == "", "there is no title")
	say(a.H1 != 1, "%d h1, want one", a.H1)
	say(a.Wide > 0, "the page scrolls sideways by %d px", a.Wide)
	say(!strings.HasPrefix(a.First, "#"), "the first thing Tab reaches is %q, want a skip link", a.First)
	for _, r := range a.Refused {
		say(true, "the content security policy refused %s", r)
	}
	return out
}

// audit runs axe-core with all its rules and writes one line for each violation.
func audit(tab context.Context, axe string) ([]string, error) {
	run := axe + `
	;axe.run(document).then(r => r.violations.map(v => v.id + ' (' + v.impact + '): ' + v.help + ' at ' +
		v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' [' + (n.any.concat(n.all, n.none).map(c => c.message)[0] || '') + ']').join('; ')))`
	out, err := chromedp.Run(tab, chromedp.Evaluate[[]string](run, chromedp.EvalAwaitPromise))
	if err != nil {
		return nil, fmt.Errorf("run axe: %w", err)
	}
	for i, v := range out {
		out[i] = "axe: " + v
	}
	return out, nil
}

// reflows narrows a phone's window to 320 px, or enlarges a desk's to 200 %, and
// asks whether the page still fits.
func reflows(tab context.Context, l look) ([]string, error) {
	width, what := int64(reflow), "at 320 px"
	if l.width != phone {
		width, what = zoomed, "at 200 % zoom"
	}
	if err := resize(tab, width); err != nil {
		return nil, err
	}
	wide, err := chromedp.Run(tab, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
	if err != nil {
		return nil, fmt.Errorf("measure the page: %w", err)
	}
	if wide > 0 {
		return []string{fmt.Sprintf("%s the page scrolls sideways by %d px", what, wide)}, nil
	}
	return nil, nil
}

// console collects what goes wrong while a page is open.
type console struct {
	mu    sync.Mutex
	lines []string
}

func (c *console) listen(event any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		c.lines = append(c.lines, "a script failed: "+e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			for _, a := range e.Args {
				c.lines = append(c.lines, "the console says: "+a.Description+string(a.Value))
			}
		}
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.EntryLevelError {
			c.lines = append(c.lines, "the log says: "+e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

// all is what was heard. That the page itself has the status it should have is
// no error, though Chromium logs it as one.
func (c *console) all(status int) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, line := range c.lines {
		if status >= http.StatusBadRequest && strings.Contains(line, fmt.Sprintf("status of %d", status)) {
			continue
		}
		out = append(out, line)
	}
	return out
}
