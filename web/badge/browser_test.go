package badge_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/board/boardtest"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/test/browser"
)

// gallery is every kind of badge in both languages, by address.
func gallery(t *testing.T) map[string][]byte {
	t.Helper()
	silent := boardtest.Peace()
	silent.Fresh = nil
	all := map[string][]byte{}
	for _, l := range health.Languages() {
		add := func(name string, w *boardtest.World, path string) {
			all[fmt.Sprintf("/%s-%s.svg", name, l)] = printed(t, w, "/"+string(l)+path).Body
		}
		for _, level := range health.Levels() {
			w := boardtest.During()
			w.Incidents[0].Impacts[1].Level = level
			add(level.String(), w, "/badge/ec2-ap-northeast-2/status.svg")
		}
		add("unknown", silent, "/badge/ec2-ap-northeast-2/status.svg")
		add("all", boardtest.During(), "/badge/status.svg")
		add("uptime-90d", boardtest.After(), "/badge/ec2-ap-northeast-2/uptime-90d.svg")
		add("uptime-7d", boardtest.After(), "/badge/s3-ap-northeast-2/uptime-7d.svg")
		add("uptime-none", silent, "/badge/ec2-ap-northeast-2/uptime-24h.svg")
		for name, service := range map[string]string{
			"sentence": "Elastic Kubernetes Service (control plane)", "hangul": "관계형 데이터베이스 서비스", "wide": "WWWWMMMM@@", "narrow": "illi fit jilt",
			"emoji": "🔥 봉화", "hebrew": "שירות", "long": strings.Repeat("컴퓨팅 ", 3000),
		} {
			add(name, hostile(service), "/badge/ec2-ap-northeast-2/status.svg")
		}
	}
	return all
}

// TestBadgesInABrowser looks at every kind of badge on white, on black, and in the
// middle, and measures whether its texts stay in their halves and look like letters.
func TestBadgesInABrowser(t *testing.T) {
	t.Parallel()
	all := gallery(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := all[r.URL.Path]
		if ok {
			w.Header().Set("Content-Type", "image/svg+xml")
			w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'")
			_, _ = w.Write(body)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		var page strings.Builder
		page.WriteString(`<!DOCTYPE html><html lang="en"><title>Badges</title><main><h1>Badges</h1>`)
		for _, back := range []string{"#ffffff", "#0d1117", "#808080", "light-dark(#ffffff,#000000)"} {
			page.WriteString(`<div style="padding:1rem;background:` + back + `">`)
			for _, path := range sorted(all) {
				page.WriteString(`<img style="margin:3px" src="` + path + `" alt="` + path + `"> `)
			}
			page.WriteString(`</div>`)
		}
		_, _ = w.Write([]byte(page.String()))
	}))
	t.Cleanup(server.Close)
	w := browser.Scripted(t)
	for _, theme := range []string{"light", "dark"} {
		w.Dark(theme == "dark")
		w.Open(server.URL + "/")
		w.Until(`[...document.images].every(i => i.complete)`)
		if n := browser.Ask[int](w, `[...document.images].filter(i => i.naturalHeight !== 20).length`); n > 0 {
			t.Errorf("%d pictures cannot be shown", n)
		}
		w.Picture("badges-" + theme)
	}
	for _, path := range sorted(all) {
		w.Open(server.URL + path)
		for _, problem := range browser.Ask[[]string](w, measure) {
			t.Errorf("%s: %s", path, problem)
		}
	}
	for _, c := range w.Complaints() {
		t.Error(c)
	}
}

// measure says where a text leaves its half of the badge, or is so much stretched or
// pressed that it looks odd.
const measure = `(() => {
	const out = [], left = document.querySelector('svg > path').getBBox();
	document.querySelectorAll('g > text').forEach((e, i) => {
		const box = e.getBBox(), from = i ? left.width : 0, to = i ? document.documentElement.viewBox.baseVal.width : left.width;
		if (box.x < from + 3 || box.x + box.width > to - 3) out.push(e.textContent + ' leaves its half: ' + [box.x, box.x + box.width, from, to]);
		const told = e.textLength.baseVal.value;
		e.removeAttribute('textLength');
		const own = e.getComputedTextLength();
		if (own / told > 1.25 || own / told < 0.75) out.push(e.textContent + ' is ' + own + ' px of itself and was made ' + told);
	});
	return out;
})()`

func sorted(all map[string][]byte) []string {
	return slices.Sorted(maps.Keys(all))
}
