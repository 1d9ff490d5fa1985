// Package presstest compares what a printer prints with what it should print.
package presstest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/press"
)

// T is what a test fails by: *testing.T, or that of a property test.
type T interface {
	Helper()
	Fatal(args ...any)
}

// Print is the paper at a path. A path where nothing is printed fails the test.
func Print(tb T, p press.Printer, path string) press.Paper {
	tb.Helper()
	paper, ok, err := p.Print(path)
	if err != nil || !ok {
		tb.Fatal("print ", path, ": printed ", ok, ", ", err)
	}
	return paper
}

// Golden compares what is printed at some paths with testdata/<name>.txtar, or
// writes that anew. JSON is shown indented, and CRLF as a line's end.
func Golden(t *testing.T, name string, update bool, p press.Printer, paths ...string) {
	t.Helper()
	var got bytes.Buffer
	for _, path := range paths {
		body := Print(t, p, path).Body
		if json.Valid(body) {
			var indented bytes.Buffer
			if err := json.Indent(&indented, body, "", "  "); err != nil {
				t.Fatal(err)
			}
			body = indented.Bytes()
		}
		text := strings.TrimSuffix(strings.ReplaceAll(string(body), "\r\n", "\n"), "\n")
		fmt.Fprintf(&got, "-- %s --\n%s\n", path, text)
	}
	file := filepath.Join("testdata", name+".txtar")
	if update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file) //nolint:gosec // G304: a golden file of the test's own
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("what is printed differs from %s: look at it and run the test with -update\n%s", file, got.String())
	}
}
