//go:build unix

package atomicfile

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// SyncDir makes the names in dir durable: on Unix a rename or a new file survives
// a power cut only after its folder was synced.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	defer d.Close()
	// Some file systems (FAT sticks through FUSE, network shares) cannot sync a folder and
	// say EINVAL or ENOTSUP; there is nothing better to do there, and the file itself is synced.
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return fmt.Errorf("atomicfile: %w", err)
	}
	return nil
}
