package config

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"

	"github.com/bonghwa/bonghwa/fault"
)

// Logo is a picture small enough to stand in every page.
type Logo struct {
	Type          string // image/svg+xml or image/png; empty: there is none
	Data          []byte
	Width, Height int // in its own pixels, for the shape
}

// maxLogo is how many bytes a logo may have: it is in every page, and a first visit
// must stay small.
const maxLogo = 8 << 10

// maxLogoSide is how many pixels a PNG may be wide or high; few bytes can hold a
// picture that fills the memory of a telephone.
const maxLogoSide = 2048

// logo reads the picture from its file.
func (r *reader) logo(path, name string) Logo {
	if name == "" {
		return Logo{}
	}
	file := r.beside(name)
	logo, err := readLogo(file)
	if known, ok := errors.AsType[*fault.Error](err); ok {
		where := filepath.Base(file)
		if known.Where != "" {
			where += ":" + known.Where
		}
		r.wrong(path, where+": "+known.What, known.Remedy)
	}
	return logo
}

func readLogo(file string) (Logo, error) {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return Logo{}, fault.New(fault.Invalid, "", "the logo cannot be read: "+reason(err), "name an SVG or PNG file, beginning at the configuration's folder")
	case info.Size() > maxLogo:
		return Logo{}, fault.New(fault.Invalid, "", fmt.Sprintf("the logo has %d bytes, and a page bears %d", info.Size(), maxLogo), "simplify it, or export it smaller")
	}
	data, err := os.ReadFile(file) //nolint:gosec // G304: the file the operator names
	if err != nil {
		return Logo{}, fault.New(fault.Invalid, "", "the logo cannot be read: "+reason(err), "name an SVG or PNG file")
	}
	switch strings.ToLower(filepath.Ext(file)) {
	case ".svg":
		w, h, err := checkSVG(data)
		return Logo{Type: "image/svg+xml", Data: data, Width: w, Height: h}, err
	case ".png":
		w, h, err := checkPNG(data)
		return Logo{Type: "image/png", Data: data, Width: w, Height: h}, err
	}
	return Logo{}, fault.New(fault.Invalid, "", "the logo is neither SVG nor PNG", "name a file that ends in .svg or .png")
}

func checkPNG(data []byte) (width, height int, err error) {
	c, err := png.DecodeConfig(bytes.NewReader(data))
	if err == nil && (c.Width > maxLogoSide || c.Height > maxLogoSide) {
		return 0, 0, fault.New(fault.Invalid, "", fmt.Sprintf("the logo is %d × %d pixels", c.Width, c.Height), fmt.Sprintf("export it with at most %d on a side", maxLogoSide))
	}
	if err == nil {
		_, err = png.Decode(bytes.NewReader(data))
	}
	if err != nil {
		return 0, 0, fault.New(fault.Invalid, "", "this is no PNG: "+strings.TrimPrefix(err.Error(), "png: "), "export it again")
	}
	return c.Width, c.Height, nil
}
