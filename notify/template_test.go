package notify_test

import (
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/notify"
)

func TestTemplatesFill(t *testing.T) {
	t.Parallel()
	tpl, err := notify.ParseTemplate("x", 1, health.English, "subject: a {{title}}\n\n# {{title}}\n= Since | {{since}}\n* {{resources}}\n{{workaround}}\n> Page | {{link}}\n- {{replay}}\n")
	if err != nil {
		t.Fatal(err)
	}
	d := tpl.Fill(notify.Slots{"title": "T {{since}}\r\nBcc: x", "since": "noon", "resources": "r1\nr2", "link": "http://x", "workaround": " "})
	if d.Subject != "a T {{since}} Bcc: x" {
		t.Errorf("subject %q: a line break or a variable in a value was taken for ours", d.Subject)
	}
	want := []notify.Block{
		{Kind: notify.Heading, Text: "T {{since}}\r\nBcc: x"},
		{Kind: notify.Field, Label: "Since", Text: "noon"},
		{Kind: notify.Entry, Text: "r1"},
		{Kind: notify.Entry, Text: "r2"},
		{Kind: notify.Link, Label: "Page", Text: "http://x"},
	}
	if len(d.Blocks) != len(want) {
		t.Fatalf("blocks %+v", d.Blocks)
	}
	for i, b := range d.Blocks {
		if b != want[i] {
			t.Errorf("block %d is %+v, want %+v", i, b, want[i])
		}
	}
}

func TestBadTemplatesAreRefusedWithTheirLine(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"subject: x\n{{nonsense}}": "template x.en:2: there is no variable {{nonsense}}",
		"subject: x\n\n{{title":    "template x.en:3: {{ is not closed",
		"# no subject":             "template x.en:1: there is no subject",
		"subject: x\n{{ title }}":  "template x.en:2",
	} {
		_, err := notify.ParseTemplate("x", 1, health.English, source)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", source, err, want)
		}
	}
}

func TestKeysAreStableAndTellApart(t *testing.T) {
	t.Parallel()
	if got := notify.MessageKey("p", "e"); got != "p.91f4bdefee6833a6" || got == notify.MessageKey("p", "f") {
		t.Errorf("the message key is %s: mails sent before an upgrade would be repeated under another", got)
	}
	if got := notify.ThreadKey(notify.CreditThread("r"), "e"); strings.ContainsAny(got, ":@<> ") {
		t.Errorf("thread key %q cannot stand in a Message-ID", got)
	}
	a := notify.ContentHash("update", 1, notify.Slots{"a": "1", "b": "2"})
	if a != notify.ContentHash("update", 1, notify.Slots{"b": "2", "a": "1"}) || a == notify.ContentHash("update", 2, notify.Slots{"a": "1", "b": "2"}) {
		t.Error("content hashes")
	}
}
