package store

import (
	"os"
	"path/filepath"
	"testing"
)

// TestAnyFolderName: a home may lie in a folder whose name means something in a URI.
func TestAnyFolderName(t *testing.T) {
	for _, name := range []string{"50%", "a%20b", "第1号#窗口", "why?", "a b&c=d"} {
		d := newDevice(t, "hub")
		d.home = filepath.Join(t.TempDir(), "homes", name)
		if err := os.MkdirAll(d.home, 0o700); err != nil {
			t.Skipf("this system has no folder %q: %v", name, err)
		}
		d.open(d)
		d.close()
		if _, err := os.Stat(filepath.Join(d.home, DatabaseName)); err != nil {
			t.Errorf("%s: the database lies elsewhere: %v", name, err)
		}
	}
}
