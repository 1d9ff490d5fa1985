package email

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/notify"
)

// Compose writes a message as multipart/alternative with a text and an HTML part
// made from the same document. Lines end in CRLF. Invalid when the address cannot
// be written to.
func (m *Mail) Compose(msg notify.Message) (notify.Letter, error) {
	if !plain(msg.Address) || !strings.Contains(msg.Address, "@") {
		return notify.Letter{}, fault.New(fault.Invalid, "endpoint "+string(msg.Endpoint), "the address cannot be written to", "correct the contact's address")
	}
	var b bytes.Buffer
	m.headers(&b, msg)
	boundary := "=_" + notify.MessageKey(msg.Publication, msg.Endpoint)
	fmt.Fprintf(&b, "Content-Type: multipart/alternative;\r\n boundary=%q\r\n\r\n", boundary)
	part(&b, boundary, "text/plain", text(msg.Document))
	part(&b, boundary, "text/html", page(msg.Language, msg.Document))
	fmt.Fprintf(&b, "--%s--\r\n", boundary)
	if b.Len() > m.o.MostBytes {
		return notify.Letter{}, fault.New(fault.Invalid, "publication "+string(msg.Publication), "the message is too large", "shorten its text")
	}
	return notify.Letter{From: m.o.From.Address, To: msg.Address, Body: b.Bytes()}, nil
}

func (m *Mail) headers(b *bytes.Buffer, msg notify.Message) {
	key := notify.MessageKey(msg.Publication, msg.Endpoint)
	thread := notify.ThreadKey(msg.Thread, msg.Endpoint)
	web, post := m.unsubscribe(msg.Endpoint)
	header := func(name, value string) { b.WriteString(name + ": " + value + "\r\n") }
	header("Date", msg.At.UTC().Format(time.RFC1123Z))
	header("From", m.o.From.String())
	header("To", "<"+msg.Address+">")
	header("Subject", encoded(msg.Document.Subject))
	header("Message-ID", "<"+key+"@"+m.o.Domain+">")
	header("In-Reply-To", "<"+thread+"@"+m.o.Domain+">")
	header("References", "<"+thread+"@"+m.o.Domain+">")
	header("Auto-Submitted", "auto-generated")
	header("List-Unsubscribe", "<"+web+">,\r\n <"+post+">")
	header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	header("Content-Language", string(msg.Language))
	header("MIME-Version", "1.0")
}

// encoded writes a header's text after RFC 2047, folded after each encoded word.
// Words are cut between characters, as the standard demands.
func encoded(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	words := strings.Split(mime.BEncoding.Encode("utf-8", s), " ")
	if !strings.HasPrefix(words[0], "=?") {
		return fold(words)
	}
	return strings.Join(words, "\r\n ")
}

// fold breaks lines of plain words before they get longer than 76 characters.
func fold(words []string) string {
	var b strings.Builder
	length := len("Subject: ")
	for i, w := range words {
		switch {
		case i == 0:
		case length+1+len(w) > 76:
			b.WriteString("\r\n ")
			length = 1
		default:
			b.WriteByte(' ')
			length++
		}
		b.WriteString(w)
		length += len(w)
	}
	return b.String()
}

// part writes one part: quoted-printable where most of it is ASCII, else base64.
func part(b *bytes.Buffer, boundary, kind, content string) {
	content = strings.ReplaceAll(content, "\n", "\r\n")
	fmt.Fprintf(b, "--%s\r\nContent-Type: %s; charset=utf-8\r\n", boundary, kind)
	if mostlyASCII(content) {
		b.WriteString("Content-Transfer-Encoding: quoted-printable\r\n\r\n")
		w := quotedprintable.NewWriter(b)
		_, _ = w.Write([]byte(content)) // a bytes.Buffer takes everything
		_ = w.Close()
	} else {
		b.WriteString("Content-Transfer-Encoding: base64\r\n\r\n")
		code := base64.StdEncoding.EncodeToString([]byte(content))
		for len(code) > 76 {
			b.WriteString(code[:76] + "\r\n")
			code = code[76:]
		}
		b.WriteString(code)
	}
	b.WriteString("\r\n")
}

func mostlyASCII(s string) bool {
	other := 0
	for i := range len(s) {
		if s[i] >= 0x80 {
			other++
		}
	}
	return other*4 < len(s)
}

// text is the document as plain text.
func text(d notify.Document) string {
	var b strings.Builder
	before := notify.Heading
	for i, k := range d.Blocks {
		if i > 0 && (k.Kind != before || k.Kind == notify.Paragraph) {
			b.WriteByte('\n')
		}
		if k.Kind == notify.Note && before != notify.Note {
			b.WriteString("-- \n")
		}
		b.WriteString(textBlock(k) + "\n")
		before = k.Kind
	}
	return b.String()
}

func textBlock(k notify.Block) string {
	switch k.Kind {
	case notify.Field, notify.Link:
		return k.Label + ": " + k.Text
	case notify.Entry:
		return "- " + k.Text
	case notify.Heading:
		return k.Text + "\n" + strings.Repeat("=", min(len([]rune(k.Text)), 60))
	case notify.Paragraph, notify.Note:
	}
	return k.Text
}
