package browser_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/test/browser"
	"github.com/bonghwa/bonghwa/web/live"
)

// watch notes, from before the page's first byte, what moves under the reader's
// eye and what is read aloud.
const watch = `
window.shifts = [];
new PerformanceObserver(list => { for (const e of list.getEntries()) shifts.push({ value: e.value, nodes: e.sources.map(s => (s.node?.nodeName || '') + ' ' + (s.node?.textContent || '').trim().slice(0, 30)) }); })
	.observe({ type: 'layout-shift', buffered: true });
window.aloud = [];
addEventListener('DOMContentLoaded', () => {
	const region = document.querySelector('[role=status]');
	if (region) new MutationObserver(() => { if (region.textContent) aloud.push(region.textContent); }).observe(region, { childList: true, characterData: true, subtree: true });
});`

// two frames pass, so that what has changed has been drawn and judged.
const drawn = `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(true), 150))))`

func shows(revision string) string {
	return fmt.Sprintf(`document.documentElement.dataset.revision === %q`, revision)
}

// visit opens a browser at the stage's page.
func visit(t *testing.T, s *stage, early string) *browser.Reader {
	t.Helper()
	r := browser.Scripted(t, watch+early)
	s.enter(r)
	return r
}

// enter opens the stage's page and waits until it listens. What moves before that
// is a page that is still arriving.
func (s *stage) enter(r *browser.Reader) {
	r.Open(s.URL + "/en/")
	r.Until(`!document.getElementById('live-pause').hidden`)
	browser.Ask[bool](r, `(shifts.length = 0, true)`)
}

// calm fails the test if anything moved, or the console or the policy complained.
func calm(t *testing.T, r *browser.Reader) {
	t.Helper()
	browser.Ask[bool](r, drawn)
	if moved := browser.Ask[string](r, `JSON.stringify(shifts)`); moved != "[]" {
		t.Errorf("the page moved under the reader: %s", moved)
	}
	if said := r.Complaints(); len(said) > 0 {
		t.Errorf("the browser complains: %q", said)
	}
}

func TestAnOpenPageReplacesOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	s := evening().open(t, live.Options{}, false)
	r := visit(t, s, "")
	browser.Ask[bool](r, `(() => {
		document.querySelectorAll('main *').forEach(e => e.here = true);
		document.querySelector('details').open = true;
		document.querySelector('main a').focus();
		document.querySelector('.scroll').scrollLeft = 120;
		document.getElementById('find').value = 'seoul';
		return true;
	})()`)
	browser.Ask[bool](r, drawn)
	browser.Ask[bool](r, `(shifts.length = 0, true)`) // the reader opened the details
	s.show(1, 2, evening().with("open", `<article class="event" data-key="dns"><h3><a href="/en/other">Names cannot be resolved</a></h3><p>The cause is known.</p></article>
		<details class="fold"><summary>3 earlier updates</summary><p>It began at 08:19.</p></details>`))
	s.confirm(time.Date(2018, 11, 22, 0, 31, 0, 0, time.UTC))
	r.Until(shows("1.2"))
	calm(t, r)
	kept := browser.Ask[map[string]bool](r, `({
		news: document.body.textContent.includes('The cause is known.'), old: document.body.textContent.includes('We are looking into it.'),
		h1: !!document.querySelector('h1').here, grid: [...document.querySelectorAll('[aria-labelledby=grid] *')].every(e => e.here),
		heading: !!document.getElementById('open').here, link: !!document.querySelector('main a').here,
		open: document.querySelector('details').open, summary: document.querySelector('summary').textContent === '3 earlier updates',
		focus: document.activeElement === document.querySelector('main a'), scroll: document.querySelector('.scroll').scrollLeft === 120,
		field: document.getElementById('find').value === 'seoul', stamp: document.querySelector('.confirmed').textContent.trim() === 'Confirmed 00:31',
	})`)
	for what, is := range kept {
		if want := what != "old"; is != want {
			t.Errorf("%s: %t, want %t", what, is, want)
		}
	}
	r.Until(`aloud.length > 0`)
	if got := browser.Ask[[]string](r, `aloud`); !slices.Equal(got, []string{"This page has been updated."}) {
		t.Errorf("read aloud: %q, want the update once", got)
	}
	if got := s.asked(); !slices.Equal(got, []string{"1.2"}) {
		t.Errorf("fetched %q, want the newest once", got)
	}
}

