// Package fault holds the few kinds of error that Bonghwa tells apart.
//
// An error that a person will read says three things: what was wrong, where it
// stood, and what to do instead. One table at each edge turns the kind into an
// HTTP status or an exit status; nothing else looks at the kind. The package
// never logs and never holds a secret: callers name the field, not its value,
// when the value is one.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind is what sort of thing went wrong, from the point of view of the caller.
type Kind int

// The kinds of error. Internal is the zero value: an error nobody classified is
// our own mistake.
const (
	Internal        Kind = iota // a defect or an unforeseen failure of ours
	Invalid                     // the input is wrong; the same input will fail again
	NotFound                    // the named thing does not exist, or not for this caller
	Conflict                    // somebody else changed it first, or the state does not allow it
	Forbidden                   // the caller is known but may not do this
	Unauthenticated             // the caller is not known
	Unavailable                 // something we need is down; the same call may work later
)

// String names the kind as logs and the API show it.
func (k Kind) String() string {
	switch k {
	case Internal:
		return "internal"
	case Invalid:
		return "invalid"
	case NotFound:
		return "not_found"
	case Conflict:
		return "conflict"
	case Forbidden:
		return "forbidden"
	case Unauthenticated:
		return "unauthenticated"
	case Unavailable:
		return "unavailable"
	}
	return fmt.Sprintf("kind(%d)", int(k))
}

// Error is an error with a kind and, for a person, a place and a remedy.
type Error struct {
	Kind   Kind
	Where  string // a field, a file:line, a row; may be empty
	What   string // what was wrong there
	Remedy string // what to do or write instead; may be empty
	Err    error  // the cause, if there is one
}

// Error writes "where: what: cause (remedy)", leaving out what is empty.
func (e *Error) Error() string {
	if e.Where == "" {
		return e.Message()
	}
	return e.Where + ": " + e.Message()
}

// Message is the error without its place, for an edge that shows the place in a
// field of its own.
func (e *Error) Message() string {
	var b strings.Builder
	b.WriteString(e.What)
	if e.Err != nil {
		if e.What != "" {
			b.WriteString(": ")
		}
		b.WriteString(e.Err.Error())
	}
	if e.Remedy != "" {
		b.WriteString(" (" + e.Remedy + ")")
	}
	return b.String()
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Err }

// New makes an error of a kind: where it stood, what was wrong, what to do.
// Where and remedy may be empty.
func New(kind Kind, where, what, remedy string) *Error {
	return &Error{Kind: kind, Where: where, What: what, Remedy: remedy}
}

// Wrap gives err a kind and says what was being done. It keeps nil nil.
func Wrap(kind Kind, doing string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Kind: kind, What: doing, Err: err}
}

// KindOf is the kind of the outermost classified error in err's chain; Internal
// when there is none. Of several joined errors the first decides.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	if l, ok := errors.AsType[*List](err); ok && len(l.Problems) > 0 {
		return l.Problems[0].Kind
	}
	return Internal
}

// Is reports whether err is of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }
