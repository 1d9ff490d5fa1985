package incident

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bonghwa/bonghwa/fault"
)

// Next lists the states that an update may move an incident to from s, itself
// included: a message may leave the state as it is. The order is that of a
// usual life.
func (s State) Next() []State {
	switch s {
	case Draft:
		return []State{Investigating, Identified, Monitoring, Resolved}
	case Investigating, Identified, Monitoring:
		return []State{Investigating, Identified, Monitoring, Resolved}
	case Resolved:
		return []State{Resolved, Investigating, Identified, Monitoring} // a correction, or a reopening
	case Scheduled:
		return []State{Scheduled, InProgress, Canceled}
	case InProgress:
		return []State{InProgress, Verifying, Completed, Canceled}
	case Verifying:
		return []State{Verifying, InProgress, Completed}
	case Completed, Canceled:
		return []State{s} // corrections only
	case FalseAlarm, Merged:
		return nil
	}
	return nil
}

// Public reports whether the public is told of incidents in this state.
func (s State) Public() bool {
	switch s {
	case Draft, FalseAlarm, Merged:
		return false
	case Investigating, Identified, Monitoring, Resolved, Scheduled, InProgress, Verifying, Completed, Canceled:
		return true
	}
	return false
}

// Ended reports whether nothing more is expected to happen.
func (s State) Ended() bool {
	switch s {
	case Resolved, FalseAlarm, Merged, Completed, Canceled:
		return true
	case Draft, Investigating, Identified, Monitoring, Scheduled, InProgress, Verifying:
		return false
	}
	return false
}

// ParseState reads a state's word, for an incident of the kind.
func ParseState(kind Kind, word string) (State, error) {
	states := []State{Draft, Investigating, Identified, Monitoring, Resolved, FalseAlarm, Merged}
	if kind == Maintenance {
		states = []State{Scheduled, InProgress, Verifying, Completed, Canceled}
	}
	if slices.Contains(states, State(word)) {
		return State(word), nil
	}
	return "", fault.New(fault.Invalid, "state", fmt.Sprintf("%q is no state of this kind of incident", word), "write one of: "+words(states))
}

// ParseKind reads a kind's word.
func ParseKind(word string) (Kind, error) {
	switch k := Kind(word); k {
	case Issue, Maintenance, Notice:
		return k, nil
	}
	return "", fault.New(fault.Invalid, "kind", fmt.Sprintf("%q is no kind of incident", word), "write one of: issue, maintenance, notice")
}

func first(kind Kind) State {
	if kind == Maintenance {
		return Scheduled
	}
	return Draft
}

func words(states []State) string {
	out := make([]string, len(states))
	for i, s := range states {
		out[i] = string(s)
	}
	return strings.Join(out, ", ")
}
