package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/bonghwa/bonghwa/fault"
)

// document reads a YAML file ("-" for standard input) into a struct of the API.
// Unknown and repeated fields are refused with their line.
func (s *session) document(file string, into any) error {
	raw, err := s.read(file)
	if err != nil {
		return err
	}
	var v any
	if err := yaml.Load(raw, &v); err != nil {
		return badYAML(file, err)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fault.New(fault.Invalid, file, "the file is no mapping of fields", "write field: value lines")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return badField(file, raw, err)
	}
	return nil
}

func (s *session) read(file string) ([]byte, error) {
	if file == "-" {
		b, err := io.ReadAll(s.in)
		return b, fault.Wrap(fault.Invalid, "read standard input", err)
	}
	b, err := os.ReadFile(file) //nolint:gosec // G304: reading the file the operator names is the purpose
	if err != nil {
		return nil, fault.New(fault.Invalid, file, "the file cannot be read: "+cause(err), "")
	}
	return b, nil
}

func badYAML(file string, err error) error {
	many, ok := errors.AsType[*yaml.LoadErrors](err)
	if !ok {
		text := strings.TrimPrefix(err.Error(), "yaml: ")
		return fault.New(fault.Invalid, file, text, "mind the indentation (spaces, not tabs), and quote values that hold : or #")
	}
	l := &fault.List{}
	for _, e := range many.Errors {
		l.Add(fmt.Sprintf("%s:%d", file, e.Mark.Line), e.Message, "mind the indentation and quote values that hold : or #")
	}
	return l
}

// badField finds the line of the field that the decoder refused.
func badField(file string, raw []byte, err error) error {
	name, what := "", "this does not fit: "+err.Error()
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		name, what = t.Field[strings.LastIndex(t.Field, ".")+1:], "a "+t.Value+" cannot stand here"
	} else if m := regexp.MustCompile(`unknown field "([^"]*)"`).FindStringSubmatch(err.Error()); m != nil {
		name, what = m[1], "there is no field "+m[1]
	}
	where := file
	for i, line := range strings.Split(string(raw), "\n") {
		if name != "" && strings.HasPrefix(strings.TrimLeft(line, " -{"), name+":") {
			where = fmt.Sprintf("%s:%d", file, i+1)
			break
		}
	}
	return fault.New(fault.Invalid, where, what, "see the command's --help for the fields")
}

// instant reads a time of a flag; the zero time for an empty one.
func instant(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, usage(flag, fmt.Sprintf("%q is not a time", text), "write it like 2018-11-21T23:19:00Z or 2018-11-22T08:19:00+09:00")
	}
	return t.UTC(), nil
}

// ppm reads a percentage as parts per million, exactly.
func ppm(flag, text string) (int64, error) {
	r, ok := new(big.Rat).SetString(strings.TrimSuffix(strings.TrimSpace(text), "%"))
	if ok {
		r.Mul(r, big.NewRat(10_000, 1))
		ok = r.IsInt() && r.Num().IsInt64()
	}
	if !ok {
		return 0, usage(flag, fmt.Sprintf("%q is not a percentage", text), "write it like 40 or 12.5, with at most four decimals")
	}
	return r.Num().Int64(), nil
}
