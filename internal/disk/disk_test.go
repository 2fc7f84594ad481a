package disk

import (
	"errors"
	"io/fs"
	"path/filepath"
	"testing"
)

func TestOS(t *testing.T) {
	d, path := OS{}, filepath.Join(t.TempDir(), "a", "b")
	if _, err := d.Size(path); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(d.Grow(path, 0, []byte("hello")))
	must(d.Grow(path, 4, []byte("ish")))
	must(d.Cut(path, 6))
	to := filepath.Join(filepath.Dir(filepath.Dir(path)), "c", "d")
	must(d.Rename(path, to))
	got, err := d.ReadFile(to)
	must(err)
	buf := make([]byte, 9)
	n, err := d.ReadAt(to, buf, 2)
	must(err)
	size, err := d.Size(to)
	must(err)
	if string(got) != "hellis" || string(buf[:n]) != "llis" || size != 6 {
		t.Fatalf("%q, %q, %d", got, buf[:n], size)
	}
	must(d.Remove(to))
	if _, err := d.ReadFile(to); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}
