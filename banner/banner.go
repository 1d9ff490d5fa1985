// Package banner is the emergency banner: a few words above every page, for the
// day on which nothing else can be published.
//
// It promises that a banner is said in every language of the page, that nobody
// without the provider's key can make or change one, and that of several the one
// said last counts, wherever they come from. Taking a banner back is a banner
// without words: it too is signed, dated and kept.
//
// The package is pure: it reads no file and no clock, and knows neither where a
// banner is kept nor how it is shown.
package banner

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// Banner is one statement. Its JSON is the form in which it is kept and sent.
type Banner struct {
	ID        health.BannerID `json:"id"`
	Text      health.Text     `json:"text,omitempty"` // empty: the banner before is taken back
	SaidAt    time.Time       `json:"said_at"`        // UTC, to the microsecond
	By        string          `json:"by"`             // who said it, as the system calls them
	Signature string          `json:"signature"`      // Ed25519, base64
}

// MostRunes is how long a banner may be in one language, in characters.
const MostRunes = 500

// mostBy is how long the name of who said it may be, in bytes.
const mostBy = 128

// New makes a banner in the languages of the page, not signed yet. It is Invalid
// when a text is missing, too long, or holds characters that a reader would not
// see: those that control a terminal or turn the direction of the text.
func New(text health.Text, languages []health.Language, at time.Time, by string) (Banner, error) {
	b := Banner{ID: health.BannerID(health.NewID(at)), Text: health.Text{}, SaidAt: at.UTC().Truncate(time.Microsecond), By: by}
	var l fault.List
	for _, lang := range languages {
		words := strings.TrimSpace(text[lang])
		if words == "" {
			l.Add("--"+string(lang), "the text in this language is missing", "say it in every language of the page")
			continue
		}
		checkWords(&l, "--"+string(lang), words)
		b.Text[lang] = words
	}
	for lang, words := range text {
		if !slices.Contains(languages, lang) && strings.TrimSpace(words) != "" {
			l.Add("--"+string(lang), "the page does not speak this language", "leave it out")
		}
	}
	return b, l.Err()
}

// TakeBack makes the banner that ends the one before, not signed yet.
func TakeBack(at time.Time, by string) Banner {
	return Banner{ID: health.BannerID(health.NewID(at)), SaidAt: at.UTC().Truncate(time.Microsecond), By: by}
}

func checkWords(l *fault.List, where, words string) {
	if n := utf8.RuneCountInString(words); n > MostRunes {
		l.Add(where, fmt.Sprintf("the text has %d characters", n), fmt.Sprintf("write at most %d", MostRunes))
	}
	if !utf8.ValidString(words) {
		l.Add(where, "the text is not UTF-8", "write it in UTF-8")
	}
	for _, r := range words {
		if hidden(r) {
			l.Add(where, fmt.Sprintf("the text holds the character U+%04X, which readers do not see", r), "take it out; a banner is one line")
			return
		}
	}
}

// hidden reports whether a character controls something instead of being read:
// line breaks, terminal controls, and whatever has no shape of its own, such as the
// marks that turn the direction of a text. The joiners that emoji are made with are
// no exception: they hide as well.
func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co)
}

// TakenBack reports whether this banner only ends the one before.
func (b Banner) TakenBack() bool { return len(b.Text) == 0 }

// Sign gives the banner with its signature.
func (b Banner) Sign(key ed25519.PrivateKey) (Banner, error) {
	message, err := b.signed()
	if err != nil {
		return b, err
	}
	b.Signature = base64.StdEncoding.EncodeToString(ed25519.Sign(key, message))
	return b, nil
}

// Verify is Forbidden unless the key's owner signed this very banner, and Invalid
// when it breaks the rules of New all the same.
func (b Banner) Verify(key ed25519.PublicKey) error {
	message, err := b.signed()
	if err != nil {
		return err
	}
	signature, err := base64.StdEncoding.DecodeString(b.Signature)
	if err != nil || len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, message, signature) {
		return fault.New(fault.Forbidden, "banner "+string(b.ID), "its signature is not ours: it was forged, edited, or signed with another key", "say it again with bonghwa page say")
	}
	var l fault.List
	if b.ID == "" || b.SaidAt.IsZero() || len(b.By) > mostBy {
		l.Add("banner", "it has no id, no time, or an endless name", "say it again with bonghwa page say")
	}
	for lang, words := range b.Text {
		checkWords(&l, "banner, "+string(lang), words)
	}
	return l.Err()
}

// purpose keeps a signature from being used for anything else.
const purpose = "bonghwa banner 1\n"

// signed is what the signature is over: everything but itself. Keys of a JSON
// object that Go writes are sorted, so the same banner gives the same bytes.
func (b Banner) signed() ([]byte, error) {
	b.Signature, b.SaidAt = "", b.SaidAt.UTC()
	raw, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("write the banner: %w", err)
	}
	return append([]byte(purpose), raw...), nil
}

// Newer reports whether b counts rather than other: said later or, at the same
// instant, with the higher id, so that everybody agrees.
func (b Banner) Newer(other Banner) bool {
	if !b.SaidAt.Equal(other.SaidAt) {
		return b.SaidAt.After(other.SaidAt)
	}
	return b.ID > other.ID
}

// Newest is the banner that counts; nil when there is none. Those that are nil are
// passed over.
func Newest(banners ...*Banner) *Banner {
	var found *Banner
	for _, b := range banners {
		if b != nil && (found == nil || b.Newer(*found)) {
			found = b
		}
	}
	return found
}
