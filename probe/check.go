// Package probe watches what the provider promises from where its customers
// stand, and says when it stops working.
//
// A Check is asked from several vantages. Each answer is a Sample; the Detector
// adds the failures of each vantage up (CUSUM) and raises a Verdict when enough
// vantages in enough zones agree, dated at the first failure and not at its
// discovery. The Runner sends the probes, feeds the detector in the order of
// sending, and saves state and facts together, so that a kill loses at most the
// last second of samples and never a verdict.
//
// The package promises never to call something well that it cannot see: without
// fresh samples from a quorum of vantages the component is unknown. It does not
// know a wire protocol (drivers do), does not open incidents (followers of its
// facts do) and never changes what it watches.
package probe

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// Check is one thing that is asked again and again.
type Check struct {
	ID         health.CheckID
	Scope      health.Scope
	Symptom    health.Symptom // what customers notice when it fails
	Vantages   []Vantage
	Every      time.Duration // world time between two probes of one vantage
	Timeout    time.Duration // wall time after which a probe has failed
	StaleAfter time.Duration // wall time without a sample after which a vantage sees nothing
	Quorum     Quorum
	Names      Names
	TCPEvery   int // each n-th probe of a vantage goes over TCP; 0: never, 1: always
}

// Vantage is a place that probes.
type Vantage struct {
	ID     health.VantageID
	Zone   health.ZoneID
	Target string // address and port asked from here
}

// Quorum is how many vantages must agree, in how many zones, before anybody is
// woken (contracts: at least 3 in at least 2).
type Quorum struct {
	Vantages int
	Zones    int
}

// Names is what a DNS check asks for. Hot is a name everybody asks, so it is
// answered from caches. Under UniqueZone every question is new: caches hide a
// loss of capacity, this does not. Outside are names of others, asked in turn.
type Names struct {
	Hot        string
	UniqueZone string
	Outside    []string
	// Want holds the right addresses by name in lower case with its last dot;
	// of a name that is not in it any address is right. Unique names are
	// answered with DerivedAddress.
	Want map[string][]netip.Addr
}

// Validate says everything that is wrong with the check; nil when it can run.
func (c Check) Validate() error {
	var l fault.List
	at := fmt.Sprintf("check %q", c.ID)
	if c.Every <= 0 {
		l.Add(at, "every is missing", "write how often each vantage asks, such as 1s")
	}
	if c.Timeout <= 0 {
		l.Add(at, "timeout is missing", "write when a probe has failed, such as 1s")
	}
	if c.StaleAfter <= 0 {
		l.Add(at, "stale_after is missing", "write after how long without samples the component is unknown, such as 10s")
	}
	if c.Quorum.Vantages < 1 || c.Quorum.Zones < 1 {
		l.Add(at, "the quorum is missing", "write how many vantages in how many zones must agree, such as 3 in 2")
	}
	zones, ids := map[health.ZoneID]bool{}, map[health.VantageID]bool{}
	for _, v := range c.Vantages {
		if ids[v.ID] {
			l.Add(at, fmt.Sprintf("vantage %q is named twice", v.ID), "give each vantage its own id")
		}
		zones[v.Zone], ids[v.ID] = true, true
	}
	if len(ids) < c.Quorum.Vantages || len(zones) < c.Quorum.Zones {
		l.Add(at, fmt.Sprintf("a quorum of %d vantages in %d zones can never be met by %d in %d",
			c.Quorum.Vantages, c.Quorum.Zones, len(ids), len(zones)), "add vantages or ask for fewer")
	}
	if c.Names.Hot == "" && c.Names.UniqueZone == "" && len(c.Names.Outside) == 0 {
		l.Add(at, "there is nothing to ask", "write a hot name, a unique zone or outside names")
	}
	return l.Err()
}

// Failure is how a probe failed; the empty Failure is a right answer in time.
type Failure string

// The ways to fail. Each of them counts the same.
const (
	None        Failure = ""
	Timeout     Failure = "timeout"      // no answer in time
	Servfail    Failure = "servfail"     // the server says it failed
	Refused     Failure = "refused"      // the server will not answer
	WrongAnswer Failure = "wrong_answer" // another answer than the right one
	Malformed   Failure = "malformed"    // bytes that are no answer
	Truncated   Failure = "truncated"    // cut off, over TCP too
	Unreachable Failure = "unreachable"  // nothing listens, or no road there
)

// Transport is what carried a probe.
type Transport string

// The transports.
const (
	UDP Transport = "udp"
	TCP Transport = "tcp"
)

// Result is what a driver says of one probe.
type Result struct {
	Failure   Failure
	Latency   time.Duration // wall time from sending to the verdict on the answer
	Transport Transport     // of the last attempt
}

// Sample is one probe of one vantage, dated in world time when it was sent.
type Sample struct {
	Vantage health.VantageID
	SentAt  time.Time
	Result
}

// OK reports whether the right answer came in time.
func (s Sample) OK() bool { return s.Failure == None }
