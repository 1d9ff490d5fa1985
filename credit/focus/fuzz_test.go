package focus_test

import (
	"os"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/credit/focus"
	"github.com/bonghwa/bonghwa/fault"
)

// FuzzBases: whatever a file holds, it is read or refused with its place.
func FuzzBases(f *testing.F) {
	body, err := os.ReadFile("testdata/faults.csv")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(body))
	f.Add("\ufeff" + string(body[:len(body)/2]))
	f.Add("a,a\n\"")
	f.Fuzz(func(t *testing.T, file string) {
		_, err := focus.Format{}.Bases(t.Context(), strings.NewReader(file), "f.csv", seoul())
		if err != nil && (!fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "f.csv")) {
			t.Errorf("error is %v", err)
		}
	})
}
