package web

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// ClientAddr is the address a request came from. Behind the given proxies it is
// the last address of X-Forwarded-For that is not one of them; what a client
// itself wrote there is never believed. A proxy that names nobody speaks for
// itself. The zero address when it cannot be known, which no network holds.
func ClientAddr(r *http.Request, proxies []netip.Prefix) netip.Addr {
	addr, ok := addrOf(r.RemoteAddr)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	if !ok || len(hops) == 1 && strings.TrimSpace(hops[0]) == "" {
		return addr
	}
	for _, hop := range slices.Backward(hops) {
		if !within(addr, proxies) {
			return addr
		}
		if addr, ok = addrOf(strings.TrimSpace(hop)); !ok {
			return netip.Addr{}
		}
	}
	return addr
}

// addrOf reads an address with or without its port. A zone is left out: it means
// something on one machine alone.
func addrOf(text string) (netip.Addr, bool) {
	at, err := netip.ParseAddrPort(text)
	addr := at.Addr()
	if err != nil {
		if addr, err = netip.ParseAddr(text); err != nil {
			return netip.Addr{}, false
		}
	}
	return addr.Unmap().WithZone(""), true
}

func within(a netip.Addr, prefixes []netip.Prefix) bool {
	return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(a) })
}
