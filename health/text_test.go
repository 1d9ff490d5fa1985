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

func TestAWholeTextLacksNoLanguage(t *testing.T) {
	t.Parallel()
	only := health.Text{health.English: "Checkout"}
	if got := only.Whole(health.English); got.In(health.Korean) != "Checkout" || only.In(health.Korean) != "" {
		t.Errorf("%v became %v", only, got)
	}
	if got := only.Whole(health.Korean); got.In(health.Korean) != "" {
		t.Errorf("from the language it lacks: %v", got)
	}
	both := health.Text{health.Korean: "결제", health.English: "Checkout"}
	if got := both.Whole(health.English); got.In(health.Korean) != "결제" {
		t.Errorf("%v became %v", both, got)
	}
	if got := (health.Text{}).Whole(health.English); !got.Empty() {
		t.Errorf("nothing became %v", got)
	}
	if got := only.Missing(health.English); len(got) != 0 {
		t.Errorf("of English alone, %v is missing", got)
	}
}
