package banner

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
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

// Seal writes a banner so that only those who have the key can read it: it travels
// with copies that everybody may read, and says who said it.
func Seal(key ed25519.PrivateKey, b Banner) ([]byte, error) {
	raw, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("write the banner: %w", err)
	}
	box, err := boxOf(key)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, box.NonceSize())
	_, _ = rand.Read(nonce) // crypto/rand.Read never fails since Go 1.24
	return box.Seal(nonce, nonce, raw, nil), nil
}

// Open reads what Seal wrote. It is Forbidden when somebody else wrote it.
func Open(key ed25519.PrivateKey, sealed []byte) (Banner, error) {
	var b Banner
	box, err := boxOf(key)
	if err != nil {
		return b, err
	}
	n := min(box.NonceSize(), len(sealed))
	raw, err := box.Open(nil, append(sealed[:n:n], make([]byte, box.NonceSize()-n)...), sealed[n:], nil)
	if err == nil {
		err = json.Unmarshal(raw, &b)
	}
	if err != nil {
		return b, fault.New(fault.Forbidden, "banner", "it was not sealed with our key", "give all nodes the same banner.key")
	}
	return b, nil
}

// boxOf is a cipher with a key that follows from the banner's, and is used for
// nothing else.
func boxOf(key ed25519.PrivateKey) (cipher.AEAD, error) {
	if len(key) != ed25519.PrivateKeySize {
		return nil, fault.New(fault.Forbidden, "banner", "there is no key", "")
	}
	secret := sha256.Sum256(append([]byte("bonghwa banner note 1\n"), key.Seed()...))
	block, err := aes.NewCipher(secret[:])
	if err != nil {
		return nil, fmt.Errorf("make a cipher: %w", err)
	}
	box, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make a cipher: %w", err)
	}
	return box, nil
}
