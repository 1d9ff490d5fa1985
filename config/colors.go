package config

import (
	"fmt"
	"math"

	"github.com/bonghwa/bonghwa/color"
	"github.com/bonghwa/bonghwa/fault"
)

// Colors are the page's own. Both can be read as text on the page in their theme.
type Colors struct {
	Accent     string // in the light theme, as #rrggbb; empty: the house's ember
	AccentDark string // in the dark one; empty exactly when Accent is
}

// colorText are the colors as they are written.
type colorText struct {
	Accent     string `yaml:"accent"`
	AccentDark string `yaml:"accent_dark"`
}

// textContrast is what text needs on its background: WCAG 2.2, success criterion
// 1.4.3.
const textContrast = 4.5

// theme is how one of the page's two looks is called, and its backgrounds: --paper
// and --paper-2 of the style sheet, which a test compares.
type theme struct {
	name        string
	backgrounds []color.RGB
}

func lightTheme() theme {
	return theme{"light", []color.RGB{color.OKLCH(0.985, 0.005, 85), color.OKLCH(0.955, 0.008, 85)}}
}

func darkTheme() theme {
	return theme{"dark", []color.RGB{color.OKLCH(0.185, 0.008, 60), color.OKLCH(0.235, 0.009, 60)}}
}

// colors reads the page's colors. Where one of the two is not written it is made
// from the other.
func (r *reader) colors(path string, w colorText) Colors {
	if w == (colorText{}) {
		return Colors{}
	}
	light, dark := w.Accent, w.AccentDark
	if light == "" {
		light = dark
	}
	if dark == "" {
		dark = light
	}
	return Colors{
		Accent:     r.accent(path+".accent", light, w.Accent != "", lightTheme()),
		AccentDark: r.accent(path+".accent_dark", dark, w.AccentDark != "", darkTheme()),
	}
}

// accent checks one color, or makes it readable where it was not written for this
// theme.
func (r *reader) accent(path, text string, written bool, on theme) string {
	c, err := color.Parse(text)
	if err != nil {
		if known, ok := err.(*fault.Error); ok && written { //nolint:errorlint // color.Parse makes this very error
			r.wrong(path, known.What, known.Remedy)
		}
		return ""
	}
	better, found := c.Readable(textContrast, on.backgrounds...)
	if ratio, ground := c.Weakest(on.backgrounds...); written && ratio < textContrast {
		remedy := "choose another color"
		if found {
			remedy = fmt.Sprintf("write %q, the nearest that can be read", better)
		}
		r.wrong(path, fmt.Sprintf("%s on the %s background %s has a contrast of %s, and text needs 4.5:1", c, on.name, ground, ratioText(ratio)), remedy)
	}
	return better.String()
}

// ratioText writes a contrast with two decimals, cut so that too little never
// looks like enough.
func ratioText(ratio float64) string { return fmt.Sprintf("%.2f:1", math.Floor(ratio*100)/100) }
