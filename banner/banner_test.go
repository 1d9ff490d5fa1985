package banner_test

import (
	"crypto/ed25519"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/banner"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

func at(minute int) time.Time { return time.Date(2018, 11, 21, 23, minute, 0, 123456789, time.UTC) }

func both(ko, en string) health.Text { return health.Text{health.Korean: ko, health.English: en} }

func key(first byte) ed25519.PrivateKey { return banner.NewKey([32]byte{first}) }

func said(t *testing.T, text health.Text, minute int) banner.Banner {
	t.Helper()
	b, err := banner.New(text, health.Languages(), at(minute), "kim")
	if err != nil {
		t.Fatal(err)
	}
	if b, err = b.Sign(key(1)); err != nil {
		t.Fatal(err)
	}
	return b
}

func public(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

func TestABannerIsTheSameAfterAJourney(t *testing.T) {
	t.Parallel()
	for _, b := range []banner.Banner{said(t, both(" 복구하고 있습니다. ", "We are <recovering> & \"well\"."), 19), signedBack(t)} {
		raw, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		var got banner.Banner
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		if err := got.Verify(public(key(1))); err != nil {
			t.Error(err)
		}
		got.SaidAt = got.SaidAt.In(time.FixedZone("KST", 9*60*60)) // the same instant
		if err := got.Verify(public(key(1))); err != nil {
			t.Error(err)
		}
	}
}

func signedBack(t *testing.T) banner.Banner {
	t.Helper()
	b, err := banner.TakeBack(at(30), "kim").Sign(key(1))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatWasChangedIsRefused(t *testing.T) {
	t.Parallel()
	good := said(t, both("복구하고 있습니다.", "We are recovering."), 19)
	for name, change := range map[string]func(*banner.Banner){
		"another word":  func(b *banner.Banner) { b.Text = both("복구했습니다.", "We are recovering.") },
		"a language":    func(b *banner.Banner) { b.Text = health.Text{health.Korean: "복구하고 있습니다."} },
		"no words":      func(b *banner.Banner) { b.Text = nil },
		"a later time":  func(b *banner.Banner) { b.SaidAt = b.SaidAt.Add(time.Microsecond) },
		"another name":  func(b *banner.Banner) { b.By = "lee" },
		"another id":    func(b *banner.Banner) { b.ID = "x" },
		"no signature":  func(b *banner.Banner) { b.Signature = "" },
		"not base64":    func(b *banner.Banner) { b.Signature = "%" },
		"half of it":    func(b *banner.Banner) { b.Signature = b.Signature[:40] },
		"somebody else": func(b *banner.Banner) { *b, _ = b.Sign(key(2)) },
	} {
		b := good
		change(&b)
		if err := b.Verify(public(key(1))); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := good.Verify(nil); !fault.Is(err, fault.Forbidden) {
		t.Errorf("without a key: %v", err)
	}
}

func TestASignatureDoesNotExcuseTheRules(t *testing.T) {
	t.Parallel()
	long, err := banner.Banner{ID: "x", Text: both(strings.Repeat("가", 501), "x"), SaidAt: at(1)}.Sign(key(1))
	if err != nil {
		t.Fatal(err)
	}
	if err := long.Verify(public(key(1))); !fault.Is(err, fault.Invalid) {
		t.Errorf("signed and too long: %v", err)
	}
}

func TestABannerIsShortVisibleAndInEveryLanguage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text      health.Text
		languages []health.Language
		want      string
	}{
		"no Korean":         {both(" ", "We."), health.Languages(), "--ko: the text in this language is missing"},
		"no English":        {health.Text{health.Korean: "가"}, health.Languages(), "--en: the text in this language is missing"},
		"nothing":           {nil, health.Languages(), "--ko"},
		"a language less":   {both("가", "We."), []health.Language{health.English}, "--ko: the page does not speak this language"},
		"501 characters":    {both(strings.Repeat("가", 501), "x"), health.Languages(), "501 characters"},
		"a line break":      {both("가", "a\nb"), health.Languages(), "U+000A"},
		"an escape":         {both("가", "a\x1b[31mb"), health.Languages(), "U+001B"},
		"turned around":     {both("가", "a\u202eb"), health.Languages(), "U+202E"},
		"isolated":          {both("가", "a\u2066b\u2069"), health.Languages(), "U+2066"},
		"nothing wide":      {both("가\u200b나", "x"), health.Languages(), "U+200B"},
		"a line separator":  {both("가\u2028나", "x"), health.Languages(), "U+2028"},
		"bytes of no sense": {both("가", "a\xffb"), health.Languages(), "not UTF-8"},
	} {
		_, err := banner.New(c.text, c.languages, at(1), "kim")
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	b, err := banner.New(health.Text{health.English: strings.Repeat("x", 500)}, []health.Language{health.English}, at(1), "kim")
	if err != nil || b.TakenBack() || b.SaidAt.Nanosecond()%1000 != 0 {
		t.Errorf("500 characters in the one language of the page: %+v, %v", b, err)
	}
}

func TestTheLastWordCounts(t *testing.T) {
	t.Parallel()
	first, second, back := said(t, both("가", "a"), 1), said(t, both("나", "b"), 2), signedBack(t)
	if got := banner.Newest(nil, &second, nil, &first); got != &second {
		t.Errorf("%+v counts", got)
	}
	if got := banner.Newest(&first, &back, &second); got != &back || !got.TakenBack() {
		t.Errorf("%+v counts", got)
	}
	if banner.Newest() != nil || banner.Newest(nil, nil) != nil {
		t.Error("there is none, and one counts")
	}
	twin := first
	twin.ID = "zz"
	if banner.Newest(&first, &twin) != &twin || banner.Newest(&twin, &first) != &twin {
		t.Error("of two at once it depends on who asks")
	}
}

func TestAKeySurvivesItsFile(t *testing.T) {
	t.Parallel()
	k, err := banner.ParseKey(banner.KeyText(key(7)))
	if err != nil || !k.Equal(key(7)) {
		t.Fatalf("%v", err)
	}
	if text := banner.PublicText(k); !strings.HasPrefix(text, "ed25519:") || strings.Contains(text, banner.KeyText(k)[:20]) {
		t.Errorf("the public half is told as %q", text)
	}
	for _, bad := range []string{"", "zz", "0102", banner.KeyText(k) + "00"} {
		if _, err := banner.ParseKey(bad); !fault.Is(err, fault.Invalid) || bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestASealedBannerIsForThoseWhoHaveTheKey(t *testing.T) {
	t.Parallel()
	b := said(t, both("복구하고 있습니다.", "We are recovering."), 19)
	sealed, err := banner.Seal(key(1), b)
	if err != nil || strings.Contains(string(sealed), "kim") {
		t.Fatalf("%q, %v", sealed, err)
	}
	if got, err := banner.Open(key(1), sealed); err != nil || got.By != "kim" || got.Verify(public(key(1))) != nil {
		t.Errorf("%+v, %v", got, err)
	}
	bad := map[string][]byte{"nothing": nil, "half": sealed[:20], "little": sealed[:5], "changed": append([]byte{sealed[0] ^ 1}, sealed[1:]...)}
	for name, s := range bad {
		if _, err := banner.Open(key(1), s); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := banner.Open(key(2), sealed); !fault.Is(err, fault.Forbidden) {
		t.Errorf("with another key: %v", err)
	}
	if _, err := banner.Open(nil, sealed); !fault.Is(err, fault.Forbidden) {
		t.Errorf("without a key: %v", err)
	}
	if _, err := banner.Seal(nil, b); err == nil {
		t.Error("sealed without a key")
	}
}
