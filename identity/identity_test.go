package identity_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
)

func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

func TestNewKeySaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		ask  identity.KeyRequest
		want string // in the error; empty: none
	}{
		"operator":                 {identity.KeyRequest{Name: "desk", Role: identity.Operator}, ""},
		"customer":                 {identity.KeyRequest{Name: "shop", Role: identity.Customer, Account: "1"}, ""},
		"no name":                  {identity.KeyRequest{Role: identity.Operator}, "name: a key needs a name"},
		"unknown role":             {identity.KeyRequest{Name: "x", Role: "root"}, `role "root" is not known`},
		"customer without account": {identity.KeyRequest{Name: "x", Role: identity.Customer}, "bound to one account"},
		"approver with account":    {identity.KeyRequest{Name: "x", Role: identity.Approver, Account: "1"}, "bound to one account"},
		"expired at birth":         {identity.KeyRequest{Name: "x", Role: identity.Approver, TTL: -1}, "cannot expire before"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, text, err := identity.NewKey(c.ask, noon())
			if c.want == "" {
				if err != nil || !strings.HasPrefix(text.Reveal(), "bh_") {
					t.Fatalf("got %v", err)
				}
				return
			}
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestAnyChangedLetterIsNoticedWithoutADatabase(t *testing.T) {
	t.Parallel()
	_, text, err := identity.NewKey(identity.KeyRequest{Name: "desk", Role: identity.Operator}, noon())
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		b := []byte(text.Reveal())
		i := rapid.IntRange(0, len(b)-1).Draw(t, "place")
		b[i] = rapid.Byte().Filter(func(x byte) bool { return x != b[i] }).Draw(t, "letter")
		if _, err := identity.ReadKey(string(b)); !fault.Is(err, fault.Unauthenticated) {
			t.Fatalf("a changed key gave %v", err)
		}
	})
	if _, err := identity.ReadKey(text.Reveal()[:20]); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("half a key gave %v", err)
	}
}

func FuzzReadKey(f *testing.F) {
	f.Add("bh_op_")
	f.Add("bh_cu_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := identity.ReadKey(text); err != nil && strings.Contains(err.Error(), text) && len(text) > 40 {
			t.Error("the error shows the key")
		}
	})
}

func TestKeyIsGoodUntilRevokedOrExpired(t *testing.T) {
	t.Parallel()
	k, _, err := identity.NewKey(identity.KeyRequest{Name: "x", Role: identity.Approver, TTL: time.Hour}, noon())
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Check(noon().Add(time.Hour - 1)); err != nil {
		t.Error(err)
	}
	if err := k.Check(noon().Add(time.Hour)); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("an expired key gave %v", err)
	}
	if err := k.Allow(identity.Operator, identity.Approver); err != nil {
		t.Error(err)
	}
	if err := k.Allow(identity.Operator); !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "role operator") {
		t.Errorf("the wrong role gave %v", err)
	}
	k.RevokedAt = noon()
	if err := k.Check(noon()); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a revoked key gave %v", err)
	}
}

func TestSecretHidesItself(t *testing.T) {
	t.Parallel()
	s := identity.NewSecret("open sesame")
	j, err := json.Marshal(map[string]any{"s": s})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).LogAttrs(t.Context(), slog.LevelInfo, "x", slog.Any("s", s))
	for _, shown := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %q", s, s, s, s), string(j), log.String()} {
		if strings.Contains(shown, "sesame") {
			t.Errorf("shown: %s", shown)
		}
	}
}

