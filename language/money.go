package language

import (
	"strconv"
	"strings"

	"golang.org/x/text/currency"

	"github.com/bonghwa/bonghwa/health"
)

// Money writes an amount given in the currency's minor units (ISO 4217): "US$1.00"
// and "1,000원" in Korean, "US$1.00" and "KRW 1,000" in English. A currency that
// ISO 4217 does not know is written with two decimals.
func Money(l health.Language, code string, minor int64) string {
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	amount := decimal(l, minor, MinorDigits(code))
	switch {
	case code == "USD":
		return sign + "US$" + amount
	case code == "KRW" && l == health.Korean:
		return sign + amount + "원"
	default:
		return sign + code + " " + amount
	}
}

// MinorDigits is how many decimals the currency has: 2 for USD, 0 for KRW.
func MinorDigits(code string) int {
	unit, err := currency.ParseISO(code)
	if err != nil {
		return 2
	}
	digits, _ := currency.Standard.Rounding(unit)
	return digits
}

func decimal(l health.Language, minor int64, digits int) string {
	if digits == 0 {
		return Number(l, minor)
	}
	raw := strconv.FormatInt(minor, 10)
	if len(raw) <= digits {
		raw = strings.Repeat("0", digits+1-len(raw)) + raw
	}
	whole, err := strconv.ParseInt(raw[:len(raw)-digits], 10, 64)
	if err != nil {
		return raw
	}
	return Number(l, whole) + "." + raw[len(raw)-digits:]
}

// List joins items as the language does: "가, 나, 다"; "a, b and c".
func List(l health.Language, items []string) string {
	if l == health.Korean || len(items) < 2 {
		return strings.Join(items, ", ")
	}
	last := len(items) - 1
	return strings.Join(items[:last], ", ") + " and " + items[last]
}
