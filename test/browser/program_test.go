package browser_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/scenario/world/mail"
	"github.com/bonghwa/bonghwa/test/browser"
	"github.com/bonghwa/bonghwa/test/harness"
	"github.com/bonghwa/bonghwa/web"
)

// The customers of the demo who are visited: one with 120 instances in Seoul, and
// one who answers for twenty accounts.
const (
	engineer = "ops@customer-007.example"
	payer    = "cloud@cheongma.example"
)

// The whole program after its day, as people meet it. One demo serves all of this:
// it takes its time.
func TestTheProgram(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	t.Run("every page", d.everyPage)
	t.Run("no script", d.noScript)
	t.Run("keyboard", d.keyboard)
}

// everyPage visits the pages of the router, and their other states. A route of kind
// Page without anything to visit fails the test.
func (d *demo) everyPage(t *testing.T) {
	own, ownAccounts := d.signIn(engineer)
	several, accounts := d.signIn(payer)
	values := map[string][]string{
		"account": ownAccounts, "incident": {d.incident()}, "file": d.someMails(),
		"token": {d.unsubscribeToken()}, "link": {d.link(engineer)}, // stays unused
	}
	pages := browser.Plan(t, d.routes, values, own)
	for i := range pages {
		if pages[i].Path == "/{lang}/my/" {
			pages[i].Cookies = []*http.Cookie{several}
		}
	}
	pages = append(pages, d.otherStates(own, several, accounts[0])...)
	browser.Visit(t, d.base, pages...)
	d.everyRouteWasVisited(pages)
}

// otherStates are the pages in the states that no route leads to by itself: errors,
// searches that find nothing, forms that come back.
func (d *demo) otherStates(own, several *http.Cookie, account string) []browser.Page {
	mine := []*http.Cookie{own}
	return []browser.Page{
		{Path: "/{lang}/nowhere", Status: http.StatusNotFound},
		{Path: "/{lang}/incidents/none", Prefix: "missing", Status: http.StatusNotFound},
		{Path: "/{lang}/search?q=nowhere", Prefix: "found-nothing"},
		{Path: "/{lang}/search?q=a", Prefix: "too-short", Status: http.StatusBadRequest},
		{Path: "/{lang}/search", Prefix: "typed", Type: "seoul\r", Lands: "/{lang}/search"},
		{Path: "/{lang}/incidents/" + d.incident(), Prefix: "said", Type: " \r", Lands: "/{lang}/useful"},
		{Path: "/{lang}/my/" + account + "/", Prefix: "payer", Cookies: []*http.Cookie{several}},
		{Path: "/{lang}/my/" + account + "/", Prefix: "foreign", Cookies: mine, Status: http.StatusNotFound},
		{Path: "/{lang}/my/", Prefix: "signed-out", Lands: "/{lang}/sign-in"},
		{Path: "/{lang}/sign-in", Prefix: "bad-address", Type: "kim at example\r", Lands: "/{lang}/sign-in", Status: http.StatusUnprocessableEntity},
		{Path: "/{lang}/sign-in/confirm?token=expired", Prefix: "expired", Type: "\r", Lands: "/{lang}/sign-in/confirm", Status: http.StatusGone},
		{Path: "/{lang}/unsubscribe?t=wrong", Prefix: "wrong", Status: http.StatusNotFound},
		{Path: "/{lang}/replay/mails?to=nobody", Prefix: "none"},
		{Path: "/{lang}/replay/mails/none.eml", Prefix: "missing", Status: http.StatusNotFound},
	}
}

