// Package press finishes what very many people read and hands it out.
//
// An Edition is all that can be read of one state of the public record: pages,
// documents, feeds, pictures. Each address is printed once, compressed, given an
// entity tag for each encoding, and kept until the next edition; a Stand holds the
// edition in force and answers GET and HEAD from memory, with 304 for who has it
// already. Nothing here asks a database, a file or another machine, so what was
// printed can be read when all of them are down.
//
// Package press does not know what it prints: the edges bring printers. It decides
// nothing about revisions; whoever makes an edition names its own.
package press

import (
	"iter"
	"time"

	"github.com/bonghwa/bonghwa/journal"
)

// Paper is one thing to print.
type Paper struct {
	Type     string // of the content, as in Content-Type
	Language string // of the content, as in Content-Language; empty: none in particular
	Body     []byte
	Keep     Keep
	Open     bool   // scripts of any site may read it (CORS), unless the edition is private
	Frame    bool   // any site may show it in a frame
	Name     string // to save it under, for what browsers download; usually empty
	Status   int    // 0: 200
}

// Keep is how long caches may hold something.
type Keep int

// Kinds of keeping. A Page is asked for anew by browsers, while a cache in front
// may serve it for some seconds, and for a day when we do not answer.
const (
	Page    Keep = iota
	Feed         // as a page, a little longer: programs ask by the minute
	Hour         // it changes with the program alone, at an address that stays
	Forever      // its address changes with its content
	Never        // not to be kept, such as a page that says that there is none
)

// Printer prints the part of an edition that is its own.
type Printer interface {
	// Print makes the paper at a path; false when nothing is printed there.
	Print(path string) (Paper, bool, error)
	// Paths are all the paths it prints, for a copy of the whole edition.
	Paths() iter.Seq[string]
}

// Imprint says which state of the record an edition shows.
type Imprint struct {
	Revision  journal.Position
	Confirmed time.Time // world time at which it was true
	Private   bool      // shared caches may keep none of it, scripts of other sites read none
}
