// Package email gives messages the form of mail and carries them over SMTP.
//
// It promises that the same message gives the same bytes, that the text and the
// HTML part say the same, that every attempt carries the same Message-ID, and that
// one exchange with the server costs one round trip (RFC 2920). A connection that
// breaks between the end of a message and the reply to it leaves open whether it
// arrived, and says so. DKIM is left to the relay.
package email

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/notify"
)

// Options say how mail is written and where it goes.
type Options struct {
	Relay     string        // host:port of the SMTP server that takes all mail
	Hello     string        // our name in EHLO; default localhost
	From      mail.Address  // shown sender, and envelope sender
	Domain    string        // right side of Message-IDs; default that of From
	BaseURL   string        // of the public site, for unsubscribing
	Key       []byte        // secret that unsubscribe links are made with
	Timeout   time.Duration // for one exchange, in wall time; default 5 minutes (RFC 5321 4.5.3.2)
	MostBytes int           // of a message; default 10 MB
}

// Mail is the mail channel.
type Mail struct{ o Options }

var _ notify.Channel = (*Mail)(nil)

// New makes the channel. Errors are Invalid and name what is missing.
func New(o Options) (*Mail, error) {
	var l fault.List
	at := strings.LastIndexByte(o.From.Address, '@')
	if at < 1 || at == len(o.From.Address)-1 || !plain(o.From.Address) {
		l.Add("mail.from", "is no mail address", "write one such as status@example.com")
	}
	if !strings.Contains(o.Relay, ":") {
		l.Add("mail.relay", "is no host and port", "write one such as 127.0.0.1:25")
	}
	if len(o.Key) < 16 {
		l.Add("mail.key", "is too short", "give at least 16 random bytes")
	}
	if err := l.Err(); err != nil {
		return nil, err
	}
	if o.Domain == "" {
		o.Domain = o.From.Address[at+1:]
	}
	if o.Hello == "" {
		o.Hello = "localhost"
	}
	if o.Timeout <= 0 {
		o.Timeout = 5 * time.Minute
	}
	if o.MostBytes <= 0 {
		o.MostBytes = 10 << 20
	}
	o.BaseURL = strings.TrimSuffix(o.BaseURL, "/")
	return &Mail{o}, nil
}

// Open opens a connection to the relay.
func (m *Mail) Open(ctx context.Context) (notify.Conn, error) { //nolint:ireturn // notify.Channel asks for the interface
	return Dial(ctx, m.o.Relay, m.o.Hello, m.o.Timeout)
}

// Token is what an unsubscribe link carries for an endpoint: its id and a proof
// that we made the link.
func (m *Mail) Token(endpoint health.EndpointID) string {
	return string(endpoint) + "." + m.proof(endpoint)
}

// Endpoint is the endpoint of a token; false when we did not make it.
func (m *Mail) Endpoint(token string) (health.EndpointID, bool) {
	id, proof, ok := strings.Cut(token, ".")
	if !ok || !hmac.Equal([]byte(proof), []byte(m.proof(health.EndpointID(id)))) {
		return "", false
	}
	return health.EndpointID(id), true
}

func (m *Mail) proof(endpoint health.EndpointID) string {
	h := hmac.New(sha256.New, m.o.Key)
	h.Write([]byte("unsubscribe\n" + string(endpoint)))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:18])
}

// unsubscribe are the addresses of RFC 2369 and RFC 8058.
func (m *Mail) unsubscribe(endpoint health.EndpointID) (web, post string) {
	token := m.Token(endpoint)
	return m.o.BaseURL + "/unsubscribe?t=" + url.QueryEscape(token),
		"mailto:" + m.o.From.Address + "?subject=" + url.PathEscape("unsubscribe "+token)
}

// plain reports whether an address may stand in an SMTP command: no spaces,
// brackets or control characters that would end it.
func plain(address string) bool {
	return address != "" && !strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == '<' || r == '>' || r == 0x7f })
}
