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
