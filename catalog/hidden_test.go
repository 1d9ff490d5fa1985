package catalog_test

import (
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/fault"
)

const shop = `regions:
  - {id: page, name: {ko: 달빛상점, en: Moonlight Shop}, time_zone: Asia/Seoul, hidden: true}
services:
  - id: checkout
    name: {ko: 결제, en: Checkout}
    description: {ko: 카드와 계좌 이체, en: Cards and transfers}
    group: {ko: 가게, en: Shop}
  - {id: search, name: {ko: 검색, en: Search}}
components:
  - {services: [checkout], regions: all, basis: declared}
`

func TestAProviderWithoutPlacesHidesItsRegion(t *testing.T) {
	t.Parallel()
	c := read(t, shop)
	r, alone := c.OneRegion()
	if !alone || r.ID != "page" || r.Location().String() != "Asia/Seoul" {
		t.Errorf("%+v, %v", r, alone)
	}
	if s := c.Services[0]; s.Description.In("en") != "Cards and transfers" || s.Group.In("ko") != "가게" {
		t.Errorf("%+v", s)
	}
	if p := c.Places(); len(p) > 0 {
		t.Errorf("places %+v", p)
	}
	if o := c.Offered(); len(o) != 1 || o[0].ID != "checkout" {
		t.Errorf("offered %+v; the other is there for its history's sake", o)
	}
	if _, alone := read(t, small).OneRegion(); alone {
		t.Error("the one region of a cloud is a place")
	}
}

func TestAHiddenRegionStandsAlone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		texts []string
		want  string
	}{
		{[]string{shop, small}, "a.yaml:2: a hidden region stands beside others"},
		{[]string{strings.Replace(shop, ", hidden: true", ", hidden: false", 1)}, "a.yaml:4: category \"\" is not known"},
		{[]string{strings.Replace(shop, "hidden: true", "hidden: perhaps", 1)}, `a.yaml:2: "perhaps" is neither yes nor no`},
		{[]string{strings.Replace(shop, "{ko: 가게, en: Shop}", "{ko: 가게}", 1)}, "a.yaml:7: the service's group is missing in language en"},
		{[]string{strings.Replace(shop, "time_zone: Asia/Seoul", "time_zone: Seoul", 1)}, `a.yaml:2: "Seoul" is not a time zone`},
	} {
		if _, err := catalog.Read(files(c.texts...), nil); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

// What was added must not make the catalogues there are look changed.
func TestTheHashOfACatalogueStays(t *testing.T) {
	t.Parallel()
	const was = "9a876628e87cb75bfc980f26d655755374a1a4eee8ae37f27be4b9e8c77879e3"
	if got := read(t, small, checks).Hash(); got != was {
		t.Errorf("hash %s, want %s", got, was)
	}
}

func TestPlanSaysWhatBecameOfAPage(t *testing.T) {
	t.Parallel()
	old := read(t, shop)
	next := read(t, strings.NewReplacer("en: Shop}", "en: Store}", "[checkout]", "[search]").Replace(shop))
	want := `~ service checkout
    group.en: Shop → Store
- component checkout-page
+ component search-page
Against revision 1: 1 added, 1 changed, 1 removed.
`
	if got := catalog.Compare(1, old, next).String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