func TestAnOpenPageSaysTheNewSentence(t *testing.T) {
	t.Parallel()
	s := evening().open(t, live.Options{}, false)
	r := visit(t, s, "")
	browser.Ask[bool](r, `(document.querySelector('details').firstElementChild.focus(), true)`)
	well := evening().saying("All components operate normally").with("open", "<p>Nothing is open.</p>")
	well.level = health.Operational
	s.show(1, 2, well)
	r.Until(shows("1.2"))
	calm(t, r)
	r.Until(`aloud.length > 0`)
	if got := browser.Ask[[]string](r, `aloud`); !slices.Equal(got, []string{"All components operate normally"}) {
		t.Errorf("read aloud: %q, want the sentence once", got)
	}
	if got := browser.Ask[string](r, `document.title`); !strings.HasPrefix(got, "All components operate normally · ") {
		t.Errorf("the tab says %q", got)
	}
	if got := browser.Ask[int](r, `document.querySelectorAll('header .lit').length`); got != 1 {
		t.Errorf("%d flames burn in peace", got)
	}
	if got := browser.Ask[string](r, `document.activeElement.id`); got != "main" {
		t.Errorf("what had the focus is gone, and the focus went to %q", got)
	}
	// A revision in which this page is the same is taken without a word.
	s.show(1, 3, well)
	r.Until(shows("1.3"))
	calm(t, r)
	if got := browser.Ask[int](r, `aloud.length`); got != 1 {
		t.Errorf("%d announcements of one change", got)
	}
}

// The reader is somewhere on the page while it grows and shrinks above, around and
// below what is read.
func TestNothingMovesUnderTheReadersEye(t *testing.T) {
	t.Parallel()
	long := "Compute in Seoul has been unable to resolve DNS names since 23:19 UTC, and so have Storage, Queues, Streams, Functions and a hundred more services that depend on it, in both zones"
	tall := evening().with("planned", words(12, "Planned"))
	r := browser.Scripted(t, watch)
	for _, c := range []struct {
		name     string
		from, to scene
		scroll   int
	}{
		{"a longer headline", evening(), evening().saying(long), 0},
		{"a shorter headline", evening().saying(long), evening(), 0},
		{"content grows above", evening(), tall, 1200},
		{"content goes above", tall, evening(), 2600},
		{"more content goes above than the window can scroll back", evening().around("open", words(6, "News"), ""), evening(), 900},
		{"a paragraph is put before the one that is read", evening(), evening().around("grid", "<p>"+strings.Repeat("New. ", 300)+"</p>", ""), 1200},
		{"what comes below goes away", evening().with("past", words(1, "Past")), evening().with("past", ""), 1_000_000},
		{"all of it", evening(), tall.saying(long).around("open", words(2, "News"), ""), 1200},
	} {
		s := c.from.open(t, live.Options{}, false)
		s.enter(r)
		browser.Ask[bool](r, fmt.Sprintf(`(scrollTo(0, %d), `+drawn+`)`, c.scroll))
		// What is read is, of the paragraphs that stay, the one nearest the middle of the window.
		paragraphs := browser.Ask[[]place](r, `(() => {
			const away = e => { const b = e.getBoundingClientRect(); return Math.abs((b.top + b.bottom) / 2 - innerHeight / 2); };
			return [...document.querySelectorAll('.row-body p')].sort((a, b) => away(a) - away(b)).map(e => ({ text: e.textContent, top: e.getBoundingClientRect().top }));
		})()`)
		read := paragraphs[slices.IndexFunc(paragraphs, func(p place) bool { return c.to.has(p.Text) })]
		s.show(1, 2, c.to)
		r.Until(shows("1.2"))
		calm(t, r)
		now := browser.Ask[float64](r, fmt.Sprintf(`[...document.querySelectorAll('.row-body p')].find(e => e.textContent === %q).getBoundingClientRect().top`, read.Text))
		if read.Top < 0 || read.Top > 900 || now-read.Top > 1 || read.Top-now > 1 {
			t.Errorf("%s: %.12s… was read at %.1f px and is now at %.1f px", c.name, read.Text, read.Top, now)
		}
	}
}

