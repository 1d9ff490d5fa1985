package config

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/bonghwa/bonghwa/fault"
)

const svgSpace = "http://www.w3.org/2000/svg"

const plainSVG = "save it as plain SVG: shapes, text, gradients, masks and filters alone"

// drawing are the elements of SVG that draw and do nothing else. Whatever runs,
// moves, links or loads is not among them.
func drawing() []string {
	return []string{
		"svg", "g", "defs", "symbol", "use", "title", "desc", "style",
		"path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "textPath", "image",
		"linearGradient", "radialGradient", "stop", "pattern", "clipPath", "mask", "marker",
		"filter", "feBlend", "feColorMatrix", "feComponentTransfer", "feComposite", "feFlood", "feFuncA", "feFuncB", "feFuncG", "feFuncR",
		"feGaussianBlur", "feMerge", "feMergeNode", "feMorphology", "feOffset", "feDropShadow", "feTurbulence", "feTile",
	}
}

// checkSVG reads a picture whole and refuses everything in it that could do more
// than draw. It gives the shape of the picture. Errors are Invalid; their place is
// the line.
func checkSVG(data []byte) (width, height int, err error) {
	d := xml.NewDecoder(bytes.NewReader(data))
	var p picture
	for {
		line, _ := d.InputPos() // where the next one begins
		t, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && p.width > 0:
			return p.width, p.height, nil
		case errors.Is(err, io.EOF):
			return 0, 0, refused(line, "there is no picture in it", plainSVG)
		case err != nil:
			return 0, 0, refused(line, "this is no SVG: "+strings.TrimPrefix(err.Error(), "XML syntax error on "), plainSVG)
		}
		if known, ok := errors.AsType[*fault.Error](p.take(t)); ok {
			return 0, 0, refused(line, known.What, known.Remedy)
		}
	}
}

// picture is what is known of one so far.
type picture struct {
	width, height int // 0 until its first element
}

// take looks at the next part.
func (p *picture) take(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		if p.width == 0 {
			var err error
			if p.width, p.height, err = shape(t); err != nil {
				return err
			}
		}
		return checkElement(t)
	case xml.CharData:
		return checkStyle(string(t))
	case xml.ProcInst:
		if t.Target != "xml" {
			return fault.New(fault.Invalid, "", "it holds an instruction to load something: <?"+t.Target+"…", plainSVG)
		}
	case xml.Directive:
		return fault.New(fault.Invalid, "", "it holds a document type, which can bring in other files", "delete the line that begins with <!DOCTYPE")
	}
	return nil
}

func refused(line int, what, remedy string) error {
	return fault.New(fault.Invalid, strconv.Itoa(line), what, remedy)
}

func checkElement(e xml.StartElement) error {
	if e.Name.Space != svgSpace || !slices.Contains(drawing(), e.Name.Local) {
		what := "it holds the element <" + e.Name.Local + ">, which does more than draw"
		if strings.EqualFold(e.Name.Local, "script") {
			what = "it holds a script"
		}
		return fault.New(fault.Invalid, "", what, plainSVG)
	}
	for _, a := range e.Attr {
		if err := checkAttribute(e.Name.Local, a); err != nil {
			return err
		}
	}
	return nil
}

func checkAttribute(element string, a xml.Attr) error {
	name, value := strings.ToLower(a.Name.Local), strings.TrimSpace(a.Value)
	switch {
	case a.Name.Space == "xmlns" || name == "xmlns":
		return nil // names a vocabulary, loads nothing
	case strings.HasPrefix(name, "on"):
		return fault.New(fault.Invalid, "", "it holds an event handler, "+a.Name.Local, plainSVG)
	case name == "base":
		return fault.New(fault.Invalid, "", "it moves its addresses elsewhere by "+a.Name.Local, plainSVG)
	case name == "href" || name == "src":
		raster := regexp.MustCompile(`^data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*$`)
		if !strings.HasPrefix(value, "#") && (element != "image" || !raster.MatchString(value)) {
			return fault.New(fault.Invalid, "", fmt.Sprintf("<%s> refers to something outside of it", element), "put what it refers to into the file")
		}
		return nil
	}
	return checkStyle(value)
}

// checkStyle refuses what a style could load. Escapes, which could hide it, are
// refused too.
func checkStyle(text string) error {
	lower := strings.ToLower(text)
	for rest := lower; ; {
		_, after, found := strings.Cut(rest, "url(")
		if !found {
			break
		}
		if !strings.HasPrefix(strings.TrimLeft(after, " \t\r\n\"'"), "#") {
			return fault.New(fault.Invalid, "", "a style refers to something outside of it", "put what it refers to into the file")
		}
		rest = after
	}
	for _, odd := range []string{"@import", "@font-face", "image-set(", "javascript:", "expression(", "\\"} {
		if strings.Contains(lower, odd) {
			return fault.New(fault.Invalid, "", "it holds "+strconv.Quote(odd)+", which can load or run something", plainSVG)
		}
	}
	return nil
}

// shape is how wide and high the picture is, by its viewBox or by its size.
func shape(root xml.StartElement) (width, height int, err error) {
	if root.Name.Local != "svg" || root.Name.Space != svgSpace {
		return 0, 0, fault.New(fault.Invalid, "", "it does not begin with an svg element of "+svgSpace, `write <svg xmlns="`+svgSpace+`" viewBox="0 0 … …">`)
	}
	var w, h float64
	for _, a := range root.Attr {
		switch a.Name.Local {
		case "width":
			w = pixels(a.Value)
		case "height":
			h = pixels(a.Value)
		}
	}
	for _, a := range root.Attr {
		if a.Name.Local == "viewBox" { // where there is one, it alone knows the shape
			w, h = 0, 0
			if box := strings.FieldsFunc(a.Value, func(c rune) bool { return c == ' ' || c == ',' }); len(box) == 4 {
				w, h = pixels(box[2]), pixels(box[3])
			}
		}
	}
	if !(w > 0 && h > 0 && w < 1e6 && h < 1e6) {
		return 0, 0, fault.New(fault.Invalid, "", "the picture does not say how large it is", `give its svg element a viewBox="0 0 width height"`)
	}
	scale := 1.0
	if least := min(w, h); least < 16 {
		scale = 16 / least // small numbers would lose the shape when they become whole
	}
	return int(math.Round(w * scale)), int(math.Round(h * scale)), nil
}

func pixels(text string) float64 {
	v, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(text), "px"), 64)
	if err != nil {
		return 0
	}
	return v
}
