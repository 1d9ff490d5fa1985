package email

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/notify"
)

// Single is a mail to one person that belongs to no publication, such as a
// sign-in link.
type Single struct {
	ID       string // unlike any other mail's; becomes the Message-ID
	Address  string
	Language health.Language
	At       time.Time
	Document notify.Document
}

// Send hands a single mail to the relay, without the ledger: it is sent once or
// the error says why it was not.
func (m *Mail) Send(ctx context.Context, s Single) error {
	if !plain(s.Address) || !strings.Contains(s.Address, "@") {
		return fault.New(fault.Invalid, "address", "the address cannot be written to", "correct the contact's address")
	}
	conn, err := m.Open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // the mail is out, or the error is told
	letter := notify.Letter{From: m.o.From.Address, To: s.Address, Body: m.single(s)}
	turn, err := conn.Exchange(ctx, nil, &letter)
	if err == nil && turn.Ready.Code != startMail {
		return refused(turn.Ready)
	}
	if err == nil {
		turn, err = conn.Exchange(ctx, letter.Body, nil)
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, "hand a mail to the relay", err)
	}
	if turn.Done.Code/100 != 2 {
		return refused(turn.Done)
	}
	return nil
}

// startMail is the reply after which the body may follow (RFC 5321, 4.3.2).
const startMail = 354

func refused(r notify.Reply) error {
	return fault.New(fault.Unavailable, "mail.relay", fmt.Sprintf("the relay refused the mail: %d %s", r.Code, r.Text), "look at the relay's log")
}

func (m *Mail) single(s Single) []byte {
	var b bytes.Buffer
	header := func(name, value string) { b.WriteString(name + ": " + value + "\r\n") }
	header("Date", s.At.UTC().Format(time.RFC1123Z))
	header("From", m.o.From.String())
	header("To", "<"+s.Address+">")
	header("Subject", encoded(s.Document.Subject))
	header("Message-ID", "<"+s.ID+"@"+m.o.Domain+">")
	header("Auto-Submitted", "auto-generated")
	header("Content-Language", string(s.Language))
	header("MIME-Version", "1.0")
	boundary := "=_" + s.ID
	fmt.Fprintf(&b, "Content-Type: multipart/alternative;\r\n boundary=%q\r\n\r\n", boundary)
	part(&b, boundary, "text/plain", text(s.Document))
	part(&b, boundary, "text/html", page(s.Language, s.Document))
	fmt.Fprintf(&b, "--%s--\r\n", boundary)
	return b.Bytes()
}
