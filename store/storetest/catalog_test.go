package storetest_test

import (
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/store/storetest"
)

func oneService() catalog.Catalog {
	seoul := health.Text{health.Korean: "서울", health.English: "Seoul"}
	return catalog.Catalog{
		Regions:    []catalog.Region{{ID: "ap-northeast-2", Name: seoul, OperatedBy: seoul, OperatedFrom: seoul, Since: "2016-01-07", TimeZone: "Asia/Seoul"}},
		Services:   []catalog.Service{{ID: "ec2", Name: health.Text{health.Korean: "컴퓨트", health.English: "Compute"}, Category: catalog.Compute}},
		Components: []catalog.Component{{Service: "ec2", Region: "ap-northeast-2", Basis: health.Declared}},
	}
}

func TestCatalogueRevisionsFollowEachOther(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		s := db.Catalogs()
		if r, err := s.Current(t.Context()); err != nil || r.Number != 0 {
			t.Fatalf("before any: %+v, %v", r, err)
		}
		k := catalog.NewKeeper(s)
		at := time.Date(2018, 11, 1, 0, 0, 0, 123000, time.UTC)
		c := oneService()
		if _, _, err := k.Apply(t.Context(), catalog.Application{Catalog: c, Base: 0, Actor: "key-1", At: at}); err != nil {
			t.Fatal(err)
		}
		r, err := s.Current(t.Context())
		if err != nil || r.Number != 1 || r.Hash != c.Hash() || r.Catalog.Hash() != c.Hash() || r.AppliedBy != "key-1" || !r.AppliedAt.Equal(at) {
			t.Errorf("in force is %+v, %v", r, err)
		}
		if _, _, err := k.Apply(t.Context(), catalog.Application{Catalog: c, Base: 1, Actor: "key-1", At: at}); !fault.Is(err, fault.Conflict) {
			t.Errorf("nothing changes: got %v", err)
		}
		c.Components[0].Basis = health.Probed
		for _, number := range []int64{1, 3} {
			next := catalog.Revision{Number: number, Hash: c.Hash(), Catalog: c}
			if err := s.Apply(t.Context(), next, []journal.Entry{entry(t, "x")}); !fault.Is(err, fault.Conflict) {
				t.Errorf("revision %d after 1: got %v", number, err)
			}
		}
		facts, err := db.Facts(t.Context(), 0, 10)
		if err != nil || len(facts) != 1 || facts[0].Type != health.CatalogAppliedFact || facts[0].Subject != "1" {
			t.Fatalf("facts %+v, %v; refusals must leave none", facts, err)
		}
		f, err := journal.Decode[health.CatalogApplied](facts[0])
		if err != nil || f.Revision != 1 || f.Hash != r.Hash {
			t.Errorf("payload %+v, %v", f, err)
		}
	})
}
