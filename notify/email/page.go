package email

import (
	"html"
	"strings"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/notify"
)

// page is the document as HTML that mail programs of any age can show: no
// pictures, no scripts, nothing loaded from anywhere.
func page(l health.Language, d notify.Document) string {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\n<html lang=\"" + string(l) + "\">\n<head><meta charset=\"utf-8\">" +
		"<meta name=\"viewport\" content=\"width=device-width\"><title>" + html.EscapeString(d.Subject) + "</title></head>\n" +
		"<body style=\"margin:0 auto;max-width:38em;padding:1.5em 1em;font-family:system-ui,sans-serif;line-height:1.6;word-break:keep-all\">\n")
	inside := notify.Heading
	for _, k := range d.Blocks {
		if k.Kind != inside {
			b.WriteString(closing(inside) + opening(k.Kind))
			inside = k.Kind
		}
		b.WriteString(pageBlock(k) + "\n")
	}
	b.WriteString(closing(inside) + "</body>\n</html>\n")
	return b.String()
}

// opening and closing wrap runs of blocks of one kind.
func opening(k notify.BlockKind) string {
	switch k {
	case notify.Field:
		return "<dl>\n"
	case notify.Entry:
		return "<ul>\n"
	case notify.Note:
		return "<hr>\n"
	case notify.Paragraph, notify.Heading, notify.Link:
	}
	return ""
}

func closing(k notify.BlockKind) string {
	switch k {
	case notify.Field:
		return "</dl>\n"
	case notify.Entry:
		return "</ul>\n"
	case notify.Paragraph, notify.Heading, notify.Link, notify.Note:
	}
	return ""
}

func pageBlock(k notify.Block) string {
	label := html.EscapeString(k.Label)
	switch k.Kind {
	case notify.Heading:
		return "<h1 style=\"font-size:1.3em\">" + lines(k.Text) + "</h1>"
	case notify.Field:
		return "<dt><strong>" + label + "</strong></dt><dd style=\"margin:0 0 .6em\">" + lines(k.Text) + "</dd>"
	case notify.Entry:
		return "<li>" + lines(k.Text) + "</li>"
	case notify.Link:
		return "<p>" + label + ": <a href=\"" + html.EscapeString(k.Text) + "\">" + html.EscapeString(k.Text) + "</a></p>"
	case notify.Note:
		return "<p style=\"font-size:.85em;margin:.3em 0\">" + lines(k.Text) + "</p>"
	case notify.Paragraph:
	}
	return "<p>" + strings.ReplaceAll(lines(k.Text), "<br>\n<br>\n", "</p>\n<p>") + "</p>"
}

// lines keeps a text's own line breaks.
func lines(s string) string {
	return strings.ReplaceAll(html.EscapeString(s), "\n", "<br>\n")
}
