package embed

import (
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/web/ui"
)

// Document is the note in one language, finished: whoever shows it decides nothing.
type Document struct {
	Language  health.Language `json:"language"`
	Level     health.Level    `json:"level"`
	Word      string          `json:"word"`     // the level's
	Shape     string          `json:"shape"`    // the level's, an SVG path to be drawn as a line in a square of 16
	Wrong     bool            `json:"wrong"`    // worth a note where only disturbances are
	About     string          `json:"about"`    // what it is about: the incident's id, or the level's word
	Sentence  string          `json:"sentence"` // how everything stands
	Link      string          `json:"link"`     // to the page about it, from the document's own address
	Updated   time.Time       `json:"updated"`  // when it was confirmed
	Confirmed string          `json:"confirmed"`
	Old       bool            `json:"old"` // it could not be renewed
	Revision  string          `json:"revision"`
	Words     Words           `json:"words"`
}

// Words are what stands around the note.
type Words struct {
	Label  string `json:"label"` // names the note
	Open   string `json:"open"`  // of the link
	Close  string `json:"close"` // of the button
	More   string `json:"more,omitempty"`
	Notice string `json:"notice,omitempty"` // that this is a replay
}

func (p *Papers) document(l health.Language) Document {
	v, at := p.o.Book.In(l), p.b.Confirmed.Truncate(time.Minute)
	hour := language.In(p.o.Site.Zone).Hour(l, at)
	words, level, about := p.t.Lead(l)
	if p.b.Old() && level < health.Degraded {
		words, level, about = v.Say("embed.old", "time", hour), health.Unknown, ""
	}
	d := Document{
		Language: l, Level: level, Word: v.Say(ui.LevelMessage(level)), Shape: lineOf(level), Wrong: level >= health.Degraded,
		About: level.String(), Sentence: words, Link: ui.Link(l, "/"),
		Updated: at, Confirmed: v.Say("embed.confirmed", "time", hour), Old: p.b.Old(), Revision: p.b.Revision.String(),
		Words: Words{
			Label: v.Say("page.site", "provider", p.o.Site.Provider.In(l)),
			Open:  v.Say("embed.open_new"), Close: v.Say("embed.close"),
		},
	}
	if about != "" {
		d.About, d.Link = string(about), ui.Link(l, "/incidents/"+string(about))
	}
	if n := len(p.b.Open()) - 1; n > 0 && about != "" {
		d.Words.More = v.Say("lead.more", "n", n)
	}
	if p.o.Site.Invented {
		d.Words.Notice = v.Say("page.invented")
	}
	return d
}

// lineOf is a level's shape as one line, told apart by its outline as the pages' are.
func lineOf(l health.Level) string {
	const round = "M8 1.4a6.6 6.6 0 1 0 0 13.2a6.6 6.6 0 1 0 0-13.2z"
	switch l {
	case health.Operational:
		return round + "M4.8 8.2l2.3 2.3 4.2-4.7"
	case health.Informational:
		return round + "M8 7v4.6M8 3.8v1.6"
	case health.Degraded:
		return "M8 1.7 15 14.2H1zM8 6v3.9M8 11.2v1.4"
	case health.PartialOutage:
		return "M1.9 1.9h12.2v12.2H1.9zM2 2l12 12M2 6l8 8M2 10l4 4"
	case health.MajorOutage:
		return "M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1zM5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8"
	case health.Maintenance:
		return "M13.9 4.3l-2.3 2.3-2.2-2.2 2.3-2.3a3.9 3.9 0 0 0-5.1 5l-5 5a1.55 1.55 0 0 0 2.2 2.2l5-5a3.9 3.9 0 0 0 5.1-5z"
	case health.Unknown:
	}
	return "M8 1.4A6.6 6.6 0 0 1 14.6 8M8 14.6A6.6 6.6 0 0 1 1.4 8M6.2 6.3a1.85 1.85 0 1 1 2.7 1.65c-.6.3-.9.7-.9 1.35M8 10.6V12"
}
