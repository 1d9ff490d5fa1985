package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/app"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/config"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/store"
)

func named(words string) health.Text {
	return health.Text{health.Korean: words, health.English: words}
}

// shop is the configuration of a page alone with components of these ids.
func shop(t *testing.T, c config.Config, ids ...health.ServiceID) config.Config {
	t.Helper()
	c.Page.Components = nil
	for _, id := range ids {
		c.Page.Components = append(c.Page.Components, config.Component{ID: id, Name: named("the " + string(id))})
	}
	c.Roles, c.Mail.Relay = []string{config.RoleWeb}, ""
	return c
}

// inForce is the catalogue in force in a node's database.
func inForce(t *testing.T, c config.Config) catalog.Revision {
	t.Helper()
	db, err := store.Open(t.Context(), c.Database, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	r, err := db.Catalogs().Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func run(t *testing.T, c config.Config, visit func(*app.Node)) {
	t.Helper()
	n, err := app.Start(t.Context(), c, app.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Stop()
	visit(n)
}

// What is written in the configuration comes into force at the start, once; what is
// taken out there keeps its name for its history.
func TestTheComponentsOfThePageAreTheCatalogue(t *testing.T) { //nolint:paralleltest // the others count goroutines
	c := prepared(t)
	for _, step := range []struct {
		ids      []health.ServiceID
		revision int64
		offered  int
		known    int
	}{
		{[]health.ServiceID{"checkout", "search"}, 1, 2, 2},
		{[]health.ServiceID{"checkout", "search"}, 1, 2, 2},
		{[]health.ServiceID{"search"}, 2, 1, 2},
		{[]health.ServiceID{"search"}, 2, 1, 2},
		{[]health.ServiceID{"search", "checkout", "delivery"}, 3, 3, 3},
	} {
		run(t, shop(t, c, step.ids...), func(*app.Node) {})
		r := inForce(t, c)
		if _, alone := r.Catalog.OneRegion(); r.Number != step.revision || !alone || len(r.Catalog.Offered()) != step.offered || len(r.Catalog.Services) != step.known {
			t.Errorf("%v: revision %d, %+v", step.ids, r.Number, r.Catalog)
		}
	}
}

func TestAPageAloneHasNothingButThePage(t *testing.T) { //nolint:paralleltest // the others count goroutines
	run(t, shop(t, prepared(t), "checkout"), func(n *app.Node) {
		for path, status := range map[string]int{
			"/en/": 200, "/ko/": 200, "/en/components/checkout-page": 200, "/openapi.json": 200,
			"/en/my/": 404, "/en/sign-in": 404, "/en/replay": 404, "/api/v1/accounts/1": 404,
		} {
			if got := get(t, n.PublicURL()+path); got != status {
				t.Errorf("%s: %d, want %d", path, got, status)
			}
		}
		for _, r := range n.Routes() {
			if strings.Contains(r.Pattern, "/my/") || strings.Contains(r.Pattern, "sign-in") {
				t.Errorf("there is a route %s", r.Pattern)
			}
		}
	})
}

func TestAPageDoesNotReplaceACatalogueOfPlaces(t *testing.T) { //nolint:paralleltest // the others count goroutines
	c := prepared(t)
	db, err := store.Open(t.Context(), c.Database, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = catalog.NewKeeper(db.Catalogs()).Apply(t.Context(), catalog.Application{Base: catalog.Any, Actor: "somebody", At: clock.Wall{}.Now(), Catalog: catalog.Catalog{
		Regions:  []catalog.Region{{ID: "seoul-1", Name: named("Seoul"), OperatedBy: named("us"), OperatedFrom: named("here"), Since: "2024-01-01", TimeZone: "Asia/Seoul"}},
		Services: []catalog.Service{{ID: "compute", Name: named("Compute"), Category: catalog.Compute}},
	}})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	n, err := app.Start(t.Context(), shop(t, c, "checkout"), app.Options{})
	if err == nil {
		n.Stop()
	}
	if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "page.components: the database holds a catalogue of regions (revision 1)") {
		t.Errorf("got %v", err)
	}
	if r := inForce(t, c); r.Number != 1 || !r.Catalog.HasRegion("seoul-1") {
		t.Errorf("revision %d is in force", r.Number)
	}
}

func TestAPageInOneLanguage(t *testing.T) { //nolint:paralleltest // the others count goroutines
	c := shop(t, prepared(t), "checkout")
	c.Page.Languages = []health.Language{health.English}
	run(t, c, func(n *app.Node) {
		for path, status := range map[string]int{"/": http.StatusOK, "/en/": http.StatusOK, "/ko/": http.StatusNotFound} {
			if got := get(t, n.PublicURL()+path); got != status {
				t.Errorf("%s: %d, want %d", path, got, status)
			}
		}
	})
}
