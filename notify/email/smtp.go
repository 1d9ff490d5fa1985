package email

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/notify"
)

// Conn is one SMTP connection.
type Conn struct {
	raw       net.Conn
	in        *textproto.Reader
	out       *bufio.Writer
	timeout   time.Duration
	pipelined bool // RFC 2920
	eightBit  bool // RFC 6152
	utf8      bool // RFC 6531
	unclean   bool // the last envelope was not taken: RSET first
}

var _ notify.Conn = (*Conn)(nil)

// Dial connects to an SMTP server and says hello. Each exchange may take up to
// timeout of wall time. Errors are Unavailable.
func Dial(ctx context.Context, address, hello string, timeout time.Duration) (*Conn, error) {
	var d net.Dialer
	dialing, cancel := context.WithTimeout(ctx, min(timeout, 30*time.Second))
	defer cancel()
	raw, err := d.DialContext(dialing, "tcp", address)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "connect to the mail relay", err)
	}
	c := &Conn{raw: raw, in: textproto.NewReader(bufio.NewReader(raw)), out: bufio.NewWriterSize(raw, 64<<10), timeout: timeout}
	if err := c.greet(hello); err != nil {
		return nil, errors.Join(fault.Wrap(fault.Unavailable, "greet the mail relay", err), raw.Close())
	}
	return c, nil
}

func (c *Conn) greet(hello string) error {
	if err := c.deadline(); err != nil {
		return err
	}
	if r, err := c.reply(); err != nil || r.Code != 220 {
		return unexpected(r, err)
	}
	r, err := c.ask("EHLO " + hello)
	if err == nil && r.Code != 250 {
		r, err = c.ask("HELO " + hello)
	}
	if err != nil || r.Code != 250 {
		return unexpected(r, err)
	}
	for line := range strings.SplitSeq(r.Text, "\n") {
		word, _, _ := strings.Cut(strings.ToUpper(line), " ")
		c.pipelined = c.pipelined || word == "PIPELINING"
		c.eightBit = c.eightBit || word == "8BITMIME"
		c.utf8 = c.utf8 || word == "SMTPUTF8"
	}
	return nil
}

// Exchange ends the body and announces the next message in one group (RFC 2920
// 3.1), or step by step with a server that cannot. See notify.Conn. A refused
// sender counts as a broken connection: it says nothing about the recipient.
func (c *Conn) Exchange(_ context.Context, body []byte, next *notify.Letter) (notify.Turn, error) {
	var t notify.Turn
	if err := c.deadline(); err != nil {
		return t, err
	}
	if body != nil {
		c.body(body)
		if err := c.step(); err != nil {
			return t, err
		}
	}
	if c.pipelined && next != nil {
		c.envelope(next)
	}
	if err := c.out.Flush(); err != nil {
		return t, fmt.Errorf("send: %w", err)
	}
	if body != nil {
		r, err := c.reply()
		if err != nil {
			return t, fmt.Errorf("wait for the reply to a message: %w", err)
		}
		t.Done = r
		if err := closing421(r); err != nil { // RFC 5321 3.8: it did not take the message
			return t, err
		}
	}
	if next == nil {
		return t, nil
	}
	var err error
	t.Ready, err = c.announce(next)
	return t, err
}

// step flushes after each command when the server does not take groups.
func (c *Conn) step() error {
	if c.pipelined {
		return nil
	}
	return c.out.Flush()
}

// envelope writes the commands that announce a message.
func (c *Conn) envelope(l *notify.Letter) {
	if c.unclean {
		c.out.WriteString("RSET\r\n") //nolint:errcheck // a bufio.Writer keeps its error for Flush
	}
	for _, command := range c.commands(l) {
		c.out.WriteString(command + "\r\n") //nolint:errcheck // likewise
	}
}

func (c *Conn) commands(l *notify.Letter) [3]string {
	from := "MAIL FROM:<" + l.From + ">"
	if c.eightBit {
		from += " BODY=8BITMIME"
	}
	if c.utf8 && !ascii(l.To) {
		from += " SMTPUTF8"
	}
	return [3]string{from, "RCPT TO:<" + l.To + ">", "DATA"}
}

