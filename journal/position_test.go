package journal_test

import (
	"testing"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/journal"
)

func TestAPositionSurvivesItsText(t *testing.T) {
	t.Parallel()
	for _, p := range []journal.Position{{}, {Epoch: 1, Number: 52}, {Epoch: 9, Number: 1 << 60}} {
		if back, err := journal.ParsePosition(p.String()); err != nil || back != p {
			t.Errorf("%v became %v, %v", p, back, err)
		}
	}
	for _, word := range []string{"", "1", "1.", ".1", "1.2.3", "-1.2", "1.-2", "01.2", "1.+2", "1.99999999999999999999"} {
		if _, err := journal.ParsePosition(word); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q was read: %v", word, err)
		}
	}
}

func TestANewEpochIsLaterThanAnyNumberOfTheOld(t *testing.T) {
	t.Parallel()
	old, restored := journal.Position{Epoch: 1, Number: 900}, journal.Position{Epoch: 2, Number: 17}
	if !restored.After(old) || old.After(restored) || old.After(old) {
		t.Error("positions are ordered by epoch, then by number")
	}
	if !(journal.Position{Epoch: 2, Number: 18}).After(restored) {
		t.Error("within an epoch the number decides")
	}
}
