package mail

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"time"
)

// idle is how long a session may be silent (RFC 5321 4.5.3.2.7); mostBytes is the
// largest message.
const (
	idle      = 5 * time.Minute
	mostBytes = 10 << 20
)

// session is one connection.
type session struct {
	s    *Server
	raw  net.Conn
	in   *bufio.Reader
	out  *bufio.Writer
	from string
	mail bool // a sender was named
	to   []string
}

var errDropped = errors.New("dropped")

func newSession(s *Server, c net.Conn) *session {
	return &session{s: s, raw: c, in: bufio.NewReaderSize(c, 64<<10), out: bufio.NewWriter(c)}
}

// run serves until the client leaves. Replies to a group of commands go out in one
// group (RFC 2920 3.2): they are flushed when nothing more can be read at once.
func (c *session) run(ctx context.Context) {
	c.say("220 mail.invalid ESMTP")
	for {
		if c.in.Buffered() == 0 && c.out.Flush() != nil {
			return
		}
		if c.raw.SetReadDeadline(c.s.o.Wall.Now().Add(idle)) != nil {
			return
		}
		line, err := c.in.ReadString('\n')
		if err != nil || c.dropped(StageCommand) {
			return
		}
		if err := c.command(ctx, strings.TrimRight(line, "\r\n")); err != nil {
			_ = c.out.Flush() // the client may be gone
			return
		}
	}
}

func (c *session) say(line string) {
	_, _ = c.out.WriteString(line + "\r\n") // a bufio.Writer keeps its error for Flush
}

func (c *session) dropped(at Stage) bool { return c.s.o.Drop != nil && c.s.o.Drop(at) }

func (c *session) reset() { c.from, c.mail, c.to = "", false, nil }

// command does one command; an error ends the session.
func (c *session) command(ctx context.Context, line string) error {
	verb, rest, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "EHLO":
		c.reset()
		for _, word := range []string{"mail.invalid", "PIPELINING", "8BITMIME", "SMTPUTF8"} {
			c.say("250-" + word)
		}
		c.say("250 ENHANCEDSTATUSCODES")
	case "HELO", "RSET":
		c.reset()
		c.say("250 2.0.0 ok")
	case "NOOP":
		c.say("250 2.0.0 ok")
	case "MAIL":
		c.sender(rest)
	case "RCPT":
		c.recipient(rest)
	case "DATA":
		return c.data(ctx)
	case "QUIT":
		c.say("221 2.0.0 bye")
		return errDropped
	default:
		c.say("502 5.5.1 no such command")
	}
	return nil
}

func (c *session) sender(rest string) {
	address, ok := path(rest, "FROM:")
	switch {
	case c.mail:
		c.say("503 5.5.1 one sender at a time")
	case !ok:
		c.say("501 5.5.4 write MAIL FROM:<address>")
	default:
		c.from, c.mail = address, true
		c.say("250 2.1.0 ok")
	}
}

func (c *session) recipient(rest string) {
	address, ok := path(rest, "TO:")
	refusal := ""
	if ok && c.s.o.Refuse != nil {
		refusal = c.s.o.Refuse(address)
	}
	switch {
	case !c.mail:
		c.say("503 5.5.1 name the sender first")
	case !ok || address == "":
		c.say("501 5.5.4 write RCPT TO:<address>")
	case refusal != "":
		c.say(refusal)
	default:
		c.to = append(c.to, address)
		c.say("250 2.1.5 ok")
	}
}

// path reads "FROM:<address> PARAMETERS".
func path(rest, word string) (string, bool) {
	if len(rest) < len(word) || !strings.EqualFold(rest[:len(word)], word) {
		return "", false
	}
	address, _, closed := strings.Cut(strings.TrimSpace(rest[len(word):]), ">")
	if !closed || !strings.HasPrefix(address, "<") {
		return "", false
	}
	return address[1:], true
}

// data reads a message and keeps it before it is taken.
func (c *session) data(ctx context.Context) error {
	if len(c.to) == 0 {
		c.say("503 5.5.1 no valid recipients")
		return nil
	}
	c.say("354 end with a dot on its own line")
	if err := c.out.Flush(); err != nil {
		return err
	}
	body, err := c.body()
	if err != nil {
		return err
	}
	if len(body) > mostBytes {
		c.reset()
		c.say("552 5.3.4 too large")
		return nil
	}
	return c.keep(ctx, body)
}

// body reads lines to the lone dot, with doubled dots made single (RFC 5321
// 4.5.2). What is too large is read and thrown away.
func (c *session) body() ([]byte, error) {
	var body []byte
	for {
		line, err := c.in.ReadBytes('\n')
		switch {
		case err != nil:
			return nil, err
		case string(line) == ".\r\n":
			return body, nil
		case len(body) > mostBytes:
			continue
		case line[0] == '.':
			line = line[1:]
		}
		body = append(body, line...)
	}
}

func (c *session) keep(ctx context.Context, body []byte) error {
	if c.dropped(StageBody) {
		return errDropped
	}
	if err := c.s.pace.wait(ctx); err != nil {
		return err
	}
	if err := c.s.box.keep(c.from, c.to, body); err != nil {
		c.s.o.Log.LogAttrs(ctx, slog.LevelError, "mail: keep a message", slog.String("error", err.Error()))
		c.say("451 4.3.0 could not keep it")
		c.reset()
		return nil
	}
	if c.dropped(StageKept) {
		return errDropped
	}
	c.reset()
	c.say("250 2.0.0 kept")
	if c.dropped(StageReplied) {
		_ = c.out.Flush() // the reply goes out before the cut
		return errDropped
	}
	return nil
}
