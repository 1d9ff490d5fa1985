package ui_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/bonghwa/bonghwa/health"
)

// TestColorsStandOut holds the style sheet's colors to WCAG 2.2 in both themes: words
// 4.5:1 (1.4.3), bars, icons and the edges of fields 3:1 (1.4.11).
func TestColorsStandOut(t *testing.T) {
	t.Parallel()
	colors := readColors(t)
	least := map[string]float64{"ink": 4.5, "ink-2": 4.5, "link": 4.5, "rule-strong": 3, "ember": 3, "bar-operational": 3, "bar-major_outage": 3}
	for _, l := range health.Levels() {
		least["lv-"+l.String()] = 4.5
	}
	for name, want := range least {
		pair, ok := colors[name]
		if !ok {
			t.Errorf("the style sheet has no --%s", name)
			continue
		}
		for i, theme := range []string{"light", "dark"} {
			for _, ground := range []string{"paper", "paper-2"} {
				if got := contrast(pair[i], colors[ground][i]); got < want && (ground == "paper" || want == 4.5) {
					t.Errorf("--%s on --%s in %s: %.2f:1, want %.1f:1", name, ground, theme, got, want)
				}
			}
		}
	}
}

// readColors gives the luminances of each variable, light and dark.
func readColors(t *testing.T) map[string][2]float64 {
	t.Helper()
	sheet, err := os.ReadFile("assets/style.css")
	if err != nil {
		t.Fatal(err)
	}
	const oklch = `oklch\(([0-9.]+) ([0-9.]+) ([0-9.]+)\)`
	found := map[string][2]float64{}
	for _, m := range regexp.MustCompile(`--([a-z0-9_-]+): light-dark\(`+oklch+`, `+oklch+`\)`).FindAllStringSubmatch(string(sheet), -1) {
		var n [6]float64
		for i := range n {
			if n[i], err = strconv.ParseFloat(m[i+2], 64); err != nil {
				t.Fatal(err)
			}
		}
		found[m[1]] = [2]float64{luminance(n[0], n[1], n[2]), luminance(n[3], n[4], n[5])}
	}
	return found
}

// luminance is the relative luminance of an oklch color, by way of the linear parts
// of sRGB that a screen can show.
func luminance(lightness, chroma, hue float64) float64 {
	a, b := chroma*math.Cos(hue*math.Pi/180), chroma*math.Sin(hue*math.Pi/180)
	l := cube(lightness + 0.3963377774*a + 0.2158037573*b)
	m := cube(lightness - 0.1055613458*a - 0.0638541728*b)
	s := cube(lightness - 0.0894841775*a - 1.2914855480*b)
	shown := func(x float64) float64 { return min(max(x, 0), 1) }
	red := shown(4.0767416621*l - 3.3077115913*m + 0.2309699292*s)
	green := shown(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s)
	blue := shown(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s)
	return 0.2126*red + 0.7152*green + 0.0722*blue
}

func cube(x float64) float64 { return x * x * x }

func contrast(a, b float64) float64 { return (max(a, b) + 0.05) / (min(a, b) + 0.05) }
