package dnsprobe_test

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/probe"
	"github.com/bonghwa/bonghwa/probe/dnsprobe"
)

func right() netip.Addr { return netip.AddrFrom4([4]byte{198, 51, 100, 53}) }

// serve runs a DNS server on one loopback port, UDP and TCP, that behaves as
// the first label of the question says.
func serve(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	pc, err := lc.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := lc.Listen(t.Context(), "tcp", pc.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	var done sync.WaitGroup
	t.Cleanup(done.Wait) // runs after the servers were told to stop
	for _, s := range []*dns.Server{
		{PacketConn: pc, Handler: dns.HandlerFunc(behave)}, {Listener: l, Handler: dns.HandlerFunc(behave)},
	} {
		up := make(chan struct{})
		s.NotifyStartedFunc = func() { close(up) }
		done.Go(func() { _ = s.ActivateAndServe() })
		<-up
		t.Cleanup(func() { _ = s.Shutdown() })
	}
	return pc.LocalAddr().String()
}

func behave(w dns.ResponseWriter, q *dns.Msg) {
	a := new(dns.Msg).SetReply(q)
	how, _, _ := strings.Cut(q.Question[0].Name, ".")
	_, tcp := w.RemoteAddr().(*net.TCPAddr)
	addr := right()
	switch how {
	case "silent":
		return
	case "servfail":
		a.Rcode = dns.RcodeServerFailure
	case "refused":
		a.Rcode = dns.RcodeRefused
	case "nxdomain":
		a.Rcode = dns.RcodeNameError
	case "wrong":
		addr = netip.AddrFrom4([4]byte{192, 0, 2, 1})
	case "malformed":
		_, _ = w.Write([]byte{byte(q.Id >> 8), byte(q.Id), 0x80, 0, 0, 1, 0, 1})
		return
	case "strangers": // three that are not ours, then the right one
		b := a.Copy()
		b.Id++
		_ = w.WriteMsg(b)
		b = a.Copy()
		b.Question[0].Name = "other.example."
		b.Rcode = dns.RcodeServerFailure
		_ = w.WriteMsg(b)
		b = a.Copy()
		b.Response = false
		_ = w.WriteMsg(b)
	case "cut":
		a.Truncated = !tcp
	case "alwayscut":
		a.Truncated = true
	}
	if a.Rcode == dns.RcodeSuccess && !a.Truncated {
		a.Answer = []dns.RR{
			&dns.CNAME{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET}, Target: "real.example."},
			&dns.A{Hdr: dns.RR_Header{Name: "real.example.", Rrtype: dns.TypeA, Class: dns.ClassINET}, A: addr.AsSlice()},
		}
	}
	_ = w.WriteMsg(a)
}

func client(t *testing.T) *dnsprobe.Client {
	t.Helper()
	c := dnsprobe.New(clock.Wall{})
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// ask asks the server at the address behind the @ to behave as the word before.
func ask(t *testing.T, c *dnsprobe.Client, name string, over probe.Transport, within time.Duration) probe.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	how, target, _ := strings.Cut(name, "@")
	return c.Probe(ctx, probe.Vantage{ID: "v", Target: target},
		probe.Question{Name: how + ".example.", Want: []netip.Addr{right()}, Transport: over})
}

func TestEveryWayToFail(t *testing.T) {
	t.Parallel()
	target := serve(t)
	c := client(t)
	for _, tc := range []struct {
		how  string
		over probe.Transport
		want probe.Failure
		last probe.Transport
	}{
		{"good", probe.UDP, probe.None, probe.UDP},
		{"good", probe.TCP, probe.None, probe.TCP},
		{"servfail", probe.UDP, probe.Servfail, probe.UDP},
		{"servfail", probe.TCP, probe.Servfail, probe.TCP},
		{"refused", probe.UDP, probe.Refused, probe.UDP},
		{"nxdomain", probe.UDP, probe.WrongAnswer, probe.UDP},
		{"wrong", probe.UDP, probe.WrongAnswer, probe.UDP},
		{"malformed", probe.UDP, probe.Malformed, probe.UDP},
		{"malformed", probe.TCP, probe.Malformed, probe.TCP},
		{"strangers", probe.UDP, probe.None, probe.UDP},
		{"strangers", probe.TCP, probe.None, probe.TCP},
		{"cut", probe.UDP, probe.None, probe.TCP},
		{"alwayscut", probe.UDP, probe.Truncated, probe.TCP},
		{"silent", probe.UDP, probe.Timeout, probe.UDP},
		{"silent", probe.TCP, probe.Timeout, probe.TCP},
	} {
		within := 5 * time.Second
		if tc.want == probe.Timeout {
			within = 100 * time.Millisecond
		}
		if r := ask(t, c, tc.how+"@"+target, tc.over, within); r.Failure != tc.want || r.Transport != tc.last || r.Latency <= 0 {
			t.Errorf("%s over %s: %+v, want %q over %s", tc.how, tc.over, r, tc.want, tc.last)
		}
	}
	if c.Dropped() != 6 {
		t.Errorf("%d packets were dropped, want the strangers' 6", c.Dropped())
	}
}

