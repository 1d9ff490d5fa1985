package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/ui"
)

func TestASiteInOneLanguageKnowsNoOther(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		speaks       health.Language
		own, foreign string
		missing      string
	}{
		{health.English, "/en/", "/ko/", "There is no such page"},
		{health.Korean, "/ko/", "/en/", "찾는 페이지가 없습니다"},
	} {
		h := shop(t, func(o *web.Options) { o.Site.Languages = []health.Language{c.speaks} })
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header.Set("Accept-Language", strings.Trim(c.foreign, "/"))
		r.AddCookie(&http.Cookie{Name: "bonghwa-lang", Value: strings.Trim(c.foreign, "/")})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get("Location"); w.Code != http.StatusFound || got != c.own {
			t.Errorf("/ leads to %s", got)
		}
		if w := from(h, "192.0.2.1", "", c.own); w.Code != http.StatusOK {
			t.Errorf("%s: %d", c.own, w.Code)
		}
		w = from(h, "192.0.2.1", "", c.foreign)
		body := w.Body.String()
		if w.Code != http.StatusNotFound || !strings.Contains(body, c.missing) || strings.Contains(body, "hreflang") || !strings.Contains(body, `lang="`+string(c.speaks)+`"`) {
			t.Errorf("%s: %d %s", c.foreign, w.Code, body)
		}
	}
}

// A page alone has nobody to sign in; its first visit asks for nothing but the page
// and its style sheets.
func TestThePageOfAShopBearsItsNameLogoAndColor(t *testing.T) {
	t.Parallel()
	logo := ui.DataURI("image/svg+xml", []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 20"/>`))
	h := shop(t, func(o *web.Options) {
		o.Site.PageOnly = true
		o.Site.Logo = &ui.Logo{URI: logo, Width: 30, Height: 20}
		o.Site.Accent = ui.Accent{Light: "#9a3412", Dark: "#fdba74"}
	})
	w := from(h, "192.0.2.1", "", "/en/missing")
	body := w.Body.String()
	for _, want := range []string{`<img class="logo" src="` + logo + `" width="30" height="20" alt="">`, "<b>Shop</b>", `<link rel="icon" href="data:image/svg+xml,`, "%239a3412"} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing in %s", want, body)
		}
	}
	for _, not := range []string{"/my/", "flame.svg"} {
		if strings.Contains(body, not) {
			t.Errorf("%s stands on the page", not)
		}
	}
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "img-src 'self' data:;") {
		t.Errorf("policy %q", csp)
	}
	if css := from(h, "192.0.2.1", "", ui.ThemePath).Body.String(); !strings.Contains(css, "--ember:light-dark(#9a3412,#fdba74)") {
		t.Errorf("the theme is %s", css)
	}
	if css := from(shop(t, func(*web.Options) {}), "192.0.2.1", "", ui.ThemePath).Body.String(); strings.Contains(css, "--ember") {
		t.Errorf("the theme of a house without a color is %s", css)
	}
}
