// Package language says things in Korean and English: messages with slots,
// particles that follow the sound before them, dates with two zones side by
// side, durations, numbers, money and lists.
//
// It promises that a message exists in both languages, which a test checks, and
// that nothing falls back to the other language in silence: an id that does not
// exist is shown in brackets, so that it is seen. It reads no clock and does not
// translate what people wrote.
//
// The texts lie in messages/<area>.<language>.json as a flat object from id to
// text. A text holds {slots}; {slot:one|other} picks an English plural by the
// number in the slot; {은/는}, {이/가}, {을/를}, {과/와} and {으로/로} take the form
// that fits the word before them.
package language

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/bonghwa/bonghwa/health"
)

//go:embed messages/*.json
var files embed.FS

// Message is the id of one message, such as "incident.next_update".
type Message string

// Book holds every message in every language. It is never changed after Load and
// safe for concurrent use.
type Book struct {
	texts map[health.Language]map[Message]text
}

// Load reads the messages that come with the program. It fails when a text is
// malformed, an id stands twice, or a language lacks an id another one has.
func Load() (*Book, error) {
	return read(files)
}

func read(from fs.FS) (*Book, error) {
	b := &Book{texts: map[health.Language]map[Message]text{}}
	for _, l := range health.Languages() {
		b.texts[l] = map[Message]text{}
	}
	names, err := fs.Glob(from, "messages/*.json")
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	for _, name := range names {
		if err := b.add(from, name); err != nil {
			return nil, err
		}
	}
	return b, b.complete()
}

func (b *Book) add(from fs.FS, name string) error {
	stem := strings.TrimSuffix(path.Base(name), ".json")
	_, tag, _ := strings.Cut(stem, ".")
	l, err := health.ParseLanguage(tag)
	if err != nil {
		return fmt.Errorf("%s: the name must end in the language, such as page.ko.json: %w", name, err)
	}
	raw, err := fs.ReadFile(from, name)
	if err != nil {
		return fmt.Errorf("read messages: %w", err)
	}
	var entries map[Message]string
	if err := json.Unmarshal(raw, &entries); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for id, words := range entries {
		if _, ok := b.texts[l][id]; ok {
			return fmt.Errorf("%s: %q stands in another file too", name, id)
		}
		t, err := parse(words)
		if err != nil {
			return fmt.Errorf("%s: %q: %w", name, id, err)
		}
		b.texts[l][id] = t
	}
	return nil
}

func (b *Book) complete() error {
	for _, l := range health.Languages() {
		for _, other := range health.Languages() {
			for _, id := range b.IDs(other) {
				if _, ok := b.texts[l][id]; !ok {
					return fmt.Errorf("message %q exists in %q and not in %q", id, other, l)
				}
			}
		}
	}
	return nil
}

// IDs lists the messages of a language, sorted.
func (b *Book) IDs(l health.Language) []Message {
	return slices.Sorted(maps.Keys(b.texts[l]))
}

// Slots lists the names of a message's slots, sorted and each once.
func (b *Book) Slots(l health.Language, id Message) []string {
	var names []string
	for _, p := range b.texts[l][id] {
		if p.kind == slotPiece || p.kind == pluralPiece {
			names = append(names, p.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// In is a voice that speaks the language, with the book's messages.
func (b *Book) In(l health.Language) Voice {
	return Voice{language: l, texts: b.texts[l]}
}

// Voice says things in one language.
type Voice struct {
	language health.Language
	texts    map[Message]text
}

// Language is the one the voice speaks.
func (v Voice) Language() health.Language { return v.language }

// Has reports whether there is a message of that id.
func (v Voice) Has(id Message) bool {
	_, ok := v.texts[id]
	return ok
}

// Say is the message with its slots filled from pairs of name and value: strings
// stand as they are, whole numbers are grouped, anything else is printed by fmt.
// An unknown id is shown as [id], an unfilled slot as [name].
func (v Voice) Say(id Message, pairs ...any) string {
	t, ok := v.texts[id]
	if !ok {
		return "[" + string(id) + "]"
	}
	return t.fill(v.language, pairs)
}
