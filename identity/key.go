package identity

import (
	"context"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// Key is an API key as it is kept: everything but its secret.
type Key struct {
	ID        string // names its owner in the journal
	Name      string // what it is for, in the owner's words
	Role      Role
	Account   health.AccountID // of a customer's key; empty for the others
	Digest    Digest
	CreatedBy string // id of the key that issued it, or "setup"
	CreatedAt time.Time
	ExpiresAt time.Time // zero: does not expire
	RevokedAt time.Time // zero: not revoked
	Version   int64
}

// KeyRequest asks for a key. TTL 0 makes one that does not expire.
type KeyRequest struct {
	Name    string
	Role    Role
	Account health.AccountID
	TTL     time.Duration
	By      string
}

// NewKey makes a key and its text: "bh_", a hint of the role, 256 random bits
// and a checksum, so that a mistyped key is told from a wrong one and a leaked
// one can be found by its shape. It returns Invalid for a request that makes no
// sense.
func NewKey(q KeyRequest, now time.Time) (Key, Secret, error) {
	if err := q.check(); err != nil {
		return Key{}, Secret{}, err
	}
	body := "bh_" + q.Role.hint() + "_" + newToken().Reveal()
	text := Secret{body + checksum(body)}
	k := Key{
		ID: health.NewID(now), Name: strings.TrimSpace(q.Name), Role: q.Role, Account: q.Account,
		Digest: text.Digest(), CreatedBy: q.By, CreatedAt: now.UTC(),
	}
	if q.TTL > 0 {
		k.ExpiresAt = k.CreatedAt.Add(q.TTL)
	}
	return k, text, nil
}

func (q KeyRequest) check() error {
	var l fault.List
	if strings.TrimSpace(q.Name) == "" {
		l.Add("name", "a key needs a name", "say what the key is for")
	}
	if q.Role.hint() == "" {
		l.Add("role", `role "`+string(q.Role)+`" is not known`, "write one of: operator, approver, customer")
	}
	if (q.Role == Customer) != (q.Account != "") {
		l.Add("account", "a customer's key is bound to one account, and no other key is", "name an account for the role customer only")
	}
	if q.TTL < 0 {
		l.Add("ttl", "a key cannot expire before it is made", "write 0 for a key that does not expire")
	}
	return l.Err()
}

// ReadKey checks the shape and the checksum of a key's text and gives what to
// look it up by. It never needs the database, so nonsense costs nothing.
func ReadKey(text string) (Digest, error) {
	const sum = 7
	hint, rest, ok := strings.Cut(strings.TrimPrefix(text, "bh_"), "_")
	known := slices.ContainsFunc(Roles(), func(r Role) bool { return r.hint() == hint })
	if !ok || !known || !strings.HasPrefix(text, "bh_") || len(rest) != 52+sum {
		return Digest{}, fault.New(fault.Unauthenticated, "", "this is not an API key of ours", "send the whole key, which begins with bh_")
	}
	body := text[:len(text)-sum]
	if checksum(body) != text[len(text)-sum:] {
		return Digest{}, fault.New(fault.Unauthenticated, "", "the API key is cut short or mistyped", "copy the whole key again")
	}
	return Secret{text}.Digest(), nil
}

func checksum(body string) string {
	return alphabet().EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(body))))
}

// Check is nil while the key is good, else Unauthenticated.
func (k Key) Check(now time.Time) error {
	switch {
	case !k.RevokedAt.IsZero():
		return fault.New(fault.Unauthenticated, "", "the API key was revoked", "ask for a new one")
	case !k.ExpiresAt.IsZero() && !now.Before(k.ExpiresAt):
		return fault.New(fault.Unauthenticated, "", "the API key has expired", "ask for a new one")
	}
	return nil
}

// Allow is nil when the key has one of the roles, else Forbidden naming them.
func (k Key) Allow(roles ...Role) error {
	if slices.Contains(roles, k.Role) {
		return nil
	}
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return fault.New(fault.Forbidden, "", "a key of the role "+string(k.Role)+" may not do this", "use a key of the role "+strings.Join(words, " or "))
}

// Keys keeps API keys.
type Keys interface {
	// SaveKey adds a key.
	SaveKey(ctx context.Context, k Key) error
	// KeyByDigest finds a key, revoked ones too; NotFound when there is none.
	KeyByDigest(ctx context.Context, d Digest) (Key, error)
	// ListKeys is every key, oldest first.
	ListKeys(ctx context.Context) ([]Key, error)
	// RevokeKey marks a key as revoked; doing it again keeps the first time.
	// NotFound when there is none of that id.
	RevokeKey(ctx context.Context, id string, at time.Time) error
}

// Keyring issues API keys and recognizes them.
type Keyring struct {
	keys Keys
	wall clock.Wall
}

// NewKeyring is a keyring over the kept keys.
func NewKeyring(keys Keys, wall clock.Wall) *Keyring { return &Keyring{keys: keys, wall: wall} }

// Issue makes a key, keeps it, and gives its text for the only time.
func (r *Keyring) Issue(ctx context.Context, q KeyRequest) (Key, Secret, error) {
	k, text, err := NewKey(q, r.wall.Now())
	if err != nil {
		return Key{}, Secret{}, err
	}
	if err := r.keys.SaveKey(ctx, k); err != nil {
		return Key{}, Secret{}, err
	}
	return k, text, nil
}

// Authenticate is the good key of the text, or Unauthenticated. Why a key that
// exists is refused is said; that a key does not exist is said the same way for
// every such text.
func (r *Keyring) Authenticate(ctx context.Context, text Secret) (Key, error) {
	d, err := ReadKey(text.Reveal())
	if err != nil {
		return Key{}, err
	}
	k, err := r.keys.KeyByDigest(ctx, d)
	if fault.Is(err, fault.NotFound) {
		return Key{}, fault.New(fault.Unauthenticated, "", "the API key is not known here", "check that it belongs to this server")
	}
	if err != nil {
		return Key{}, err
	}
	return k, k.Check(r.wall.Now())
}

// List is every key, oldest first.
func (r *Keyring) List(ctx context.Context) ([]Key, error) { return r.keys.ListKeys(ctx) }

// Revoke ends a key from now on.
func (r *Keyring) Revoke(ctx context.Context, id string) error {
	return r.keys.RevokeKey(ctx, id, r.wall.Now())
}
