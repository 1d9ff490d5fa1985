package press

import (
	"fmt"
	"iter"
	"net/http"
	"sync"
	"sync/atomic"
)

// Edition is all that can be read of one state of the record. It is safe for
// concurrent use.
type Edition struct {
	Imprint
	printers []Printer
	sheets   sync.Map // path → *Sheet, each finished whole before it is kept
	kept     atomic.Int64
}

// mostKept is how many bytes of sheets an edition keeps: an edition lives for a
// minute, and somebody who asks for every page there is must not fill the memory
// with them. What is over it is printed at each request.
const mostKept = 128 << 20

// NewEdition makes an edition out of its printers; the first that prints a path
// has it. Nothing is printed yet.
func NewEdition(i Imprint, printers ...Printer) *Edition {
	return &Edition{Imprint: i, printers: printers}
}

// Sheet gives the sheet at a path, and false when there is none. Two who ask
// first at once both print it, and print the same.
func (e *Edition) Sheet(path string) (*Sheet, bool, error) {
	if kept, ok := e.sheets.Load(path); ok {
		return kept.(*Sheet), true, nil
	}
	for _, p := range e.printers {
		paper, ok, err := p.Print(path)
		if err != nil {
			return nil, true, fmt.Errorf("print %s: %w", path, err)
		}
		if !ok {
			continue
		}
		s, err := Cut(paper, e.Imprint)
		if err != nil {
			return nil, true, fmt.Errorf("print %s: %w", path, err)
		}
		return e.keep(path, s), true, nil
	}
	return nil, false, nil
}

func (e *Edition) keep(path string, s *Sheet) *Sheet {
	if e.kept.Add(int64(s.size())) > mostKept {
		e.kept.Add(-int64(s.size()))
		return s
	}
	kept, was := e.sheets.LoadOrStore(path, s)
	if was {
		e.kept.Add(-int64(s.size()))
	}
	return kept.(*Sheet)
}

// Prepare prints what people ask for first, so that nobody waits for it.
func (e *Edition) Prepare(paths ...string) error {
	for _, path := range paths {
		if _, _, err := e.Sheet(path); err != nil {
			return err
		}
	}
	return nil
}

// Paths are the paths of everything that is printed, each printer's after those
// of the one before.
func (e *Edition) Paths() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, p := range e.printers {
			for path := range p.Paths() {
				if !yield(path) {
					return
				}
			}
		}
	}
}

// Stand holds the edition in force. The zero Stand holds none.
type Stand struct {
	current atomic.Pointer[Edition]
	served  atomic.Int64
}

// Put puts an edition in the place of the one before.
func (s *Stand) Put(e *Edition) { s.current.Store(e) }

// Edition is the one in force; nil before the first.
func (s *Stand) Edition() *Edition { return s.current.Load() }

// Served counts the requests the stand has answered.
func (s *Stand) Served() int64 { return s.served.Load() }

// Serve answers a GET or HEAD for what the edition in force holds, and reports
// whether it did: otherwise nothing was written, and somebody else must answer.
func (s *Stand) Serve(w http.ResponseWriter, r *http.Request) (bool, error) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false, nil
	}
	e := s.current.Load()
	if e == nil {
		return false, nil
	}
	sheet, ok, err := e.Sheet(r.URL.Path)
	if err != nil || !ok {
		return false, err
	}
	s.served.Add(1)
	sheet.ServeHTTP(w, r)
	return true, nil
}
