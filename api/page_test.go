package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/api"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/incident"
)

// shop is the API of a node that is a page alone, in English: its catalogue has one
// hidden region and is written elsewhere.
func shop(t *testing.T) *server {
	t.Helper()
	s := setup(t)
	name := health.Text{health.Korean: "Checkout", health.English: "Checkout"}
	_, _, err := catalog.NewKeeper(s.db.Catalogs()).Apply(t.Context(), catalog.Application{Base: catalog.Any, Actor: "test", At: day, Catalog: catalog.Catalog{
		Regions:    []catalog.Region{{ID: "page", Name: name, TimeZone: "UTC", Hidden: true}},
		Services:   []catalog.Service{{ID: "checkout", Name: name}},
		Components: []catalog.Component{{Service: "checkout", Region: "page", Basis: health.Declared}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	world := clock.NewWorld(day, 0)
	handler, _, err := api.New(api.Options{
		Version: "test", Keys: identity.NewKeyring(s.db.Identity(), clock.Wall{}), World: world, Catalogs: s.db.Catalogs(),
		Incidents: incident.NewDesk(s.db.Incidents(), world, health.English), CatalogFrom: "shop.yaml",
	})
	if err != nil {
		t.Fatal(err)
	}
	page := httptest.NewServer(handler)
	t.Cleanup(page.Close)
	s.Server = page
	return s
}

func TestAShopPublishesInItsOneLanguageAndNamesNoPlace(t *testing.T) {
	t.Parallel()
	s := shop(t)
	const impact = `{"service":"checkout","symptom":"api","level":"partial_outage","from":"2018-11-21T23:19:00Z","share_ppm":1000000,"determination":"declared","reason":{"en":"seen by ourselves"}}`
	i := decode[api.Incident](t, s.call("POST", "/api/v1/incidents", s.operator, `{"kind":"issue","title":{"en":"Checkout is down"},"impacts":[`+impact+`]}`).expect(t, 201))
	if len(i.Impacts) != 1 || i.Impacts[0].Region != "page" {
		t.Errorf("%+v", i.Impacts)
	}
	path := "/api/v1/incidents/" + i.ID
	s.call("POST", path+"/impacts", s.operator, impact).expect(t, 201)
	s.call("POST", path+"/updates", s.operator, `{"state":"investigating","body":{"en":"We are looking."}}`).expect(t, 201)
	if got := s.call("POST", path+"/updates", s.operator, `{"body":{"ko":"보고 있습니다."}}`).expect(t, 422); !strings.Contains(got.text, "body.en") {
		t.Error(got.text)
	}
}

func TestTheCatalogueOfAShopIsChangedWhereItIsWritten(t *testing.T) {
	t.Parallel()
	s := shop(t)
	body := strings.TrimSuffix(asJSON(t, files(t)), "}") + `,"base":-1}`
	if got := s.call("POST", "/api/v1/catalog/apply", s.operator, body).expect(t, 409); !strings.Contains(got.text, "shop.yaml") {
		t.Error(got.text)
	}
	if got := decode[api.CatalogRevision](t, s.call("GET", "/api/v1/catalog", s.operator, "").expect(t, 200)); got.Revision != 1 {
		t.Errorf("revision %d is in force", got.Revision)
	}
	// What it has nothing of is not there.
	for _, path := range []string{"/api/v1/accounts/1", "/api/v1/sla/report?month=2018-11", "/api/v1/my/account"} {
		s.call("GET", path, s.operator, "").expect(t, http.StatusNotFound)
	}
}

func TestWhereThereArePlacesAnImpactNamesOne(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.applyCatalog()
	body := `{"service":"ec2","symptom":"dns","level":"degraded","from":"2018-11-21T23:19:00Z","share_ppm":1,"determination":"measured"}`
	if got := s.call("POST", "/api/v1/incidents/"+s.open().ID+"/impacts", s.operator, body).expect(t, 422); !strings.Contains(got.text, `"location":"impact.region"`) || !strings.Contains(got.text, "the region is missing") {
		t.Error(got.text)
	}
}
