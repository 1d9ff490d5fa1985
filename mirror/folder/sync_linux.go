package folder

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// syncEach: one call forces all files to the disk at once, see syncAll. One call
// for each file took ten times as long.
const syncEach = false

// syncAll forces everything on the folder's file system to the disk.
func syncAll(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // G304: below the operator's folder
	if err != nil {
		return err
	}
	err = unix.Syncfs(int(d.Fd()))
	if err := errors.Join(err, d.Close()); err != nil {
		return fmt.Errorf("force the copy to the disk: %w", err)
	}
	return nil
}
