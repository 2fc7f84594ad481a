package cardreader

import (
	"os"
	"path/filepath"
	"testing"
)

func TestListLibraries(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "libsdtapi.so")
	if err := os.WriteFile(path, []byte("\x7fELF but not really"), 0o644); err != nil {
		t.Fatal(err)
	}
	os.Symlink(path, filepath.Join(dir, "libother.so"))
	list := listLibraries(filepath.Join(dir, "lib*.so"), filepath.Join(dir, "no*"))
	if len(list) != 1 || list[0].Openable || list[0].Problem.Code != CodeLibrary {
		t.Fatalf("%+v", list)
	}
	if _, err := parseURL(list[0].URL); err != nil {
		t.Error(err)
	}
	target, err := parseURL("sdt+lib:///C:/reader/sdtapi.dll?port=1001")
	if err != nil || target.library.path != filepath.FromSlash("C:/reader/sdtapi.dll") || target.library.port != 1001 {
		t.Errorf("%+v %v", target.library, err)
	}
}
