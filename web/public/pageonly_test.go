package public_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/test/browser"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/ui"
)

// shop is a provider without places, whose checkout is hit.
func shop() *world {
	group := both("온라인 상점", "Online shop")
	w := &world{now: kst("11-22 08:56"), catalog: catalog.Catalog{
		Regions: []catalog.Region{{ID: "page", Name: both("달빛상점", "Moonlight Shop"), TimeZone: "Asia/Seoul", Hidden: true}},
		Services: []catalog.Service{
			{ID: "checkout", Name: both("결제", "Checkout"), Description: both("카드 결제와 계좌 이체", "Cards and bank transfers"), Group: group},
			{ID: "office", Name: both("고객 센터", "Help desk")},
			{ID: "search", Name: both("상품 검색", "Product search"), Group: group},
			{ID: "fax", Name: both("팩스 주문", "Orders by fax"), Group: group}, // offered no more
		},
		Components: []catalog.Component{
			{Service: "checkout", Region: "page", Basis: health.Declared},
			{Service: "office", Region: "page", Basis: health.Declared},
			{Service: "search", Region: "page", Basis: health.Declared},
		},
	}}
	w.incidents = []incident.Incident{{
		ID: outage, Kind: incident.Issue, State: incident.Identified, OpenedAt: kst("11-22 08:20"), Title: both("결제 장애", "Payments fail"),
		Impacts: []incident.Impact{
			{ID: "c", Scope: health.Scope{Service: "checkout", Region: "page"}, Symptom: health.API, Level: health.PartialOutage, SharePPM: 400_000, During: health.Interval{From: kst("11-22 08:19")}, Determination: health.DeterminationDeclared, Reason: both("문의", "calls")},
			{ID: "f", Scope: health.Scope{Service: "fax", Region: "page"}, Symptom: health.API, Level: health.Degraded, SharePPM: 400_000, During: health.Interval{From: kst("11-22 08:19"), To: kst("11-22 08:30")}, Determination: health.DeterminationDeclared, Reason: both("문의", "calls")},
		},
		Updates: []incident.Update{{ID: "u1", Sequence: 1, State: incident.Identified, PublishedAt: kst("11-22 08:22"), Body: both("원인을 찾았습니다.", "We have found the cause."), Action: incident.ActionNone}},
	}}
	return w
}

// moonlight is what the shop's pages say of it.
func moonlight(languages ...health.Language) ui.Site {
	return ui.Site{
		Provider: both("달빛상점", "Moonlight Shop"), Zone: language.Seoul(), PageOnly: true, Languages: languages,
		Logo:   &ui.Logo{URI: ui.DataURI("image/svg+xml", []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="13" fill="#4f6fd8"/></svg>`)), Width: 32, Height: 32},
		Accent: ui.Accent{Light: "#1d4ed8", Dark: "#93c5fd"},
	}
}

func TestAPageAloneSpeaksOfNoPlaces(t *testing.T) {
	t.Parallel()
	s := shop().openAs(t, moonlight())
	front := get(s, "/en/").Body.String()
	for _, want := range []string{
		"Some API requests to Checkout and 1 more service have been failing since", "Moonlight Shop", "Cards and bank transfers",
		`<h3>Online shop</h3>`, `href="/en/components/checkout-page"`, "Orders by fax",
	} {
		if !strings.Contains(front, want) {
			t.Errorf("%q is missing on the first page", want)
		}
	}
	if shopAt, deskAt := strings.Index(front, "Product search"), strings.Index(front, "Help desk"); shopAt < 0 || deskAt < shopAt {
		t.Error("the services of a group do not stand together")
	}
	pages := map[string]string{"/en/": front}
	for _, path := range []string{"/ko/", "/en/components/checkout-page", "/en/incidents/" + string(outage), "/ko/incidents/" + string(outage), "/en/history/2018-11"} {
		pages[path] = get(s, path).Body.String()
	}
	for path, page := range pages {
		for _, not := range []string{"Checkout, ", " in Moonlight Shop", "리전", "/regions/", "/my/", "/replay", ">page<", "Services and regions", `href="/en/components/fax-page"`} {
			if strings.Contains(page, not) {
				t.Errorf("%s says %q", path, not)
			}
		}
	}
	for path, status := range map[string]int{"/en/regions/page": 404, "/en/components/fax-page": 404, "/en/components/search-page": 200} {
		if got := get(s, path).Code; got != status {
			t.Errorf("%s: %d", path, got)
		}
	}
}

func TestASiteInOneLanguageHasThatLanguageAlone(t *testing.T) {
	t.Parallel()
	s := shop().openAs(t, moonlight(health.English))
	for path := range s.stand.Edition().Paths() {
		if !strings.HasPrefix(path, "/en/") {
			t.Errorf("there is a page %s", path)
		}
	}
	if page := get(s, "/en/").Body.String(); strings.Contains(page, "/ko/") || strings.Contains(page, "한국어") {
		t.Error("the page leads to another language")
	}
	w := get(s, "/ko/")
	if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "There is no such page") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// The page alone, as people see it.
func TestAPageAloneInABrowser(t *testing.T) {
	t.Parallel()
	s := shop().openAs(t, moonlight())
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	var routes []web.Route
	for _, r := range s.routes {
		if slices.Contains([]string{"/{lang}/{$}", "/{lang}/components/{id}", "/{lang}/incidents/{id}"}, r.Pattern) {
			routes = append(routes, r)
		}
	}
	pages := browser.Plan(t, routes, nil)
	for i := range pages {
		pages[i].Prefix = "shop"
	}
	browser.Visit(t, server.URL, pages...)
}

func TestAPageAloneHasEveryPageWithoutPlaces(t *testing.T) {
	t.Parallel()
	s := shop().openAs(t, moonlight())
	for path, want := range map[string]string{
		"/en/components":          "The present state of 3 services.",
		"/ko/components":          "<h1>모든 서비스</h1>",
		"/en/availability":        `href="/en/components/checkout-page">Checkout</a>`,
		"/en/search?q=transfers":  `href="/en/components/checkout-page">Checkout</a>`,
		"/ko/search?q=checkout":   `href="/ko/components/checkout-page">결제</a>`,
		"/en/search?q=moonlight":  "Nothing was found",
		"/en/feeds":               "/rss/checkout-page.rss",
		"/en/maintenance":         "No work is planned.",
		"/en/maintenance/2018-11": "November 2018",
	} {
		w := get(s, path)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d, and it does not say %q", path, w.Code, want)
		}
		for _, not := range []string{"/services/", "/regions/", "/my/", "/sla\"", "리전", "regions", " in Moonlight"} {
			if strings.Contains(w.Body.String(), not) {
				t.Errorf("%s says %q", path, not)
			}
		}
	}
	// The record begins with the year, not with the outage: 37 of 468,536 minutes.
	if body := get(s, "/en/availability").Body.String(); !strings.Contains(body, `<td class="share-low">99.9921%</td>`) {
		t.Error("a young record makes an outage of everything")
	}
	for _, path := range []string{"/en/services/checkout", "/en/components/compute/1", "/en/components//1"} {
		if w := get(s, path); w.Code == http.StatusOK {
			t.Errorf("%s is there", path)
		}
	}
}
