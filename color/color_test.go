package color_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/bonghwa/bonghwa/color"
	"github.com/bonghwa/bonghwa/fault"
)

func parse(tb testing.TB, text string) color.RGB {
	tb.Helper()
	c, err := color.Parse(text)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// The values are those that the formula of WCAG 2.2 is known by: the extremes, the
// lightest gray that may be text on white and the first that may not, and the
// primaries.
func TestContrastIsThatOfThePublishedFormula(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want float64
	}{
		{"#000000", "#ffffff", 21},
		{"#ffffff", "#ffffff", 1},
		{"#767676", "#fff", 4.54},
		{"#777777", "#ffffff", 4.48},
		{"#ff0000", "#ffffff", 4.00},
		{"#0000ff", "#ffffff", 8.59},
		{"#00ff00", "#000000", 15.30},
	} {
		a, b := parse(t, c.a), parse(t, c.b)
		if got := color.Contrast(a, b); math.Abs(got-c.want) > 0.005 || got != color.Contrast(b, a) {
			t.Errorf("%s on %s: %.4f, want %.2f", c.a, c.b, got, c.want)
		}
	}
}

func TestLuminanceOfThePrimaries(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{"#000": 0, "#fff": 1, "#f00": 0.2126, "#0f0": 0.7152, "#00f": 0.0722, "#808080": 0.2159} {
		if got := parse(t, text).Luminance(); math.Abs(got-want) > 0.00005 {
			t.Errorf("%s: %.5f, want %.4f", text, got, want)
		}
	}
}

func TestOKLCHIsThatOfStyleSheets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		l, c, h float64
		want    string
	}{
		{1, 0, 0, "#ffffff"},
		{0, 0, 0, "#000000"},
		{0.627955, 0.257683, 29.2339, "#ff0000"},
		{0.86644, 0.294827, 142.4953, "#00ff00"},
		{0.452014, 0.313214, 264.052, "#0000ff"},
	} {
		if got := color.OKLCH(c.l, c.c, c.h).String(); got != c.want {
			t.Errorf("oklch(%v %v %v) is %s, want %s", c.l, c.c, c.h, got, c.want)
		}
	}
}

func TestWhatIsNoColorIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "#", "red", "b3401f", "#b3401", "#b3401fff", "#b3401g", "# 12345", "#+12345"} {
		if c, err := color.Parse(text); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q is %v, %v", text, c, err)
		}
	}
}

// Whatever color a house has, the one proposed instead can be read, and a color
// that can be read already is left alone.
func TestReadableCanBeRead(t *testing.T) {
	t.Parallel()
	white, black := parse(t, "#fff"), parse(t, "#000")
	rapid.Check(t, func(t *rapid.T) {
		c := color.RGB{R: rapid.Uint8().Draw(t, "r"), G: rapid.Uint8().Draw(t, "g"), B: rapid.Uint8().Draw(t, "b")}
		for _, on := range []color.RGB{white, black} {
			got, ok := c.Readable(4.5, on)
			if ratio, _ := got.Weakest(on); !ok || ratio < 4.5 {
				t.Errorf("%s became %s on %s, with %.2f", c, got, on, ratio)
			}
			if was, _ := c.Weakest(on); was >= 4.5 && got != c {
				t.Errorf("%s could be read on %s and became %s", c, on, got)
			}
		}
	})
}

func TestNothingCanBeReadOnWhiteAndBlackAlike(t *testing.T) {
	t.Parallel()
	if got, ok := parse(t, "#b3401f").Readable(7, parse(t, "#fff"), parse(t, "#000")); ok {
		t.Errorf("%s can", got)
	}
}
