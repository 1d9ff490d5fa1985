package statuspage

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
)

// Kind is what an id names.
type Kind string

// The kinds of thing that have ids.
const (
	PageKind      Kind = "page"      // named by the host and port of its public address
	GroupKind     Kind = "service"   // by the service's id
	HeadingKind   Kind = "heading"   // by its words, as headings have no id: in English, or else in Korean
	ComponentKind Kind = "component" // by the component's id, such as "ec2-ap-northeast-2"
	IncidentKind  Kind = "incident"  // by the incident's id; maintenances too
	UpdateKind    Kind = "update"    // by the update's id
)

// idLength is how many characters an id has.
const idLength = 12

// idSpace is 36 to the power of idLength.
const idSpace = 4_738_381_338_321_616_896

// ID is the id of a thing in Statuspage's form, twelve of [a-z0-9]: the first eight
// bytes of SHA-256 over the kind, a slash and our own name of it, big-endian,
// modulo 36¹², in base 36. It never changes.
func ID(k Kind, name string) string {
	sum := sha256.Sum256([]byte(string(k) + "/" + name))
	word := strconv.FormatUint(binary.BigEndian.Uint64(sum[:8])%idSpace, 36)
	return strings.Repeat("0", idLength-len(word)) + word
}

// headingOf is what the heading over a service is named by.
func headingOf(s catalog.Service) string {
	return cmp.Or(s.Group.In(health.English), s.Group.In(health.Korean))
}

// register remembers what has which id, to find two things that have the same.
type register struct {
	id    func(Kind, string) string
	names map[string]string
	plan  *board.Plan               // the one entered last
	told  map[health.IncidentID]int // how many updates of an incident are entered
}

// clash is one id of two things, each as "kind/name".
type clash struct{ id, one, other string }

func newRegister(id func(Kind, string) string) *register {
	return &register{id: id, names: map[string]string{}, told: map[health.IncidentID]int{}}
}

// enter takes in what is new of a board, and gives the clashes it brings.
func (r *register) enter(b *board.Board) []clash {
	var list []clash
	add := func(k Kind, name string) {
		id, subject := r.id(k, name), string(k)+"/"+name
		switch was, ok := r.names[id]; {
		case !ok:
			r.names[id] = subject
		case was != subject:
			list = append(list, clash{id, was, subject})
		}
	}
	if r.plan != b.Plan {
		r.plan = b.Plan
		for _, s := range b.Plan.Services {
			add(GroupKind, string(s.ID))
			if !s.Group.Empty() {
				add(HeadingKind, headingOf(s))
			}
		}
		for _, c := range b.Plan.Components {
			add(ComponentKind, string(c.ID()))
		}
	}
	for _, e := range b.Events {
		done, seen := r.told[e.ID]
		if !seen {
			add(IncidentKind, string(e.ID))
		}
		for _, u := range e.Updates[min(done, len(e.Updates)):] {
			add(UpdateKind, string(u.ID))
		}
		r.told[e.ID] = len(e.Updates)
	}
	return list
}
