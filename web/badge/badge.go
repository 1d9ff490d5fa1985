// Package badge prints small pictures that say how something stands, for the pages
// and README files of others: /badge/status.svg for everything,
// /badge/{component}/status.svg for one component, and its uptime over a day, a
// week, a month or 90 days as /badge/{component}/uptime-90d.svg. Under /ko/ and /en/
// they are in that language, without it in English, if the site speaks it.
//
// It promises a picture that is well-formed whatever names a catalogue has, whose
// texts stay inside it, that can be read on any background, and that says a state by
// a word, a shape and a color together. What is not known is gray and says so. A
// picture has no room for how old it is: of an old board it says nothing but what is
// the matter.
//
// It draws by itself, with no other service, and decides nothing.
package badge

import (
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/ui"
)

// Options are what badges are made from besides a board.
type Options struct {
	Book *language.Book
	Site ui.Site
}

// Badges prints the badges of a board.
type Badges struct {
	o Options
	b *board.Board
}

// New makes the badges of a board.
func New(o Options, b *board.Board) *Badges { return &Badges{o: o, b: b} }

// span is a stretch of time that an uptime is told of.
type span struct {
	name string // as in the address and in the message's id
	days int    // 0: the last 24 hours; otherwise as pages count, today included
}

func spans() []span { return []span{{"24h", 0}, {"7d", 7}, {"30d", 30}, {"90d", 90}} }

func (s span) file() string { return "uptime-" + s.name + ".svg" }

func (s span) until(b *board.Board) health.Interval {
	if s.days == 0 {
		return health.Interval{From: b.Now.Add(-24 * time.Hour), To: b.Now}
	}
	return health.Interval{From: board.Midnight(b.Now, b.Zone).AddDate(0, 0, 1-s.days), To: b.Now}
}

// Addresses of badges, without their language.
const (
	prefix = "/badge/"
	status = "status.svg"
)

// Print finishes the badge at a path; false when there is none.
func (p *Badges) Print(path string) (press.Paper, bool, error) {
	l, rest, ok := p.o.split(path)
	if !ok {
		return press.Paper{}, false, nil
	}
	t := telling{Voice: p.o.Book.In(l), b: p.b, site: p.o.Site}
	f, ok := t.face(rest)
	if !ok {
		return press.Paper{}, false, nil
	}
	return paper(l, f), true, nil
}

// split takes the language off a path; the rest stands after /badge/.
func (o Options) split(path string) (health.Language, string, bool) {
	if rest, ok := strings.CutPrefix(path, prefix); ok {
		return o.language(), rest, true
	}
	for _, l := range o.Site.Speaks() {
		if rest, ok := strings.CutPrefix(path, "/"+string(l)+prefix); ok {
			return l, rest, true
		}
	}
	return "", "", false
}

// language is that of badges whose address names none.
func (o Options) language() health.Language {
	if speaks := o.Site.Speaks(); !slices.Contains(speaks, health.English) {
		return speaks[0]
	}
	return health.English
}

func paper(l health.Language, f face) press.Paper {
	return press.Paper{Type: "image/svg+xml", Language: string(l), Body: f.draw(l), Keep: press.Feed, Open: true}
}

// Paths are the paths of all badges.
func (p *Badges) Paths() iter.Seq[string] {
	return func(yield func(string) bool) {
		fronts := []string{""}
		for _, l := range p.o.Site.Speaks() {
			fronts = append(fronts, "/"+string(l))
		}
		for _, front := range fronts {
			for path := range p.paths() {
				if !yield(front + path) {
					return
				}
			}
		}
	}
}

// paths are the paths without their language.
func (p *Badges) paths() iter.Seq[string] {
	return func(yield func(string) bool) {
		if !yield(prefix + status) {
			return
		}
		for _, c := range p.b.Plan.Components {
			files := []string{status}
			for _, s := range spans() {
				files = append(files, s.file())
			}
			for _, file := range files {
				if !yield(prefix + string(c.ID()) + "/" + file) {
					return
				}
			}
		}
	}
}

// telling is a board as one language tells it.
type telling struct {
	language.Voice
	b    *board.Board
	site ui.Site
}

// face finds what the badge at the rest of a path shows.
func (t telling) face(rest string) (face, bool) {
	if rest == status {
		return t.overall(), true
	}
	id, file, _ := strings.Cut(rest, "/")
	c, ok := t.b.Plan.Component(health.ComponentID(id))
	if !ok {
		return face{}, false
	}
	if file == status {
		return t.component(c), true
	}
	for _, s := range spans() {
		if file == s.file() {
			return t.uptime(c, s), true
		}
	}
	return face{}, false
}

