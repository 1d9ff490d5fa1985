package health_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

func TestLevelsRunFromWellToWorst(t *testing.T) {
	t.Parallel()
	levels := health.Levels()
	if !slices.IsSorted(levels) || levels[0] != health.Operational || slices.Max(levels) != health.MajorOutage {
		t.Errorf("levels %v", levels)
	}
	for _, quiet := range []health.Level{health.Unknown, health.Maintenance} {
		if quiet >= health.Degraded || quiet <= health.Operational {
			t.Errorf("%v stands below every disturbance and is not well", quiet)
		}
	}
}

func TestEveryLevelSurvivesItsWord(t *testing.T) {
	t.Parallel()
	for _, l := range health.Levels() {
		var back health.Level
		body, err := json.Marshal(l)
		if err == nil {
			err = json.Unmarshal(body, &back)
		}
		if err != nil || back != l {
			t.Errorf("%v became %s and then %v, %v", l, body, back, err)
		}
	}
}

func TestAnUnknownWordIsToldWithThoseThereAre(t *testing.T) {
	t.Parallel()
	parse := map[string]func(string) error{
		"partial_outage": func(w string) error { _, err := health.ParseLevel(w); return err },
		"connectivity":   func(w string) error { _, err := health.ParseSymptom(w); return err },
		"goodwill":       func(w string) error { _, err := health.ParseDetermination(w); return err },
		"ko":             func(w string) error { _, err := health.ParseLanguage(w); return err },
	}
	for word, of := range parse {
		if err := of(word); err != nil {
			t.Errorf("%q: %v", word, err)
		}
		if err := of("smell"); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), `"smell"`) || !strings.Contains(err.Error(), word) {
			t.Errorf("an unknown word among those with %q: %v", word, err)
		}
	}
	if _, err := health.ParseDetermination(string(health.DeterminationLiteral)); err == nil {
		t.Error("literal is the reading of a policy, not an impact's determination")
	}
}
