package told_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/notify/email"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/told"
	"github.com/bonghwa/bonghwa/web/ui"
)

// desk remembers who was suppressed, and makes the links.
type desk struct {
	*email.Mail
	router http.Handler
	routes []web.Route
	done   []string
	fail   error
}

func (d *desk) Suppress(_ context.Context, endpoint health.EndpointID, reason string, at time.Time) error {
	if d.fail == nil {
		d.done = append(d.done, string(endpoint)+" "+reason+" "+at.Format(time.RFC3339))
	}
	return d.fail
}

func open(t *testing.T) *desk {
	t.Helper()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	links, err := email.New(email.Options{
		Relay: "127.0.0.1:25", From: mail.Address{Address: "status@hangang.example"}, BaseURL: "http://localhost", Key: []byte("sixteen bytes or more"),
	})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{Mail: links}
	public := &url.URL{Scheme: "http", Host: "localhost"}
	site := ui.Site{Provider: health.Text{health.Korean: "한강 클라우드", health.English: "Hangang Cloud"}, Invented: true, Zone: language.Seoul()}
	pages := told.New(told.Options{
		Site: site, Messages: book, Tokens: links, Suppressor: d, Contact: "status@hangang.example", Cookies: web.CookiesFor(public),
		Now: func() time.Time { return time.Date(2018, 11, 22, 1, 0, 0, 0, time.UTC) },
	})
	d.routes = pages.Routes()
	d.router, err = web.New(web.Options{
		PublicURL: public, Language: health.English, Site: site, Messages: book, Wall: clock.Wall{}, Log: slog.New(slog.DiscardHandler),
	}, d.routes)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) link(prefix string) string {
	return prefix + "/unsubscribe?t=" + url.QueryEscape(d.Token("endpoint-1"))
}

const urlencoded = "application/x-www-form-urlencoded"

func (d *desk) do(t *testing.T, method, path, body string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	maps.Copy(r.Header, header)
	if body != "" && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", urlencoded)
	}
	w := httptest.NewRecorder()
	d.router.ServeHTTP(w, r)
	return w
}

