package identity

import (
	"context"
	"log/slog"
	"net/mail"
	"net/netip"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// Contacts knows who may sign in.
type Contacts interface {
	// ContactOf finds a contact by mail address, letter case ignored; NotFound
	// when nobody has it.
	ContactOf(ctx context.Context, address string) (Contact, error)
}

// Visits keeps links and sessions.
type Visits interface {
	// SaveLink adds a link.
	SaveLink(ctx context.Context, l Link) error
	// LinkByDigest finds a link, used ones too; NotFound when there is none.
	LinkByDigest(ctx context.Context, d Digest) (Link, error)
	// Redeem saves a link as used and the session it opened, both or neither;
	// Conflict when somebody used the link first.
	Redeem(ctx context.Context, used Link, s Session) error
	// SessionByDigest finds a session, ended ones too; NotFound when there is none.
	SessionByDigest(ctx context.Context, d Digest) (Session, error)
	// SaveSession saves a changed session; Conflict when it changed meanwhile.
	SaveSession(ctx context.Context, s Session) error
	// Sweep forgets links and sessions that expired before.
	Sweep(ctx context.Context, before time.Time) error
}

// LinkMail is a sign-in link to be sent.
type LinkMail struct {
	Address  string
	Language health.Language
	Token    Secret
	Lasts    time.Duration // wall time until it expires, from now
}

// Mailer sends a sign-in link.
type Mailer interface {
	// SendLink hands the mail over, or says why it could not.
	SendLink(ctx context.Context, m LinkMail) error
}

// SignInRequest is somebody asking for a link.
type SignInRequest struct {
	Address  string
	Language health.Language
	Next     string // local path to go to afterwards
	From     netip.Addr
}

// DoorOptions is what a Door needs.
type DoorOptions struct {
	Contacts Contacts
	Visits   Visits
	Mailer   Mailer
	Wall     clock.Wall
	Terms    Terms // zero: DefaultTerms
	Log      *slog.Logger
}

// Door lets customers in and out. Run must be running for links to be mailed.
type Door struct {
	o        DoorOptions
	networks *Limiter
	mails    *Limiter
	asked    chan SignInRequest
}

const (
	askedAtOnce  = 256
	sweepEvery   = time.Hour
	keepOver     = 24 * time.Hour // how long what expired is kept, for a better answer
	maxAddress   = 254            // RFC 5321, 4.5.3.1.3
	networkBurst = 10
	addressBurst = 3
)

// NewDoor is a closed door: one that lets nobody ask more than 10 times and then
// once a minute from one network, and mails one address at most 3 links and then
// one every 5 minutes.
func NewDoor(o DoorOptions) *Door {
	if o.Terms == (Terms{}) {
		o.Terms = DefaultTerms()
	}
	return &Door{
		o: o, networks: NewLimiter(networkBurst, time.Minute), mails: NewLimiter(addressBurst, 5*time.Minute),
		asked: make(chan SignInRequest, askedAtOnce),
	}
}

// Ask takes a request for a link. Its answer depends on the form of the address
// and on how often the network asked, never on whether the address is known:
// looking it up and mailing happen afterwards, in Run. It returns Invalid for
// what is no mail address and Unavailable when asked too often.
func (d *Door) Ask(q SignInRequest) error {
	a, err := normalize(q.Address)
	if err != nil {
		return err
	}
	q.Address = a
	if !d.networks.Allow(Network(q.From), d.o.Wall.Now()) {
		return errTooOften()
	}
	select {
	case d.asked <- q:
		return nil
	default:
		return errTooOften()
	}
}

func errTooOften() error {
	return fault.New(fault.Unavailable, "", "too many sign-in links were asked for", "try again in a few minutes")
}

func normalize(address string) (string, error) {
	address = strings.TrimSpace(address)
	a, err := mail.ParseAddress(address)
	if err != nil || a.Name != "" || a.Address != address || len(address) > maxAddress {
		return "", fault.New(fault.Invalid, "address", "this is not a mail address", "write it like name@example.com")
	}
	return strings.ToLower(address), nil
}

// Run mails the links that were asked for and forgets what is over, until ctx
// ends. A link that could not be mailed is logged and lost: whoever asked will
// ask again.
func (d *Door) Run(ctx context.Context) error {
	sweep := d.o.Wall.After(sweepEvery)
	for {
		select {
		case <-ctx.Done():
			return nil
		case q := <-d.asked:
			if err := d.answer(ctx, q); err != nil {
				d.o.Log.LogAttrs(ctx, slog.LevelError, "a sign-in link was not mailed", slog.Any("error", err))
			}
		case <-sweep:
			sweep = d.o.Wall.After(sweepEvery)
			if err := d.o.Visits.Sweep(ctx, d.o.Wall.Now().Add(-keepOver)); err != nil {
				d.o.Log.LogAttrs(ctx, slog.LevelError, "old sessions were not swept", slog.Any("error", err))
			}
		}
	}
}

// answer mails a link to a known address, and does nothing for another.
func (d *Door) answer(ctx context.Context, q SignInRequest) error {
	if !d.mails.Allow(Secret{q.Address}.Digest().Hex(), d.o.Wall.Now()) {
		return nil
	}
	c, err := d.o.Contacts.ContactOf(ctx, q.Address)
	if fault.Is(err, fault.NotFound) || err == nil && len(c.Accounts) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if q.Language != "" {
		c.Language = q.Language
	}
	l, token := NewLink(c, q.Next, d.o.Terms, d.o.Wall.Now())
	if err := d.o.Visits.SaveLink(ctx, l); err != nil {
		return err
	}
	return d.o.Mailer.SendLink(ctx, LinkMail{Address: q.Address, Language: c.Language, Token: token, Lasts: d.o.Terms.Link})
}

// Enter uses a link up: the session, its token for the cookie, and the path the
// customer was on the way to. A link that is unknown, used or too old is
// Unauthenticated, all in the same words.
func (d *Door) Enter(ctx context.Context, token Secret) (Session, Secret, string, error) {
	l, err := d.o.Visits.LinkByDigest(ctx, token.Digest())
	if fault.Is(err, fault.NotFound) {
		return Session{}, Secret{}, "", errLinkOver()
	}
	if err != nil {
		return Session{}, Secret{}, "", err
	}
	used, s, cookie, err := l.Redeem(d.o.Terms, d.o.Wall.Now())
	if err != nil {
		return Session{}, Secret{}, "", err
	}
	if err := d.o.Visits.Redeem(ctx, used, s); fault.Is(err, fault.Conflict) {
		return Session{}, Secret{}, "", errLinkOver()
	} else if err != nil {
		return Session{}, Secret{}, "", err
	}
	return s, cookie, l.Next, nil
}

// Session is the good session of a cookie's token, or Unauthenticated.
func (d *Door) Session(ctx context.Context, token Secret) (Session, error) {
	s, err := d.o.Visits.SessionByDigest(ctx, token.Digest())
	if fault.Is(err, fault.NotFound) {
		return Session{}, fault.New(fault.Unauthenticated, "", "you are not signed in", "sign in")
	}
	if err != nil {
		return Session{}, err
	}
	now := d.o.Wall.Now()
	if err := s.Check(d.o.Terms, now); err != nil {
		return Session{}, err
	}
	if seen, worth := s.Seen(now); worth {
		// Two requests at once both want to note the time; either will do.
		if err := d.o.Visits.SaveSession(ctx, seen); err != nil && !fault.Is(err, fault.Conflict) {
			return Session{}, err
		}
	}
	return s, nil
}

// Leave ends a session. A token that opens nothing is no error.
func (d *Door) Leave(ctx context.Context, token Secret) error {
	for {
		s, err := d.o.Visits.SessionByDigest(ctx, token.Digest())
		if fault.Is(err, fault.NotFound) || err == nil && !s.EndedAt.IsZero() {
			return nil
		}
		if err != nil {
			return err
		}
		s.EndedAt = d.o.Wall.Now().UTC()
		if err := d.o.Visits.SaveSession(ctx, s); !fault.Is(err, fault.Conflict) {
			return err
		}
	}
}
