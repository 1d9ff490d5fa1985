package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/bonghwa/bonghwa/fault"
)

func TestErrorSaysWhereWhatAndRemedy(t *testing.T) {
	t.Parallel()
	cases := []struct {
		err  error
		want string
	}{
		{fault.New(fault.Invalid, "catalog.yaml:12", `level "bad" is not known`, "write major_outage"), `catalog.yaml:12: level "bad" is not known (write major_outage)`},
		{fault.New(fault.NotFound, "", "no such incident", ""), "no such incident"},
		{fault.Wrap(fault.Unavailable, "read the journal", io.ErrUnexpectedEOF), "read the journal: unexpected EOF"},
	}
	for _, c := range cases {
		if got := c.err.Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestMessageLeavesThePlaceOut(t *testing.T) {
	t.Parallel()
	err := fault.New(fault.Invalid, "catalog.yaml:12", `level "bad" is not known`, "write major_outage")
	if got, want := err.Message(), `level "bad" is not known (write major_outage)`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestKindSurvivesWrapping(t *testing.T) {
	t.Parallel()
	inner := fault.New(fault.Conflict, "", "changed meanwhile", "read it again")
	err := fmt.Errorf("save: %w", inner)
	if fault.KindOf(err) != fault.Conflict || !fault.Is(err, fault.Conflict) {
		t.Errorf("kind is %v, want conflict", fault.KindOf(err))
	}
	if fault.KindOf(io.EOF) != fault.Internal || fault.Is(nil, fault.Internal) {
		t.Error("an unclassified error is internal, and nil is of no kind")
	}
	if fault.Wrap(fault.Invalid, "x", nil) != nil {
		t.Error("wrapping nil must stay nil")
	}
}

func TestListTellsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	var l fault.List
	if l.Err() != nil {
		t.Fatal("an empty list is no error")
	}
	l.Add("a:1", "one", "")
	l.Add("a:2", "two", "mend")
	err := l.Err()
	if got, want := err.Error(), "a:1: one\na:2: two (mend)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if fault.KindOf(fmt.Errorf("check: %w", err)) != fault.Invalid {
		t.Error("a list of bad input is invalid")
	}
	if e, ok := errors.AsType[*fault.Error](err); !ok || e.Where != "a:1" {
		t.Error("the first problem is reachable")
	}
}
