package history

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// plain turns HTML into the text that a reader sees: paragraphs apart, lines broken,
// lists with their marks, links with their address where the words do not say it.
// With lines, a line's end in the HTML breaks the line too.
func plain(fragment string, lines bool) string {
	p := prose{lines: lines}
	z := html.NewTokenizer(strings.NewReader(fragment))
	for {
		if z.Next() == html.ErrorToken {
			return p.String()
		}
		p.take(z.Token())
	}
}

// marked reports whether a text is written in HTML rather than plainly: one known
// tag says so.
func marked(text string) bool {
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return false
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			if formats(z.Token().Data) {
				return true
			}
		case html.TextToken, html.CommentToken, html.DoctypeToken:
		}
	}
}

// formats reports whether a tag is one that people format messages with.
func formats(tag string) bool {
	switch tag {
	case "a", "b", "br", "code", "em", "i", "li", "ol", "small", "span", "strong", "u", "ul", "var":
		return true
	}
	return paragraph(tag)
}

// prose is plain text being made of HTML.
type prose struct {
	b      strings.Builder
	lines  bool   // a line's end in the HTML counts
	gap    string // what stands before the next word, if there is a word before it
	hidden int    // how deep in elements whose text is not read
	lists  []int  // of each open list the last number; -1: marks without numbers
	link   string // address of the open link
	words  int    // where its words begin
}

// take reads one token.
func (p *prose) take(t html.Token) {
	switch t.Type {
	case html.TextToken:
		p.text(t.Data)
	case html.StartTagToken, html.SelfClosingTagToken:
		p.open(t)
	case html.EndTagToken:
		p.shut(t.Data)
	case html.ErrorToken, html.CommentToken, html.DoctypeToken:
	}
}

func (p *prose) text(s string) {
	if p.hidden > 0 {
		return
	}
	for _, r := range s {
		switch {
		case r == '\n' && p.lines:
			p.apart(p.gap + "\n")
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f': // of HTML; the others are kept
			p.apart(" ")
		default:
			p.letter(r)
		}
	}
}

func (p *prose) letter(r rune) {
	if p.b.Len() > 0 {
		p.b.WriteString(p.gap)
	}
	p.gap = ""
	p.b.WriteRune(r)
}

// apart asks for a gap before the next word: the wider of two wins.
func (p *prose) apart(gap string) {
	gap = strings.TrimLeft(gap, " ")
	switch {
	case gap == "" && p.gap == "":
		p.gap = " "
	case strings.Count(gap, "\n") > strings.Count(p.gap, "\n"):
		p.gap = gap[:min(len(gap), len("\n\n"))]
	}
}

// atLine asks for n line ends before the next word.
func (p *prose) atLine(n int) { p.apart(strings.Repeat("\n", n)) }

func (p *prose) open(t html.Token) {
	switch t.Data {
	case "br":
		p.apart(p.gap + "\n")
	case "ul":
		p.list(-1)
	case "ol":
		p.list(0)
	case "li":
		p.atLine(1)
		p.mark()
	case "tr":
		p.atLine(1)
	case "a":
		p.follow(t)
	case "img":
		p.text(attribute(t, "alt"))
	default:
		if paragraph(t.Data) {
			p.atLine(2)
		}
		if unread(t.Data) && t.Type == html.StartTagToken {
			p.hidden++
		}
	}
}

func (p *prose) shut(tag string) {
	switch tag {
	case "ul", "ol":
		p.lists = p.lists[:max(len(p.lists)-1, 0)]
		p.beside()
	case "td", "th":
		p.apart(" ")
	case "a":
		p.arrive()
	default:
		if paragraph(tag) {
			p.atLine(2)
		}
		if unread(tag) {
			p.hidden = max(p.hidden-1, 0)
		}
	}
}

// list begins a list; last is the number before its first item.
func (p *prose) list(last int) {
	p.beside()
	p.lists = append(p.lists, last)
}

// beside sets a list apart from what is around it: less, if that is another list.
func (p *prose) beside() { p.atLine(2 - min(len(p.lists), 1)) }

func paragraph(tag string) bool {
	switch tag {
	case "p", "div", "blockquote", "pre", "hr", "table", "section", "article", "h1", "h2", "h3", "h4", "h5", "h6":
		return true
	}
	return false
}

// unread reports whether what stands within a tag is nothing that a reader sees.
func unread(tag string) bool {
	switch tag {
	case "script", "style", "template", "noscript", "iframe", "object", "svg", "title":
		return true
	}
	return false
}

// mark writes the mark of a list's item, pushed in by its depth.
func (p *prose) mark() {
	if p.hidden > 0 {
		return
	}
	text := "- "
	if n := len(p.lists); n > 0 {
		text = strings.Repeat("  ", min(n-1, deepest)) + text
		if p.lists[n-1] >= 0 {
			p.lists[n-1]++
			text = strings.Repeat("  ", min(n-1, deepest)) + strconv.Itoa(p.lists[n-1]) + ". "
		}
	}
	for _, r := range strings.TrimSuffix(text, " ") {
		p.letter(r)
	}
	p.gap = " "
}

// deepest is how far lists within lists are pushed in.
const deepest = 4

// follow begins a link; only addresses that a reader can open are told.
func (p *prose) follow(t html.Token) {
	p.arrive()
	href := strings.TrimSpace(attribute(t, "href"))
	lower := strings.ToLower(href)
	if strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "mailto:") {
		p.link, p.words = href, p.b.Len()
	}
}

// arrive ends a link and writes its address where its words are not the address.
func (p *prose) arrive() {
	link := p.link
	words := strings.TrimSpace(p.b.String()[min(p.words, p.b.Len()):])
	p.link = ""
	if link == "" || p.hidden > 0 || bare(link) == bare(words) {
		return
	}
	gap := p.gap
	if words != "" {
		link = "(" + link + ")"
		p.gap = " "
	}
	p.text(link)
	p.gap = gap
}

// bare is an address without what people leave out when they write it.
func bare(address string) string {
	a := strings.ToLower(strings.TrimSpace(address))
	for _, scheme := range []string{"https://", "http://", "mailto:"} {
		a = strings.TrimPrefix(a, scheme)
	}
	return strings.TrimSuffix(a, "/")
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// String is the text so far, without what is asked for before the next word.
func (p *prose) String() string { return p.b.String() }
