package health_test

import (
	"slices"
	"testing"

	"github.com/bonghwa/bonghwa/health"
)

func TestNoLanguageStandsInForAnother(t *testing.T) {
	t.Parallel()
	half := health.Text{health.Korean: "복구", health.English: " \n"}
	if !slices.Equal(half.Missing(), []health.Language{health.English}) || half.Empty() {
		t.Errorf("missing %v, empty %v; blanks are no text", half.Missing(), half.Empty())
	}
	only := health.Text{health.Korean: "복구"}
	if only.In(health.English) != "" || only.In(health.Korean) != "복구" {
		t.Errorf("in English %q", only.In(health.English))
	}
	var none health.Text
	if !none.Empty() || !slices.Equal(none.Missing(), health.Languages()) {
		t.Error("no text at all is empty in every language")
	}
}