// noScript: nobody needs JavaScript. The one script there is keeps an open page
// current; it comes from a file, and nothing in a page waits for it.
func (d *demo) noScript(t *testing.T) {
	script := regexp.MustCompile(`(?i)<script|\son[a-z]+=|javascript:`)
	ours := regexp.MustCompile(`<script src="/assets/[0-9a-f]+/live\.js" defer></script>`)
	visited := 0
	for _, p := range browser.Plan(t, d.routes, map[string][]string{
		"file": d.someMails()[:1], "token": {d.unsubscribeToken()}, "link": {"any"}, "account": {"any"}, "incident": {"any"},
	}) {
		for _, l := range health.Languages() {
			path := strings.ReplaceAll(p.Path, "{lang}", string(l))
			if found := script.FindString(ours.ReplaceAllString(d.get(d.base+path), "")); found != "" {
				t.Errorf("%s has %q", path, found)
			}
			visited++
		}
	}
	if visited == 0 {
		t.Error("nothing was visited")
	}
}

// demo is a finished replay of the real program, whose pages are up.
type demo struct {
	t       *testing.T
	program *harness.Program
	dir     string
	base    string
	routes  []web.Route
	client  *http.Client
}

// startDemo plays the day and waits until its story is over.
func startDemo(t *testing.T) *demo {
	t.Helper()
	harness.Need(t, "chromium")
	d := &demo{t: t, dir: t.TempDir(), client: &http.Client{Timeout: 30 * time.Second}}
	p := harness.Start(t, 14*time.Minute, "demo", "--speed", "240", "--dir", d.dir, "--listen", "127.0.0.1:0")
	var at struct {
		Public string `json:"public"`
		Admin  string `json:"admin"`
	}
	p.Until("its story is over", func() bool { return strings.Contains(p.Out(), "The story is over") })
	raw, err := os.ReadFile(filepath.Join(d.dir, "addresses.json"))
	if err == nil {
		err = json.Unmarshal(raw, &at)
	}
	if err != nil {
		t.Fatal(err)
	}
	d.base, d.program = at.Public, p
	var listed []web.ListedRoute
	if err := json.Unmarshal([]byte(d.get(at.Admin+"/routes")), &listed); err != nil {
		t.Fatal(err)
	}
	for _, r := range listed {
		d.routes = append(d.routes, web.Route{
			Method: r.Method, Pattern: r.Pattern, Kind: r.Kind, Access: r.Access, Sample: func() string { return r.Sample },
		})
	}
	return d
}

func (d *demo) get(address string) string {
	d.t.Helper()
	_, _, body := d.send(d.client, address, nil)
	return body
}

// send posts a form, or gets the address where there is none, follows where it
// leads, and gives the last answer.
func (d *demo) send(client *http.Client, address string, form url.Values) (status int, path, body string) {
	d.t.Helper()
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(d.t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		d.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := client.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	raw, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		d.t.Fatal(err)
	}
	return answer.StatusCode, answer.Request.URL.Path, string(raw)
}

func (d *demo) mails() []mail.Mail {
	d.t.Helper()
	all, err := mail.Read(filepath.Join(d.dir, "mail"))
	if err != nil {
		d.t.Fatal(err)
	}
	return all
}

var signInLink = regexp.MustCompile(`/sign-in/confirm\?token=([A-Za-z0-9_-]+)`)

// links are the tokens of the links mailed to an address so far.
func (d *demo) links(address string) []string {
	d.t.Helper()
	var tokens []string
	for _, m := range d.mails() {
		if found := signInLink.FindStringSubmatch(m.Text); found != nil && m.To == address {
			tokens = append(tokens, found[1])
		}
	}
	return tokens
}

// link asks for a sign-in link as the form does, waits for the mail, and gives the
// link's token.
func (d *demo) link(address string) string {
	d.t.Helper()
	before := len(d.links(address))
	if status, path, _ := d.send(d.client, d.base+"/en/sign-in", url.Values{"address": {address}}); path != "/en/sign-in/sent" {
		d.t.Fatalf("asking for a link led to %s, status %d", path, status)
	}
	var tokens []string
	d.program.Until("a link is mailed to "+address, func() bool {
		tokens = d.links(address)
		return len(tokens) > before
	})
	return tokens[len(tokens)-1]
}

