package health_test

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/health"
)

func TestLaterIDsSortLater(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`) // RFC 9562, 5.7
	var ids []string
	for n := range 1000 {
		id := health.NewID(at(0).Add(time.Duration(n) * time.Millisecond))
		if !form.MatchString(id) {
			t.Fatalf("%s is no UUIDv7", id)
		}
		ids = append(ids, id)
	}
	if !slices.IsSorted(ids) {
		t.Error("ids of later milliseconds must sort later")
	}
	one, other := health.NewID(at(0)), health.NewID(at(0))
	if one == other {
		t.Error("two ids of one instant must differ")
	}
}

func TestDerivedIDsFollowFromTheirWords(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`) // RFC 9562, 5.8
	seen := map[string][]string{}
	for _, words := range [][]string{{}, {""}, {"a"}, {"a", "b"}, {"ab"}, {"a", "", "b"}, {"b", "a"}, {"\x00"}} {
		id := health.DerivedID(words...)
		if !form.MatchString(id) {
			t.Errorf("%s is no UUIDv8", id)
		}
		if id != health.DerivedID(words...) {
			t.Errorf("%q made two ids", words)
		}
		if other, twice := seen[id]; twice {
			t.Errorf("%q and %q made one id", words, other)
		}
		seen[id] = words
	}
	// Kept for ever: an id that changed would import everything a second time.
	if got, want := health.DerivedID("history", "status.example.com/abc"), "4d9b223e-ada4-86ec-9d9c-3d51fc9175ae"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
