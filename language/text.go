package language

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/bonghwa/bonghwa/health"
)

type pieceKind int

const (
	wordsPiece pieceKind = iota
	slotPiece
	pluralPiece
	particlePiece
)

// piece is a run of a message's text: words as they stand, a slot, a plural that
// hangs on a slot's number, or a particle that hangs on the word before it.
type piece struct {
	kind pieceKind
	name string // the words, the slot's name, or the first form of a particle
	one  string // plural: the form for 1
	many string // plural: the form for all else; particle: the second form
}

type text []piece

func parse(words string) (text, error) {
	if strings.TrimSpace(words) == "" {
		return nil, errors.New("the text is empty")
	}
	var t text
	for words != "" {
		before, rest, found := strings.Cut(words, "{")
		if before != "" {
			t = append(t, piece{kind: wordsPiece, name: before})
		}
		if !found {
			break
		}
		inside, after, closed := strings.Cut(rest, "}")
		if !closed {
			return nil, errors.New("a { is never closed")
		}
		p, err := parseSlot(inside)
		if err != nil {
			return nil, err
		}
		t = append(t, p)
		words = after
	}
	return t, nil
}

func parseSlot(inside string) (piece, error) {
	if closed, open, ok := strings.Cut(inside, "/"); ok {
		if !isParticle(closed, open) {
			return piece{}, fmt.Errorf("{%s} is no particle this package knows", inside)
		}
		return piece{kind: particlePiece, name: closed, many: open}, nil
	}
	if name, forms, ok := strings.Cut(inside, ":"); ok {
		one, many, both := strings.Cut(forms, "|")
		if !both || name == "" {
			return piece{}, fmt.Errorf("{%s}: write {slot:one|other}", inside)
		}
		return piece{kind: pluralPiece, name: name, one: one, many: many}, nil
	}
	if inside == "" {
		return piece{}, errors.New("{} has no name")
	}
	return piece{kind: slotPiece, name: inside}, nil
}

func (t text) fill(l health.Language, pairs []any) string {
	var b strings.Builder
	for _, p := range t {
		switch p.kind {
		case wordsPiece:
			b.WriteString(p.name)
		case slotPiece:
			b.WriteString(shown(l, p.name, pairs))
		case pluralPiece:
			if isOne(lookup(p.name, pairs)) {
				b.WriteString(p.one)
			} else {
				b.WriteString(p.many)
			}
		case particlePiece:
			b.WriteString(particle(b.String(), p.name, p.many))
		}
	}
	return b.String()
}

func lookup(name string, pairs []any) any {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == name {
			return pairs[i+1]
		}
	}
	return nil
}

func isOne(value any) bool {
	switch n := value.(type) {
	case int:
		return n == 1
	case int64:
		return n == 1
	default:
		return false
	}
}

func shown(l health.Language, name string, pairs []any) string {
	switch value := lookup(name, pairs).(type) {
	case nil:
		return "[" + name + "]"
	case string:
		return value
	case int:
		return Number(l, int64(value))
	case int64:
		return Number(l, value)
	default:
		return fmt.Sprint(value)
	}
}

// Number writes n with its thousands grouped by commas, which both languages do.
func Number(_ health.Language, n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}