// place is a paragraph, and how far below the window's upper edge it begins.
type place struct {
	Text string  `json:"text"`
	Top  float64 `json:"top"`
}

func TestPauseByKeyboard(t *testing.T) {
	t.Parallel()
	s := evening().open(t, live.Options{}, false)
	r := visit(t, s, "")
	press := func() {
		t.Helper()
		for range 15 {
			if f := r.Press("\t"); f.Tag == "BUTTON" && f.Name == "Pause updates" {
				if !f.Outline || !f.InView {
					t.Errorf("it cannot be seen that %+v has the focus", f)
				}
				r.Press(" ")
				return
			}
		}
		t.Fatal("Tab does not reach the button")
	}
	press()
	if got := browser.Ask[string](r, `document.activeElement.getAttribute('aria-pressed')`); got != "true" {
		t.Fatalf("aria-pressed is %q", got)
	}
	s.until(t, "it listens no more", func() bool { return s.hub.Clients() == 0 })
	s.show(1, 2, evening().saying("Something new"))
	s.confirm(time.Date(2018, 11, 22, 0, 31, 0, 0, time.UTC))
	browser.Ask[bool](r, `new Promise(done => setTimeout(() => done(true), 1500))`) // thrice the spread
	if s.asked() != nil || browser.Ask[bool](r, `document.body.textContent.includes('Something new')`) || s.hub.Clients() != 0 {
		t.Errorf("paused, it fetched %q", s.asked())
	}
	r.Open(s.URL + "/en/?again")
	r.Until(`document.getElementById('live-pause').getAttribute('aria-pressed') === 'true'`)
	s.show(1, 3, evening().saying("Something newer"))
	s.show(1, 4, evening().saying("The newest"))
	press()
	r.Until(shows("1.4"))
	if got := s.asked(); !slices.Equal(got, []string{"1.4"}) || !browser.Ask[bool](r, `document.querySelector('h1').textContent === 'The newest'`) {
		t.Errorf("resumed, it fetched %q", got)
	}
	calm(t, r)
}

func TestAnEarlierRevisionIsNeverShown(t *testing.T) {
	t.Parallel()
	s := evening().open(t, live.Options{}, false)
	s.show(1, 52, evening().saying("Fifty-two"))
	// A stream of its own: the hub would not say such things.
	r := visit(t, s, `window.EventSource = class extends EventTarget { constructor() { super(); window.stream = this; this.readyState = 1; } close() {} };
		window.tell = revision => { const e = new Event('revision'); e.data = JSON.stringify({ revision, spread_ms: 1 }); stream.dispatchEvent(e); return true; };`)
	for _, older := range []string{"1.9", "1.52", "0.99", "nonsense", "1.51"} {
		browser.Ask[bool](r, fmt.Sprintf(`tell(%q)`, older))
	}
	browser.Ask[bool](r, drawn)
	if got := s.asked(); got != nil {
		t.Errorf("it asked for %q", got)
	}
	s.show(2, 9, evening().saying("Nine, after a restore took numbers back"))
	browser.Ask[bool](r, `tell("2.7")`) // a node that is behind tells, and one that is further answers
	r.Until(shows("2.9"))
	for _, older := range []string{"1.99", "2.8", "2.9"} {
		browser.Ask[bool](r, fmt.Sprintf(`tell(%q)`, older))
	}
	browser.Ask[bool](r, drawn)
	if got := s.asked(); !slices.Equal(got, []string{"2.7", "2.9"}) {
		t.Errorf("it asked for %q, want once, and where it was led", got)
	}
	calm(t, r)
}

