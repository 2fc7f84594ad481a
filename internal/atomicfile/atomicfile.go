// Package atomicfile replaces a file as a whole: after a power cut either the
// old content or the new one is there, never a mixture and never an empty file.
package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Secret is the permission of files that only their owner may read (keys, tokens).
const Secret os.FileMode = 0o600

// Write replaces path with data. The new file has exactly perm, whatever the
// umask and whatever the replaced file had. When Write returns nil, content and
// name are durable; when it returns an error, path is as it was before.
func Write(path string, data []byte, perm os.FileMode) error {
	return WriteTo(path, perm, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// WriteTo is Write for content that fill produces piece by piece. An error of
// fill leaves path untouched and is returned as it is.
func WriteTo(path string, perm os.FileMode, fill func(io.Writer) error) (err error) {
	dir := filepath.Dir(path)
	// The temporary file lies beside its target: a rename across file systems is not atomic.
	// CreateTemp gives 0600, so a secret is never readable by others, not even for a moment.
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".tmp-*")
	if err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	tmp := f.Name()
	defer func() {
		if err != nil {
			f.Close() // a second Close only reports that it is closed
			os.Remove(tmp)
		}
	}()
	if err = fill(f); err != nil {
		return err
	}
	if err = f.Chmod(perm); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return fmt.Errorf("atomicfile: %w", err)
	}
	if err = f.Sync(); err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	if err = f.Close(); err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	if err = os.Rename(tmp, path); err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	return SyncDir(dir)
}
