//go:build !unix

package folder

import (
	"context"

	"github.com/bonghwa/bonghwa/clock"
)

// lock does nothing where files cannot be locked as on Unix: let one program write.
func lock(context.Context, string, clock.Wall) (unlock func(), err error) { return func() {}, nil }
