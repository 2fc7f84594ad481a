//go:build unix

package filelock

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// lockFile uses flock, not fcntl: a flock belongs to the open file, so two holders
// within one process exclude each other too, and closing another descriptor of
// the same file does not silently drop it.
func lockFile(f *os.File) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EWOULDBLOCK):
			return ErrHeld
		}
		return fmt.Errorf("filelock: flock %s: %w", f.Name(), err)
	}
}
