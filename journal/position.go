package journal

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/bonghwa/bonghwa/fault"
)

// String writes the position as "epoch.number", which names a revision of
// everything that is computed from the journal alone.
func (p Position) String() string {
	return strconv.FormatInt(p.Epoch, 10) + "." + strconv.FormatInt(p.Number, 10)
}

// ParsePosition reads "epoch.number". It is Invalid when a part is missing,
// negative, or written otherwise than String does.
func ParsePosition(word string) (Position, error) {
	epoch, number, _ := strings.Cut(word, ".")
	e, eerr := strconv.ParseInt(epoch, 10, 64)
	n, nerr := strconv.ParseInt(number, 10, 64)
	p := Position{Epoch: e, Number: n}
	if eerr != nil || nerr != nil || e < 0 || n < 0 || p.String() != word {
		return Position{}, fault.New(fault.Invalid, "revision", "it is not an epoch and a number", "write 1.52")
	}
	return p, nil
}

// After reports whether p is later than q. A higher epoch is later whatever the
// numbers: a restore takes some of them back.
func (p Position) After(q Position) bool {
	return cmp.Or(cmp.Compare(p.Epoch, q.Epoch), cmp.Compare(p.Number, q.Number)) > 0
}
