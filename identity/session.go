package identity

import (
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// Terms are how long links and sessions last, in wall time.
type Terms struct {
	Link     time.Duration // from the mail to the button
	Idle     time.Duration // of a session nobody uses
	Absolute time.Duration // of any session
}

// DefaultTerms are 15 minutes for a link, and for a session 2 hours unused and
// 12 hours in all, within which the accounts it was opened for may be out of
// date.
func DefaultTerms() Terms {
	return Terms{Link: 15 * time.Minute, Idle: 2 * time.Hour, Absolute: 12 * time.Hour}
}

// Link is a mailed sign-in link as it is kept.
type Link struct {
	Digest    Digest
	Contact   Contact
	Next      string // local path to go to afterwards; may be empty
	IssuedAt  time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // zero: not used
	Version   int64
}

// NewLink makes a link for a contact and its token.
func NewLink(c Contact, next string, terms Terms, now time.Time) (Link, Secret) {
	token := newToken()
	return Link{
		Digest: token.Digest(), Contact: c, Next: next,
		IssuedAt: now.UTC(), ExpiresAt: now.UTC().Add(terms.Link),
	}, token
}

// Redeem uses the link up and opens a session. A link that was used or is too
// old is Unauthenticated; the remedy is the same for both.
func (l Link) Redeem(terms Terms, now time.Time) (Link, Session, Secret, error) {
	if !l.UsedAt.IsZero() || !now.Before(l.ExpiresAt) {
		return l, Session{}, Secret{}, errLinkOver()
	}
	l.UsedAt = now.UTC()
	token := newToken()
	s := Session{
		Digest: token.Digest(), Contact: l.Contact,
		CreatedAt: now.UTC(), SeenAt: now.UTC(), ExpiresAt: now.UTC().Add(terms.Absolute),
	}
	return l, s, token, nil
}

func errLinkOver() error {
	return fault.New(fault.Unauthenticated, "", "this sign-in link was used already or is too old", "ask for a new one")
}

// Session is a signed-in customer as it is kept.
type Session struct {
	Digest    Digest
	Contact   Contact // with the accounts at sign-in
	CreatedAt time.Time
	SeenAt    time.Time // of the last request, to the nearest freshness step
	ExpiresAt time.Time // whatever happens
	EndedAt   time.Time // zero: not signed out
	Version   int64
}

// seenStep is how stale SeenAt may be, so that reading pages does not write.
const seenStep = 5 * time.Minute

// Check is nil while the session is good, else Unauthenticated.
func (s Session) Check(terms Terms, now time.Time) error {
	if s.EndedAt.IsZero() && now.Before(s.ExpiresAt) && now.Before(s.SeenAt.Add(terms.Idle)) {
		return nil
	}
	return fault.New(fault.Unauthenticated, "", "you have been signed out", "sign in again")
}

// Seen is the session as used now, and whether that is worth saving.
func (s Session) Seen(now time.Time) (Session, bool) {
	if now.Sub(s.SeenAt) < seenStep {
		return s, false
	}
	s.SeenAt = now.UTC()
	return s, true
}

// Sees reports whether the session was opened for the account. Everything else
// does not exist for it.
func (s Session) Sees(a health.AccountID) bool { return slices.Contains(s.Contact.Accounts, a) }
