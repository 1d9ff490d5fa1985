package world

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// The names the resolvers know. All are of domains reserved for examples
// (RFC 2606), all addresses of networks reserved for documentation (RFC 5737) or
// private use.
const (
	HotName    = "hot.dns.hangang.example."    // the one that everybody asks
	UniqueZone = "unique.dns.hangang.example." // every name under it exists
)

// OutsideNames are names of others, sorted.
func OutsideNames() []string {
	names := slices.Sorted(maps.Keys(Addresses()))
	return slices.DeleteFunc(names, func(n string) bool { return n == HotName })
}

// Addresses are the right answers for the hot name and those outside.
func Addresses() map[string]netip.Addr {
	return map[string]netip.Addr{
		HotName:                   netip.AddrFrom4([4]byte{198, 51, 100, 53}),
		"www.books.example.com.":  netip.AddrFrom4([4]byte{203, 0, 113, 10}),
		"www.trains.example.net.": netip.AddrFrom4([4]byte{203, 0, 113, 20}),
		"www.school.example.org.": netip.AddrFrom4([4]byte{203, 0, 113, 30}),
	}
}

// Derived is the address of a name under UniqueZone: 10 and the first three
// bytes of the SHA-256 of the name in lower case with its last dot.
func Derived(name string) netip.Addr {
	sum := sha256.Sum256([]byte(strings.ToLower(dns.Fqdn(name))))
	return netip.AddrFrom4([4]byte{10, sum[0], sum[1], sum[2]})
}

// Answer is what a resolver that has capacity says to a query of one question.
func Answer(q *dns.Msg) *dns.Msg {
	a := new(dns.Msg).SetReply(q)
	a.Authoritative, a.RecursionAvailable = true, true
	asked := q.Question[0]
	name := strings.ToLower(asked.Name)
	addr, known := Addresses()[name]
	if strings.HasSuffix(name, "."+UniqueZone) {
		addr, known = Derived(name), true
	}
	switch {
	case !known || asked.Qclass != dns.ClassINET:
		a.Rcode = dns.RcodeNameError
	case asked.Qtype == dns.TypeA:
		a.Answer = []dns.RR{&dns.A{
			Hdr: dns.RR_Header{Name: asked.Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 5},
			A:   addr.AsSlice(),
		}}
	}
	return a
}

// stampCode is an EDNS option code for local use (RFC 6891, section 9). The
// option holds the world time of sending in microseconds, eight bytes.
const stampCode = dns.EDNS0LOCALSTART

// stamp is a copy of the query that carries a world time.
func stamp(q *dns.Msg, at time.Time) *dns.Msg {
	out := *q
	opt := &dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT}}
	opt.SetUDPSize(dns.DefaultMsgSize)
	opt.Option = []dns.EDNS0{&dns.EDNS0_LOCAL{
		Code: stampCode,
		Data: binary.BigEndian.AppendUint64(nil, uint64(at.UnixMicro())),
	}}
	out.Extra = []dns.RR{opt}
	return &out
}

// stamped is the world time a query carries.
func stamped(q *dns.Msg) (time.Time, bool) {
	opt := q.IsEdns0()
	if opt == nil {
		return time.Time{}, false
	}
	for _, o := range opt.Option {
		if l, ok := o.(*dns.EDNS0_LOCAL); ok && l.Code == stampCode && len(l.Data) == 8 {
			return time.UnixMicro(int64(binary.BigEndian.Uint64(l.Data))).UTC(), true //nolint:gosec // G115: read back as it was written
		}
	}
	return time.Time{}, false
}
