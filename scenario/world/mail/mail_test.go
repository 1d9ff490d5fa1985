package mail_test

import (
	"bufio"
	"net"
	"net/textproto"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/scenario/world/mail"
)

func listen(t *testing.T, o mail.Options) *mail.Server {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	s, err := mail.Listen(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// talk sends all lines in one write and gives the codes of the replies.
func talk(t *testing.T, s *mail.Server, replies int, lines ...string) []string {
	t.Helper()
	raw, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	if err := raw.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Write([]byte(strings.Join(lines, "\r\n") + "\r\n")); err != nil {
		t.Fatal(err)
	}
	in := textproto.NewReader(bufio.NewReader(raw))
	var codes []string
	for range replies {
		code, _, err := in.ReadResponse(0)
		if err != nil {
			codes = append(codes, "cut")
			break
		}
		codes = append(codes, strconv.Itoa(code))
	}
	return codes
}

func TestAGroupOfCommandsAndTwoMails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := listen(t, mail.Options{Dir: dir})
	got := talk(t, s, 11, "EHLO me", "MAIL FROM:<us@x> BODY=8BITMIME", "RCPT TO:<kim@y>", "DATA",
		"Subject: =?utf-8?b?67O06rWs?=", "Message-ID: <1@x>", "", "..dot", "한글", ".",
		"MAIL FROM:<us@x>", "RCPT TO:<김@y>", "DATA", "Subject: second", "", "x", ".", "QUIT")
	if want := "220 250 250 250 354 250 250 250 354 250 221"; strings.Join(got, " ") != want {
		t.Fatalf("replies %v, want %s", got, want)
	}
	mails, err := mail.Read(dir)
	if err != nil || len(mails) != 2 {
		t.Fatalf("%d mails: %v", len(mails), err)
	}
	first, second := mails[0], mails[1]
	if first.Subject != "보구" || first.To != "kim@y" || first.From != "us@x" || first.Text != ".dot\n한글\n" || first.ID != "<1@x>" {
		t.Errorf("first %+v", first)
	}
	if second.To != "김@y" || second.Subject != "second" {
		t.Errorf("second %+v", second)
	}
}

func TestWhatIsOutOfOrderIsRefused(t *testing.T) {
	t.Parallel()
	s := listen(t, mail.Options{Refuse: func(to string) string {
		if to == "gone@y" {
			return "550 5.1.1 gone"
		}
		return ""
	}})
	got := talk(t, s, 10, "HELO me", "RCPT TO:<a@y>", "DATA", "MAIL FROM:us@x", "MAIL FROM:<us@x>", "MAIL FROM:<us@x>", "RCPT TO:<gone@y>", "DATA", "VRFY x")
	if want := "220 250 503 503 501 250 503 550 503 502"; strings.Join(got, " ") != want {
		t.Errorf("replies %v, want %s", got, want)
	}
}

func TestNothingIsKeptWithoutItsEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := listen(t, mail.Options{Dir: dir})
	talk(t, s, 5, "EHLO me", "MAIL FROM:<us@x>", "RCPT TO:<a@y>", "DATA", "Subject: half", "", "no end")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if mails, err := mail.Read(dir); err != nil || len(mails) != 0 {
		t.Errorf("%d mails: %v", len(mails), err)
	}
}

func TestCutsAndNumbersAfterARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	message := []string{"EHLO me", "MAIL FROM:<us@x>", "RCPT TO:<a@y>", "DATA", "Subject: x", "", ".", "QUIT"}
	for _, at := range []mail.Stage{mail.StageBody, mail.StageKept, mail.StageReplied} {
		s, err := mail.Listen(t.Context(), mail.Options{Dir: dir, Drop: func(stage mail.Stage) bool { return stage == at }})
		if err != nil {
			t.Fatal(err)
		}
		codes := talk(t, s, 7, message...)
		if end := codes[len(codes)-1]; end != "cut" {
			t.Errorf("%s: %v", at, codes)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	box := mail.Open(dir)
	mails, err := box.List()
	if err != nil || len(mails) != 2 || mails[1].File != "000000002.eml" {
		t.Fatalf("kept %+v: %v", mails, err)
	}
	if err := os.Remove(filepath.Join(dir, "new", mails[0].File)); err != nil {
		t.Fatal(err)
	}
	if mails, err := box.List(); err != nil || len(mails) != 1 {
		t.Errorf("a mail taken away is still listed: %d, %v", len(mails), err)
	}
	for _, name := range []string{"../mail_test.go", "none.eml", ""} {
		if _, err := box.Mail(name); !fault.Is(err, fault.NotFound) {
			t.Errorf("mail %q: %v", name, err)
		}
	}
}

func TestTheRateHoldsForAllConnectionsTogether(t *testing.T) {
	t.Parallel()
	s := listen(t, mail.Options{Rate: 50})
	begun := time.Now()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			lines := []string{"EHLO me"}
			for range 4 {
				lines = append(lines, "MAIL FROM:<us@x>", "RCPT TO:<a@y>", "DATA", "Subject: x", "", ".")
			}
			talk(t, s, 18, lines...)
		})
	}
	all.Wait()
	if took := time.Since(begun); took < 280*time.Millisecond {
		t.Errorf("16 mails at 50 a second took %v, want at least 300 ms", took)
	}
}
