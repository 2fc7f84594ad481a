// Package disk is the file system as a holder of segment files needs it. The
// product runs on OS; the simulation of sync/meshtest puts a disk under it that
// loses what was not flushed, tears, fills up and dies at any write.
package disk

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// FS reads and writes whole files and pieces of them, named by path. Errors are
// those of package os: fs.ErrNotExist when there is no such file.
type FS interface {
	// ReadFile gives a file's content.
	ReadFile(path string) ([]byte, error)
	// ReadAt fills buf from an offset and gives how many bytes there were.
	ReadAt(path string, buf []byte, off int64) (int, error)
	// Size gives a file's length in bytes.
	Size(path string) (int64, error)
	// Cut shortens a file to size bytes.
	Cut(path string, size int64) error
	// Grow makes the file of its first from bytes and data, and flushes it. It
	// makes the file and its folders when there are none.
	Grow(path string, from int64, data []byte) error
	// Rename replaces to by from and makes the folders of to.
	Rename(from, to string) error
	// Remove deletes a file.
	Remove(path string) error
}

// OS is the file system of this computer.
type OS struct{}

var _ FS = OS{}

// ReadFile is os.ReadFile.
func (OS) ReadFile(path string) ([]byte, error) { return os.ReadFile(path) }

// ReadAt reads what there is at an offset; the end of the file is no error.
func (OS) ReadAt(path string, buf []byte, off int64) (int, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	n, err := f.ReadAt(buf, off)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// Size is the length that os.Stat tells.
func (OS) Size(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Cut is os.Truncate.
func (OS) Cut(path string, size int64) error { return os.Truncate(path, size) }

// Grow is durable on return. A new file is readable by its owner only.
func (OS) Grow(path string, from int64, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Truncate(from); err != nil {
		return err
	}
	if _, err := f.WriteAt(data, from); err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Rename is os.Rename.
func (OS) Rename(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return os.Rename(from, to)
}

// Remove is os.Remove.
func (OS) Remove(path string) error { return os.Remove(path) }
