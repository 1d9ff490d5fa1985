package statuspage_test

import (
	"flag"
	"log/slog"
	"testing"

	"github.com/bonghwa/bonghwa/api/statuspage"
	"github.com/bonghwa/bonghwa/api/view"
	"github.com/bonghwa/bonghwa/board/boardtest"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/press/presstest"
)

var update = flag.Bool("update", false, "write the golden files anew")

const site = "https://status.hangang.example"

// options are those of every test, for a site at an address.
func options(t boardtest.T, address string) statuspage.Options {
	t.Helper()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	return statuspage.Options{
		Options: view.Options{Book: book, Provider: boardtest.Provider(), URL: address},
		Log:     slog.New(slog.DiscardHandler),
	}
}

func tell(t boardtest.T, w *boardtest.World) *statuspage.Documents {
	t.Helper()
	return statuspage.NewWriter(options(t, site)).Tell(w.Board(t))
}

func TestDocumentsOfEachWorld(t *testing.T) {
	t.Parallel()
	for name, w := range boardtest.Worlds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			presstest.Golden(t, name, *update, tell(t, w),
				"/api/v2/summary.json", "/api/v2/incidents.json", "/api/v2/scheduled-maintenances.json", "/ko/api/v2/summary.json")
		})
	}
}