func (t telling) overall() face {
	provider := plain(t.site.Provider.In(t.Language()), "Bonghwa")
	return t.finish(t.level(t.b.Overall(), face{label: provider, desc: t.Say("badge.overall", "provider", provider)}))
}

func (t telling) component(c catalog.Component) face {
	l := t.b.Level(c.ID())
	basis := language.Message("basis.declared")
	switch {
	case c.Basis == health.Probed && l == health.Unknown:
		basis = "basis.silent"
	case c.Basis == health.Probed:
		basis = "basis.probed"
	case t.b.Old():
		l = max(l, health.Unknown)
	}
	return t.finish(t.level(l, face{label: t.place(c), desc: t.Say(basis)}))
}

func (t telling) uptime(c catalog.Component, s span) face {
	u := t.b.Uptime(c.ID(), s.until(t.b))
	span := t.Say(language.Message("badge.span." + s.name))
	f := face{label: t.place(c), suffix: t.Say("badge.uptime", "span", span)}
	if !u.Known() {
		f.value, f.fill, f.shape = t.Say("badge.not_measured"), fillOf(health.Unknown), ui.Shape(health.Unknown)
		return t.finish(f)
	}
	f.value, f.fill = percent(u.PPM()), figureFill
	f.desc = t.Say("badge.well", "span", span)
	if u.Down > 0 {
		f.desc = t.Say("badge.down", "span", span, "down", language.Duration(t.Language(), u.Down))
	}
	if u.Unmeasured > 0 {
		f.desc += " " + t.Say("badge.gap", "gap", language.Duration(t.Language(), u.Unmeasured))
	}
	return t.finish(f)
}

// percent is a share cut to two decimals; only all of it is 100 %.
func percent(ppm int64) string {
	if ppm == 1_000_000 {
		return "100%"
	}
	return language.Percent(ppm, 2)
}

// place names a component: "EC2, Seoul", or the service alone where there are no
// places.
func (t telling) place(c catalog.Component) string {
	service, region := plain(string(c.Service), "?"), plain(string(c.Region), "?")
	if s, ok := t.b.Plan.Service(c.Service); ok {
		service = plain(s.Name.In(t.Language()), service)
	}
	if r, ok := t.b.Plan.Region(c.Region); ok {
		if r.Hidden {
			return service
		}
		region = plain(r.Name.In(t.Language()), region)
	}
	return t.Say("place.region", "service", service, "region", region)
}

func (t telling) level(l health.Level, f face) face {
	f.value, f.fill, f.shape = t.Say(ui.LevelMessage(l)), fillOf(l), ui.Shape(l)
	return f
}

// finish fits the label in and names the whole.
func (t telling) finish(f face) face {
	label := f.label
	if f.suffix != "" {
		label += " · " + f.suffix
		f.label = cut(f.label, widestLabel-width(" · "+f.suffix, false)) + " · " + f.suffix
	} else {
		f.label = cut(f.label, widestLabel)
	}
	f.name = t.Say("badge.name", "label", label, "value", f.value)
	if t.site.Invented {
		f.desc = strings.TrimSpace(f.desc + " " + t.Say("page.invented"))
	}
	return f
}

// Routes list the badges, which the press hands out, and answer for what has none
// with a gray badge that says so.
func Routes(o Options) []web.Route {
	var routes []web.Route
	for _, front := range []string{"", "/{lang}"} {
		for _, rest := range []string{status, "{component}/{badge}"} {
			routes = append(routes, web.Route{
				Method: http.MethodGet, Pattern: front + prefix + rest, Kind: web.Data, Access: web.Public, Handler: o.missing,
			})
		}
	}
	return routes
}

func (o Options) missing(w http.ResponseWriter, r *http.Request) error {
	l := web.LanguageOf(r)
	if l == "" {
		l = o.language()
	}
	t := telling{Voice: o.Book.In(l), site: o.Site}
	none := paper(l, t.finish(face{
		label: t.Say("badge.label"), value: t.Say("badge.missing"), fill: fillOf(health.Unknown), shape: ui.Shape(health.Unknown),
	}))
	none.Keep, none.Status = press.Never, http.StatusNotFound
	sheet, err := press.Cut(none, press.Imprint{})
	if err != nil {
		return fmt.Errorf("say that there is no such badge: %w", err)
	}
	sheet.ServeHTTP(w, r)
	return nil
}
