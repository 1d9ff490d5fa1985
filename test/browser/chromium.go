package browser

import (
	"context"
	"errors"
	"fmt"
	"net/http"
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

// patience is how long one page may take.
const patience = time.Minute

// see opens a page, looks at it in every way, and gives what is wrong with it.
func (v visitor) see(browser context.Context, o opening) ([]string, error) {
	tab, done := chromedp.NewContext(browser)
	defer done()
	if err := chromedp.Do(tab); err != nil {
		return nil, fmt.Errorf("open a tab: %w", err)
	}
	tab, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	var heard console
	if err := chromedp.Listen(tab, heard.listen); err != nil {
		return nil, fmt.Errorf("listen to the tab: %w", err)
	}
	if err := v.prepare(tab, o); err != nil {
		return nil, err
	}
	if err := v.open(tab, o); err != nil {
		return nil, err
	}
	a, err := chromedp.Run(tab, chromedp.Evaluate[answers](basics))
	if err != nil {
		return nil, fmt.Errorf("ask the page: %w", err)
	}
	if err := chromedp.Do(tab, chromedp.Evaluate[chromedp.Void](v.axe+`;document.activeElement.blur()`)); err != nil {
		return nil, fmt.Errorf("load axe and let go of the focus: %w", err)
	}
	out := named(o.looks()[0], judge(a, o))
	for _, l := range o.looks() {
		found, err := v.look(tab, l)
		if err != nil {
			return nil, err
		}
		out = append(out, named(l, found)...)
	}
	return append(out, named(o.looks()[0], heard.all(o.page.Status))...), nil
}

// named puts the screenshot's name before each problem.
func named(l look, problems []string) []string {
	for i, p := range problems {
		problems[i] = l.name() + ": " + p
	}
	return problems
}

// look looks at the open page in one way. Where the page is dark, axe judges its
// colours alone: all else is the same document, which it has judged.
func (v visitor) look(tab context.Context, l look) ([]string, error) {
	if err := errors.Join(resize(tab, l.width), prefer(tab, l.dark)); err != nil {
		return nil, err
	}
	found, err := audit(tab, l.dark)
	if err != nil {
		return nil, err
	}
	wide, err := overflow(tab)
	if err != nil {
		return nil, err
	}
	if wide > 0 {
		found = append(found, fmt.Sprintf("the page scrolls sideways by %d px", wide))
	}
	narrow, err := reflows(tab, l)
	if err != nil {
		return nil, err
	}
	found = append(found, narrow...)
	if !v.album.wants(len(found) > 0) {
		return found, nil
	}
	if err := resize(tab, l.width); err != nil {
		return nil, err
	}
	return found, v.album.keep(tab, l.name())
}

// open goes to the page, sends its form if there is one to send, and presses Tab once.
func (v visitor) open(tab context.Context, o opening) error {
	if err := chromedp.Do(tab, chromedp.Navigate(o.url(v.base))); err != nil {
		return fmt.Errorf("open the page: %w", err)
	}
	if o.page.Type != "" {
		if err := chromedp.Do(tab, chromedp.Evaluate[chromedp.Void](focusForm)); err != nil {
			return fmt.Errorf("find the form: %w", err)
		}
		if _, err := chromedp.RunResponse(tab, chromedp.KeyEvent(o.page.Type)); err != nil {
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

// prepare makes the tab what the opening says before anything is opened in it.
func (v visitor) prepare(tab context.Context, o opening) error {
	if err := errors.Join(resize(tab, phone), prefer(tab, false)); err != nil {
		return err
	}
	if _, err := chromedp.Call(tab, network.ClearBrowserCookies, cdp.Empty{}); err != nil {
		return fmt.Errorf("clear cookies: %w", err)
	}
	for _, c := range o.page.Cookies {
		p := network.SetCookieParams{Name: c.Name, Value: c.Value, URL: v.base}
		if _, err := chromedp.Call(tab, network.SetCookie, p); err != nil {
			return fmt.Errorf("set cookie %s: %w", c.Name, err)
		}
	}
	return before(tab, watchPolicy)
}

// before runs scripts in every document before its own.
func before(tab context.Context, scripts ...string) error {
	for _, source := range scripts {
		_, err := chromedp.Call(tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: source})
		if err != nil {
			return fmt.Errorf("put a script before the page's own: %w", err)
		}
	}
	return nil
}

// prefer makes the reader prefer a dark screen or a light one, and no motion.
func prefer(tab context.Context, dark bool) error {
	theme := "light"
	if dark {
		theme = "dark"
	}
	_, err := chromedp.Call(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	if err != nil {
		return fmt.Errorf("emulate the theme: %w", err)
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
	first: document.activeElement ? (document.activeElement.getAttribute('href') || document.activeElement.tagName) : '',
	refused: window.refused || [],
})`

type answers struct {
	Path    string   `json:"path"`
	Status  int      `json:"status"`
	Lang    string   `json:"lang"`
	Title   string   `json:"title"`
	H1      int      `json:"h1"`
	First   string   `json:"first"`
	Refused []string `json:"refused"`
}

func judge(a answers, o opening) []string {
	var out []string
	say := func(wrong bool, format string, args ...any) {
		if wrong {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	want := o.page.Status
	if want == 0 {
		want = http.StatusOK
	}
	say(a.Status != want, "status %d, want %d", a.Status, want)
	lands := o.lands()
	say(lands != "" && a.Path != lands, "it led to %s", a.Path)
	say(a.Lang != string(o.lang), "lang is %q, want %q", a.Lang, o.lang)
	say(strings.TrimSpace(a.Title) == "", "there is no title")
	say(a.H1 != 1, "%d h1, want one", a.H1)
	say(!strings.HasPrefix(a.First, "#"), "the first thing Tab reaches is %q, want a skip link", a.First)
	for _, r := range a.Refused {
		say(true, "the content security policy refused %s", r)
	}
	return out
}

// audit runs axe-core, which the page has been given, with all its rules or those
// of colours alone, and writes one line for each violation.
func audit(tab context.Context, colours bool) ([]string, error) {
	rules := `{}`
	if colours {
		rules = `{ runOnly: { type: 'tag', values: ['cat.color'] } }`
	}
	run := `axe.run(document, ` + rules + `).then(r => r.violations.map(v => v.id + ' (' + v.impact + '): ' + v.help + ' at ' +
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
	wide, err := overflow(tab)
	if err != nil {
		return nil, err
	}
	if wide > 0 {
		return []string{fmt.Sprintf("%s the page scrolls sideways by %d px", what, wide)}, nil
	}
	return nil, nil
}

// overflow is by how many pixels the page is wider than its window.
func overflow(tab context.Context) (int, error) {
	wide, err := chromedp.Run(tab, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
	if err != nil {
		return 0, fmt.Errorf("measure the page: %w", err)
	}
	return wide, nil
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