// signIn goes the customer's way: the form, the mailed link, the button. It gives
// the session and the accounts it may see.
func (d *demo) signIn(address string) (session *http.Cookie, accounts []string) {
	d.t.Helper()
	token := d.link(address)
	if page := d.get(d.base + "/en/sign-in/confirm?token=" + token); !strings.Contains(page, token) {
		d.t.Fatalf("the mailed link opens a page without its token:\n%s", page)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		d.t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Timeout: 30 * time.Second}
	status, path, body := d.send(client, d.base+"/en/sign-in/confirm", url.Values{"token": {token}})
	if status != http.StatusOK {
		d.t.Fatalf("the button led to %s, status %d", path, status)
	}
	for _, found := range regexp.MustCompile(`/en/my/([0-9]+)/"`).FindAllStringSubmatch(body, -1) {
		if !slices.Contains(accounts, found[1]) {
			accounts = append(accounts, found[1])
		}
	}
	at, err := url.Parse(d.base)
	if err != nil {
		d.t.Fatal(err)
	}
	i := slices.IndexFunc(jar.Cookies(at), func(c *http.Cookie) bool { return strings.Contains(c.Name, "session") })
	if i < 0 || len(accounts) == 0 {
		d.t.Fatalf("no session, or no account, for %s", address)
	}
	return jar.Cookies(at)[i], accounts
}

// incident is the id of the incident the public dashboard shows.
func (d *demo) incident() string {
	d.t.Helper()
	for _, r := range d.routes {
		if id, ok := strings.CutPrefix(r.Path(nil), "/{lang}/incidents/"); ok && !strings.Contains(id, "{") {
			return id
		}
	}
	d.t.Fatal("the router knows no incident")
	return ""
}

// someMails are the first mail and the last but those of this test in each
// language: an update and the notice of a credit.
func (d *demo) someMails() []string {
	d.t.Helper()
	var files []string
	for _, l := range health.Languages() {
		var all []string
		for _, m := range d.mails() {
			if m.Language == string(l) && !signInLink.MatchString(m.Text) {
				all = append(all, m.File)
			}
		}
		if len(all) == 0 {
			d.t.Fatalf("nobody was mailed in %s", l)
		}
		files = append(files, all[0], all[len(all)-1])
	}
	return files
}

func (d *demo) unsubscribeToken() string {
	d.t.Helper()
	for _, m := range d.mails() {
		if _, rest, ok := strings.Cut(m.Header.Get("List-Unsubscribe"), "/unsubscribe?t="); ok {
			token, _, _ := strings.Cut(rest, ">")
			return token
		}
	}
	d.t.Fatal("no mail can be unsubscribed from")
	return ""
}

// everyRouteWasVisited fails the test for each route of kind Page that none of the
// pages belongs to.
func (d *demo) everyRouteWasVisited(pages []browser.Page) {
	d.t.Helper()
	mux := http.NewServeMux()
	waiting := map[string]bool{}
	for _, r := range d.routes {
		if r.Kind != web.Page {
			continue
		}
		pattern := strings.Replace(r.Pattern, "/{lang}/", "/en/", 1)
		waiting[pattern] = true
		mux.Handle(pattern, http.NotFoundHandler())
	}
	for _, p := range pages {
		for _, l := range health.Languages() {
			u, err := url.Parse(strings.ReplaceAll(p.Path, "{lang}", string(l)))
			if err != nil {
				d.t.Fatal(err)
			}
			_, pattern := mux.Handler(&http.Request{Method: http.MethodGet, URL: u, Host: "localhost"})
			delete(waiting, pattern)
		}
	}
	for pattern := range waiting {
		d.t.Errorf("nothing was visited of %s", pattern)
	}
}

// keyboard walks the first screen and a component's 90 days without a mouse and
// without scripts.
func (d *demo) keyboard(t *testing.T) {
	r := browser.Keyboard(t)
	r.Open(d.base + "/en/")
	var reached []string
	for range 12 {
		f := r.Press("\t")
		if !f.Outline || !f.InView {
			t.Errorf("it cannot be seen that %+v has the focus", f)
		}
		reached = append(reached, f.Href)
	}
	if reached[0] != "#main" || !slices.Contains(reached, "/en/history") || !slices.Contains(reached, "/ko/") {
		t.Errorf("Tab reached %q: want the skip link first, the history and the other language", reached)
	}
	d.days(t, r)
	d.grid(t, r)
	d.search(t, r)
	d.calendar(t, r)
}

