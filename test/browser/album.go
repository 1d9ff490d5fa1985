package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// album keeps pictures of whole pages.
type album struct {
	dir string
	all bool // somebody asked for pictures, not of problems alone
}

// newAlbum is the folder in BONGHWA_SCREENSHOTS, or the test's artifacts.
func newAlbum(t *testing.T) album {
	t.Helper()
	a := album{dir: os.Getenv("BONGHWA_SCREENSHOTS")}
	a.all = a.dir != ""
	if !a.all {
		a.dir = t.ArtifactDir()
	}
	if err := os.MkdirAll(a.dir, 0o755); err != nil { //nolint:gosec // G301: pictures for everybody to look at
		t.Fatal(err)
	}
	return a
}

// wants reports whether a page is to be kept.
func (a album) wants(problem bool) bool { return a.all || problem }

// keep keeps a picture of all of the page in a tab, under a name.
func (a album) keep(tab context.Context, name string) error {
	picture, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
	if err != nil {
		return fmt.Errorf("take a picture: %w", err)
	}
	return os.WriteFile(filepath.Join(a.dir, name), picture, 0o644) //nolint:gosec // G306: a picture for everybody
}