func TestSessionEndsIdleAndAbsolutely(t *testing.T) {
	t.Parallel()
	terms := identity.DefaultTerms()
	l, _ := identity.NewLink(identity.Contact{Accounts: []health.AccountID{"1"}}, "", terms, noon())
	if _, _, _, err := l.Redeem(terms, noon().Add(terms.Link)); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("an old link gave %v", err)
	}
	used, s, _, err := l.Redeem(terms, noon().Add(terms.Link-1))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := used.Redeem(terms, noon()); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a used link gave %v", err)
	}
	begin := s.CreatedAt
	if s.Check(terms, begin.Add(terms.Idle-1)) != nil || s.Check(terms, begin.Add(terms.Idle)) == nil {
		t.Error("a session nobody uses ends after Idle")
	}
	for at := begin; at.Before(begin.Add(terms.Absolute)); at = at.Add(time.Hour) {
		if err := s.Check(terms, at); err != nil {
			t.Fatalf("%v after the beginning: %v", at.Sub(begin), err)
		}
		s, _ = s.Seen(at)
	}
	if s.Check(terms, begin.Add(terms.Absolute)) == nil {
		t.Error("a used session ends after Absolute")
	}
}

func TestLimiterAllowsABurstThenOneAStep(t *testing.T) {
	t.Parallel()
	l := identity.NewLimiter(3, time.Minute)
	for i := range 3 {
		if !l.Allow("a", noon()) {
			t.Fatalf("turn %d refused", i)
		}
	}
	if l.Allow("a", noon()) || !l.Allow("b", noon()) {
		t.Error("the fourth is refused, another asker is not")
	}
	if !l.Allow("a", noon().Add(time.Minute)) || l.Allow("a", noon().Add(time.Minute)) {
		t.Error("one more each minute")
	}
	for i := range 60_000 {
		l.Allow(strconv.Itoa(i), noon())
	}
}

func TestNetworkGroupsAddresses(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"192.0.2.7": "192.0.2.7/32", "::ffff:192.0.2.7": "192.0.2.7/32",
		"2001:db8:1:2:3::4": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
	}
	for in, want := range cases {
		if got := identity.Network(netip.MustParseAddr(in)); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	if got := identity.Network(netip.Addr{}); got != "unknown" {
		t.Errorf("no address: got %s", got)
	}
}

func TestAddressesKnownAndUnknownGetTheSameAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, m, _ := door(t)
		for _, address := range []string{"Kim@Example.com", "nobody@example.com"} {
			if err := d.Ask(identity.SignInRequest{Address: address, From: netip.MustParseAddr("192.0.2.1")}); err != nil {
				t.Errorf("%s: %v", address, err)
			}
		}
		for _, address := range []string{"", "kim", "Kim <kim@example.com>", "a@b, c@d", strings.Repeat("a", 250) + "@example.com"} {
			if err := d.Ask(identity.SignInRequest{Address: address}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%q gave %v, want invalid", address, err)
			}
		}
		synctest.Wait()
		if got := m.taken(); len(got) != 1 || got[0].Address != "kim@example.com" || got[0].Language != health.Korean {
			t.Errorf("mailed %+v", got)
		}
	})
}

func TestLinkWorksOnceAndLeavingEndsTheSession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, m, _ := door(t)
		if err := d.Ask(identity.SignInRequest{Address: "kim@example.com", Next: "/ko/my/1/"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		token := m.taken()[0].Token
		s, cookie, next, err := d.Enter(t.Context(), token)
		if err != nil || !s.Sees("1") || s.Sees("2") || next != "/ko/my/1/" {
			t.Fatalf("got %+v, %q, %v", s, next, err)
		}
		for _, bad := range []identity.Secret{token, identity.NewSecret("made up"), {}} {
			if _, _, _, err := d.Enter(t.Context(), bad); !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("a link that is over gave %v", err)
			}
		}
		if _, err := d.Session(t.Context(), cookie); err != nil {
			t.Error(err)
		}
		time.Sleep(10 * time.Minute)
		if s, err := d.Session(t.Context(), cookie); err != nil || s.Version != 1 {
			t.Errorf("got %+v, %v", s, err)
		}
		if s, err := d.Session(t.Context(), cookie); err != nil || s.Version != 2 {
			t.Errorf("a use after ten minutes is noted once: %+v, %v", s, err)
		}
		for range 2 {
			if err := d.Leave(t.Context(), cookie); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := d.Session(t.Context(), cookie); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("after leaving: %v", err)
		}
	})
}