func TestARefusedBrowserPollsAndComesBack(t *testing.T) {
	t.Parallel()
	s := evening().open(t, live.Options{Cap: 1}, false)
	taken, err := http.Get(s.URL + "/live/events") //nolint:noctx // it is closed below
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Body.Close() }()
	r := visit(t, s, faster)
	s.until(t, "it is refused", func() bool { return s.hub.Refused() > 0 })
	s.show(1, 2, evening().saying("Heard by asking"))
	s.confirm(time.Date(2018, 11, 22, 0, 31, 0, 0, time.UTC))
	r.Until(shows("1.2"))
	r.Until(`document.querySelector('.confirmed').textContent.trim() === 'Confirmed 00:31'`)
	if s.hub.Clients() != 1 {
		t.Errorf("%d clients of one", s.hub.Clients())
	}
	_ = taken.Body.Close()
	s.until(t, "the place is free", func() bool { return s.hub.Clients() == 0 })
	s.until(t, "it comes back", func() bool { return s.hub.Clients() == 1 })
	for _, said := range r.Complaints() {
		if !strings.Contains(said, "503") { // Chromium logs it whoever asked
			t.Errorf("the browser complains: %s", said)
		}
	}
}

func TestAFragmentThatIsNotThereYetIsAskedForAgain(t *testing.T) {
	t.Parallel()
	s := evening().open(t, live.Options{}, false)
	r := visit(t, s, faster)
	s.refuse = 2
	s.show(1, 2, evening().saying("Late"))
	r.Until(shows("1.2"))
	if got := s.asked(); !slices.Equal(got, []string{"1.2", "1.2", "1.2"}) {
		t.Errorf("asked for %q", got)
	}
	s.gone = true
	s.show(1, 3, evening().saying("Gone"))
	s.until(t, "it asks for the page that is gone", func() bool { return len(s.asked()) == 4 })
	s.confirm(time.Date(2018, 11, 22, 0, 31, 0, 0, time.UTC))
	browser.Ask[bool](r, drawn)
	if got := browser.Ask[string](r, `document.querySelector('h1').textContent + document.querySelector('.confirmed').textContent`); !strings.HasPrefix(got, "Late") || strings.Contains(got, "00:31") || len(s.asked()) != 4 {
		t.Errorf("a page that is gone shows %q after %q", got, s.asked())
	}
}

func TestAReaderInTheMiddleOfSomethingIsNotDisturbed(t *testing.T) {
	t.Parallel()
	s := evening().open(t, live.Options{}, false)
	r := visit(t, s, "")
	for number, c := range []struct{ name, begin, end string }{
		{"selecting", `getSelection().selectAllChildren(document.querySelector('#planned + div p'))`, `getSelection().removeAllRanges()`},
		{"pressing", `document.dispatchEvent(new PointerEvent('pointerdown'))`, `document.dispatchEvent(new PointerEvent('pointerup'))`},
		{"typing", `document.getElementById('find').dispatchEvent(new Event('input', { bubbles: true }))`, `0`},
		{
			"looking elsewhere", `(Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' }), document.dispatchEvent(new Event('visibilitychange')))`,
			`(Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'visible' }), document.dispatchEvent(new Event('visibilitychange')))`,
		},
	} {
		revision := fmt.Sprintf("1.%d", number+2)
		browser.Ask[bool](r, `(`+c.begin+`, true)`)
		s.show(1, int64(number+2), evening().saying(c.name))
		browser.Ask[bool](r, `new Promise(done => setTimeout(() => done(true), 1200))`)
		if browser.Ask[bool](r, shows(revision)) {
			t.Errorf("%s, the reader was disturbed", c.name)
		}
		browser.Ask[bool](r, `(`+c.end+`, true)`)
		r.Until(shows(revision))
	}
	calm(t, r)
}

