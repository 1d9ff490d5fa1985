package notify

import (
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
)

// House is what every message says of the provider.
type House struct {
	Provider  health.Text       // its name
	BaseURL   string            // of the public site, without a slash at the end
	Zone      *time.Location    // local time of the English texts; Korean ones show Korean time first
	Languages []health.Language // those that messages are written in; empty: every one
	Default   health.Language   // for contacts without one of them; default English
	Invented  bool              // every message then says that provider and customers are invented
	PageOnly  bool              // there is no personal dashboard to lead to
}

// Writer puts facts into words.
type Writer struct {
	house     House
	book      *language.Book
	templates *Templates
}

// NewWriter makes a writer with the templates that come with the program.
func NewWriter(house House, book *language.Book) (*Writer, error) {
	templates, err := LoadTemplates()
	if err != nil {
		return nil, err
	}
	if house.Default == "" {
		house.Default = health.English
	}
	if len(house.Languages) == 0 {
		house.Languages = health.Languages()
	}
	house.BaseURL = strings.TrimSuffix(house.BaseURL, "/")
	return &Writer{house: house, book: book, templates: templates}, nil
}

// say is a message of this room in the language.
func (w *Writer) say(l health.Language, id string, pairs ...any) string {
	return w.book.In(l).Say(language.Message("notify."+id), pairs...)
}

func (w *Writer) zones() language.Zones { return language.In(w.house.Zone) }

// common are the slots that every publication has.
func (w *Writer) common(l health.Language, at time.Time) Slots {
	s := Slots{"provider": w.house.Provider.In(l), "at": w.zones().Moment(l, at)}
	if w.house.Invented {
		s["replay"] = w.say(l, "replay")
	}
	return s
}

func (w *Writer) link(l health.Language, path string) string {
	return w.house.BaseURL + "/" + string(l) + path
}

// update are the slots of an incident's update.
func (w *Writer) update(l health.Language, i incident.Incident, u incident.Update, at time.Time) Slots {
	s := w.common(l, at)
	body, fellBack := u.BodyIn(l)
	workaround, _ := u.WorkaroundIn(l)
	s["title"], s["body"], s["workaround"] = textIn(i.Title, l, u.Fallback), body, workaround
	if fellBack {
		s["fallback"] = w.fallback(l, u.Fallback)
	}
	s["state"] = w.say(l, "state."+string(u.State))
	if u.Corrects != "" {
		s["state"] = w.say(l, "state.correction") + " · " + s["state"]
	}
	s["since"], s["over"] = w.since(l, i, at)
	s["action"] = w.action(l, u)
	s["security"] = w.assurance(l, "security", u.Assurances.Security)
	s["dataloss"] = w.assurance(l, "dataloss", u.Assurances.DataLoss)
	if !u.NextUpdate.IsZero() {
		s["next"] = w.say(l, "next", "time", w.zones().Short(l, u.NextUpdate))
	}
	s["link"] = w.link(l, "/incidents/"+string(i.ID))
	return s
}

func (w *Writer) fallback(l, used health.Language) string {
	return w.say(l, "fallback", "language", w.say(l, "language."+string(used)))
}

// summary are the slots of a post-event summary.
func (w *Writer) summary(l health.Language, sum Summary, i incident.Incident, at time.Time) Slots {
	s := w.common(l, at)
	s["title"], s["body"] = sum.Title.In(l), sum.Body.In(l)
	s["since"], s["over"] = w.since(l, i, at)
	s["link"] = w.link(l, "/summaries/"+string(sum.ID))
	return s
}

// since says when it began and, when it is over, how long it lasted; over is then
// not empty. What the provider declared goes before what was measured.
func (w *Writer) since(l health.Language, i incident.Incident, at time.Time) (since, over string) {
	impacts := i.ImpactsAsKnown(at)
	declared := declaredOnly(impacts)
	if len(declared) > 0 {
		impacts = declared
	}
	if len(impacts) == 0 {
		return "", ""
	}
	whole := impacts[0].During
	for _, p := range impacts[1:] {
		whole = hull(whole, p.During)
	}
	if whole.Open() {
		return w.say(l, "since.open", "from", w.zones().Moment(l, whole.From)), ""
	}
	return w.say(l, "since.closed", "span", w.zones().Span(l, whole), "minutes", language.Minutes(l, whole.Duration())), "over"
}

func declaredOnly(impacts []incident.Impact) []incident.Impact {
	var out []incident.Impact
	for _, p := range impacts {
		if p.Determination == health.DeterminationDeclared {
			out = append(out, p)
		}
	}
	return out
}

// hull is the smallest interval that holds both.
func hull(a, b health.Interval) health.Interval {
	if b.From.Before(a.From) {
		a.From = b.From
	}
	if b.Open() || !a.Open() && b.To.After(a.To) {
		a.To = b.To
	}
	return a
}

func (w *Writer) action(l health.Language, u incident.Update) string {
	switch u.Action {
	case incident.ActionOptional, incident.ActionRequired:
		if text, _ := u.ActionIn(l); text != "" {
			return w.say(l, "action."+string(u.Action), "text", text)
		}
		return w.say(l, "action."+string(u.Action)+".plain")
	case incident.ActionNone:
	}
	return w.say(l, "action.none")
}

func (w *Writer) assurance(l health.Language, risk string, a incident.Assurance) string {
	if a == "" {
		return ""
	}
	return w.say(l, risk+"."+string(a))
}

func textIn(t health.Text, l, fallback health.Language) string {
	if s := t.In(l); s != "" {
		return s
	}
	return t.In(fallback)
}
