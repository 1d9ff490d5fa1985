package email_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/notify"
	"github.com/bonghwa/bonghwa/notify/email"
	post "github.com/bonghwa/bonghwa/scenario/world/mail"
)

// scripted is a server that expects lines ("> …", by their beginning) and says
// others ("< …"), then hangs up.
func scripted(t *testing.T, script string) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- play(l, script) }()
	t.Cleanup(func() {
		_ = l.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

func play(l net.Listener, script string) error {
	c, err := l.Accept()
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err
	}
	in := bufio.NewReader(c)
	for step := range strings.SplitSeq(strings.TrimSpace(script), "\n") {
		mark, text, _ := strings.Cut(strings.TrimSpace(step), " ")
		if mark == "" {
			continue
		}
		if mark == "<" {
			_, _ = fmt.Fprintf(c, "%s\r\n", text) // the client may have had enough
			continue
		}
		line, err := in.ReadString('\n')
		if err != nil {
			return fmt.Errorf("waiting for %q: %w", text, err)
		}
		if strings.TrimRight(line, "\r\n") != text {
			return fmt.Errorf("got %q, want %q", line, text)
		}
	}
	return nil
}

const hello = `
	< 220 relay
	> EHLO localhost
	< 250-relay
	< 250-PIPELINING
	< 250 8BITMIME
`

func dial(t *testing.T, script string) *email.Conn {
	t.Helper()
	c, err := email.Dial(t.Context(), scripted(t, script), "localhost", 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func to(address string) *notify.Letter {
	return &notify.Letter{From: "us@x", To: address, Body: []byte("Subject: x\r\n\r\n.dot\r\n")}
}

// TestOneRoundTripAMessage reads a whole group before it replies to any of it.
func TestOneRoundTripAMessage(t *testing.T) {
	t.Parallel()
	c := dial(t, hello+`
		> MAIL FROM:<us@x> BODY=8BITMIME
		> RCPT TO:<a@y>
		> DATA
		< 250 ok
		< 250 ok
		< 354 go
		> Subject: x
		>
		> ..dot
		> .
		> MAIL FROM:<us@x> BODY=8BITMIME
		> RCPT TO:<b@y>
		> DATA
		< 250 kept
		< 250 ok
		< 550 5.1.1 nobody
		< 503 no recipients
		> RSET
		> MAIL FROM:<us@x> BODY=8BITMIME
		> RCPT TO:<c@y>
		> DATA
		< 250 ok
		< 250 ok
		< 450 4.2.1 later
		< 354 go on without
		> .
		< 554 no recipients
		> RSET
		> MAIL FROM:<us@x> BODY=8BITMIME
		> RCPT TO:<d@y>
		> DATA
		< 250 ok
		< 250 ok
		< 250 ok
		< 354 go`)
	for i, step := range []struct {
		body        []byte
		next        string
		done, ready int
	}{{nil, "a@y", 0, 354}, {to("").Body, "b@y", 250, 550}, {nil, "c@y", 0, 450}, {nil, "d@y", 0, 354}} {
		got, err := c.Exchange(t.Context(), step.body, to(step.next))
		if err != nil || got.Done.Code != step.done || got.Ready.Code != step.ready {
			t.Fatalf("step %d: %+v, %v", i, got, err)
		}
	}
}

func TestAServerThatTakesNoGroups(t *testing.T) {
	t.Parallel()
	c := dial(t, `
		< 220 relay
		> EHLO localhost
		< 502 what
		> HELO localhost
		< 250 relay
		> MAIL FROM:<us@x>
		< 250 ok
		> RCPT TO:<a@y>
		< 550 no
		> RSET
		< 250 ok
		> MAIL FROM:<us@x>
		< 250 ok
		> RCPT TO:<b@y>
		< 250 ok
		> DATA
		< 354 go
		> Subject: x
		>
		> ..dot
		> .
		< 250 kept`)
	if got, err := c.Exchange(t.Context(), nil, to("a@y")); err != nil || got.Ready.Code != 550 {
		t.Fatalf("%+v, %v", got, err)
	}
	if got, err := c.Exchange(t.Context(), nil, to("b@y")); err != nil || got.Ready.Code != 354 {
		t.Fatalf("%+v, %v", got, err)
	}
	if got, err := c.Exchange(t.Context(), to("b@y").Body, nil); err != nil || got.Done.Code != 250 {
		t.Fatalf("%+v, %v", got, err)
	}
}

// TestWhatABreakLeavesKnown is the rule of ambiguity: no reply after the end is
// doubt, a reply before the break is not.
func TestWhatABreakLeavesKnown(t *testing.T) {
	t.Parallel()
	const ready = hello + `
		> MAIL FROM:<us@x> BODY=8BITMIME
		> RCPT TO:<a@y>
		> DATA
		< 250 ok
		< 250 ok
		< 354 go
		> Subject: x
		>
		> ..dot
		> .
		> MAIL FROM:<us@x> BODY=8BITMIME
		> RCPT TO:<b@y>
		> DATA
`
	for name, c := range map[string]struct {
		script string
		done   int
	}{
		"cut before the reply":   {ready, 0},
		"cut after the reply":    {ready + "< 250 kept", 250},
		"closing, not taken":     {ready + "< 421 closing", 421},
		"the sender is refused":  {ready + "< 250 kept\n< 550 who are you\n< 503 x\n< 503 x", 250},
		"closing at the address": {ready + "< 250 kept\n< 250 ok\n< 421 closing\n< 421 closing", 250},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := dial(t, c.script)
			if got, err := conn.Exchange(t.Context(), nil, to("a@y")); err != nil || got.Ready.Code != 354 {
				t.Fatalf("%+v, %v", got, err)
			}
			got, err := conn.Exchange(t.Context(), to("a@y").Body, to("b@y"))
			if err == nil || got.Done.Code != c.done {
				t.Errorf("%+v, %v, want the reply %d and an error", got, err, c.done)
			}
		})
	}
}

func TestARelayThatIsNotThereIsUnavailable(t *testing.T) {
	t.Parallel()
	if _, err := channel(t, "127.0.0.1:1").Open(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v", err)
	}
	if _, err := email.New(email.Options{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an empty configuration: %v", err)
	}
}

func TestAddressesCannotBreakOut(t *testing.T) {
	t.Parallel()
	m := channel(t, "127.0.0.1:1")
	for _, address := range []string{"", "nobody", "a@b>\r\nRCPT TO:<c@d", "a b@c", "a@b\r\nBcc: x"} {
		if _, err := m.Compose(notify.Message{Endpoint: "e", Address: address}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestUnsubscribeTokens(t *testing.T) {
	t.Parallel()
	m := channel(t, "127.0.0.1:1")
	if id, ok := m.Endpoint(m.Token("e1")); !ok || id != "e1" {
		t.Errorf("%q, %v", id, ok)
	}
	for _, token := range []string{"", "e1", "e1.", "e2" + strings.TrimPrefix(m.Token("e1"), "e1")} {
		if _, ok := m.Endpoint(token); ok {
			t.Errorf("the token %q was believed", token)
		}
	}
}

// TestThroughARealSocket carries Korean mail to the replay's own post office, byte
// for byte.
func TestThroughARealSocket(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server, err := post.Listen(t.Context(), post.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	w := writer(t)
	l := letter(t, w, story(t, w).saved[0], "ko", []string{"web-1"})
	conn, err := channel(t, server.Addr()).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if got, err := conn.Exchange(t.Context(), nil, &l); err != nil || got.Ready.Code != 354 {
		t.Fatalf("%+v, %v", got, err)
	}
	if got, err := conn.Exchange(t.Context(), l.Body, nil); err != nil || got.Done.Code != 250 {
		t.Fatalf("%+v, %v", got, err)
	}
	mails, err := post.Read(dir)
	if err != nil || len(mails) != 1 {
		t.Fatalf("%d mails, %v", len(mails), err)
	}
	kept, err := post.Open(dir).Mail(mails[0].File)
	if err != nil || string(kept.Raw) != string(l.Body) {
		t.Errorf("the mail changed on the way: %v", err)
	}
	if (notify.Letter{Body: kept.Raw}).Hash() != l.Hash() || kept.To != "kim@example.com" || !strings.Contains(kept.Text, "고객님의 리소스") {
		t.Errorf("kept %+v", kept)
	}
}
