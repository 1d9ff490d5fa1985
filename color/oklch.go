package color

import "math"

// OKLCH is the color of a lightness (0 to 1), a chroma and a hue in degrees, as
// style sheets write oklch(…). A chroma that sRGB cannot show is lowered until it
// can; lightness and hue stay. The matrices are those of CSS Color 4.
func OKLCH(lightness, chroma, hue float64) RGB {
	if c, ok := shown(lightness, chroma, hue); ok {
		return c
	}
	low, high := 0.0, chroma
	for range 24 {
		middle := (low + high) / 2
		if _, ok := shown(lightness, middle, hue); ok {
			low = middle
		} else {
			high = middle
		}
	}
	c, _ := shown(lightness, low, hue)
	return c
}

// shown gives the color, clipped, and whether nothing was clipped.
func shown(lightness, chroma, hue float64) (RGB, bool) {
	a, b := chroma*math.Cos(hue*math.Pi/180), chroma*math.Sin(hue*math.Pi/180)
	l := cube(lightness + 0.3963377774*a + 0.2158037573*b)
	m := cube(lightness - 0.1055613458*a - 0.0638541728*b)
	s := cube(lightness - 0.0894841775*a - 1.2914855480*b)
	red, okRed := channel(4.0767416621*l - 3.3077115913*m + 0.2309699292*s)
	green, okGreen := channel(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s)
	blue, okBlue := channel(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s)
	return RGB{R: red, G: green, B: blue}, okRed && okGreen && okBlue
}

// oklch is the color's lightness, chroma and hue.
func (c RGB) oklch() (lightness, chroma, hue float64) {
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	lightness = 0.2104542553*l + 0.7936177850*m - 0.0040720468*s
	x := 1.9779984951*l - 2.4285922050*m + 0.4505937099*s
	y := 0.0259040371*l + 0.7827717662*m - 0.8086757660*s
	return lightness, math.Hypot(x, y), math.Atan2(y, x) * 180 / math.Pi
}

func cube(v float64) float64 { return v * v * v }

// channel is a share of light as a byte, clipped, and whether it fits.
func channel(light float64) (uint8, bool) {
	const slack = 1e-4 // rounding; less than a tenth of a step
	v := light * 12.92
	if light > 0.0031308 {
		v = 1.055*math.Pow(light, 1/2.4) - 0.055
	}
	fits := v >= -slack && v <= 1+slack
	return uint8(math.Round(min(max(v, 0), 1) * 255)), fits
}
