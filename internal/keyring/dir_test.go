package keyring

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func env(kv ...string) func(string) string {
	return func(k string) string {
		for i := 0; i < len(kv); i += 2 {
			if kv[i] == k {
				return kv[i+1]
			}
		}
		return ""
	}
}

func TestChoose(t *testing.T) {
	abs := t.TempDir()
	for _, c := range []struct {
		goos string
		env  func(string) string
		want string
		code Code
	}{
		{"linux", env(EnvDir, abs, "HOME", "/h"), abs, ""},
		{"linux", env("XDG_STATE_HOME", abs, "HOME", abs), filepath.Join(abs, "onedoor"), ""},
		{"linux", env("XDG_STATE_HOME", "rel", "HOME", abs), filepath.Join(abs, ".local", "state", "onedoor"), ""},
		{"linux", env(), "", CodeNoFolder},
		{"windows", env("LOCALAPPDATA", abs), filepath.Join(abs, "onedoor"), ""},
		{"windows", env("HOME", abs), "", CodeNoFolder},
	} {
		got, err := choose(c.env, c.goos)
		if got != c.want || CodeOf(err) != c.code {
			t.Errorf("%s: %q, %v; want %q, %q", c.goos, got, err, c.want, c.code)
		}
	}
}

func TestDirNeverBelowHome(t *testing.T) {
	base := t.TempDir()
	home := filepath.Join(base, "home")
	os.MkdirAll(filepath.Join(home, "sub"), 0o755)
	os.Mkdir(filepath.Join(base, "other"), 0o755)
	if runtime.GOOS != "windows" {
		os.Symlink(filepath.Join(home, "sub"), filepath.Join(base, "link"))
		os.Symlink(home, filepath.Join(base, "homelink"))
	}
	check := func(dir, home string, refused bool) {
		t.Helper()
		got, err := Dir(home, env(EnvDir, dir))
		if refused && CodeOf(err) != CodeBelowHome {
			t.Errorf("%s in %s: %q, %v", dir, home, got, err)
		}
		if !refused && (err != nil || got != dir) {
			t.Errorf("%s in %s: %q, %v", dir, home, got, err)
		}
	}
	check(home, home, true)
	check(filepath.Join(home, "sub"), home, true)
	check(filepath.Join(home, "not", "there", "yet"), home, true)
	check(filepath.Join(base, "other", "..", "home", "keys"), home, true)
	check(filepath.Join(base, "new", "keys"), filepath.Join(base, "new"), true)
	check(filepath.Join(base, "other"), home, false)
	check(filepath.Join(base, "home-keys"), home, false)
	check(filepath.Join(base, "..keys"), home, false)
	check(base, home, false)
	if runtime.GOOS != "windows" {
		check(filepath.Join(base, "link"), home, true)
		check(filepath.Join(base, "link", "keys"), home, true)
		check(filepath.Join(home, "keys"), filepath.Join(base, "homelink"), true)
	}
}
