package notify

import "strings"

// Document is a message's content, the same for every form it is given.
type Document struct {
	Subject string
	Blocks  []Block
}

// BlockKind is how a block is set.
type BlockKind int

// The kinds of block.
const (
	Paragraph BlockKind = iota
	Heading
	Field // a label and what stands behind it
	Entry // one of a list
	Link
	Note // small print
)

// Block is a piece of a document, on one or more lines.
type Block struct {
	Kind  BlockKind
	Label string // of a Field or a Link
	Text  string // of a Link: its address
}

// add appends a block for a filled line of a template.
func (d *Document) add(line string) {
	kind, rest := Paragraph, line
	for mark, k := range marks() {
		if after, ok := strings.CutPrefix(line, mark); ok {
			kind, rest = k, after
		}
	}
	switch kind {
	case Field, Link:
		label, text, _ := strings.Cut(rest, " | ")
		d.Blocks = append(d.Blocks, Block{kind, label, text})
	case Entry:
		for text := range strings.SplitSeq(rest, "\n") {
			d.Blocks = append(d.Blocks, Block{Kind: Entry, Text: text})
		}
	case Paragraph, Heading, Note:
		d.Blocks = append(d.Blocks, Block{Kind: kind, Text: rest})
	}
}

// marks are the beginnings of a template's lines that say how a line is set.
func marks() map[string]BlockKind {
	return map[string]BlockKind{"# ": Heading, "= ": Field, "* ": Entry, "> ": Link, "- ": Note}
}
