package history

import (
	"fmt"
	"strings"
)

// Report is what became of a file, and all of it that was not understood.
type Report struct {
	File      string `json:"file"`
	DryRun    bool   `json:"dry_run,omitempty"` // nothing was saved: it says what would become of it
	Read      int    `json:"read"`              // entries of the file
	Imported  int    `json:"imported"`          // new incidents
	Extended  int    `json:"extended"`          // incidents that stood, to which something was added
	Unchanged int    `json:"unchanged"`
	Refused   int    `json:"refused"`
	Updates   int    `json:"updates"` // that came in
	Impacts   int    `json:"impacts"` // likewise
	Notes     []Note `json:"notes"`   // in the order first met

	met map[said]int // where a note stands in Notes
}

// said is what makes notes the same but for their places.
type said struct {
	refused       bool
	what, instead string
}

// Note is one thing that was not understood or not taken as it stood, with every
// place where it happened, up to some.
type Note struct {
	Refused bool     `json:"refused,omitempty"` // the entries did not come in
	Where   []string `json:"where"`
	More    int      `json:"more,omitempty"` // further places that are not listed
	What    string   `json:"what"`
	Instead string   `json:"instead,omitempty"` // what to do; may be empty
}

// listed is how many places a note lists.
const listed = 5

// String writes the note as one line.
func (n Note) String() string {
	s := strings.Join(n.Where, "; ")
	if n.More > 0 {
		s += fmt.Sprintf(" and %d more", n.More)
	}
	s += ": " + n.What
	if n.Instead != "" {
		s += " (" + n.Instead + ")"
	}
	return s
}

// note notes something of an entry that comes in all the same.
func (r *Report) note(where, what, instead string) {
	r.add(Note{Where: []string{where}, What: what, Instead: instead})
}

// refuse notes why an entry does not come in.
func (r *Report) refuse(where, what, instead string) {
	r.Refused++
	r.add(Note{Refused: true, Where: []string{where}, What: what, Instead: instead})
}

// add joins what is the same but for its place.
func (r *Report) add(n Note) {
	key := said{n.Refused, n.What, n.Instead}
	i, known := r.met[key]
	if !known {
		if r.met == nil {
			r.met = map[said]int{}
		}
		r.met[key] = len(r.Notes)
		r.Notes = append(r.Notes, n)
		return
	}
	have := &r.Notes[i]
	switch {
	case have.Where[len(have.Where)-1] == n.Where[0]:
	case len(have.Where) < listed:
		have.Where = append(have.Where, n.Where[0])
	default:
		have.More++
	}
}
