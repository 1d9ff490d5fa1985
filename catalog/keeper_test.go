package catalog_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/journal"
)

func TestPlanSaysTheDifferenceInWords(t *testing.T) {
	t.Parallel()
	old := read(t, small, checks)
	next := read(t, strings.NewReplacer(
		"en: Storage", "en: Object Storage",
		"category: compute", "category: network",
	).Replace(small)+`  - {services: [s3], regions: all, basis: none}
`, strings.Replace(checks, "id: dns-seoul", "id: dns-busan", 1))
	p := catalog.Compare(3, old, next)
	want := `~ service ec2
    category: compute → network
~ service s3
    name.en: Storage → Object Storage
- component s3-ap-northeast-2
- check dns-seoul
+ check dns-busan
Against revision 3: 1 added, 2 changed, 2 removed.
`
	if p.String() != want {
		t.Errorf("got\n%s\nwant\n%s", p, want)
	}
	b, err := json.Marshal(p)
	if err != nil || !strings.Contains(string(b), `{"action":"changed","kind":"service","id":"s3","fields":[{"field":"name.en","old":"Storage","new":"Object Storage"}]}`) {
		t.Errorf("as JSON: %s, %v", b, err)
	}
	if same := catalog.Compare(3, old, old); !same.Empty() || !strings.HasPrefix(same.String(), "Nothing changes") {
		t.Errorf("the plan to itself is %s", same)
	}
}

// shelf is a store in memory; the real ones are tested by the contract.
type shelf struct{ revisions []catalog.Revision }

func (s *shelf) Current(context.Context) (catalog.Revision, error) {
	if len(s.revisions) == 0 {
		return catalog.Revision{}, nil
	}
	return s.revisions[len(s.revisions)-1], nil
}

func (s *shelf) Apply(_ context.Context, next catalog.Revision, _ []journal.Entry) error {
	s.revisions = append(s.revisions, next)
	return nil
}

func TestApply(t *testing.T) {
	t.Parallel()
	s := &shelf{}
	k := catalog.NewKeeper(s)
	at := time.Date(2018, 11, 1, 0, 0, 0, 0, time.UTC)
	apply := func(c catalog.Catalog, base int64) error {
		_, _, err := k.Apply(t.Context(), catalog.Application{Catalog: c, Base: base, Actor: "key-1", At: at})
		return err
	}
	first, second := read(t, small), read(t, small, checks)
	if err := apply(first, 0); err != nil {
		t.Fatal(err)
	}
	if err := apply(first, 1); !fault.Is(err, fault.Conflict) {
		t.Errorf("nothing changes: got %v", err)
	}
	if err := apply(second, 0); !fault.Is(err, fault.Conflict) {
		t.Errorf("an old base: got %v", err)
	}
	if err := apply(catalog.Catalog{Components: []catalog.Component{{Service: "x", Region: "y", Basis: "z"}}}, 1); !fault.Is(err, fault.Invalid) {
		t.Errorf("an inconsistent catalogue: got %v", err)
	}
	if len(s.revisions) != 1 {
		t.Errorf("%d revisions after refusals", len(s.revisions))
	}
	if err := apply(second, catalog.Any); err != nil {
		t.Fatal(err)
	}
	if r := s.revisions[1]; r.Number != 2 || r.Hash != second.Hash() || r.AppliedBy != "key-1" || !r.AppliedAt.Equal(at) {
		t.Errorf("revision %+v", r)
	}
}
