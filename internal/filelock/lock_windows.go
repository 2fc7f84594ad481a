//go:build windows

package filelock

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// lockFile locks one byte far behind the note: Windows locks are mandatory, and a
// lock on the note's own bytes would keep the loser from reading who holds it.
func lockFile(f *os.File) error {
	at := windows.Overlapped{Offset: 0x7fff0000}
	flags := uint32(windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY)
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &at)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION), errors.Is(err, windows.ERROR_IO_PENDING):
		return ErrHeld
	}
	return fmt.Errorf("filelock: LockFileEx %s: %w", f.Name(), err)
}
