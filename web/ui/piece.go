package ui

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bonghwa/bonghwa/health"
)

// NoteKind is what sort of remark a note is.
type NoteKind string

// The kinds of note.
const (
	NotePlain   NoteKind = "plain"
	NoteAction  NoteKind = "action"  // the customer should do something
	NoteProblem NoteKind = "problem" // something went wrong
)

func split(words string) []string {
	var out []string
	for p := range strings.SplitSeq(strings.ReplaceAll(words, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func newestFirst(days []Day) []Day {
	turned := slices.Clone(days)
	slices.Reverse(turned)
	return turned
}

// legendLevels are the levels in the order people read: good, bad, then the rest.
func legendLevels() []health.Level {
	return []health.Level{
		health.Operational, health.Informational, health.Degraded, health.PartialOutage,
		health.MajorOutage, health.Maintenance, health.Unknown,
	}
}

func flameX(i int) string { return strconv.Itoa(i * 12) }

// listItems are the lines of a paragraph that is a list, without their marks;
// none when it is not.
func listItems(paragraph string) []string {
	var items []string
	for line := range strings.Lines(paragraph) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), "- ")
		if !ok {
			return nil
		}
		items = append(items, rest)
	}
	return items
}

// front is what stands before a remark, and the space between the two, if any.
type front struct{ words, gap string }

// cutBeside splits a time into what stands before the other zone's in brackets
// and the rest, so that a line breaks between the two rather than inside.
func cutBeside(words string) (before front, beside string, ok bool) {
	open, end := strings.IndexByte(words, '('), strings.IndexByte(words, ')')
	if open <= 0 || end != len(words)-1 {
		return front{words: words}, "", false
	}
	head := strings.TrimRight(words[:open], " ")
	return front{words: head, gap: words[len(head):open]}, words[open:], true
}
