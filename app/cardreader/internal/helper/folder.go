package helper

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// memory is where Linux keeps files in memory; nothing there reaches a disk.
const memory = "/dev/shm"

// newFolder makes the process's own folder, which only this user can enter: in
// memory where the system offers that and nobody chose another place.
func newFolder() (string, error) {
	if os.Getenv("TMPDIR") == "" && runtime.GOOS == "linux" {
		if folder, err := os.MkdirTemp(memory, "cardhelper"); err == nil {
			return folder, nil
		}
	}
	return os.MkdirTemp("", "cardhelper")
}

// wipeFolder overwrites and removes what a library left in its folder.
func wipeFolder(folder string) {
	filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			overwrite(path)
		}
		return nil
	})
	os.RemoveAll(folder)
}

func overwrite(path string) {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return
	}
	zeros := make([]byte, 4096)
	for left := info.Size(); left > 0; left -= int64(len(zeros)) {
		f.Write(zeros[:min(left, int64(len(zeros)))])
	}
	f.Sync()
}

// passed are the variables that a library may need. Everything else stays here:
// an environment may hold passwords.
var passed = map[string]bool{
	"PATH": true, "LD_LIBRARY_PATH": true, "HOME": true, "USER": true, "LANG": true, "LC_ALL": true,
	"SYSTEMROOT": true, "SYSTEMDRIVE": true, "WINDIR": true, "PROGRAMDATA": true, "PROGRAMFILES": true,
	"PROGRAMFILES(X86)": true, "USERPROFILE": true, "APPDATA": true, "LOCALAPPDATA": true, "COMSPEC": true,
}

func environment(folder string) []string {
	env := []string{"TMPDIR=" + folder, "TMP=" + folder, "TEMP=" + folder}
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if passed[strings.ToUpper(name)] {
			env = append(env, v)
		}
	}
	return env
}
