package config

import (
	"fmt"
	"net/netip"
)

// networks reads addresses with the length of their prefix.
func (r *reader) networks(path string, written []string) []netip.Prefix {
	var out []netip.Prefix
	for i, w := range written {
		p, err := netip.ParsePrefix(w)
		if err == nil {
			out = append(out, p.Masked())
			continue
		}
		remedy := "write an address and how many of its bits count, such as 10.0.0.0/8 or fd00::/8"
		if a, err := netip.ParseAddr(w); err == nil {
			remedy = fmt.Sprintf("write %s/%d for this address alone", a, a.BitLen())
		}
		r.wrong(fmt.Sprintf("%s[%d]", path, i), fmt.Sprintf("%q is no network", w), remedy)
	}
	return out
}

// proxies reads whose X-Forwarded-For is believed: never everybody's.
func (r *reader) proxies(path string, written []string) []netip.Prefix {
	out := r.networks(path, written)
	for _, p := range out {
		if p.Bits() == 0 {
			r.wrong(path, p.String()+" is every address there is: readers could say that they come from anywhere",
				"write the addresses of your proxies, such as 127.0.0.1/32")
		}
	}
	return out
}
