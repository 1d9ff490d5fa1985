package dnsprobe

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/bonghwa/bonghwa/probe"
)

// Judgment is what a packet says of a question.
type Judgment struct {
	Ours    bool // it answers this question, and not another
	Cut     bool // it was cut off (TC): ask again over TCP
	Failure probe.Failure
}

// Judge reads a packet that came back for a question sent under id. A packet
// with another id, that is no response, or that repeats another question is not
// ours (RFC 5452, section 9.1): waiting goes on. One with our id that can not be
// read is malformed.
func Judge(packet []byte, id uint16, q probe.Question) Judgment {
	if len(packet) < 2 || binary.BigEndian.Uint16(packet) != id {
		return Judgment{}
	}
	var m dns.Msg
	err := m.Unpack(packet)
	if err != nil && !m.Truncated {
		return Judgment{Ours: true, Failure: probe.Malformed}
	}
	if !m.Response {
		return Judgment{}
	}
	if len(m.Question) != 1 {
		return withoutQuestion(&m)
	}
	if asked := m.Question[0]; asked.Qtype != dns.TypeA || asked.Qclass != dns.ClassINET || !strings.EqualFold(asked.Name, q.Name) {
		return Judgment{}
	}
	if m.Truncated {
		return Judgment{Ours: true, Cut: true}
	}
	return Judgment{Ours: true, Failure: answered(&m, q)}
}

// withoutQuestion judges a response that repeats no question, which servers may
// send when they could not read ours or were cut off.
func withoutQuestion(m *dns.Msg) Judgment {
	switch {
	case m.Truncated:
		return Judgment{Ours: true, Cut: true}
	case m.Rcode == dns.RcodeServerFailure:
		return Judgment{Ours: true, Failure: probe.Servfail}
	case m.Rcode == dns.RcodeRefused:
		return Judgment{Ours: true, Failure: probe.Refused}
	}
	return Judgment{Ours: true, Failure: probe.Malformed}
}

func answered(m *dns.Msg, q probe.Question) probe.Failure {
	switch m.Rcode {
	case dns.RcodeSuccess:
	case dns.RcodeServerFailure:
		return probe.Servfail
	case dns.RcodeRefused:
		return probe.Refused
	default:
		return probe.WrongAnswer
	}
	got := addresses(m.Answer, q.Name)
	right := len(got) > 0
	if len(q.Want) > 0 {
		right = slices.ContainsFunc(got, func(a netip.Addr) bool { return slices.Contains(q.Want, a) })
	}
	if !right {
		return probe.WrongAnswer
	}
	return probe.None
}

// addresses are those of the name, along its chain of aliases.
func addresses(answer []dns.RR, name string) []netip.Addr {
	var out []netip.Addr
	for _, rr := range answer { // RFC 1034: a chain stands in the order it is followed
		if !strings.EqualFold(rr.Header().Name, name) {
			continue
		}
		switch rr := rr.(type) {
		case *dns.CNAME:
			name = rr.Target
		case *dns.A:
			if a, ok := netip.AddrFromSlice(rr.A); ok {
				out = append(out, a.Unmap())
			}
		}
	}
	return out
}
