package audience

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
)

// Kind is what an import file holds.
type Kind string

// The kinds of import file, in the order in which they must be imported: what
// is named must be there first.
const (
	Organizations Kind = "organizations"
	Accounts      Kind = "accounts"
	Contacts      Kind = "contacts"
	Resources     Kind = "resources"
	SupportPlans  Kind = "support_plans"
)

// Kinds lists them in that order.
func Kinds() []Kind { return []Kind{Organizations, Accounts, Contacts, Resources, SupportPlans} }

// ParseKind reads a kind.
func ParseKind(word string) (Kind, error) {
	if k := Kind(word); slices.Contains(Kinds(), k) {
		return k, nil
	}
	return "", fault.New(fault.Invalid, "", "kind of import "+quote(word)+" is not known", oneOf(Kinds()))
}

// KindOf guesses the kind from a file's name, such as "resources-2018.csv".
func KindOf(name string) (Kind, bool) {
	base := filepath.Base(name)
	for _, k := range Kinds() {
		if strings.HasPrefix(base, string(k)) || strings.HasPrefix(base, strings.ReplaceAll(string(k), "_", "-")) {
			return k, true
		}
	}
	return "", false
}

// Format is how an import file is written.
type Format string

// The formats: comma-separated values with a header (RFC 4180, UTF-8, every line
// ended), or one JSON object a line.
const (
	CSV   Format = "csv"
	JSONL Format = "jsonl"
)

// FormatOf tells the format from a file's name.
func FormatOf(name string) (Format, error) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv":
		return CSV, nil
	case ".jsonl", ".ndjson":
		return JSONL, nil
	}
	return "", fault.New(fault.Invalid, name, "the name does not tell the format", "name the file .csv or .jsonl, or give the format")
}

// Source is one import file.
type Source struct {
	Name    string // as the person named it; stands in errors
	Kind    Kind
	Format  Format
	Content io.Reader
}

// Terms are how an import is to be done.
type Terms struct {
	SkipBad  bool           // import the good rows though others are bad
	AsOf     time.Time      // world time the resources of the file were right; zero: At
	At       time.Time      // world time of the import
	Actor    string         // id of who imports
	Progress func(Progress) // may be nil; called about every thousand rows and at the end
}

// Progress is how far an import is.
type Progress struct {
	Rows  int   // read so far
	Bad   int   // of them
	Bytes int64 // read so far
	Saved bool  // the last call: all is saved
}

// Result is what an import did.
type Result struct {
	Rows    int      // good rows of the file
	Changed int      // of them, new or different from what was known
	Bad     []BadRow // skipped rows, ascending; empty unless Terms.SkipBad
}

// BadRow is one row that cannot be imported.
type BadRow struct {
	File    string `json:"file"`
	Row     int    `json:"row"`  // from 1, the header not counted; 0: the header or the file
	Line    int    `json:"line"` // from 1
	Column  string `json:"column,omitempty"`
	What    string `json:"what"`
	Instead string `json:"instead,omitempty"`
}

// Where is the row's place for a person.
func (b BadRow) Where() string {
	s := fmt.Sprintf("%s:%d", b.File, b.Line)
	if b.Row > 0 {
		s += fmt.Sprintf(": row %d", b.Row)
	}
	if b.Column != "" {
		s += ", column " + b.Column
	}
	return s
}

// Places knows what the catalogue offers where.
type Places interface {
	HasService(id health.ServiceID) bool
	HasRegion(id health.RegionID) bool
	HasComponent(s health.ServiceID, r health.RegionID) bool
}

// Batch is the good rows of one import: the list of its kind is filled.
type Batch struct {
	Kind          Kind
	Organizations []Organization
	Accounts      []Account
	Contacts      []Contact
	Resources     []Resource
	Plans         []SupportPlan
	At            time.Time // world time
	AsOf          time.Time // world time; for resources
}

// Registry keeps the audience.
type Registry interface {
	// Missing gives those of the ids of a kind that are not known.
	Missing(ctx context.Context, kind Kind, ids []string) ([]string, error)
	// Save keeps what is new or different in the batch, with the entry, in one
	// step; when nothing is, it writes no fact. It gives how many rows were. The
	// inventory's as-of time moves forward, never back.
	Save(ctx context.Context, b Batch, e journal.Entry) (changed int, err error)
}

// Importer reads import files into the audience. It holds a file's rows in
// memory, about half a kilobyte each.
type Importer struct {
	registry Registry
	places   Places
}

// NewImporter makes an importer that checks services and regions against the
// catalogue.
func NewImporter(r Registry, p Places) *Importer { return &Importer{registry: r, places: p} }

// Import reads the whole file, then saves it in one step. If any row is bad and
// Terms.SkipBad is not set, nothing is saved and the error is a fault.List that
// tells every bad row. Importing the same file again changes nothing and writes
// no fact. A file whose header or form is wrong is refused in any case.
func (i *Importer) Import(ctx context.Context, s Source, t Terms) (Result, error) {
	if t.AsOf.IsZero() {
		t.AsOf = t.At
	}
	l := newLoad(s, i.places, t.Progress)
	if err := l.read(ctx); err != nil {
		return Result{}, err
	}
	if err := l.resolve(ctx, i.registry); err != nil {
		return Result{}, fmt.Errorf("import %s: %w", s.Name, err)
	}
	rows := l.good()
	res := Result{Rows: len(rows), Bad: l.bad}
	if len(l.bad) > 0 && (!t.SkipBad || l.refused) {
		return Result{Bad: l.bad}, l.err()
	}
	b := batch(s.Kind, rows)
	b.At, b.AsOf = t.At, t.AsOf
	entry, err := journal.NewEntry(health.AudienceImportedFact, string(s.Kind), t.Actor, t.At,
		health.AudienceImported{Kind: string(s.Kind), Rows: len(rows), Skipped: l.badRows()})
	if err != nil {
		return Result{}, err
	}
	if res.Changed, err = i.registry.Save(ctx, b, entry); err != nil {
		return Result{}, fmt.Errorf("import %s: %w", s.Name, err)
	}
	l.tell(true)
	return res, nil
}

// row is one good row of the file.
type row struct {
	number, line int
	key          string // what must not be twice in a file
	refers       string // id of what it belongs to; empty if nothing
	column       string // that holds refers
	value        any    // Organization, Account, Contact, Resource or SupportPlan
}

// load is the reading of one file.
type load struct {
	src      Source
	places   Places
	progress func(Progress)
	input    *counter
	rows     []row
	first    map[string]int // key → row that had it first
	read1    int            // rows read
	bad      []BadRow
	refused  bool // the file's form is wrong, not just rows
}

func newLoad(s Source, p Places, progress func(Progress)) *load {
	return &load{
		src: s, places: &memo{places: p, known: map[health.Scope][3]bool{}}, progress: progress,
		input: &counter{from: s.Content}, first: map[string]int{},
	}
}

func (l *load) read(ctx context.Context) error {
	var err error
	switch l.src.Format {
	case CSV:
		err = l.readCSV(ctx)
	case JSONL:
		err = l.readJSONL(ctx)
	default:
		return fault.New(fault.Invalid, l.src.Name, "format "+quote(string(l.src.Format))+" is not known", "give csv or jsonl")
	}
	if err != nil {
		return fmt.Errorf("import %s: %w", l.src.Name, err)
	}
	return nil
}

// take reads one record into a row, or notes why it cannot.
func (l *load) take(ctx context.Context, number, line int, cells map[string]string) error {
	l.read1++
	const often = 1000
	if l.read1%often == 0 {
		l.tell(false)
	}
	c := &record{load: l, number: number, line: line, cells: cells}
	before := len(l.bad)
	r := c.row()
	if len(l.bad) == before {
		r.number, r.line = number, line
		if first, twice := l.first[r.key]; twice {
			c.note("", quote(readable(r.key))+" was in row "+strconv.Itoa(first)+" already", "keep one of the two rows")
		} else {
			l.first[r.key] = number
			l.rows = append(l.rows, r)
		}
	}
	return ctx.Err()
}

func readable(key string) string { return strings.ReplaceAll(key, "\x00", " ") }

// resolve checks that the organizations and accounts that rows name exist.
func (l *load) resolve(ctx context.Context, reg Registry) error {
	kind := Accounts
	if l.src.Kind == Accounts {
		kind = Organizations
	}
	wanted := map[string]bool{}
	for _, r := range l.rows {
		if r.refers != "" {
			wanted[r.refers] = true
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	list := make([]string, 0, len(wanted))
	for id := range wanted {
		list = append(list, id)
	}
	slices.Sort(list)
	missing, err := reg.Missing(ctx, kind, list)
	if err != nil {
		return err
	}
	for _, r := range l.rows {
		if _, gone := slices.BinarySearch(missing, r.refers); gone && r.refers != "" {
			l.bad = append(l.bad, BadRow{
				File: l.src.Name, Row: r.number, Line: r.line, Column: r.column,
				What: r.column + " " + quote(r.refers) + " is not known", Instead: "import " + string(kind) + " first, or mend the id",
			})
		}
	}
	return nil
}

// good gives the rows that nothing was noted about, and orders the bad ones.
func (l *load) good() []row {
	slices.SortStableFunc(l.bad, func(a, b BadRow) int { return a.Line - b.Line })
	wrong := map[int]bool{}
	for _, b := range l.bad {
		wrong[b.Row] = true
	}
	return slices.DeleteFunc(l.rows, func(r row) bool { return wrong[r.number] })
}

func (l *load) badRows() int {
	rows := map[int]bool{}
	for _, b := range l.bad {
		rows[b.Row] = true
	}
	return len(rows)
}

func (l *load) err() error {
	var list fault.List
	for _, b := range l.bad {
		list.Add(b.Where(), b.What, b.Instead)
	}
	return list.Err()
}

// refuse notes that the file as a whole cannot be read.
func (l *load) refuse(line int, column, what, instead string) {
	l.refused = true
	l.bad = append(l.bad, BadRow{File: l.src.Name, Line: line, Column: column, What: what, Instead: instead})
}

func (l *load) tell(saved bool) {
	if l.progress != nil {
		l.progress(Progress{Rows: l.read1, Bad: len(l.bad), Bytes: l.input.bytes, Saved: saved})
	}
}

func batch(kind Kind, rows []row) Batch {
	b := Batch{Kind: kind}
	for _, r := range rows {
		switch v := r.value.(type) {
		case Organization:
			b.Organizations = append(b.Organizations, v)
		case Account:
			b.Accounts = append(b.Accounts, v)
		case Contact:
			b.Contacts = append(b.Contacts, v)
		case Resource:
			b.Resources = append(b.Resources, v)
		case SupportPlan:
			b.Plans = append(b.Plans, v)
		}
	}
	return b
}

// counter counts what is read, and remembers whether a line was left open.
type counter struct {
	from  io.Reader
	bytes int64
	last  byte
}

// Read reads through.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	if n > 0 {
		c.bytes += int64(n)
		c.last = p[n-1]
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = fault.Wrap(fault.Unavailable, "read the file", err)
	}
	return n, err //nolint:wrapcheck // io.EOF must stay itself
}

// memo remembers what the catalogue said: files name few places very often.
type memo struct {
	places Places
	known  map[health.Scope][3]bool
}

func (m *memo) ask(s health.ServiceID, r health.RegionID) [3]bool {
	k := health.Scope{Service: s, Region: r}
	v, ok := m.known[k]
	if !ok {
		v = [3]bool{m.places.HasService(s), m.places.HasRegion(r), m.places.HasComponent(s, r)}
		m.known[k] = v
	}
	return v
}

// HasService asks once for each service.
func (m *memo) HasService(s health.ServiceID) bool { return m.ask(s, "")[0] }

// HasRegion asks once for each region.
func (m *memo) HasRegion(r health.RegionID) bool { return m.ask("", r)[1] }

// HasComponent asks once for each service and region.
func (m *memo) HasComponent(s health.ServiceID, r health.RegionID) bool { return m.ask(s, r)[2] }

func quote(s string) string { return `"` + s + `"` }

func oneOf[S ~string](words []S) string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = string(w)
	}
	return "write one of: " + strings.Join(list, ", ")
}