func TestAPageThatIsReturnedToCatchesUp(t *testing.T) {
	t.Parallel()
	s := evening().open(t, live.Options{}, false)
	r := visit(t, s, "")
	r.Open(s.URL + "/en/other")
	s.until(t, "it listens no more", func() bool { return s.hub.Clients() == 0 })
	s.show(1, 2, evening().saying("Meanwhile"))
	browser.Ask[bool](r, `(history.back(), true)`)
	r.Until(`document.querySelector('h1').textContent === 'Meanwhile' && ` + shows("1.2"))
	s.hub.Close() // and a server that goes away is no error anybody sees
	browser.Ask[bool](r, drawn)
	for _, said := range r.Complaints() {
		if !strings.Contains(said, "503") && !strings.Contains(said, "ERR_") {
			t.Errorf("the browser complains: %s", said)
		}
	}
}

// faster makes a minute last a second in the page.
const faster = `(() => {
	const began = Date.now(), now = Date.now.bind(Date), timeout = setTimeout, interval = setInterval;
	Date.now = () => began + (now() - began) * 60;
	window.setTimeout = (act, ms, ...more) => timeout(act, ms / 60, ...more);
	window.setInterval = (act, ms, ...more) => interval(act, ms / 60, ...more);
})();`

func TestAnOldPageSaysSo(t *testing.T) {
	t.Parallel()
	fresh := evening()
	fresh.at = time.Now()
	s := fresh.open(t, live.Options{}, true)
	r := visit(t, s, faster)
	const old = `!document.getElementById('live-old').hidden`
	r.Until(old) // five minutes: nobody has confirmed anything
	r.Until(`aloud.length === 1 && aloud[0].startsWith("By this device's clock")`)
	s.confirm(time.Now().Add(time.Hour))
	r.Until(`document.getElementById('live-old').hidden`)
	calm(t, r)

	// In a replay the browser's clock says nothing, but silence does.
	replay := evening().open(t, live.Options{}, false)
	r = visit(t, replay, faster)
	browser.Ask[bool](r, `new Promise(done => setTimeout(() => done(true), 4 * 60000))`)
	if browser.Ask[bool](r, old) {
		t.Error("a replay is called old by the browser's clock")
	}
	replay.hub.Close()
	replay.Close()
	r.Until(old)
}

func TestALivePageWithoutScript(t *testing.T) {
	t.Parallel()
	s := evening().open(t, live.Options{}, false)
	r := browser.Keyboard(t)
	r.Open(s.URL + "/en/")
	for range 14 {
		if f := r.Press("\t"); f.Tag == "BUTTON" && f.Name == "Pause updates" {
			t.Error("there is a button that does nothing")
		}
	}
	if s.hub.Clients() != 0 {
		t.Error("it listens without a script")
	}
}

// The button appears when the script runs, in a place that was kept for it.
func TestThePauseButtonMovesNothing(t *testing.T) {
	t.Parallel()
	r := visit(t, evening().open(t, live.Options{}, false), "")
	const tools = `JSON.stringify(document.querySelector('.tools').getBoundingClientRect())`
	shown := browser.Ask[string](r, tools)
	if hidden := browser.Ask[string](r, `(document.getElementById('live-pause').hidden = true, `+tools+`)`); hidden != shown {
		t.Errorf("the tools are at %s, and with the button hidden at %s", shown, hidden)
	}
}

func TestALivePageIsSeenWell(t *testing.T) {
	t.Parallel()
	s := evening().open(t, live.Options{}, false)
	browser.Visit(t, s.URL, browser.Page{Path: "/{lang}/", Prefix: "live"})
}

// until waits for something that happens on the server.
func (s *stage) until(t *testing.T, what string, met func() bool) {
	t.Helper()
	var wall clock.Wall
	for began := wall.Now(); !met(); {
		if wall.Since(began) > 30*time.Second {
			t.Fatalf("it does not happen: %s", what)
		}
		if err := wall.Sleep(t.Context(), 10*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
}
