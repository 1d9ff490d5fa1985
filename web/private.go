package web

import (
	"net/http"
	"strings"

	"github.com/bonghwa/bonghwa/web/ui"
)

// livePath answers whether the listener does, for what balances load before it.
const livePath = "/livez"

func alive(w http.ResponseWriter, _ *http.Request) error {
	plainText(w, http.StatusOK, "ok\n")
	return nil
}

// excluded reports whether a private site does not answer the request: it comes
// from none of the networks that may read, or nobody knows from where. What says
// nothing of the provider is answered all the same: whether there is a listener,
// and the style sheets of the page that says no.
func (rt *Router) excluded(r *http.Request) bool {
	p := r.URL.Path
	if len(rt.o.Private) == 0 || p == livePath || p == ui.ThemePath || strings.HasPrefix(p, ui.AssetPrefix) {
		return false
	}
	return !within(ClientAddr(r, rt.o.Proxies), rt.o.Private)
}

// origin says where a request seems to come from, for whoever wonders why it is not
// answered.
func (rt *Router) origin(r *http.Request) string {
	if addr := ClientAddr(r, rt.o.Proxies); addr.IsValid() {
		return "the request came from " + addr.String()
	}
	return "it cannot be told where the request came from"
}

// keepPrivate makes sure that no shared cache keeps an answer of a private site and
// hands it to somebody else, and that no script of another site reads it in the
// browser of somebody who may.
func keepPrivate(h http.Header) {
	h.Del("Access-Control-Allow-Origin")
	rules := strings.Split(h.Get("Cache-Control"), ",")
	out := []string{"private"}
	for _, rule := range rules {
		name, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(rule)), "=")
		switch name {
		case "no-store":
			return // nothing is kept anywhere
		case "public", "private", "s-maxage", "":
		default:
			out = append(out, strings.TrimSpace(rule))
		}
	}
	h.Set("Cache-Control", strings.Join(out, ", "))
}
