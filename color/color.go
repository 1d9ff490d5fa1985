// Package color is the arithmetic of colors on a screen: how bright a color is,
// how well it can be read on another, and the nearest one that can.
//
// Brightness and contrast are those of WCAG 2.2; lightness, chroma and hue are
// those of OKLCH, in which equal steps look equal, so that a color made readable
// stays the color it was. The package knows no page and no theme.
package color

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/bonghwa/bonghwa/fault"
)

// RGB is a color of sRGB, a byte a channel.
type RGB struct{ R, G, B uint8 }

// Parse reads "#b3401f" or "#b41". The error is Invalid and says what to write.
func Parse(text string) (RGB, error) {
	digits, ok := strings.CutPrefix(text, "#")
	if len(digits) == 3 {
		digits = string([]byte{digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]})
	}
	n, err := strconv.ParseUint(digits, 16, 32)
	if !ok || err != nil || len(digits) != 6 {
		return RGB{}, fault.New(fault.Invalid, "", strconv.Quote(text)+" is no color", `write six hexadecimal digits in quotes, such as "#b3401f"`)
	}
	return RGB{R: uint8(n >> 16), G: uint8(n >> 8), B: uint8(n)}, nil //nolint:gosec // G115: the low bytes are what is wanted
}

// String writes the color as "#b3401f".
func (c RGB) String() string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// Luminance is the relative luminance of WCAG 2.2, 0 for black to 1 for white.
func (c RGB) Luminance() float64 {
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

// Contrast is the contrast ratio of WCAG 2.2, from 1 to 21, whichever of the two
// is the lighter.
func Contrast(a, b RGB) float64 {
	light, dark := a.Luminance(), b.Luminance()
	if light < dark {
		light, dark = dark, light
	}
	return (light + 0.05) / (dark + 0.05)
}

// Weakest is the least contrast of the color with any of the backgrounds, and the
// background that it has it with.
func (c RGB) Weakest(backgrounds ...RGB) (ratio float64, on RGB) {
	ratio = math.Inf(1)
	for _, b := range backgrounds {
		if r := Contrast(c, b); r < ratio {
			ratio, on = r, b
		}
	}
	return ratio, on
}

// Readable is the color itself where its contrast with every background is at
// least the ratio, else the one nearest in lightness that has the same hue and, as
// far as screens can show it, the same chroma. False when there is none.
func (c RGB) Readable(ratio float64, backgrounds ...RGB) (RGB, bool) {
	const step = 0.002
	l, chroma, hue := c.oklch()
	for d := 0.0; d <= 1; d += step {
		for _, at := range []float64{l - d, l + d} {
			next := c
			if d > 0 {
				next = OKLCH(min(max(at, 0), 1), chroma, hue)
			}
			if r, _ := next.Weakest(backgrounds...); r >= ratio {
				return next, true
			}
		}
	}
	return c, false
}

// linear is a channel's share of light.
func linear(channel uint8) float64 {
	v := float64(channel) / 255
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}
