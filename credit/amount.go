package credit

import (
	"fmt"
	"math/big"
	"math/bits"
	"strconv"
	"strings"

	"github.com/bonghwa/bonghwa/fault"
)

// places is how many decimals an amount has.
const places = 12

// wholeDigits is how many digits may stand before the point of an amount that
// is read. 10^18 at 12 places is below 2^100, so even 10^8 of the largest
// amounts sum without running over 127 bits.
const wholeDigits = 18

// Amount is an amount of a bill, exact to 12 decimals, in 128 bits. It carries
// no currency. The zero value is 0. Amounts are equal when == says so.
type Amount struct {
	hi int64
	lo uint64
}

// ParseAmount reads a decimal, with or without a sign and an exponent, exactly.
// What would need more than 12 decimals is refused, never rounded; zeros at the
// end are no decimals. So is whatever may be meant in two ways, such as "12,3".
func ParseAmount(s string) (Amount, error) {
	bad := func(what string) (Amount, error) {
		return Amount{}, fault.New(fault.Invalid, "", fmt.Sprintf("%q %s", s, what), "write digits with a point for decimals, such as 12.30")
	}
	mantissa, exponent, scientific := strings.Cut(strings.ReplaceAll(s, "E", "e"), "e")
	shift := 0
	if scientific {
		var err error
		if shift, err = strconv.Atoi(exponent); err != nil || shift > 99 || shift < -99 {
			return bad("is not an amount")
		}
	}
	unsigned := strings.TrimPrefix(mantissa, "-")
	negative := unsigned != mantissa
	if !negative {
		unsigned = strings.TrimPrefix(mantissa, "+")
	}
	whole, part, _ := strings.Cut(unsigned, ".")
	digits := whole + part
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return bad("is not an amount")
	}
	// The point stands so many digits from the end of digits.
	after := len(part) - shift
	digits = strings.TrimLeft(digits, "0")
	for after > places && strings.HasSuffix(digits, "0") {
		digits, after = digits[:len(digits)-1], after-1
	}
	switch {
	case digits == "":
		return Amount{}, nil
	case after > places:
		return bad("has more than 12 decimals")
	case len(digits)-after > wholeDigits:
		return bad("is too large for an amount")
	}
	a := fromDigits(digits + strings.Repeat("0", places-after))
	if negative {
		a = a.Neg()
	}
	return a, nil
}

// fromDigits reads at most 30 digits as a count of 10^-12.
func fromDigits(digits string) Amount {
	var hi, lo uint64
	for _, c := range []byte(digits) {
		over, low := bits.Mul64(lo, 10)
		var carry uint64
		lo, carry = bits.Add64(low, uint64(c-'0'), 0)
		hi = hi*10 + over + carry
	}
	return Amount{hi: int64(hi), lo: lo} // 30 digits take 100 bits
}

// Add is a + b.
func (a Amount) Add(b Amount) Amount {
	lo, carry := bits.Add64(a.lo, b.lo, 0)
	return Amount{hi: a.hi + b.hi + int64(carry), lo: lo} //nolint:gosec // G115: the carry is 0 or 1
}

// Neg is −a.
func (a Amount) Neg() Amount {
	lo, borrow := bits.Sub64(0, a.lo, 0)
	return Amount{hi: -a.hi - int64(borrow), lo: lo} //nolint:gosec // G115: the borrow is 0 or 1
}

// Sub is a − b.
func (a Amount) Sub(b Amount) Amount { return a.Add(b.Neg()) }

// Sign is −1, 0 or +1.
func (a Amount) Sign() int {
	switch {
	case a.hi < 0:
		return -1
	case a == Amount{}:
		return 0
	}
	return 1
}

// big is the amount as a count of 10^-12.
func (a Amount) big() *big.Int {
	n := new(big.Int).Lsh(big.NewInt(a.hi), 64)
	return n.Add(n, new(big.Int).SetUint64(a.lo))
}

// String writes the amount without zeros at the end, such as "-2.6137".
func (a Amount) String() string { return unscaled(a.big(), places) }

// unscaled writes n ÷ 10^scale without zeros at the end.
func unscaled(n *big.Int, scale int) string {
	s := new(big.Int).Abs(n).String()
	if pad := scale + 1 - len(s); pad > 0 {
		s = strings.Repeat("0", pad) + s
	}
	whole, part := s[:len(s)-scale], strings.TrimRight(s[len(s)-scale:], "0")
	if part != "" {
		whole += "." + part
	}
	if n.Sign() < 0 {
		whole = "-" + whole
	}
	return whole
}

// fixedDigits is how many digits 127 bits can need.
const fixedDigits = 39

// Fixed writes the amount in 40 bytes that sort as the amounts do: a letter, N
// below zero and P from zero on, and the count of 10^-12; below zero as the
// complement to nines.
func (a Amount) Fixed() string {
	n := a.big()
	s := fmt.Sprintf("%0*s", fixedDigits, new(big.Int).Abs(n).String())
	if n.Sign() >= 0 {
		return "P" + s
	}
	return "N" + nines(s)
}

// ParseFixed reads what Fixed wrote.
func ParseFixed(s string) (Amount, error) {
	bad := func() (Amount, error) {
		return Amount{}, fault.New(fault.Invalid, "", fmt.Sprintf("%q is not an amount of fixed width", s), "")
	}
	if len(s) != fixedDigits+1 || s[0] != 'N' && s[0] != 'P' || strings.Trim(s[1:], "0123456789") != "" {
		return bad()
	}
	digits := s[1:]
	if s[0] == 'N' {
		digits = nines(digits)
	}
	n, ok := new(big.Int).SetString(digits, 10)
	if !ok || n.BitLen() > 126 {
		return bad()
	}
	a := Amount{hi: new(big.Int).Rsh(n, 64).Int64(), lo: new(big.Int).And(n, new(big.Int).SetUint64(^uint64(0))).Uint64()}
	if s[0] == 'N' {
		a = a.Neg()
	}
	return a, nil
}

func nines(digits string) string {
	out := []byte(digits)
	for i, c := range out {
		out[i] = '9' - (c - '0')
	}
	return string(out)
}

// MarshalText writes the amount as String does.
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads an amount.
func (a *Amount) UnmarshalText(b []byte) error {
	v, err := ParseAmount(string(b))
	*a = v
	return err
}