// reach presses Tab until the focus is on what is looked for, and sees that it can be
// seen all the way.
func reach(t *testing.T, r *browser.Reader, what string, found func(browser.Focus) bool) browser.Focus {
	t.Helper()
	for range 60 {
		f := r.Press("\t")
		if !f.Outline || !f.InView {
			t.Errorf("it cannot be seen that %+v has the focus", f)
		}
		if found(f) {
			return f
		}
	}
	t.Fatalf("Tab reaches no %s", what)
	return browser.Focus{}
}

// grid goes into the grid of all components, which scrolls by itself, and opens one.
func (d *demo) grid(t *testing.T, r *browser.Reader) {
	t.Helper()
	r.Open(d.base + "/en/components")
	reach(t, r, "area that scrolls", func(f browser.Focus) bool { return f.Tag == "DIV" })
	r.Press(kb.ArrowRight)
	f := reach(t, r, "cell", func(f browser.Focus) bool { return strings.HasPrefix(f.Href, "/en/components/") })
	if f.Name == "" {
		t.Errorf("a cell has no name: %+v", f)
	}
	if at := r.Enter(); !strings.HasSuffix(at, f.Href) {
		t.Errorf("Enter led to %s, want %s", at, f.Href)
	}
}

// search types into the field that the first screen has and opens what was found.
func (d *demo) search(t *testing.T, r *browser.Reader) {
	t.Helper()
	r.Open(d.base + "/en/")
	reach(t, r, "search field", func(f browser.Focus) bool { return f.Tag == "INPUT" })
	r.Press("seoul")
	if at := r.Enter(); !strings.HasSuffix(at, "/en/search?q=seoul") {
		t.Fatalf("Enter led to %s", at)
	}
	f := reach(t, r, "region", func(f browser.Focus) bool { return f.Href == "/en/regions/ap-northeast-2" })
	if at := r.Enter(); !strings.HasSuffix(at, f.Href) {
		t.Errorf("Enter led to %s, want %s", at, f.Href)
	}
}

// calendar goes from one month of planned work to the next.
func (d *demo) calendar(t *testing.T, r *browser.Reader) {
	t.Helper()
	r.Open(d.base + "/en/maintenance/2018-11")
	reach(t, r, "next month", func(f browser.Focus) bool { return f.Href == "/en/maintenance/2018-12" })
	if at := r.Enter(); !strings.HasSuffix(at, "/en/maintenance/2018-12") {
		t.Errorf("Enter led to %s", at)
	}
}

// days opens a day of a component's bars: Tab to the bars, arrows to the day of the
// outage, Enter.
func (d *demo) days(t *testing.T, r *browser.Reader) {
	t.Helper()
	r.Open(d.base + "/en/components/ec2-ap-northeast-2")
	f := r.Press("\t")
	for range 40 {
		if f.Tag == "INPUT" {
			break
		}
		f = r.Press("\t")
	}
	if f.Tag != "INPUT" || !f.Outline {
		t.Fatalf("Tab reaches no bar, but %+v", f)
	}
	for range 90 {
		if f.Value == "2018-11-22" {
			break
		}
		before := f.Value
		if f = r.Press(kb.ArrowLeft); f.Value >= before || !f.Outline || !f.InView {
			t.Fatalf("the arrow led from %s to %+v", before, f)
		}
	}
	if !strings.Contains(f.Name, "22 November") {
		t.Errorf("the day of the outage is called %q", f.Name)
	}
	if at := r.Enter(); !strings.Contains(at, "/en/history/2018-11#") {
		t.Errorf("Enter led to %s, want the day in its month", at)
	}
}
