package credit_test

import (
	"cmp"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/fault"
)

func TestAmountsAreReadExactly(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"0": "0", "-0": "0", "12": "12", "12.30": "12.3", "+.5": "0.5", "5.": "5", "-2.61370000000": "-2.6137",
		"8.0E-7": "0.0000008", "1e3": "1000", "-1.5e-11": "-0.000000000015", "0.000000000001": "0.000000000001",
		"2.000000000000000": "2", "999999999999999999.999999999999": "999999999999999999.999999999999",
	}
	for in, want := range good {
		if a, err := credit.ParseAmount(in); err != nil || a.String() != want {
			t.Errorf("%s is read as %s, %v; want %s", in, a, err, want)
		}
	}
	for _, in := range []string{
		"", "12,3", "1 2", "abc", "--1", "1.2.3", "0x10", "NaN", "Inf", "1e", "1e1.5", "$5", "0.0000000000001", "1.5e-12", "1000000000000000000", "1e99", "1_000", ".", "e5",
	} {
		if a, err := credit.ParseAmount(in); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q is read as %s, %v", in, a, err)
		}
	}
}

func TestAmountArithmeticAgreesWithBigIntegers(t *testing.T) {
	t.Parallel()
	draw := rapid.Custom(func(t *rapid.T) string {
		s := rapid.StringMatching(`-?[0-9]{1,18}\.[0-9]{12}`).Draw(t, "amount")
		return s
	})
	asBig := func(s string) *big.Int {
		n, _ := new(big.Int).SetString(strings.ReplaceAll(s, ".", ""), 10)
		return n
	}
	rapid.Check(t, func(t *rapid.T) {
		x, y := draw.Draw(t, "x"), draw.Draw(t, "y")
		a, errA := credit.ParseAmount(x)
		b, errB := credit.ParseAmount(y)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		bx, by := asBig(x), asBig(y)
		sum, err := credit.ParseFixed(a.Add(b).Fixed())
		if err != nil || sum != a.Add(b) {
			t.Fatalf("fixed form: %v, %v", sum, err)
		}
		back := func(n *big.Int) string { // n × 10^-12
			s := new(big.Int).Abs(n).String()
			s = strings.Repeat("0", max(0, 13-len(s))) + s
			s = strings.TrimRight(s[:len(s)-12]+"."+s[len(s)-12:], "0")
			s = strings.TrimSuffix(s, ".")
			if n.Sign() < 0 {
				s = "-" + s
			}
			return s
		}
		if got, want := sum.String(), back(new(big.Int).Add(bx, by)); got != want {
			t.Fatalf("%s + %s = %s, want %s", x, y, got, want)
		}
		if got, want := a.Sub(b).String(), back(new(big.Int).Sub(bx, by)); got != want {
			t.Fatalf("%s - %s = %s, want %s", x, y, got, want)
		}
		if a.Sub(b).Sign() != bx.Cmp(by) || cmp.Compare(a.Fixed(), b.Fixed()) != bx.Cmp(by) {
			t.Fatalf("%s and %s are ordered wrongly: %s, %s", x, y, a.Fixed(), b.Fixed())
		}
	})
}

func TestAllocationSumsToTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(0, 1<<50).Draw(t, "total")
		n := rapid.IntRange(1, 8).Draw(t, "n")
		weights := make([]credit.Amount, n)
		for i := range weights {
			a, err := credit.ParseAmount(rapid.StringMatching(`[1-9][0-9]{0,9}\.[0-9]{2}`).Draw(t, "w"))
			if err != nil {
				t.Fatal(err)
			}
			weights[i] = a
		}
		parts, err := credit.Allocate(total, weights)
		if err != nil {
			t.Fatal(err)
		}
		var sum int64
		for i, p := range parts {
			sum += p
			for j := range parts {
				if weights[i].Sub(weights[j]).Sign() > 0 && p < parts[j] {
					t.Fatalf("a larger weight got less: %v by %v", parts, weights)
				}
			}
		}
		if sum != total {
			t.Fatalf("%v sum to %d, want %d", parts, sum, total)
		}
	})
}

func TestMinorDigits(t *testing.T) {
	t.Parallel()
	for currency, want := range map[string]int{"USD": 2, "KRW": 0, "BHD": 3, "JPY": 0, "CLF": 4, "EUR": 2} {
		if got, err := credit.MinorDigits(currency); err != nil || got != want {
			t.Errorf("%s has %d, %v; want %d", currency, got, err, want)
		}
	}
	for _, bad := range []string{"", "usd", "XXY", "US", "D D", "NULL"} {
		if _, err := credit.MinorDigits(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
