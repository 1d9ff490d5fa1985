package fault

import "strings"

// List collects every problem of one input, so that a person mends a file once
// and not one line at a time.
type List struct { //nolint:errname // a list of problems, and an error only while it is not empty
	Problems []*Error
}

// Add notes one problem of kind Invalid.
func (l *List) Add(where, what, remedy string) {
	l.Problems = append(l.Problems, New(Invalid, where, what, remedy))
}

// Err is nil when nothing was noted, else the list itself.
func (l *List) Err() error {
	if len(l.Problems) == 0 {
		return nil
	}
	return l
}

// Error writes one problem a line.
func (l *List) Error() string {
	lines := make([]string, len(l.Problems))
	for i, p := range l.Problems {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives every problem to errors.Is and errors.As.
func (l *List) Unwrap() []error {
	out := make([]error, len(l.Problems))
	for i, p := range l.Problems {
		out[i] = p
	}
	return out
}
