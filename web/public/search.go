package public

import (
	"context"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/postevent"
	"github.com/bonghwa/bonghwa/web/ui"
)

// The bounds of a search: whoever asks for everything gets the beginning of it.
const (
	mostHits  = 50 // of a kind
	mostWords = 8  // of a query; further ones are not looked at
)

// query is what is looked for: every word must be found.
type query struct {
	words []string
	flaw  flaw
}

// flaw is what is wrong with a query.
type flaw string

const (
	noFlaw   flaw = ""
	empty    flaw = "empty" // nothing was asked: the page shows its field
	tooShort flaw = "too_short"
	tooLong  flaw = "too_long"
)

// newQuery reads what a person typed.
func newQuery(typed string) query {
	if utf8.RuneCountInString(typed) > ui.LongestSearch {
		return query{flaw: tooLong}
	}
	q := query{words: strings.Fields(fold(typed))}
	if len(q.words) == 0 {
		q.flaw = empty
		return q
	}
	if all := strings.Join(q.words, ""); utf8.RuneCountInString(all) < 2 && !strings.ContainsFunc(all, syllable) {
		q.flaw = tooShort
	}
	q.words = q.words[:min(len(q.words), mostWords)]
	return q
}

// syllable reports whether a letter alone says something: a Hangul syllable or a
// Chinese character does.
func syllable(r rune) bool { return r >= '가' && r <= '힣' || unicode.Is(unicode.Han, r) }

// fold makes texts alike that people hold to be the same: full width and half, upper
// case and lower, Hangul composed and in letters. What cannot be seen is left out.
func fold(text string) string {
	text = cases.Fold().String(norm.NFKC.String(strings.ToValidUTF8(text, "")))
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r):
			return -1
		case unicode.IsControl(r):
			return ' '
		default:
			return r
		}
	}, norm.NFKC.String(text))
}

// marks says which words of the query a folded text holds, a bit each.
func (q query) marks(folded string) uint {
	var found uint
	for i, w := range q.words {
		if strings.Contains(folded, w) {
			found |= 1 << i
		}
	}
	return found
}

func (q query) all() uint { return 1<<len(q.words) - 1 }

// hits are the first finds of a kind, and how many there are.
type hits[T any] struct {
	list  []T
	count int
}

func (h *hits[T]) add(x T) {
	if h.count++; len(h.list) < mostHits {
		h.list = append(h.list, x)
	}
}

func (h *hits[T]) more() int { return h.count - len(h.list) }

// found is an event that was found, and the message it was found in, if not in its
// title.
type found struct {
	event    event
	sequence int // 0: in the title
}

// finds are the answer to a search.
type finds struct {
	services   hits[catalog.Service]
	regions    hits[catalog.Region]
	components hits[catalog.Component]
	events     hits[found]
	summaries  hits[postevent.Summary]
	cut        bool // there was no time to look at everything
}

func (f finds) count() int {
	return f.services.count + f.regions.count + f.components.count + f.events.count + f.summaries.count
}

// tale is the folded texts of an event.
type tale struct {
	title   string
	updates []string
}

// library keeps the folded texts of events, which do not change: boards share them.
type library struct {
	mu    sync.Mutex
	board *board.Board // whose events the tales are
	tales map[event]tale
}

// of gives the folded texts of a board's events, and forgets those of others.
func (l *library) of(b *board.Board) map[event]tale {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.board == b {
		return l.tales
	}
	kept := make(map[event]tale, len(b.Events))
	for _, e := range b.Events {
		t, ok := l.tales[e]
		if !ok {
			t = newTale(e)
		}
		kept[e] = t
	}
	l.board, l.tales = b, kept
	return kept
}

func newTale(e event) tale {
	t := tale{title: fold(joined(e.Title) + "\n" + string(e.ID))}
	for _, u := range e.Updates {
		t.updates = append(t.updates, fold(joined(u.Body, u.Workaround, u.ActionText)))
	}
	return t
}

// joined are texts in all their languages: who reads Korean may look for an English
// name.
func joined(texts ...health.Text) string {
	var b strings.Builder
	for _, t := range texts {
		for _, l := range health.Languages() {
			b.WriteString(t.In(l))
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// search looks for a query in a board. It stops when ctx ends, and says so.
func search(ctx context.Context, b *board.Board, tales map[event]tale, q query) finds {
	var f finds
	services := make(map[health.ServiceID]uint, len(b.Plan.Offered()))
	_, alone := b.Plan.OneRegion() // then a service is its component
	for _, s := range b.Plan.Offered() {
		services[s.ID] = q.marks(fold(joined(s.Name, s.Description, s.Group) + string(s.ID)))
		if services[s.ID] == q.all() && !alone {
			f.services.add(s)
		}
	}
	regions := make(map[health.RegionID]uint, len(b.Plan.Regions))
	for _, r := range b.Plan.Places() {
		regions[r.ID] = q.marks(fold(joined(r.Name) + string(r.ID)))
		if regions[r.ID] == q.all() {
			f.regions.add(r)
		}
	}
	for _, s := range b.Summaries {
		if q.marks(fold(joined(s.Title, s.Overview, s.Cause))) == q.all() {
			f.summaries.add(s)
		}
	}
	f.cut = !f.searchEvents(ctx, b, tales, q) || !f.searchComponents(ctx, b, q, func(c catalog.Component) uint { return services[c.Service] | regions[c.Region] })
	return f
}

// lookUp is how many things are looked at between two looks at the time.
const lookUp = 256

func (f *finds) searchEvents(ctx context.Context, b *board.Board, tales map[event]tale, q query) bool {
	for i, e := range b.Events {
		if i%lookUp == 0 && ctx.Err() != nil {
			return false
		}
		if hit, ok := tales[e].find(q); ok {
			f.events.add(found{event: e, sequence: hit})
		}
	}
	return true
}

// find reports whether an event has every word in its title or messages, and gives
// the number of the first message with one that the title lacks.
func (t tale) find(q query) (sequence int, ok bool) {
	title := q.marks(t.title)
	got := title
	for i, u := range t.updates {
		m := q.marks(u)
		if sequence == 0 && m&^title != 0 {
			sequence = i + 1
		}
		got |= m
	}
	if title == q.all() {
		sequence = 0
	}
	return sequence, got == q.all()
}

func (f *finds) searchComponents(ctx context.Context, b *board.Board, q query, of func(catalog.Component) uint) bool {
	dashed := strings.Contains(strings.Join(q.words, " "), "-")
	for i, c := range b.Plan.Components {
		if i%lookUp == 0 && ctx.Err() != nil {
			return false
		}
		m := of(c)
		if dashed {
			m |= q.marks(strings.ToLower(string(c.ID())))
		}
		if m == q.all() {
			f.components.add(c)
		}
	}
	return true
}
