package credit

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/sla"
)

// The currencies of ISO 4217 by the digits of their minor unit.
const (
	noMinor  = " BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF "
	twoMinor = " AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF " +
		"CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD " +
		"HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU " +
		"MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG " +
		"SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST " +
		"XCD XCG YER ZAR ZMW ZWG "
	threeMinor = " BHD IQD JOD KWD LYD OMR TND "
	fourMinor  = " CLF UYW "
)

// MinorDigits is how many decimals a currency has: KRW 0, USD 2, BHD 3. A code
// that ISO 4217 does not know is Invalid.
func MinorDigits(currency string) (int, error) {
	if len(currency) == 3 && !strings.Contains(currency, " ") {
		code := " " + currency + " "
		for digits, codes := range []string{0: noMinor, 2: twoMinor, 3: threeMinor, 4: fourMinor} {
			if strings.Contains(codes, code) {
				return digits, nil
			}
		}
	}
	return 0, fault.New(fault.Invalid, "", fmt.Sprintf("currency %q is not known", currency), "write a code of ISO 4217 such as USD or KRW")
}

// Money is a sum in minor units of its currency (ISO 4217): cents of USD, won of
// KRW. Credits are positive here; on a bill they stand as negative costs.
type Money struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"`
}

// String writes the number with its decimals and without the currency, such as
// "12.34" or "12346".
func (m Money) String() string {
	digits, err := MinorDigits(m.Currency)
	if err != nil {
		digits = 0
	}
	s := strconv.FormatInt(m.Minor, 10)
	if digits == 0 {
		return s
	}
	sign := ""
	if m.Minor < 0 {
		sign, s = "-", s[1:]
	}
	if pad := digits + 1 - len(s); pad > 0 {
		s = strings.Repeat("0", pad) + s
	}
	return sign + s[:len(s)-digits] + "." + s[len(s)-digits:]
}

// Neg is the sum with its sign turned.
func (m Money) Neg() Money { return Money{Minor: -m.Minor, Currency: m.Currency} }

// ParseMoney reads a decimal that is a whole number of minor units.
func ParseMoney(s, currency string) (Money, error) {
	a, err := ParseAmount(s)
	if err != nil {
		return Money{}, err
	}
	unit, err := minorUnit(currency)
	if err != nil {
		return Money{}, err
	}
	q, r := new(big.Int).QuoRem(a.big(), unit, new(big.Int))
	if r.Sign() != 0 || !q.IsInt64() {
		return Money{}, fault.New(fault.Invalid, "", fmt.Sprintf("%q is no whole number of the smallest unit of %s", s, currency), "round it first")
	}
	return Money{Minor: q.Int64(), Currency: currency}, nil
}

// RoundDown is the greatest sum not above a positive amount; 0 for others.
func RoundDown(a Amount, currency string) (Money, error) {
	unit, err := minorUnit(currency)
	if err != nil || a.Sign() <= 0 {
		return Money{Currency: currency}, err
	}
	q := new(big.Int).Quo(a.big(), unit)
	if !q.IsInt64() {
		return Money{}, fault.New(fault.Invalid, "", "the amount is too large for money", "")
	}
	return Money{Minor: q.Int64(), Currency: currency}, nil
}

// Percent is pct per cent of the amount: the sum rounded half-even once, and the
// exact decimal it was rounded from.
func Percent(a Amount, pct sla.Decimal, currency string) (Money, string, error) {
	unit, err := minorUnit(currency)
	if err != nil {
		return Money{}, "", err
	}
	n := new(big.Int).Mul(a.big(), big.NewInt(pct.Units()))
	scale := pct.Scale() + 2 // pct ÷ 100
	m, err := roundRatio(n, unit.Mul(unit, ten(scale)), currency)
	return m, unscaled(n, places+scale), err
}

// minorUnit is a minor unit as a count of 10^-12.
func minorUnit(currency string) (*big.Int, error) {
	digits, err := MinorDigits(currency)
	if err != nil {
		return nil, err
	}
	return ten(places - digits), nil
}

// roundRatio is n ÷ d rounded half-even; d is positive.
func roundRatio(n, d *big.Int, currency string) (Money, error) {
	q, r := new(big.Int).QuoRem(n, d, new(big.Int))
	if c := new(big.Int).Abs(r.Lsh(r, 1)).Cmp(d); c > 0 || c == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(int64(n.Sign())))
	}
	if !q.IsInt64() {
		return Money{}, fault.New(fault.Invalid, "", "the amount is too large for money", "")
	}
	return Money{Minor: q.Int64(), Currency: currency}, nil
}

func ten(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }
