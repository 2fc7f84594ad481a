package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestWriteReplacesWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "值.json")
	for _, want := range []string{"first, and long", "second", ""} {
		if err := Write(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != want {
			t.Fatalf("got %q, %v; want %q", got, err, want)
		}
	}
	onlyFile(t, path)
}

func TestFailedFillLeavesTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if err := Write(path, []byte("old"), Secret); err != nil {
		t.Fatal(err)
	}
	full := errors.New("disk full")
	err := WriteTo(path, Secret, func(w io.Writer) error {
		io.WriteString(w, "half of the n")
		return full
	})
	if !errors.Is(err, full) {
		t.Fatalf("err = %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Fatalf("content is %q", got)
	}
	onlyFile(t, path)
}

func TestPermissionIsExact(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such permission bits")
	}
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, []byte("k"), Secret); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(path)
	if err != nil || st.Mode().Perm() != Secret {
		t.Fatalf("mode %v, %v", st.Mode(), err)
	}
}

func TestFolderMissing(t *testing.T) {
	err := Write(filepath.Join(t.TempDir(), "no", "file"), nil, 0o644)
	if !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("err = %v", err)
	}
}

// onlyFile fails if a temporary file was left beside path.
func onlyFile(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Fatalf("folder holds %v, %v", entries, err)
	}
}
