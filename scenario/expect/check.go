package expect

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Observed is what came of the replay, as read through the program's doors and
// from the mailbox.
type Observed struct {
	Mails      []Message         // the mailbox
	Superseded map[string]int    // by what was told, as "update 3": how many were superseded by a later one
	Marked     map[string]int    // likewise: how many the program itself marked as possible duplicates
	Relevance  map[string]string // account id → word
	Credits    map[string]Credit // account id → credit posted
	Billed     map[string]Credit // account id → on the bill, carried or paid by hand
	ByHand     []string
	Percent    string // declared availability
	Tier       string
	Literal    string        // availability by the agreement's words
	Measured   time.Duration // how far measured from and to lie from declared, the larger; negative: nothing was measured
	Within     time.Duration // how far they may lie
}

// Tally is what the mailbox holds beside what was expected.
type Tally struct {
	Expected, Delivered, Superseded, Duplicates, Marked, Missing, Korean, English int
}

// Check compares. Each problem names the mail, account or figure it is about; no
// problem means that the replay came out as it must.
func (e Expected) Check(o Observed) (Tally, []string) {
	t, problems := e.checkMails(o)
	problems = append(problems, differences("relevance of account", e.Relevance, o.Relevance, func(s string) string { return s })...)
	problems = append(problems, differences("credit of account", e.Credits, o.Credits, minorUnits)...)
	problems = append(problems, differences("what the bill and its leftovers give account", e.Credits, o.Billed, minorUnits)...)
	if !slices.Equal(e.ByHand, o.ByHand) {
		problems = append(problems, fmt.Sprintf("to be paid by hand: %v, expected %v", o.ByHand, e.ByHand))
	}
	if o.Percent != e.Percent || o.Tier != e.Tier {
		problems = append(problems, fmt.Sprintf("declared availability is %s %% (tier %s), expected %s %% (tier %s)", o.Percent, o.Tier, e.Percent, e.Tier))
	}
	if o.Literal != "100.000000" {
		problems = append(problems, fmt.Sprintf("availability by the agreement's words is %s %%, expected 100.000000 %%", o.Literal))
	}
	switch {
	case o.Measured < 0:
		problems = append(problems, "nothing was measured: the probes raised no verdict")
	case o.Measured > o.Within:
		problems = append(problems, fmt.Sprintf("measured lies %s from declared, at most %s is expected", o.Measured, o.Within))
	}
	return t, problems
}

func minorUnits(c Credit) string { return fmt.Sprintf("%d minor units of %q", c.Minor, c.Currency) }

func (e Expected) checkMails(o Observed) (Tally, []string) {
	t := Tally{Expected: len(e.Messages)}
	seen := map[Message]int{}
	for _, m := range o.Mails {
		seen[m]++
	}
	problems := t.countDuplicates(seen, o.Marked)
	absent := map[string][]Message{}
	for _, m := range e.Messages {
		if m.Language == "ko" {
			t.Korean++
		} else {
			t.English++
		}
		if seen[m] > 0 {
			t.Delivered++
			delete(seen, m)
			continue
		}
		absent[m.What()] = append(absent[m.What()], m)
	}
	for key, list := range absent {
		t.Superseded += min(len(list), o.Superseded[key])
		if missing := len(list) - o.Superseded[key]; missing > 0 {
			t.Missing += missing
			problems = append(problems, fmt.Sprintf("missing: %s (%d such)", list[0], missing))
		}
	}
	for m := range seen {
		problems = append(problems, "nobody should have been told: "+m.String())
	}
	slices.Sort(problems)
	return t, problems
}

// countDuplicates forgives as many second copies as the program itself marked as
// possible ones.
func (t *Tally) countDuplicates(seen map[Message]int, marked map[string]int) []string {
	var problems []string
	left := maps.Clone(marked)
	for _, n := range marked {
		t.Marked += n
	}
	again := slices.DeleteFunc(slices.Collect(maps.Keys(seen)), func(m Message) bool { return seen[m] < 2 })
	slices.SortFunc(again, compare)
	for _, m := range again {
		extra := seen[m] - 1
		forgiven := min(extra, left[m.What()])
		if forgiven > 0 {
			left[m.What()] -= forgiven
		}
		if extra > forgiven {
			t.Duplicates += extra - forgiven
			problems = append(problems, "a second time, and unmarked: "+m.String())
		}
	}
	return problems
}

func differences[V comparable](what string, want, got map[string]V, show func(V) string) []string {
	keys := slices.Collect(maps.Keys(want))
	for k := range got {
		if _, ok := want[k]; !ok {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	var out []string
	for _, k := range keys {
		if want[k] != got[k] {
			out = append(out, fmt.Sprintf("%s %s is %s, expected %s", what, k, show(got[k]), show(want[k])))
		}
	}
	return out
}
