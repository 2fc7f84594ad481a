package libfile

import (
	"os"
	"path/filepath"
	"testing"
)

func TestDescribe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "libsdtapi.so")
	if err := os.WriteFile(path, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "lib.so")
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	// SHA-256 of "abc" is ba7816bf 8f01cfea ... (FIPS 180-2, appendix B.1).
	if got := Describe(link); got != "libsdtapi.so sha256:ba7816bf8f01" {
		t.Error(got)
	}
	if got := Version(path + "x"); got != "" {
		t.Error(got)
	}
}