func TestAskingTooOftenIsRefusedByNetworkAndQuietByAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, m, _ := door(t)
		var refused int
		for i := range 12 {
			err := d.Ask(identity.SignInRequest{Address: "kim@example.com", From: netip.MustParseAddr("192.0.2.1")})
			if fault.Is(err, fault.Unavailable) {
				refused++
			} else if err != nil {
				t.Fatalf("request %d: %v", i, err)
			}
			synctest.Wait()
		}
		if refused != 2 {
			t.Errorf("refused %d of 12, want 2", refused)
		}
		if got := len(m.taken()); got != 3 {
			t.Errorf("mailed %d, want 3", got)
		}
	})
}

func TestFailuresToMailAreLoggedWithoutTheAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, m, log := door(t)
		m.fail = errors.New("relay is down")
		if err := d.Ask(identity.SignInRequest{Address: "kim@example.com"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got := log.String(); !strings.Contains(got, "relay is down") || strings.Contains(got, "kim@") {
			t.Errorf("logged %q", got)
		}
	})
}

func door(t *testing.T) (*identity.Door, *mailbox, *strings.Builder) {
	t.Helper()
	m, log := &mailbox{}, &strings.Builder{}
	d := identity.NewDoor(identity.DoorOptions{
		Contacts: book{"kim@example.com": {Endpoint: "e1", Language: health.Korean, Accounts: []health.AccountID{"1"}}},
		Visits:   &visits{links: map[identity.Digest]identity.Link{}, sessions: map[identity.Digest]identity.Session{}},
		Mailer:   m, Wall: clock.Wall{}, Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return d, m, log
}

// book is the contacts of a test.
type book map[string]identity.Contact

func (b book) ContactOf(_ context.Context, address string) (identity.Contact, error) {
	if c, ok := b[address]; ok {
		return c, nil
	}
	return identity.Contact{}, fault.New(fault.NotFound, "", "no such contact", "")
}

// mailbox keeps the links instead of sending them.
type mailbox struct {
	mu   sync.Mutex
	got  []identity.LinkMail
	fail error
}

func (m *mailbox) SendLink(_ context.Context, l identity.LinkMail) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.got = append(m.got, l)
	return m.fail
}

func (m *mailbox) taken() []identity.LinkMail {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.got
}

// visits keeps links and sessions in memory; the databases are tested by the
// contract in store/storetest.
type visits struct {
	mu       sync.Mutex
	links    map[identity.Digest]identity.Link
	sessions map[identity.Digest]identity.Session
}

func (v *visits) SaveLink(_ context.Context, l identity.Link) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	l.Version = 1
	v.links[l.Digest] = l
	return nil
}

func (v *visits) LinkByDigest(_ context.Context, d identity.Digest) (identity.Link, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	l, ok := v.links[d]
	if !ok {
		return l, fault.New(fault.NotFound, "", "no link", "")
	}
	return l, nil
}

func (v *visits) Redeem(_ context.Context, used identity.Link, s identity.Session) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.links[used.Digest].Version != used.Version {
		return fault.New(fault.Conflict, "", "changed", "")
	}
	used.Version++
	s.Version = 1
	v.links[used.Digest], v.sessions[s.Digest] = used, s
	return nil
}

func (v *visits) SessionByDigest(_ context.Context, d identity.Digest) (identity.Session, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s, ok := v.sessions[d]
	if !ok {
		return s, fault.New(fault.NotFound, "", "no session", "")
	}
	return s, nil
}

func (v *visits) SaveSession(_ context.Context, s identity.Session) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.sessions[s.Digest].Version != s.Version {
		return fault.New(fault.Conflict, "", "changed", "")
	}
	s.Version++
	v.sessions[s.Digest] = s
	return nil
}

func (v *visits) Sweep(context.Context, time.Time) error { return nil }
