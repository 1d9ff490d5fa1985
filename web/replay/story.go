package replay

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/ui"
)

// told is a text as it is shown: in the page's language, else in another that is
// then named.
type told struct {
	Words    string
	Language health.Language // empty: the page's own
}

func tell(l health.Language, t health.Text) told {
	if words := t.In(l); words != "" {
		return told{Words: words}
	}
	for _, other := range health.Languages() {
		if words := t.In(other); words != "" {
			return told{Words: words, Language: other}
		}
	}
	return told{}
}

// line is one sentence of the story.
type line struct {
	ID    string
	At    time.Time
	When  string
	Text  told
	Proof string // address in the page's language; empty: none
	New   bool   // since the reader last looked
}

// day is the sentences of one day of the zone that the language names first.
type day struct {
	ID    string
	Name  string
	Lines []line
}

// guest is a customer to sign in as.
type guest struct {
	Address  string
	Language string // its name
	What     told
	SignIn   string
	Mails    string
}

type storyView struct {
	ui.Page
	Running bool
	Looked  bool // the reader asked for what is new
	New     int  // how many sentences that was
	First   string
	Again   string // asks for what is new since now
	Days    []day
	Guests  []guest
	Count   int
}

// story lists the sentences of the day.
func (s *Site) story(w http.ResponseWriter, r *http.Request) error {
	seen, looked, err := seenOf(r)
	if err != nil {
		return err
	}
	sentences, running, err := s.o.Story(r.Context())
	if err != nil {
		return fmt.Errorf("read the story: %w", err)
	}
	v := storyView{Page: s.page(r, "/replay"), Running: running, Looked: looked, Count: len(sentences)}
	v.Title = v.Say("replay.story.title")
	v.Again = v.Link("/replay" + query("seen", strconv.Itoa(len(sentences))))
	if !looked {
		seen = len(sentences)
	}
	v.New = max(len(sentences)-seen, 0)
	v.First = lineID(seen)
	v.Days = days(v.Page, sentences, seen)
	v.Guests = s.guests(v.Page)
	return show(w, r, storyPage(v))
}

// seenOf is how many sentences the reader has seen, if they say so.
func seenOf(r *http.Request) (n int, looked bool, err error) {
	raw := r.URL.Query().Get("seen")
	if raw == "" {
		return 0, false, nil
	}
	if n, err = strconv.Atoi(raw); err != nil || n < 0 {
		return 0, false, fault.New(fault.Invalid, "seen", "is no number of sentences", "leave it out")
	}
	return n, true, nil
}

func lineID(n int) string { return "s" + strconv.Itoa(n+1) }

// days sorts sentences under their days. Those from number seen on are new.
func days(p ui.Page, sentences []Sentence, seen int) []day {
	l, z := p.Voice.Language(), p.Zones()
	var out []day
	for n, s := range sentences {
		name := language.Day(l, s.At.In(firstZone(l)))
		if len(out) == 0 || out[len(out)-1].Name != name {
			out = append(out, day{ID: "day-" + strconv.Itoa(len(out)+1), Name: name})
		}
		d := &out[len(out)-1]
		d.Lines = append(d.Lines, line{
			ID: lineID(n), At: s.At, When: underDay(z, l, s.At), Text: tell(l, s.Text), Proof: proof(l, s.Proof), New: n >= seen,
		})
	}
	return out
}

// firstZone is the zone that the language names first.
func firstZone(l health.Language) *time.Location {
	if l == health.Korean {
		return language.Seoul()
	}
	return time.UTC
}

// underDay writes the time for a list whose heading names the day: without that
// day, but with the other zone's where it is another.
func underDay(z language.Zones, l health.Language, t time.Time) string {
	short := z.Short(l, t)
	if i := strings.Index(short, z.HourPlain(l, t)); i > 0 {
		return short[i:]
	}
	return short
}

// proof is the address of a sentence's proof; only a path of this site is one.
func proof(l health.Language, path string) string {
	return web.LocalPath(strings.ReplaceAll(path, "{lang}", string(l)))
}

// guests are the customers to sign in as. The reader does so in the language of
// the page, whatever the customer's is.
func (s *Site) guests(p ui.Page) []guest {
	out := make([]guest, 0, len(s.o.Customers))
	for _, c := range s.o.Customers {
		out = append(out, guest{
			Address: c.Address, Language: languageName(p.Voice, c.Language), What: tell(p.Voice.Language(), c.What),
			SignIn: web.SignInPath(p.Voice.Language(), p.Link("/my/")), Mails: p.Link("/replay/mails" + query("to", c.Address)),
		})
	}
	return out
}

// languageName is the name of a language in the voice's own.
func languageName(v language.Voice, l health.Language) string {
	id := language.Message("replay.language." + string(l))
	if !v.Has(id) {
		return v.Say("replay.language.unknown")
	}
	return v.Say(id)
}