func must(t *testing.T, w *httptest.ResponseRecorder, status int, words ...string) {
	t.Helper()
	body := w.Body.String()
	if w.Code != status {
		t.Fatalf("status %d, want %d\n%s", w.Code, status, body)
	}
	for _, word := range words {
		if !strings.Contains(body, word) {
			t.Errorf("%q is missing in\n%s", word, body)
		}
	}
	for _, bad := range []string{" style=", "<style", "<script", "onclick", "[told."} {
		if strings.Contains(body, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
}

// Scanners follow every link of a mail, often more than once.
func TestOpeningTheLinkChangesNothing(t *testing.T) {
	t.Parallel()
	d := open(t)
	for range 100 {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			for _, prefix := range []string{"", "/ko", "/en"} {
				d.do(t, method, d.link(prefix), "", nil)
			}
		}
	}
	if len(d.done) > 0 {
		t.Errorf("GET suppressed %v", d.done)
	}
	must(t, d.do(t, http.MethodGet, d.link("/ko"), "", nil), 200, "메일 그만 받기", `action="`+d.link("/ko")+`"`, `name="List-Unsubscribe" value="One-Click"`, `href="`+d.link("/en")+`"`)
	w := d.do(t, http.MethodGet, d.link("/en"), "", nil)
	must(t, w, 200, "Stop the mails to this address?", `method="post"`)
	if w.Header().Get("Cache-Control") != "private, no-store" || len(w.Result().Cookies()) > 0 {
		t.Errorf("%v", w.Header())
	}
}

func TestLinkOfAMailLeadsToTheReadersLanguage(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, c := range []struct{ accept, cookie, want string }{
		{"ko-KR,en;q=0.5", "", "/ko"}, {"", "", "/en"}, {"fr", "", "/en"}, {"en", "bonghwa-lang=ko", "/ko"},
	} {
		w := d.do(t, http.MethodGet, d.link(""), "", http.Header{"Accept-Language": {c.accept}, "Cookie": {c.cookie}})
		if got := w.Header().Get("Location"); w.Code != 303 || got != d.link(c.want) {
			t.Errorf("%+v: %d %s", c, w.Code, got)
		}
	}
}

// RFC 8058: a mail provider posts once, without cookies, Origin or Sec-Fetch
// headers, and follows no redirect.
func TestOnePostEndsTheMails(t *testing.T) {
	t.Parallel()
	var parts bytes.Buffer
	form := multipart.NewWriter(&parts)
	if err := errors.Join(form.WriteField("List-Unsubscribe", "One-Click"), form.Close()); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		prefix, body, words string
		header              http.Header
	}{
		"a mail provider":           {"", "List-Unsubscribe=One-Click", "You will get no more mail", nil},
		"one that sends parts":      {"", parts.String(), "You will get no more mail", http.Header{"Content-Type": {form.FormDataContentType()}}},
		"a reader who has language": {"", "List-Unsubscribe=One-Click", "이제 메일을 보내지 않습니다", http.Header{"Accept-Language": {"ko"}}},
		"the button in Korean":      {"/ko", "List-Unsubscribe=One-Click", "이제 메일을 보내지 않습니다", http.Header{"Sec-Fetch-Site": {"same-origin"}}},
		"the button in English":     {"/en", "List-Unsubscribe=One-Click", "mailto:status@hangang.example", http.Header{"Sec-Fetch-Site": {"same-origin"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			for range 2 { // again is as good as once
				must(t, d.do(t, http.MethodPost, d.link(c.prefix), c.body, c.header), 200, c.words)
			}
			if len(d.done) != 2 || d.done[0] != "endpoint-1 unsubscribed 2018-11-22T01:00:00Z" {
				t.Errorf("suppressed %v", d.done)
			}
		})
	}
}

func TestBadRequestsChangeNothing(t *testing.T) {
	t.Parallel()
	d := open(t)
	good := "List-Unsubscribe=One-Click"
	for name, c := range map[string]struct {
		method, path, body string
		header             http.Header
		status             int
		words              string
	}{
		"wrong token, page":       {http.MethodGet, "/en/unsubscribe?t=endpoint-1.wrong", "", nil, 404, "Nothing was changed."},
		"wrong token, Korean":     {http.MethodGet, "/ko/unsubscribe?t=x", "", nil, 404, "아무것도 바뀌지 않았습니다."},
		"no token":                {http.MethodGet, "/en/unsubscribe", "", nil, 404, "This unsubscribe link does not work"},
		"wrong token, posted":     {http.MethodPost, "/unsubscribe?t=endpoint-1.wrong", good, nil, 404, "This unsubscribe link does not work"},
		"no token, posted":        {http.MethodPost, "/ko/unsubscribe", good, nil, 404, "쓸 수 없는 수신 거부 링크입니다"},
		"token in the body alone": {http.MethodPost, "/en/unsubscribe", good + "&t=" + url.QueryEscape(d.Token("endpoint-1")), nil, 404, "does not work"},
		"nothing said":            {http.MethodPost, d.link(""), "", nil, 400, "send List-Unsubscribe=One-Click"},
		"something else said":     {http.MethodPost, d.link("/en"), "List-Unsubscribe=Two-Clicks", nil, 400, "send List-Unsubscribe=One-Click"},
		"said in the address":     {http.MethodPost, d.link("/en") + "&" + good, "a=b", nil, 400, "send List-Unsubscribe=One-Click"},
		"a form that is broken":   {http.MethodPost, d.link(""), "x", http.Header{"Content-Type": {"multipart/form-data; boundary=y"}}, 400, "read the form"},
		"from another site":       {http.MethodPost, d.link(""), good, http.Header{"Sec-Fetch-Site": {"cross-site"}}, 403, "not allowed"},
		"another method":          {http.MethodDelete, d.link("/en"), "", nil, 405, "cannot do that"},
	} {
		must(t, d.do(t, c.method, c.path, c.body, c.header), c.status, c.words)
		if len(d.done) > 0 {
			t.Fatalf("%s suppressed %v", name, d.done)
		}
	}
	d.fail = errors.New("the disk is gone")
	w := d.do(t, http.MethodPost, d.link("/en"), good, nil)
	must(t, w, 500, "on our side")
	if strings.Contains(w.Body.String(), "no more mail") || strings.Contains(w.Body.String(), "disk") {
		t.Error("a failure looks like success, or tells too much")
	}
}
