package storetest_test

import (
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/store/storetest"
)

func TestKeysAreKeptWithoutTheirSecret(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		now := time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)
		keys := db.Identity()
		k, text, err := identity.NewKey(identity.KeyRequest{
			Name: "monitor", Role: identity.Customer, Account: "100000000001", TTL: time.Hour, By: "setup",
		}, now)
		if err != nil {
			t.Fatal(err)
		}
		if err := keys.SaveKey(t.Context(), k); err != nil {
			t.Fatal(err)
		}
		if err := keys.SaveKey(t.Context(), k); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same key twice gave %v, want a conflict", err)
		}
		d, err := identity.ReadKey(text.Reveal())
		if err != nil {
			t.Fatal(err)
		}
		got, err := keys.KeyByDigest(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		k.Version = 1
		if got != k {
			t.Errorf("got %+v, want %+v", got, k)
		}
		for range 2 {
			if err := keys.RevokeKey(t.Context(), k.ID, now.Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
		all, err := keys.ListKeys(t.Context())
		if err != nil || len(all) != 1 || !all[0].RevokedAt.Equal(now.Add(time.Minute)) || all[0].Version != 2 {
			t.Errorf("after revoking: %+v, %v", all, err)
		}
		if err := keys.RevokeKey(t.Context(), "nobody's", now); !fault.Is(err, fault.NotFound) {
			t.Errorf("revoking an unknown key gave %v, want not found", err)
		}
		if _, err := keys.KeyByDigest(t.Context(), identity.Digest{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown digest gave %v, want not found", err)
		}
	})
}

func TestLinkOpensOneSession(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		now := time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)
		visits, terms := db.Identity(), identity.DefaultTerms()
		l, token := identity.NewLink(identity.Contact{
			Endpoint: "e1", Language: health.Korean, Accounts: []health.AccountID{"1", "2"},
		}, "/ko/my/1/", terms, now)
		if err := visits.SaveLink(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		saved, err := visits.LinkByDigest(t.Context(), token.Digest())
		if err != nil || saved.Next != "/ko/my/1/" || len(saved.Contact.Accounts) != 2 {
			t.Fatalf("got %+v, %v", saved, err)
		}
		used, s, cookie, err := saved.Redeem(terms, now.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if err := visits.Redeem(t.Context(), used, s); err != nil {
			t.Fatal(err)
		}
		_, other, otherCookie, err := saved.Redeem(terms, now.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if err := visits.Redeem(t.Context(), used, other); !fault.Is(err, fault.Conflict) {
			t.Errorf("the second use gave %v, want a conflict", err)
		}
		if _, err := visits.SessionByDigest(t.Context(), otherCookie.Digest()); !fault.Is(err, fault.NotFound) {
			t.Errorf("the second use left a session: %v", err)
		}
		checkSession(t, visits, cookie, s)
		if err := visits.Sweep(t.Context(), now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := visits.LinkByDigest(t.Context(), token.Digest()); !fault.Is(err, fault.NotFound) {
			t.Errorf("an old link was not swept: %v", err)
		}
		if _, err := visits.SessionByDigest(t.Context(), cookie.Digest()); err != nil {
			t.Errorf("a session that lasts was swept: %v", err)
		}
	})
}

func checkSession(t *testing.T, visits *store.Identity, cookie identity.Secret, want identity.Session) {
	t.Helper()
	got, err := visits.SessionByDigest(t.Context(), cookie.Digest())
	if err != nil {
		t.Fatal(err)
	}
	if !got.Sees("2") || got.Sees("3") || got.Contact.Language != health.Korean || !got.ExpiresAt.Equal(want.ExpiresAt) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	old := got
	got.EndedAt = got.SeenAt.Add(time.Second)
	if err := visits.SaveSession(t.Context(), got); err != nil {
		t.Fatal(err)
	}
	if err := visits.SaveSession(t.Context(), old); !fault.Is(err, fault.Conflict) {
		t.Errorf("an old version of a session gave %v, want a conflict", err)
	}
	again, err := visits.SessionByDigest(t.Context(), cookie.Digest())
	if err != nil || !again.EndedAt.Equal(got.EndedAt) || again.Version != 2 {
		t.Errorf("got %+v, %v", again, err)
	}
}
