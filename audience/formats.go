package audience

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bonghwa/bonghwa/fault"
)

// readCSV reads records. A last line without an end is taken as cut off: half a
// value can look whole.
func (l *load) readCSV(ctx context.Context) error {
	input := bufio.NewReader(l.input)
	if mark, err := input.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = input.Discard(3) // three bytes were just seen
	}
	r := csv.NewReader(input)
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		l.refuse(1, "", "the file is empty", "begin it with the header "+strings.Join(l.columns(), ","))
		return nil
	}
	if err != nil {
		return l.headerError(err)
	}
	file := table{r, slices.Clone(header)}
	if !l.checkHeader(file.header) {
		return nil
	}
	number, line := 0, 1
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		number++
		if line, err = l.csvRecord(ctx, file, fields, number, err); err != nil {
			return err
		}
	}
	if l.input.last != '\n' && number == 0 {
		l.refuse(1, "", "the file ends in the middle of its header", "fetch the whole file again; if it is whole, end its last line")
	} else if l.input.last != '\n' {
		l.bad = append(l.bad, BadRow{
			File: l.src.Name, Row: number, Line: line, What: "the file ends in the middle of a line",
			Instead: "fetch the whole file again; if it is whole, end its last line",
		})
	}
	return nil
}

func (l *load) headerError(err error) error {
	if parse, ok := errors.AsType[*csv.ParseError](err); ok {
		l.refuse(parse.Line, "", "the header is not comma-separated values: "+parse.Err.Error(), "begin the file with the header "+strings.Join(l.columns(), ","))
		return nil
	}
	return err
}

// table is a CSV file whose header has been read.
type table struct {
	*csv.Reader
	header []string
}

// csvRecord takes one record, or notes that it is none; it gives the line it
// began on.
func (l *load) csvRecord(ctx context.Context, file table, fields []string, number int, err error) (int, error) {
	if err != nil {
		parse, ok := errors.AsType[*csv.ParseError](err)
		if !ok {
			return 0, err
		}
		l.badRow(number, parse.StartLine, "", "the line is not comma-separated values: "+parse.Err.Error(),
			"put values with commas or quotes into double quotes, and double the quotes inside")
		return parse.StartLine, ctx.Err()
	}
	line, _ := file.FieldPos(0)
	if len(fields) != len(file.header) {
		l.badRow(number, line, "", fmt.Sprintf("the row has %d values, the header has %d columns", len(fields), len(file.header)),
			"write "+strings.Join(file.header, ",")+"; is the line cut off?")
		return line, ctx.Err()
	}
	cells := make(map[string]string, len(file.header))
	for i, name := range file.header {
		cells[name] = strings.Clone(fields[i])
	}
	return line, l.take(ctx, number, line, cells)
}

func (l *load) badRow(number, line int, column, what, instead string) {
	l.read1++
	l.bad = append(l.bad, BadRow{File: l.src.Name, Row: number, Line: line, Column: column, What: what, Instead: instead})
}

func (l *load) checkHeader(header []string) bool {
	seen := map[string]bool{}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		header[i] = name
		switch {
		case !slices.Contains(l.columns(), name):
			l.refuse(1, name, "there is no such column in "+string(l.src.Kind), "the columns are "+strings.Join(l.columns(), ", "))
		case seen[name]:
			l.refuse(1, name, "the column is there twice", "keep one")
		}
		seen[name] = true
	}
	for _, c := range needed(l.src.Kind) {
		if !seen[c] {
			l.refuse(1, c, "the column is missing", "the columns are "+strings.Join(l.columns(), ", "))
		}
	}
	return !l.refused
}

// longestLine is the most bytes one line of a JSONL file may have.
const longestLine = 1 << 20

// readJSONL reads one object a line. Empty lines are passed over.
func (l *load) readJSONL(ctx context.Context) error {
	s := bufio.NewScanner(l.input)
	s.Buffer(make([]byte, 0, 64<<10), longestLine)
	number, line := 0, 0
	for s.Scan() {
		line++
		text := bytes.TrimSpace(bytes.TrimPrefix(s.Bytes(), []byte("\xef\xbb\xbf")))
		if len(text) == 0 {
			continue
		}
		number++
		cells, bad := l.jsonCells(text)
		if bad != nil {
			l.badRow(number, line, bad.Where, bad.What, bad.Remedy)
			continue
		}
		if err := l.take(ctx, number, line, cells); err != nil {
			return err
		}
	}
	if errors.Is(s.Err(), bufio.ErrTooLong) {
		l.refuse(line+1, "", fmt.Sprintf("the line is longer than %d bytes", longestLine), "write one object a line")
		return nil
	}
	return s.Err()
}

// jsonCells reads an object into cells. Lists become words with semicolons,
// objects key=value pairs with semicolons, as in CSV.
func (l *load) jsonCells(text []byte) (map[string]string, *fault.Error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, fault.New(fault.Invalid, "", "the line is not a JSON object: "+err.Error(), "write one object a line; is the line cut off?")
	}
	cells := make(map[string]string, len(raw))
	for name, v := range raw {
		if !slices.Contains(l.columns(), name) {
			return nil, fault.New(fault.Invalid, name, "there is no such column in "+string(l.src.Kind), "the columns are "+strings.Join(l.columns(), ", "))
		}
		cell, ok := jsonCell(v)
		if !ok {
			return nil, fault.New(fault.Invalid, name, "the value is of a kind that is not read", "write a string (tags: an object of strings; kinds: a list of strings)")
		}
		cells[name] = cell
	}
	return cells, nil
}

func jsonCell(v json.RawMessage) (string, bool) {
	var s string
	var list []string
	var pairs map[string]string
	switch {
	case string(v) == "null":
		return "", true
	case json.Unmarshal(v, &s) == nil:
		return s, true
	case json.Unmarshal(v, &list) == nil:
		return strings.Join(list, ";"), true
	case json.Unmarshal(v, &pairs) == nil:
		return writePairs(pairs), true
	}
	return "", false
}

// writePairs writes tags as CSV has them, with ; = and \ escaped by \.
func writePairs(pairs map[string]string) string {
	names := make([]string, 0, len(pairs))
	for k := range pairs {
		names = append(names, k)
	}
	slices.Sort(names)
	escape := strings.NewReplacer(`\`, `\\`, `;`, `\;`, `=`, `\=`)
	parts := make([]string, len(names))
	for i, k := range names {
		parts[i] = escape.Replace(k) + "=" + escape.Replace(pairs[k])
	}
	return strings.Join(parts, ";")
}

// readPairs reads what writePairs writes.
func readPairs(text string) (map[string]string, bool) {
	if text == "" {
		return nil, true
	}
	out := map[string]string{}
	var key string
	var inValue, escaped bool
	var part strings.Builder
	end := func() bool {
		_, twice := out[key]
		if !inValue || key == "" || twice {
			return false
		}
		out[key] = part.String()
		part.Reset()
		inValue = false
		return true
	}
	for _, c := range text {
		switch {
		case escaped:
			part.WriteRune(c)
			escaped = false
		case c == '\\':
			escaped = true
		case c == '=' && !inValue:
			key, inValue = part.String(), true
			part.Reset()
		case c == ';':
			if !end() {
				return nil, false
			}
		default:
			part.WriteRune(c)
		}
	}
	return out, !escaped && end()
}

func valid(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f })
}
