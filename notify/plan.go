package notify

import (
	"cmp"
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// Work is everything known about a chunk when it is loaded.
type Work struct {
	Publications []Publication // of the thread, ascending by sequence, to the newest; those all done may be missing
	Members      []Member      // in the chunk's range, ordered by endpoint and account
	Outcomes     []Outcome     // in the chunk's range, for the publications above
	Notices      []Notice      // of the members' accounts, for credit threads
}

// Item is the next message of one endpoint.
type Item struct {
	Publication Publication
	Members     []Member // the endpoint's, ordered by account; never empty
	Outcome     Outcome  // as it will stand when the message is under way
	Closed      []Outcome
}

// Plan is what there is to do in a chunk.
type Plan struct {
	Items  []Item    // to be sent now, ordered by endpoint, at most one for each
	Closed []Outcome // final without sending anything
	Next   time.Time // wall time at which a deferred message is due; zero if none waits
}

// MakePlan decides what each endpoint of a chunk gets next. An update that is not
// final is superseded when there is a newer update for the endpoint; the rest
// goes out in order of sequence, one at a time, updates first. A message that an earlier holder
// left under way may have arrived: it is planned again, marked. Outcomes carry no
// times; whoever uses the plan dates them.
func MakePlan(c Chunk, w Work, now time.Time) Plan {
	had := make(map[health.EndpointID]map[int]Outcome)
	for _, o := range w.Outcomes {
		if had[o.Endpoint] == nil {
			had[o.Endpoint] = map[int]Outcome{}
		}
		had[o.Endpoint][o.Sequence] = o
	}
	var p Plan
	for members := range byEndpoint(w.Members) {
		p.endpoint(c, w.Publications, members, had[members[0].Endpoint], now)
	}
	return p
}

// endpoint adds what one endpoint needs.
func (p *Plan) endpoint(c Chunk, pubs []Publication, members []Member, had map[int]Outcome, now time.Time) {
	joined := slices.MinFunc(members, func(a, b Member) int { return cmp.Compare(a.Joined, b.Joined) }).Joined
	newest := newestUpdate(pubs)
	var next *Item
	var closed []Outcome
	for _, pub := range pubs {
		o, known := had[pub.Sequence]
		if pub.Sequence < joined || known && o.State.Final() {
			continue
		}
		o = begin(c, pub, members, o)
		switch {
		case pub.Kind == KindUpdate && pub.Sequence < newest:
			o.State = Superseded
			closed = append(closed, o)
		case members[0].Suppressed || members[0].Address == "":
			o.State = Suppressed
			closed = append(closed, o)
		case next == nil || pub.Kind == KindUpdate && next.Publication.Kind != KindUpdate:
			next = &Item{Publication: pub, Members: told(members, pub.Sequence), Outcome: o}
		}
	}
	if next != nil && !next.Outcome.Due.After(now) {
		next.Closed = closed
		p.Items = append(p.Items, *next)
		return
	}
	p.Closed = append(p.Closed, closed...)
	if next != nil {
		p.wait(next.Outcome.Due)
	}
}

func (p *Plan) wait(due time.Time) {
	if p.Next.IsZero() || due.Before(p.Next) {
		p.Next = due
	}
}

// begin is the outcome of a publication for an endpoint as the holder of the
// chunk takes it up. Whatever was sent before without a known end is marked.
func begin(c Chunk, pub Publication, members []Member, o Outcome) Outcome {
	if o.State == Sending || o.State == Ambiguous {
		o.Marked = true
	}
	o.Thread, o.Sequence, o.Publication = pub.Thread, pub.Sequence, pub.ID
	o.Endpoint, o.Fence = members[0].Endpoint, c.Fence
	o.State = Sending
	if o.Reason == "" {
		o.Reason = reason(pub, members)
	}
	return o
}

func reason(pub Publication, members []Member) Reason {
	if pub.Kind == KindCredit {
		return ReasonCredit
	}
	if slices.ContainsFunc(members, func(m Member) bool { return m.Latest >= pub.Sequence }) {
		return ReasonScope
	}
	return ReasonTold
}

// told are the members that the publication of the sequence reaches.
func told(members []Member, sequence int) []Member {
	return slices.DeleteFunc(slices.Clone(members), func(m Member) bool { return m.Joined > sequence })
}

func newestUpdate(pubs []Publication) int {
	newest := 0
	for _, p := range pubs {
		if p.Kind == KindUpdate {
			newest = max(newest, p.Sequence)
		}
	}
	return newest
}

// byEndpoint yields the members of one endpoint after the other.
func byEndpoint(members []Member) func(yield func([]Member) bool) {
	return func(yield func([]Member) bool) {
		for len(members) > 0 {
			n := 1
			for n < len(members) && members[n].Endpoint == members[0].Endpoint {
				n++
			}
			if !yield(members[:n]) {
				return
			}
			members = members[n:]
		}
	}
}
