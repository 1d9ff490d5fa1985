package sla

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/bonghwa/bonghwa/fault"
)

// Decimal is a decimal number of at most 9 places, exactly as written. The zero
// value is 0.
type Decimal struct {
	units int64
	scale int
}

// ParseDecimal reads digits with an optional fraction, such as "99.99". Signs
// and exponents are refused: thresholds and percentages have none.
func ParseDecimal(s string) (Decimal, error) {
	whole, part, dotted := strings.Cut(s, ".")
	bad := func() (Decimal, error) {
		return Decimal{}, fault.New(fault.Invalid, "", fmt.Sprintf("%q is not a decimal number", s), `write digits such as "99.99"`)
	}
	if whole == "" || dotted && part == "" || len(part) > 9 || len(whole) > 9 || strings.Trim(whole+part, "0123456789") != "" {
		return bad()
	}
	n, err := strconv.ParseInt(whole+part, 10, 64)
	if err != nil {
		return bad()
	}
	return Decimal{units: n, scale: len(part)}, nil
}

// String writes the number as it was read.
func (d Decimal) String() string {
	s := strconv.FormatInt(d.units, 10)
	if d.scale == 0 {
		return s
	}
	if pad := d.scale + 1 - len(s); pad > 0 {
		s = strings.Repeat("0", pad) + s
	}
	return s[:len(s)-d.scale] + "." + s[len(s)-d.scale:]
}

// MarshalText writes the number as it was read.
func (d Decimal) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a decimal.
func (d *Decimal) UnmarshalText(b []byte) error {
	v, err := ParseDecimal(string(b))
	*d = v
	return err
}

// Units is the number without its point; Scale is how many of its digits stand
// after it.
func (d Decimal) Units() int64 { return d.units }

// Scale is how many digits stand after the point.
func (d Decimal) Scale() int { return d.scale }

// Zero reports whether the number is 0.
func (d Decimal) Zero() bool { return d.units == 0 }

// Compare is −1, 0 or +1 as d is less than, equal to or greater than e.
func (d Decimal) Compare(e Decimal) int {
	a := new(big.Int).Mul(big.NewInt(d.units), pow10(e.scale))
	return a.Cmp(new(big.Int).Mul(big.NewInt(e.units), pow10(d.scale)))
}

// Fraction is an availability, up over total, exact and in lowest terms. The
// zero value is that of no time at all, which counts as all of it up.
type Fraction struct {
	up, total int64
}

// NewFraction is up over total in lowest terms; both in the same unit, with
// 0 ≤ up ≤ total.
func NewFraction(up, total int64) Fraction {
	if total <= 0 {
		return Fraction{}
	}
	g := new(big.Int).GCD(nil, nil, big.NewInt(up), big.NewInt(total)).Int64()
	return Fraction{up: up / g, total: total / g}
}

// ParseFraction reads what String wrote.
func ParseFraction(s string) (Fraction, error) {
	a, b, _ := strings.Cut(s, "/")
	up, err1 := strconv.ParseInt(a, 10, 64)
	total, err2 := strconv.ParseInt(b, 10, 64)
	if err1 != nil || err2 != nil || up < 0 || total <= 0 || up > total {
		return Fraction{}, fault.New(fault.Invalid, "availability", fmt.Sprintf("%q is not a fraction", s), "write up/total such as 3593/3600")
	}
	return NewFraction(up, total), nil
}

// String writes "3593/3600".
func (f Fraction) String() string {
	f = f.whole()
	return strconv.FormatInt(f.up, 10) + "/" + strconv.FormatInt(f.total, 10)
}

// MarshalText writes "3593/3600".
func (f Fraction) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads "3593/3600".
func (f *Fraction) UnmarshalText(b []byte) error {
	v, err := ParseFraction(string(b))
	*f = v
	return err
}

// Percent is the fraction as a percentage for people, rounded half-even to six
// places, such as "99.805556". Nothing is computed from it.
func (f Fraction) Percent() string {
	f = f.whole()
	const places = 6
	n := new(big.Int).Mul(big.NewInt(f.up), pow10(places+2))
	q, r := new(big.Int).QuoRem(n, big.NewInt(f.total), new(big.Int))
	if c := r.Lsh(r, 1).Cmp(big.NewInt(f.total)); c > 0 || c == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(1))
	}
	return Decimal{units: q.Int64(), scale: places}.String()
}

// Below reports whether the fraction, as a percentage, is strictly below the
// threshold: up × 100 × 10^scale < units × total.
func (f Fraction) Below(threshold Decimal) bool {
	f = f.whole()
	have := new(big.Int).Mul(big.NewInt(f.up), pow10(threshold.scale+2))
	return have.Cmp(new(big.Int).Mul(big.NewInt(threshold.units), big.NewInt(f.total))) < 0
}

func (f Fraction) whole() Fraction {
	if f.total == 0 {
		return Fraction{up: 1, total: 1}
	}
	return f
}

func pow10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }
