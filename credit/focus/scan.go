package focus

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// column is a column's name in the header.
type column string

// The columns that decide.
const (
	billingAccountID   column = "BillingAccountId"
	subAccountID       column = "SubAccountId"
	serviceName        column = "ServiceName"
	regionID           column = "RegionId"
	invoiceID          column = "InvoiceId"
	billingCurrency    column = "BillingCurrency"
	billingPeriodStart column = "BillingPeriodStart"
	billingPeriodEnd   column = "BillingPeriodEnd"
	chargeCategory     column = "ChargeCategory"
	chargeFrequency    column = "ChargeFrequency"
	billedCost         column = "BilledCost"
	effectiveCost      column = "EffectiveCost"
)

// maxProblems is how many bad rows are told of before reading stops.
const maxProblems = 20

// scan reads one file, row by row.
type scan struct {
	name     string
	csv      *csv.Reader
	digest   hash.Hash
	place    map[column]int
	rows     int64 // read so far, the header among them
	inMonth  int64
	problems fault.List
	repairs  map[repair]*credit.Repair
	months   map[string]period // written form of BillingPeriodStart → what it is
	coins    map[string]bool   // currencies seen and known
}

type repair struct {
	what   string
	column column
}

// row is the row at hand. Its texts are good until the next one is read.
type row struct {
	s         *scan
	fields    []string
	category  string
	frequency string
	currency  string
	billed    credit.Amount
	effective credit.Amount
	billing   health.Interval
}

// open reads the header.
func open(bill io.Reader, name string) (*scan, error) {
	s := &scan{
		name: name, digest: sha256.New(), place: map[column]int{}, rows: 1, repairs: map[repair]*credit.Repair{},
		months: map[string]period{}, coins: map[string]bool{},
	}
	in := bufio.NewReaderSize(io.TeeReader(bill, s.digest), 1<<16)
	if mark, err := in.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = in.Discard(3) // the bytes just peeked at
	}
	s.csv = csv.NewReader(in)
	s.csv.ReuseRecord = true
	header, err := s.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, name, "the file is empty", "give a FOCUS file with a header")
	}
	if err != nil {
		return nil, s.broken(err)
	}
	known := strings.Fields(Columns + laterColumns)
	for i, h := range header {
		c := column(strings.TrimSpace(strings.Clone(h)))
		if _, twice := s.place[c]; twice {
			s.problems.Add(s.at(c), "the column stands twice", "keep one of the two")
		}
		s.place[c] = i
		if !slices.Contains(known, string(c)) && !strings.HasPrefix(string(c), "x_") {
			s.repaired("unknown column, not read", c)
		}
	}
	if err := s.problems.Err(); err != nil {
		return nil, err
	}
	return s, s.need(string(billingAccountID), string(serviceName), string(regionID), string(billingCurrency),
		string(billingPeriodStart), string(billingPeriodEnd), string(chargeCategory), string(chargeFrequency), string(billedCost))
}

// need refuses a file without these columns.
func (s *scan) need(columns ...string) error {
	for _, c := range columns {
		if _, ok := s.place[column(c)]; !ok {
			s.problems.Add(s.at(column(c)), "the column is missing", "give a FOCUS file of version 1.0 to 1.4 with it")
		}
	}
	return s.problems.Err()
}

// each gives every row of the selection's month to do. Rows of other months are
// counted and left out. With any bad row in the file there is an error in the end.
func (s *scan) each(ctx context.Context, sel credit.Selection, do func(r *row)) error {
	for {
		fields, err := s.next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		bad := len(s.problems.Problems)
		r := s.read(fields)
		switch {
		case len(s.problems.Problems) > bad: // told in the end
		case !sel.InMonth(r.billing.From):
			s.repaired("row of another billing period, left out", billingPeriodStart)
		default:
			s.inMonth++
			do(&r)
		}
	}
	if s.inMonth == 0 && len(s.problems.Problems) == 0 {
		return fault.New(fault.Invalid, s.name, "no row's billing period is "+sel.Month.String(), "give the bill of that month")
	}
	return s.problems.Err()
}

// next is the next row, io.EOF after the last. It gives up when the file is
// broken or has too many problems.
func (s *scan) next(ctx context.Context) ([]string, error) {
	if s.rows%4096 == 0 && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if len(s.problems.Problems) >= maxProblems {
		s.problems.Add(s.name, "there may be more problems", "mend these first")
		return nil, s.problems.Err()
	}
	fields, err := s.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	s.rows++
	if err == nil {
		return fields, nil
	}
	problem := s.broken(err)
	if errors.Is(err, csv.ErrFieldCount) {
		problem = s.width(fields, problem)
	}
	s.problems.Problems = append(s.problems.Problems, problem)
	return nil, s.problems.Err()
}

// broken is the error for a row that is no row: cut off, or of another width.
func (s *scan) broken(err error) *fault.Error {
	where := fmt.Sprintf("%s: row %d", s.name, s.rows)
	if p, ok := errors.AsType[*csv.ParseError](err); ok {
		remedy := "is the file complete? Quote texts that hold commas or quotes"
		return &fault.Error{Kind: fault.Invalid, Where: fmt.Sprintf("%s (line %d)", where, p.Line), What: p.Err.Error(), Remedy: remedy}
	}
	return &fault.Error{Kind: fault.Unavailable, Where: where, What: "reading stopped", Err: err}
}

// width names the column of a cost that was cut in two by a decimal comma, if
// that may be why a row has too many fields.
func (s *scan) width(fields []string, otherwise *fault.Error) *fault.Error {
	digits := func(v string) bool { return v != "" && strings.Trim(v, "0123456789") == "" }
	for _, c := range [...]column{billedCost, effectiveCost} {
		i, ok := s.place[c]
		if ok && len(fields) > len(s.place) && digits(strings.TrimPrefix(fields[i], "-")) && digits(fields[i+1]) {
			what := fmt.Sprintf("the row has %d fields and the header %d: is \"%s,%s\" one number?", len(fields), len(s.place), fields[i], fields[i+1])
			return fault.New(fault.Invalid, s.at(c), what, "write digits with a point for decimals, such as 12.30")
		}
	}
	return otherwise
}

func (s *scan) at(c column) string {
	return fmt.Sprintf("%s: row %d, column %s", s.name, s.rows, c)
}

// repaired counts a fault that was read around.
func (s *scan) repaired(what string, c column) {
	k := repair{what, c}
	r := s.repairs[k]
	if r == nil {
		r = &credit.Repair{File: s.name, What: what, Column: string(c), FirstRow: s.rows}
		s.repairs[k] = r
	}
	r.Count++
}

// report is what was read around, in the order first met.
func (s *scan) report() []credit.Repair {
	out := make([]credit.Repair, 0, len(s.repairs))
	for _, r := range s.repairs {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b credit.Repair) int {
		if a.FirstRow != b.FirstRow {
			return int(a.FirstRow - b.FirstRow)
		}
		return strings.Compare(a.Column+a.What, b.Column+b.What)
	})
	return out
}

// file names what was read, after all of it was.
func (s *scan) file() credit.File {
	return credit.File{Name: s.name, SHA256: hex.EncodeToString(s.digest.Sum(nil)), Rows: s.rows - 1}
}

// period is a billing period's bound as it was written.
type period struct {
	at      time.Time
	mended  bool
	unknown bool
}