func TestNothingListens(t *testing.T) {
	t.Parallel()
	var lc net.ListenConfig
	pc, err := lc.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	target := pc.LocalAddr().String()
	if err := pc.Close(); err != nil {
		t.Fatal(err)
	}
	c := client(t)
	for _, over := range []probe.Transport{probe.UDP, probe.TCP, probe.UDP, probe.UDP} {
		if r := ask(t, c, "good@"+target, over, 5*time.Second); r.Failure != probe.Unreachable {
			t.Errorf("over %s: %+v, want unreachable", over, r)
		}
	}
}

func TestManyInFlightOnOneSocket(t *testing.T) {
	t.Parallel()
	target := serve(t)
	c := client(t)
	var all sync.WaitGroup
	for i := range 200 {
		how, want, within := "good", probe.None, 10*time.Second
		if i%4 == 0 {
			how, want, within = "silent", probe.Timeout, 300*time.Millisecond
		}
		all.Go(func() {
			if r := ask(t, c, how+"@"+target, probe.UDP, within); r.Failure != want {
				t.Errorf("%s: %+v", how, r)
			}
		})
	}
	all.Wait()
}

func TestAClosedClientIsUnreachable(t *testing.T) {
	t.Parallel()
	c := dnsprobe.New(clock.Wall{})
	target := serve(t)
	ask(t, c, "good@"+target, probe.UDP, 5*time.Second)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if r := ask(t, c, "good@"+target, probe.UDP, 5*time.Second); r.Failure != probe.Unreachable {
		t.Errorf("%+v", r)
	}
}

func FuzzJudge(f *testing.F) {
	q := probe.Question{Name: "hot.example.", Want: []netip.Addr{right()}}
	m := new(dns.Msg).SetQuestion(q.Name, dns.TypeA)
	m.Id, m.Response = 7, true
	m.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: q.Name, Rrtype: dns.TypeA, Class: dns.ClassINET}, A: right().AsSlice()}}
	good, err := m.Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:20])
	f.Add([]byte{0, 7})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, packet []byte) {
		j := dnsprobe.Judge(packet, 7, q)
		if !j.Ours && (j.Cut || j.Failure != probe.None) {
			t.Errorf("a stranger's packet says something: %+v", j)
		}
		if j.Ours && (len(packet) < 2 || packet[0] != 0 || packet[1] != 7) {
			t.Errorf("a packet with another id is ours: %x", packet)
		}
	})
}

func BenchmarkProbe(b *testing.B) {
	var lc net.ListenConfig
	pc, err := lc.ListenPacket(b.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = pc.Close() }()
	go func() { // answers every question with the same address, in place
		buf := make([]byte, 512)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dns.Msg
			if m.Unpack(buf[:n]) != nil {
				continue
			}
			behaveFast(pc, from, &m)
		}
	}()
	c := dnsprobe.New(clock.Wall{})
	defer func() { _ = c.Close() }()
	v := probe.Vantage{ID: "v", Target: pc.LocalAddr().String()}
	b.ReportAllocs()
	b.SetParallelism(64)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			ctx, cancel := context.WithTimeout(b.Context(), time.Second)
			r := c.Probe(ctx, v, probe.Question{Name: "hot.example.", Want: []netip.Addr{right()}, Transport: probe.UDP})
			cancel()
			if r.Failure != probe.None {
				b.Errorf("%+v", r)
			}
		}
	})
}

func behaveFast(pc net.PacketConn, to net.Addr, q *dns.Msg) {
	a := new(dns.Msg).SetReply(q)
	a.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET}, A: right().AsSlice()}}
	if packed, err := a.Pack(); err == nil {
		_, _ = pc.WriteTo(packed, to)
	}
}
