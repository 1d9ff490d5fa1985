// Package history brings in incidents of the past: it reads what other status
// pages give away of themselves, and decides what of it becomes an incident here.
//
// Reading is pure: a file becomes a list of what was told and a report of what
// could not be understood, each with its place. Deciding is pure too: what was told
// and the incident that stands give what to append. It promises that ids follow
// from where an incident was told, so that a file read twice changes nothing and a
// later edition adds only what is new; that nothing which came in before is ever
// altered; that an entry comes in whole or not at all; and that nothing is guessed
// in silence.
//
// It tells nobody: its fact is one that no notice follows from. It fetches nothing:
// a file is handed in.
package history

import (
	"io"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
)

// Format is how a file is written.
type Format string

// The formats: what an Atlassian Statuspage answers at /api/v2/incidents.json and
// its siblings, its history.atom, and one JSON object a line.
const (
	StatuspageJSON Format = "statuspage-json"
	StatuspageAtom Format = "statuspage-atom"
	JSONL          Format = "jsonl"
)

// Formats lists them.
func Formats() []Format { return []Format{StatuspageJSON, StatuspageAtom, JSONL} }

// Source is one file.
type Source struct {
	Name    string // as the person named it; stands in the report
	Format  Format
	Content io.Reader // read to its end, at most Limit bytes
	Hints   Hints
}

// Limit is how many bytes a file may have. It is read whole into memory.
const Limit = 64 << 20

// Hints are what a person says of a file that leaves it out.
type Hints struct {
	Page     string                   // address of the page, where the file names none
	Language health.Language          // the texts are in; empty: English
	Zones    map[string]time.Duration // what abbreviations of time zones mean, east of Greenwich
}

func (h Hints) language() health.Language {
	if h.Language == "" {
		return health.English
	}
	return h.Language
}

// Past is one incident as a file tells it.
type Past struct {
	Where      string // its place in the file, such as "line 12, entry 1"
	Page       string // host of the page it was told on; empty: not known
	Code       string // its id there
	Link       string // its own page; may be empty
	Kind       incident.Kind
	Title      health.Text
	Impact     string // critical, major, minor, none or maintenance; empty: not told
	Components []Component
	Began      time.Time // zero: not told
	Ended      time.Time // zero: not told
	Updates    []Told    // oldest first
}

// Component is a component as the page names it: by its name, by its group's and
// its own, by its id there. The fullest name comes first.
type Component struct {
	Names []string
}

// Told is one message of a past incident.
type Told struct {
	Code     string // its id there; may be empty
	State    incident.State
	Body     health.Text
	Fallback health.Language // shown where Body has none
	At       time.Time
}
