package storetest_test

import (
	"crypto/ed25519"
	"sync"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/banner"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/store/storetest"
)

func TestABannerIsInTheJournalOnceWhoeverKeepsIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		said := time.Date(2018, 11, 21, 23, 19, 0, 123000, time.UTC)
		key := banner.NewKey([32]byte{1})
		text := health.Text{health.Korean: "복구하고 있습니다.", health.English: "We are recovering."}
		one, err := banner.New(text, health.Languages(), said, "kim")
		if err != nil {
			t.Fatal(err)
		}
		if one, err = one.Sign(key); err != nil {
			t.Fatal(err)
		}
		if none, err := db.Banners().Newest(t.Context()); err != nil || none != nil {
			t.Fatalf("before any: %+v, %v", none, err)
		}
		var wg sync.WaitGroup
		news := make(chan bool, 4)
		for range cap(news) {
			wg.Go(func() {
				first, err := db.Banners().Keep(t.Context(), one, said.Add(time.Hour))
				if err != nil {
					t.Error(err)
				}
				news <- first
			})
		}
		wg.Wait()
		close(news)
		firsts := 0
		for first := range news {
			if first {
				firsts++
			}
		}
		facts, err := db.FactsOf(t.Context(), health.BannerSaidFact, 0, 10)
		if err != nil || len(facts) != 1 || firsts != 1 || facts[0].Number != 1 {
			t.Fatalf("%d were first, facts %+v, %v", firsts, facts, err)
		}
		p, err := journal.Decode[health.BannerSaid](facts[0])
		if err != nil || p.ID != one.ID || p.By != "kim" || p.Text.In(health.Korean) != text.In(health.Korean) || !p.SaidAt.Equal(said) || p.Signature != one.Signature || !facts[0].At.Equal(said.Add(time.Hour)) {
			t.Errorf("%+v, %v", p, err)
		}
		kept, err := db.Banners().Newest(t.Context())
		if err != nil || kept == nil || kept.Verify(key.Public().(ed25519.PublicKey)) != nil {
			t.Fatalf("kept is %+v, %v", kept, err)
		}
		earlier := banner.TakeBack(said.Add(-time.Minute), "lee") // comes in late
		if first, err := db.Banners().Keep(t.Context(), earlier, said); err != nil || !first {
			t.Errorf("%v, %v", first, err)
		}
		if kept, err = db.Banners().Newest(t.Context()); err != nil || kept.ID != one.ID {
			t.Errorf("what was said last does not count: %+v, %v", kept, err)
		}
		back := banner.TakeBack(said.Add(time.Minute), "kim")
		if _, err := db.Banners().Keep(t.Context(), back, said); err != nil {
			t.Error(err)
		}
		if kept, err = db.Banners().Newest(t.Context()); err != nil || kept.ID != back.ID || !kept.TakenBack() {
			t.Errorf("%+v, %v", kept, err)
		}
	})
}
