package courier

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"onedoor/internal/atomicfile"
)

// Disk is the stick. Names are relative and "/" separated. Tests put a disk under
// the courier that is full, torn or pulled at any step.
type Disk interface {
	// Read gives a file of at most limit bytes.
	Read(name string, limit int64) ([]byte, error)
	// Write replaces a file as a whole and makes its folders; durable on return.
	Write(name string, data []byte) error
	// Size gives a file's length; fs.ErrNotExist when there is none.
	Size(name string) (int64, error)
	// List gives the names in a folder, those of folders with a "/" behind;
	// nothing when there is no such folder.
	List(name string) ([]string, error)
	Remove(name string) error
	Rename(from, to string) error
}

// Dir is the stick mounted at path.
func Dir(path string) Disk { return dir(path) }

type dir string

func (d dir) at(name string) string { return filepath.Join(string(d), filepath.FromSlash(name)) }

// Read refuses what is no plain file: a stick of a stranger may hold anything.
func (d dir) Read(name string, limit int64) ([]byte, error) {
	info, err := os.Lstat(d.at(name))
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("courier: %s is no file of at most %d bytes", name, limit)
	}
	f, err := os.Open(d.at(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}

func (d dir) Write(name string, data []byte) error {
	path := d.at(name)
	if _, err := os.Stat(string(d)); err != nil {
		return err // never make the mount point: the data would stay on this PC
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return atomicfile.Write(path, data, 0o600)
}

func (d dir) Size(name string) (int64, error) {
	info, err := os.Lstat(d.at(name))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (d dir) List(name string) ([]string, error) {
	entries, err := os.ReadDir(d.at(name))
	if errors.Is(err, fs.ErrNotExist) {
		if _, gone := os.Stat(string(d)); gone != nil {
			return nil, gone
		}
		return nil, nil
	}
	out := make([]string, 0, len(entries))
	for _, e := range entries {
		if e.IsDir() {
			out = append(out, e.Name()+"/")
		} else {
			out = append(out, e.Name())
		}
	}
	slices.Sort(out)
	return out, err
}

func (d dir) Remove(name string) error     { return os.Remove(d.at(name)) }
func (d dir) Rename(from, to string) error { return os.Rename(d.at(from), d.at(to)) }
