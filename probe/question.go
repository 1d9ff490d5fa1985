package probe

import (
	"crypto/sha256"
	"net/netip"
	"strconv"
	"strings"
)

// Kind is which of a check's questions is asked.
type Kind string

// The three questions.
const (
	Hot     Kind = "hot"
	Unique  Kind = "unique"
	Outside Kind = "outside"
)

// Question is what one probe asks: the IPv4 address of a name.
type Question struct {
	Kind      Kind
	Name      string       // lower case, with its last dot
	Want      []netip.Addr // one of them must be in the answer; empty: any will do
	Transport Transport
}

// Question is the n-th question of a vantage, counted from 0: the kinds the
// check has take turns. The salt makes unique names unique; it must be letters,
// digits and hyphens, and differ from run to run.
func (c Check) Question(vantage Vantage, n uint64, salt string) Question {
	kinds := c.kinds()
	q := Question{Kind: kinds[n%uint64(len(kinds))], Transport: UDP}
	turn := n / uint64(len(kinds))
	if c.TCPEvery > 0 && n%uint64(c.TCPEvery) == uint64(c.TCPEvery)-1 {
		q.Transport = TCP
	}
	switch q.Kind {
	case Hot:
		q.Name = c.Names.Hot
	case Unique:
		q.Name = string(vantage.ID) + "-" + strconv.FormatUint(n, 36) + "-" + salt + "." + c.Names.UniqueZone
	case Outside:
		q.Name = c.Names.Outside[turn%uint64(len(c.Names.Outside))]
	}
	q.Name = canonical(q.Name)
	q.Want = c.Names.Want[q.Name]
	if q.Kind == Unique {
		q.Want = []netip.Addr{DerivedAddress(q.Name)}
	}
	return q
}

func (c Check) kinds() []Kind {
	var out []Kind
	if c.Names.Hot != "" {
		out = append(out, Hot)
	}
	if c.Names.UniqueZone != "" {
		out = append(out, Unique)
	}
	if len(c.Names.Outside) > 0 {
		out = append(out, Outside)
	}
	return out
}

// DerivedAddress is the address that the platform's own zone answers for a
// unique name: 10.a.b.c, where a, b and c are the first three bytes of the
// SHA-256 of the name in lower case with its last dot. Nobody can answer it
// from a cache, and a wrong answer shows.
func DerivedAddress(name string) netip.Addr {
	sum := sha256.Sum256([]byte(canonical(name)))
	return netip.AddrFrom4([4]byte{10, sum[0], sum[1], sum[2]})
}

func canonical(name string) string {
	name = strings.ToLower(name)
	if !strings.HasSuffix(name, ".") {
		name += "."
	}
	return name
}
