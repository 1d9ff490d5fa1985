package app_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/web/public"
	"github.com/bonghwa/bonghwa/web/ui"
)

// TestReadersCostTheDatabaseNothing: every address of the public page is asked for,
// more than once, and the database is not.
func TestReadersCostTheDatabaseNothing(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "b.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	both := func(s string) health.Text { return health.Text{health.Korean: s, health.English: s} }
	c := catalog.Catalog{
		Regions:    []catalog.Region{{ID: "seoul", Name: both("Seoul"), OperatedBy: both("us"), OperatedFrom: both("here"), Since: "2016-01-07", TimeZone: "Asia/Seoul"}},
		Services:   []catalog.Service{{ID: "ec2", Name: both("EC2"), Category: catalog.Compute}},
		Components: []catalog.Component{{Service: "ec2", Region: "seoul", Basis: health.Declared}},
	}
	if _, _, err := catalog.NewKeeper(db.Catalogs()).Apply(t.Context(), catalog.Application{Catalog: c, Base: catalog.Any, Actor: "test", At: time.Unix(0, 0)}); err != nil {
		t.Fatal(err)
	}
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	world := clock.NewWorld(time.Date(2018, 11, 22, 0, 0, 0, 0, time.UTC), 0)
	keeper := board.NewKeeper(board.Sources{
		Journal: db, Catalogs: db.Catalogs(), Incidents: db.Incidents(), Summaries: db.Summaries(), Pulses: db.Probes(),
	}, world, clock.Wall{}, board.Source{})
	if err := keeper.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := db.Queries()
	if before == 0 {
		t.Fatal("the database does not count")
	}
	site := public.New(public.Options{Book: book, Site: ui.Site{Provider: both("us")}})
	edition := press.NewEdition(press.Imprint{}, site.Tell(keeper.Source().Board(board.Terms{}, world.Now())))
	stand := &press.Stand{}
	stand.Put(edition)
	asked := 0
	for range 3 {
		for path := range edition.Paths() {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
			if served, err := stand.Serve(httptest.NewRecorder(), r); !served || err != nil {
				t.Fatalf("%s: %v, %v", path, served, err)
			}
			asked++
		}
	}
	if asked < 100 || db.Queries() != before {
		t.Errorf("%d requests cost %d queries", asked, db.Queries()-before)
	}
}
