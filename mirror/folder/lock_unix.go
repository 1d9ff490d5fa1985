//go:build unix

package folder

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"

	"github.com/bonghwa/bonghwa/clock"
)

// lookEvery is how often a lock that somebody else has is tried.
const lookEvery = 50 * time.Millisecond

// open opens a file to lock it. NFS locks only what is open for writing; elsewhere
// reading is enough, so that writers may run as different users.
func open(file string) (*os.File, error) {
	f, err := os.OpenFile(file, os.O_RDWR, 0) //nolint:gosec // G304: below the operator's folder
	if errors.Is(err, fs.ErrPermission) {
		return os.Open(file) //nolint:gosec // G304: the same
	}
	return f, err
}

// lock takes the lock on a file, which ends with the process that has it.
func lock(ctx context.Context, file string, wall clock.Wall) (unlock func(), err error) {
	f, err := open(file)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil // closing gives the lock back
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(err, f.Close())
		}
		if err := wall.Sleep(ctx, lookEvery); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
}
