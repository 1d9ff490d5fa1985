package banner

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/bonghwa/bonghwa/fault"
)

// NewKey makes a key out of 32 random bytes.
func NewKey(seed [ed25519.SeedSize]byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(seed[:])
}

// KeyText writes a key for its file.
func KeyText(key ed25519.PrivateKey) string { return hex.EncodeToString(key.Seed()) + "\n" }

// ParseKey reads what KeyText wrote. The error does not show it.
func ParseKey(text string) (ed25519.PrivateKey, error) {
	seed, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, fault.New(fault.Invalid, "", "this is no key of 32 bytes in hex", "restore the file, or delete it and say the banner again: those signed so far then no longer count")
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// PublicText writes the public half of a key, for people to compare.
func PublicText(key ed25519.PrivateKey) string {
	public, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		return ""
	}
	return "ed25519:" + base64.StdEncoding.EncodeToString(public)
}
