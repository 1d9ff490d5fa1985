package public_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/web/ui"
)

// lightest is what the first load of a page may weigh, compressed.
const lightest = 60_000

// TestEveryPageOfALargeCatalogueIsLight: 20,000 components, one bad hour, and the
// worst case, in which nobody knows how any of them is.
func TestEveryPageOfALargeCatalogueIsLight(t *testing.T) {
	t.Parallel()
	silent := large()
	silent.read = silent.now.Add(-time.Hour)
	for i := range silent.catalog.Components {
		silent.catalog.Components[i].Basis = "probed"
	}
	for name, w := range map[string]*world{"one bad hour": large(), "nothing is known": silent} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := w.open(t)
			style := get(s, ui.AssetPath("style.css")).Body.Len() // the router does not compress it
			for _, path := range s.samples() {
				page := get(s, path, "Accept-Encoding", "gzip")
				if n := page.Body.Len(); n > lightest-16_000 {
					t.Errorf("%s weighs %d bytes", path, n)
				}
				if strings.HasSuffix(path, "/") && page.Body.Len()+style > lightest {
					t.Errorf("the first load of %s weighs %d bytes", path, page.Body.Len()+style)
				}
			}
		})
	}
}

// TestTheFirstScreenDoesNotGrowWithTheCatalogue: what it costs to draw follows what is
// not well.
func TestTheFirstScreenDoesNotGrowWithTheCatalogue(t *testing.T) { //nolint:paralleltest // it counts allocations
	w := large()
	w.incidents = nil
	site, b := w.site(t, hangang()), w.board(t)
	if n := len(front(t, site.Tell(b))); n > 16_000 {
		t.Errorf("in peace it has %d bytes", n)
	}
	w = large()
	site, b = w.site(t, hangang()), w.board(t)
	small := during()
	few, ofFew := small.site(t, hangang()), small.board(t)
	// Allocations stand for time, which is measured where nothing else runs.
	drawn := testing.AllocsPerRun(3, func() { front(t, site.Tell(b)) })
	beside := testing.AllocsPerRun(3, func() { front(t, few.Tell(ofFew)) })
	t.Logf("%.0f allocations, and %.0f with a small catalogue", drawn, beside)
	if drawn > 10*beside {
		t.Errorf("drawing it takes %.0f allocations, and %.0f with a small catalogue", drawn, beside)
	}
}

func front(tb testing.TB, p press.Printer) []byte {
	tb.Helper()
	paper, ok, err := p.Print("/en/")
	if err != nil || !ok {
		tb.Fatal(ok, err)
	}
	return paper.Body
}

func BenchmarkFirstScreenOf20000Components(b *testing.B) {
	w := large()
	site, told := w.site(b, hangang()), w.board(b)
	for b.Loop() {
		front(b, site.Tell(told))
	}
}

func BenchmarkSearchOf20000Components(b *testing.B) {
	s := large().open(b)
	for b.Loop() {
		get(s, "/en/search?q=region+service")
	}
}
