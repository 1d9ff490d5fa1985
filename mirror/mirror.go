// Package mirror copies editions of the public page to where they can be read with
// no node alive: as files in a folder that any web server serves, or as objects in
// a bucket.
//
// It says what a copy consists of (the name, the type and the content of each
// file), in which order it is fine to show it, and how fast it may be printed. How
// a target keeps it is a driver's business: mirror/folder and mirror/bucket. A
// target promises that what stood there before stays readable until the next copy
// is whole, or, where that cannot be had, that pages people come in by change last.
//
// The package does not know what a page says, and asks no database.
package mirror

import (
	"context"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/press"
)

// Mark says what a copy shows. Two copies with the same mark are the same.
type Mark struct {
	Revision  journal.Position `json:"revision"`
	Confirmed time.Time        `json:"confirmed"` // world time at which it was true
	Told      time.Time        `json:"told"`      // world time it is told at
	Note      Note             `json:"note"`
}

// Note is what travels with a copy from node to node, whole: the emergency banner,
// which the one that writes the copy may not know of yet. Whoever reads it must
// check it: anybody may have written it who can write there.
type Note struct {
	At   time.Time `json:"at,omitzero"` // of two, the later one counts
	Body []byte    `json:"body,omitempty"`
}

// After reports whether m shows what came later than what other shows.
func (m Mark) After(other Mark) bool {
	if !m.Note.At.Equal(other.Note.At) {
		return m.Note.At.After(other.Note.At)
	}
	if m.Revision != other.Revision {
		return m.Revision.After(other.Revision)
	}
	return m.Told.After(other.Told)
}

// Same reports whether both show the same state of the record, be it told at
// another minute.
func (m Mark) Same(other Mark) bool {
	return m.Revision == other.Revision && m.Note.At.Equal(other.Note.At)
}

// Copy is what is to be copied.
type Copy struct {
	Mark
	Editions []*press.Edition // the first that prints a path has it
	First    []string         // paths that people come in by; they change last, one by one
}

// Target keeps copies.
type Target interface {
	// Name is the target's, for people and metrics. It holds no secret.
	Name() string
	// Look is the mark of the copy that stands there; zero when there is none.
	Look(ctx context.Context) (Mark, error)
	// Write makes the copy the one that stands there. It leaves one that is newer and
	// not abandoned, or has a note said later. After an error what stood there still stands, at least in its
	// front pages; the error says why, and the next Write begins anew.
	Write(ctx context.Context, c Copy, w Work) (Report, error)
}

// Work is how a copy is to be made.
type Work struct {
	Pace     *Pace                 // nil: as fast as can be
	Force    bool                  // also over a newer copy, and everything anew that may be old
	Progress func(done, total int) // called after each file; may be nil
	Wall     clock.Wall
}

// Told reports progress.
func (w Work) Told(done, total int) {
	if w.Progress != nil {
		w.Progress(done, total)
	}
}

// RenewEvery is how often all pages are written anew, in wall time, while nothing
// but the minute changes: often enough that none counts as old.
const RenewEvery = 4 * time.Minute

// Renew reports whether all files are to be written anew over what stands there.
// Every page carries the minute it was confirmed at, so every page changes every
// minute: while nothing else does, only those that people come in by are written
// each minute, and the others from time to time.
func (m Manifest) Renew(c Copy, w Work) bool {
	return w.Force || len(m.Files) == 0 || !m.Same(c.Mark) || w.Wall.Since(m.Whole).Abs() >= RenewEvery
}

// Report is what became of a copy.
type Report struct {
	Written int // files
	Kept    int // that were there already
	Removed int
	Newer   bool // nothing was done, for what stands there is newer
	Stands  Mark // what stands there now
}

// Manifest is what a target knows of the copy that stands there.
type Manifest struct {
	Form int `json:"form"`
	Mark
	At    time.Time        `json:"at"`    // wall time of the writing
	Whole time.Time        `json:"whole"` // wall time at which all files were last written anew
	Files map[string]Entry `json:"files"` // by name
}

// Entry is one file of a copy.
type Entry struct {
	Hash string `json:"hash"`           // SHA-256 of the content, hex
	Gzip bool   `json:"gzip,omitempty"` // there is a compressed sibling
	Tag  string `json:"tag,omitempty"`  // the store's own tag of the content
	Path string `json:"path,omitempty"` // the address it is printed for, where the name does not tell
}

// Form is the version of a manifest's shape.
const Form = 1

// Abandoned is how long a copy that claims to be newer is left alone, in wall time:
// whoever wrote it would have written another one since.
const Abandoned = 3 * time.Minute

// Leave reports whether a copy must not be written over what stands there: a note
// that the copy does not have would be lost, or a newer copy that somebody keeps.
func (m Manifest) Leave(c Copy, w Work) bool {
	if w.Force || !m.After(c.Mark) {
		return false
	}
	return m.Note.At.After(c.Note.At) || w.Wall.Since(m.At).Abs() < Abandoned
}
