package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/config"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/notify"
	"github.com/bonghwa/bonghwa/notify/email"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/web/mine"
)

// startNotify starts what tells people: the publisher, which follows the journal,
// and the dispatcher, which sends.
func (n *Node) startNotify(ctx context.Context) error {
	writer, err := notify.NewWriter(n.house(), n.book)
	if err != nil {
		return err
	}
	publisher := notify.NewPublisher(n.db.Notify(), notify.Sources{
		Incidents: n.rooms.incidents, Summaries: notices{n.rooms.records}, Credits: notices{n.rooms.records},
	}, writer)
	n.run(ctx, "publisher", func(ctx context.Context) error {
		return journal.Exclusive(ctx, n.journal(), publisher)
	})
	if n.mail == nil {
		return nil
	}
	dispatcher := notify.NewDispatcher(notify.Options{
		Ledger: n.db.Notify(), Channel: n.mail, Writer: writer, World: n.o.World, Wall: n.o.Wall,
		Node: n.id, Connections: n.config.Mail.Connections, Log: n.o.Log,
	})
	n.run(ctx, "dispatcher", func(ctx context.Context) error {
		dispatcher.Run(ctx)
		return ctx.Err()
	})
	return nil
}

// house is what messages say of the provider.
func (n *Node) house() notify.House {
	return notify.House{
		Provider: n.config.Provider.Name, BaseURL: n.publicURL(), Zone: n.zone(),
		Languages: n.config.Page.Languages, Default: n.config.Page.Languages[0], Invented: n.config.Provider.Invented,
		PageOnly: n.config.PageOnly(),
	}
}

func (n *Node) publicURL() string { return strings.TrimSuffix(n.config.PublicURL, "/") }

// zone is the configured time zone; the configuration was checked.
func (n *Node) zone() *time.Location {
	zone, err := time.LoadLocation(n.config.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// openMail makes the mail channel, where a relay is named and the node has a use
// for it: the probes have none.
func (n *Node) openMail() error {
	if n.config.Mail.Relay == "" || slices.Equal(n.config.Roles, []string{config.RoleProbe}) {
		return nil
	}
	from, err := mail.ParseAddress(n.config.Mail.From)
	if err != nil {
		return fault.New(fault.Invalid, "mail.from", "the sender is no mail address", "write status@example.com")
	}
	if from.Name == "" {
		from.Name = n.config.Provider.Name.In(n.config.Page.Languages[0])
	}
	key, err := secret(n.config.SecretFile)
	if err != nil {
		return err
	}
	n.mail, err = email.New(email.Options{Relay: n.config.Mail.Relay, From: *from, BaseURL: n.publicURL(), Key: key, Timeout: time.Minute})
	return err
}

// secretBytes is how long the node's secret is.
const secretBytes = 32

// secret reads the node's secret from its file, and makes it when there is none.
func secret(file string) ([]byte, error) {
	raw, err := os.ReadFile(file) //nolint:gosec // G304: the file the operator names
	if errors.Is(err, os.ErrNotExist) {
		made := make([]byte, secretBytes)
		_, _ = rand.Read(made) // crypto/rand.Read never fails since Go 1.24
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return nil, fault.Wrap(fault.Unavailable, "make the secret's folder", err)
		}
		if err := os.WriteFile(file, []byte(hex.EncodeToString(made)+"\n"), 0o600); err != nil {
			return nil, fault.Wrap(fault.Unavailable, "keep the secret", err)
		}
		return made, nil
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "read the secret", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(raw)))
	if err != nil || len(key) != secretBytes {
		return nil, fault.New(fault.Invalid, file, "this is no secret of 32 bytes in hex", "restore the file, or delete it: links in mails sent so far then stop working")
	}
	return key, nil
}

// postman sends sign-in links.
type postman struct {
	mail     *email.Mail
	book     *language.Book
	provider health.Text
	url      string
	invented bool
	world    *clock.World
}

// SendLink hands the mail over, or says why it could not.
func (p *postman) SendLink(ctx context.Context, m identity.LinkMail) error {
	if p.mail == nil {
		return fault.New(fault.Unavailable, "mail.relay", "no mail leaves: there is no relay", "name one in the configuration")
	}
	voice := p.book.In(m.Language)
	provider := p.provider.In(m.Language)
	now := p.world.Now()
	d := notify.Document{
		Subject: voice.Say("link.subject", "provider", provider),
		Blocks: []notify.Block{
			{Kind: notify.Paragraph, Text: voice.Say("link.intro", "provider", provider)},
			{Kind: notify.Link, Label: voice.Say("link.open"), Text: p.url + mine.LinkPath(m.Language, m.Token)},
			{Kind: notify.Note, Text: voice.Say("link.lasts", "lasts", language.Duration(m.Language, m.Lasts))},
		},
	}
	if p.invented {
		d.Blocks = append(d.Blocks, notify.Block{Kind: notify.Note, Text: voice.Say("link.replay")})
	}
	err := p.mail.Send(ctx, email.Single{ID: health.NewID(now), Address: m.Address, Language: m.Language, At: now, Document: d})
	if err != nil {
		return fmt.Errorf("send a sign-in link: %w", err)
	}
	return nil
}

// visitors knows who may sign in: whoever is a contact of an account.
type visitors struct{ db *store.DB }

// ContactOf finds a contact by mail address; NotFound when nobody has it.
func (v visitors) ContactOf(ctx context.Context, address string) (identity.Contact, error) {
	found, err := v.db.Audience().ContactsOfAddress(ctx, audience.Email, strings.ToLower(address))
	if err != nil {
		return identity.Contact{}, err
	}
	if len(found) == 0 {
		return identity.Contact{}, fault.New(fault.NotFound, "address", "nobody has this address", "")
	}
	c := identity.Contact{Endpoint: found[0].Endpoint.ID}
	for _, f := range found {
		c.Accounts = append(c.Accounts, f.Account)
		if c.Language == "" {
			c.Language = f.Language
		}
	}
	return c, nil
}
