package ui

import (
	"encoding/base64"
	"net/url"
	"strings"
)

// Logo is the provider's own picture, small enough to stand in every page.
type Logo struct {
	URI           string // a data: address, see DataURI
	Width, Height int    // for the shape: its height on the page is the style sheet's
}

// square reports whether the picture is about as wide as high, and so fit for the
// tab of a browser.
func (l *Logo) square() bool {
	return l != nil && l.Width*4 <= l.Height*5 && l.Height*4 <= l.Width*5
}

// Accent is the provider's own color, as #rrggbb, in the light theme and in the
// dark. It colors the mark and what is live, and never a status.
type Accent struct{ Light, Dark string }

// css is the accent as a style sheet; empty for the house's own.
func (a Accent) css() string {
	if a == (Accent{}) {
		return ""
	}
	return ":root{--ember:light-dark(" + a.Light + "," + a.Dark + ")}"
}

// DataURI is a picture as an address that holds all of it. SVG stays text, which
// compresses with the page around it.
func DataURI(kind string, data []byte) string {
	if kind == "image/svg+xml" {
		return "data:image/svg+xml," + url.PathEscape(string(data))
	}
	return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(data)
}

// favicon is the picture of the site in a browser's tab: the logo if its shape
// fits, else a flame of the site's color. It stands in the page, so that a first
// visit asks for nothing more.
func (s Site) favicon() string {
	if s.Logo.square() {
		return s.Logo.URI
	}
	flame, err := assets.ReadFile("assets/flame.svg")
	if err != nil {
		return "data:,"
	}
	if s.Accent.Light == "" {
		return DataURI("image/svg+xml", flame)
	}
	return DataURI("image/svg+xml", []byte(strings.Replace(string(flame), flameColor, s.Accent.Light, 1)))
}

// flameColor is the color of the flame in its file.
const flameColor = "#c8501e"
