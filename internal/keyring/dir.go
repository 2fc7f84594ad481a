package keyring

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// EnvDir names the variable that says where the key folder is.
const EnvDir = "ONEDOOR_KEYDIR"

// Dir gives the key folder for a home: ONEDOOR_KEYDIR if set, else the user's state
// folder (XDG_STATE_HOME or ~/.local/state, on Windows %LOCALAPPDATA%) and
// "onedoor" in it. getenv is os.Getenv, or a test's. It refuses a folder in the home
// (CodeBelowHome), through links too: who copies the home would have the key.
func Dir(home string, getenv func(string) string) (string, error) {
	dir, err := choose(getenv, runtime.GOOS)
	if err != nil {
		return "", err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return "", &Error{Code: CodeNoFolder, Cause: err}
	}
	below, err := isBelow(dir, home)
	if err != nil {
		return "", &Error{Code: CodeIO, Path: dir, Cause: err}
	}
	if below {
		return "", &Error{Code: CodeBelowHome, Path: dir}
	}
	return dir, nil
}

func choose(getenv func(string) string, goos string) (string, error) {
	if d := getenv(EnvDir); d != "" {
		return d, nil
	}
	if goos == "windows" {
		if d := getenv("LOCALAPPDATA"); d != "" {
			return filepath.Join(d, "onedoor"), nil
		}
		return "", &Error{Code: CodeNoFolder}
	}
	// The XDG base directory specification says to ignore a relative path.
	if d := getenv("XDG_STATE_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "onedoor"), nil
	}
	if d := getenv("HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, ".local", "state", "onedoor"), nil
	}
	return "", &Error{Code: CodeNoFolder}
}

// isBelow tells whether dir is home or lies in it, by name after following links,
// and by identity, which also sees other spellings of one folder (upper case on
// Windows, bind mounts).
func isBelow(dir, home string) (bool, error) {
	if home == "" {
		return false, nil
	}
	home, err := filepath.Abs(home)
	if err != nil {
		return false, err
	}
	realDir, realHome := resolve(dir), resolve(home)
	if rel, err := filepath.Rel(realHome, realDir); err == nil && (rel == "." || filepath.IsLocal(rel)) {
		return true, nil
	}
	homeInfo, err := os.Stat(realHome)
	if err != nil {
		return false, nil // a home that is not there yet holds nothing
	}
	for d := realDir; ; d = filepath.Dir(d) {
		if info, err := os.Stat(d); err == nil && os.SameFile(info, homeInfo) {
			return true, nil
		}
		if d == filepath.Dir(d) {
			return false, nil
		}
	}
}

// resolve follows the links in the part of path that exists.
func resolve(path string) string {
	rest := ""
	for p := path; ; p = filepath.Dir(p) {
		if real, err := filepath.EvalSymlinks(p); err == nil {
			return filepath.Join(real, rest)
		}
		if p == filepath.Dir(p) {
			return path
		}
		rest = filepath.Join(filepath.Base(p), rest)
	}
}

// NewName makes a random key name: 32 hexadecimal digits. The home records it; it
// says nothing of the device, so several homes may share a key folder.
func NewName() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func checkName(name string) error {
	if len(name) != 32 || strings.Trim(name, "0123456789abcdef") != "" {
		return &Error{Code: CodeBadName}
	}
	return nil
}
