package badge

import (
	"encoding/xml"
	"math"
	"strconv"
	"strings"

	"github.com/bonghwa/bonghwa/health"
)

// face is what a badge shows.
type face struct {
	label  string // on the left
	suffix string // of the label, never cut
	value  string // on the right
	fill   string // color behind the value
	shape  string // before the value; may be empty
	name   string // the whole in words
	desc   string // what it means
}

// Colors, all with white text on them at 4.5:1 or better. Behind the value they are
// those of the pages' levels in the light theme; a badge brings its own background,
// so that one picture does for every page. A figure has a color that judges nothing.
const (
	labelFill  = "#322c28"
	figureFill = "#39495a"
)

func fillOf(l health.Level) string {
	switch l {
	case health.Operational:
		return "#146c39"
	case health.Informational:
		return "#0a61a0"
	case health.Maintenance:
		return "#4e47a8"
	case health.Degraded:
		return "#845a00"
	case health.PartialOutage:
		return "#a54500"
	case health.MajorOutage:
		return "#b00c15"
	case health.Unknown:
	}
	return "#605954"
}

// Measures in pixels.
const (
	height      = 20
	padding     = 7
	icon        = 12
	gap         = 4
	baseline    = 14
	letters     = 11  // size of the letters
	widestLabel = 280 // of a label's text
)

const fonts = `Helvetica Neue, Helvetica, Arial, Liberation Sans, Apple SD Gothic Neo, Noto Sans KR, Noto Sans CJK KR, Malgun Gothic, sans-serif`

// draw writes the picture. Each text is told how long it is, so that it fits
// whatever letters the reader has, and stands by itself, so that none can turn the
// direction of another.
func (f face) draw(l health.Language) []byte {
	labelText, valueText := width(f.label, false), width(f.value, true)
	left := math.Ceil(padding + labelText + padding)
	at := left + padding
	if f.shape != "" {
		at = left + padding - 1 + icon + gap
	}
	all := math.Ceil(at + valueText + padding)

	var w strings.Builder
	w.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" width="` + px(all) + `" height="20" viewBox="0 0 ` + px(all) + ` 20" lang="` + string(l) +
		`" direction="ltr" role="img" aria-label="` + escape(f.name) + `"><title>` + escape(f.name) + `</title>`)
	if f.desc != "" {
		w.WriteString(`<desc>` + escape(f.desc) + `</desc>`)
	}
	w.WriteString(`<rect width="` + px(all) + `" height="20" rx="3" fill="` + f.fill + `"/>` +
		`<path d="M3 0h` + px(left-3) + `v20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="` + labelFill + `"/>` +
		`<rect x=".5" y=".5" width="` + px(all-1) + `" height="19" rx="2.5" fill="none" stroke="#fff" stroke-opacity=".3"/>` +
		`<g fill="#fff" font-family="` + fonts + `" font-size="11">`)
	text(&w, padding, labelText, "400", f.label)
	text(&w, at, valueText, "600", f.value)
	w.WriteString(`</g>`)
	if f.shape != "" {
		w.WriteString(`<svg x="` + px(left+padding-1) + `" y="4" width="12" height="12" viewBox="0 0 16 16" color="#fff">` + f.shape + `</svg>`)
	}
	w.WriteString("</svg>\n")
	return []byte(w.String())
}

func text(w *strings.Builder, x, long float64, weight, words string) {
	w.WriteString(`<text x="` + px(x) + `" y="14" font-weight="` + weight + `" textLength="` + px(long) +
		`" lengthAdjust="spacingAndGlyphs">` + escape(words) + `</text>`)
}

// px writes a length with at most one decimal.
func px(n float64) string { return strconv.FormatFloat(math.Round(n*10)/10, 'f', -1, 64) }

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}
