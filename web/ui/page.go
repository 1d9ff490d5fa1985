// Package ui is how Bonghwa's pages look: the page shell, the pieces that pages
// are built from, the style sheet, the icons and the theme.
//
// It promises pages that work without JavaScript, by keyboard, in Korean and
// English, light and dark, on paper and at 320 px, under a content security
// policy without inline styles or scripts. Status is always an icon, a word, a
// color and a shape together. It knows the vocabulary and the language and no
// domain: callers hand it what is to be shown.
package ui

import (
	"slices"
	"time"

	"github.com/a-h/templ"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
)

// Site is what every page says of the provider.
type Site struct {
	Provider  health.Text // the provider's name
	Invented  bool        // a replay: provider and customers are invented, and every page says so
	Story     bool        // the replay has a page that tells its story
	Zone      *time.Location
	Languages []health.Language // those the site speaks; empty: every one
	Logo      *Logo             // nil: the flames alone
	Accent    Accent            // zero: the house's ember
	PageOnly  bool              // there is nothing but the public page: nobody signs in
	// Said is what is said above pages made on request; may be nil. Printed pages
	// say it by Page.Banner: they are the same wherever they are printed.
	Said func(health.Language) *Banner
}

// Banner is the emergency banner in the page's language.
type Banner struct {
	Words string
	At    time.Time // when it was said
}

// Speaks lists the languages of the site, in the order of health.Languages.
func (s Site) Speaks() []health.Language {
	return slices.DeleteFunc(health.Languages(), func(l health.Language) bool {
		return len(s.Languages) > 0 && !slices.Contains(s.Languages, l)
	})
}

// Page is what the shell around a page needs to know. Path is the page's own path
// without the language ("/", "/history/2018-11"), so that the language switch can
// lead to the same page.
type Page struct {
	Voice     language.Voice
	Site      Site
	Title     string // of the document; pages print their own h1
	Path      string
	Section   Section
	Known     bool         // Level is known; otherwise the mark says nothing of it
	Level     health.Level // worst of now: it sets the number of flames
	Confirmed time.Time    // world time at which the page was true; zero: made on request
	Account   templ.Component
	Live      Live
	Banner    *Banner // at the very top; nil: nothing is said
	Feeds     []Feed  // that say the same as the page does, for programs
	Stale     string  // set: the page could not be renewed, and says so in these words
}

// said is the banner above the page; nil when there is none.
func (p Page) said() *Banner {
	if p.Banner == nil && p.Site.Said != nil {
		return p.Site.Said(p.Voice.Language())
	}
	return p.Banner
}

// Feed is something to subscribe to that belongs to a page.
type Feed struct {
	Title string
	Type  string // media type, such as application/rss+xml
	Path  string
}

// Section is the part of the site a page belongs to; the navigation marks it.
type Section string

// The sections.
const (
	SectionNow     Section = "now"
	SectionHistory Section = "history"
	SectionMine    Section = "mine"
	SectionSearch  Section = "search"
	SectionNone    Section = ""
)

// Fresh is how long after Confirmed a page counts as current.
const Fresh = 5 * time.Minute

// ConfirmedWords say when the page was true and from when on it is old.
func (p Page) ConfirmedWords() string {
	l := p.Voice.Language()
	return p.Say("page.confirmed", "time", p.Zones().Hour(l, p.Confirmed), "limit", p.Zones().Hour(l, p.Confirmed.Add(Fresh)))
}

// Zones are the zones of a page of no one place: the provider's own and UTC.
func (p Page) Zones() language.Zones { return language.In(p.Site.Zone) }

// Say is the page's voice.
func (p Page) Say(id language.Message, pairs ...any) string { return p.Voice.Say(id, pairs...) }

// Link is the address of a path in the page's language.
func (p Page) Link(path string) string { return Link(p.Voice.Language(), path) }

// Link is the address of a path in a language: "/ko" + path.
func Link(l health.Language, path string) string { return "/" + string(l) + path }

// Flames is how many fires burn for a level: one in peace, five at worst.
func Flames(l health.Level) int {
	switch l {
	case health.Operational, health.Unknown:
		return 1
	case health.Informational, health.Maintenance:
		return 2
	case health.Degraded:
		return 3
	case health.PartialOutage:
		return 4
	case health.MajorOutage:
		return 5
	default:
		return 1
	}
}

// LevelMessage is the id of a level's name.
func LevelMessage(l health.Level) language.Message { return language.Message("level." + l.String()) }

func levelClass(l health.Level) string { return "lv-" + l.String() }

func iconID(l health.Level) string { return "#i-" + l.String() }

func machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// others are the site's further languages.
func (p Page) others() []health.Language {
	return slices.DeleteFunc(p.Site.Speaks(), func(l health.Language) bool { return l == p.Voice.Language() })
}

// languageName is a language's own name, which is not translated.
func languageName(l health.Language) string {
	switch l {
	case health.Korean:
		return "한국어"
	case health.English:
		return "English"
	default:
		return string(l)
	}
}
