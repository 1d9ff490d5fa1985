package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"log/slog"

	"github.com/bonghwa/bonghwa/fault"
)

// secretBytes is the length of every secret: 256 bits, out of reach of guessing.
const secretBytes = 32

// Secret is a text that opens something. Printed, logged or encoded it hides
// itself; only Reveal gives the text, and whoever calls it must hand it to its
// owner and forget it.
type Secret struct{ text string }

// NewSecret wraps a text that came from outside, such as a cookie.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal is the text itself.
func (s Secret) Reveal() string { return s.text }

// Digest is what is stored of the secret.
func (s Secret) Digest() Digest { return sha256.Sum256([]byte(s.text)) }

// String hides the secret.
func (Secret) String() string { return "[secret]" }

// GoString hides the secret from %#v.
func (Secret) GoString() string { return "identity.Secret{…}" }

// LogValue hides the secret from logs.
func (Secret) LogValue() slog.Value { return slog.StringValue("[secret]") }

// MarshalText hides the secret from encoders.
func (Secret) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }

// Digest is the SHA-256 of a secret. No salt: 256 random bits need none.
type Digest [sha256.Size]byte

// Hex writes the digest as 64 lower-case digits.
func (d Digest) Hex() string { return hex.EncodeToString(d[:]) }

// ParseDigest reads what Hex wrote.
func ParseDigest(text string) (Digest, error) {
	var d Digest
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(d) {
		return d, fault.New(fault.Invalid, "digest", "a digest is 64 hexadecimal digits", "")
	}
	copy(d[:], b)
	return d, nil
}

// newToken is 256 random bits in lower-case base32: 52 letters and digits that
// survive a mail client, a double click and a URL.
func newToken() Secret {
	b := make([]byte, secretBytes)
	_, _ = rand.Read(b) // crypto/rand.Read never fails since Go 1.24
	return Secret{alphabet().EncodeToString(b)}
}

func alphabet() *base32.Encoding {
	return base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
}