// announce reads the replies to an envelope, after asking command by command if
// the server does not take groups. What it gives is the reply to the recipient if
// that was refused, else the one to DATA.
func (c *Conn) announce(l *notify.Letter) (notify.Reply, error) {
	if c.unclean {
		if r, err := c.answer("RSET"); err != nil || r.Code != 250 {
			return notify.Reply{}, unexpected(r, err)
		}
		c.unclean = false
	}
	commands := c.commands(l)
	if r, err := c.answer(commands[0]); err != nil || r.Code/100 != 2 {
		return notify.Reply{}, unexpected(r, err)
	}
	rcpt, err := c.answer(commands[1])
	if err != nil {
		return notify.Reply{}, err
	}
	refused := rcpt.Code/100 != 2
	if refused && !c.pipelined {
		c.unclean = true
		return rcpt, closing421(rcpt)
	}
	data, err := c.answer(commands[2])
	if err != nil {
		return notify.Reply{}, err
	}
	return c.ready(rcpt, data, refused)
}

func (c *Conn) ready(rcpt, data notify.Reply, refused bool) (notify.Reply, error) {
	c.unclean = data.Code != 354
	if !refused {
		return data, closing421(data)
	}
	if data.Code == 354 { // RFC 2920 3.1: no recipient, and yet it wants a body
		if r, err := c.ask("."); err != nil {
			return notify.Reply{}, unexpected(r, err)
		}
		c.unclean = true
	}
	return rcpt, closing421(rcpt)
}

// closing421 is the error of a server that is closing the connection.
func closing421(r notify.Reply) error {
	if r.Code == 421 {
		return errors.New("the server closed the connection: " + r.Text)
	}
	return nil
}

// answer is the reply to a command, which is sent first unless it went out with
// its group.
func (c *Conn) answer(command string) (notify.Reply, error) {
	if c.pipelined {
		return c.reply()
	}
	return c.ask(command)
}

func (c *Conn) ask(command string) (notify.Reply, error) {
	c.out.WriteString(command + "\r\n") //nolint:errcheck // a bufio.Writer keeps its error for Flush
	if err := c.out.Flush(); err != nil {
		return notify.Reply{}, fmt.Errorf("send: %w", err)
	}
	return c.reply()
}

// body writes a message with its dots doubled (RFC 5321 4.5.2) and its end.
func (c *Conn) body(b []byte) {
	for len(b) > 0 {
		line := b
		if n := bytes.IndexByte(b, '\n'); n >= 0 {
			line = b[:n+1]
		}
		b = b[len(line):]
		if line[0] == '.' {
			c.out.WriteByte('.') //nolint:errcheck // a bufio.Writer keeps its error for Flush
		}
		c.out.Write(line) //nolint:errcheck // likewise
	}
	c.out.WriteString(".\r\n") //nolint:errcheck // likewise
}

// reply reads one reply of any number of lines.
func (c *Conn) reply() (notify.Reply, error) {
	code, text, err := c.in.ReadResponse(0)
	if err != nil {
		return notify.Reply{}, fmt.Errorf("read a reply: %w", err)
	}
	return notify.Reply{Code: code, Text: fmt.Sprintf("%d %s", code, text)}, nil
}

func (c *Conn) deadline() error {
	if err := c.raw.SetDeadline(clock.Wall{}.Now().Add(c.timeout)); err != nil {
		return fmt.Errorf("set a time limit: %w", err)
	}
	return nil
}

// Close hangs up without a word: a server drops a message that was not ended.
func (c *Conn) Close() error {
	if err := c.raw.Close(); err != nil {
		return fmt.Errorf("hang up: %w", err)
	}
	return nil
}

func unexpected(r notify.Reply, err error) error {
	if err != nil {
		return err
	}
	return errors.New("the server said " + r.Text)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
