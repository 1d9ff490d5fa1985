package fault_test

import (
	"testing"

	"github.com/bonghwa/bonghwa/fault"
)

func TestNearestIsWhatWasMeant(t *testing.T) {
	t.Parallel()
	have := []string{"regions", "services", "components", "checks"}
	for word, want := range map[string]string{
		"regoins": "regions", "service": "services", "cheks": "checks", "checks": "checks", "policies": "", "": "",
	} {
		if got := fault.Nearest(word, have, 3); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
	if got := fault.Nearest("ab", []string{"ac", "ad"}, 2); got != "ac" {
		t.Errorf("of equally near words %q was meant, want the first", got)
	}
	if got := fault.Nearest("x", nil, 9); got != "" {
		t.Errorf("nothing is near when there is nothing, got %q", got)
	}
}
