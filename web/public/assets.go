package public

import (
	"iter"
	"path"
	"strings"

	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/web/ui"
)

// Assets prints style sheets, scripts and icons at the addresses that pages name, so
// that they are compressed once and handed out like pages.
type Assets struct{}

// Print finishes an asset; false for an address that names no current one.
func (Assets) Print(address string) (press.Paper, bool, error) {
	name := path.Base(address)
	if !strings.HasPrefix(address, ui.AssetPrefix) || ui.AssetPath(name) != address {
		return press.Paper{}, false, nil
	}
	body, kind, ok := ui.Asset(name)
	return press.Paper{Type: kind, Body: body, Keep: press.Forever}, ok, nil
}

// Paths are none: a copy has its assets from its cover.
func (Assets) Paths() iter.Seq[string] { return func(func(string) bool) {} }
