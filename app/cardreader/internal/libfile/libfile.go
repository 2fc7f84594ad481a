// Package libfile tells which build of a vendor's library a file is, without
// loading it: an old library silently misreads new cards, so its version belongs
// where people look.
package libfile

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Version is the file's version, where files carry one (Windows), and enough of
// its SHA-256 to tell two builds apart: "3.3.0.8 sha256:0123456789ab". It is "" for
// a file that cannot be read.
func Version(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return ""
	}
	return strings.TrimSpace(resource(path) + " sha256:" + hex.EncodeToString(sum.Sum(nil)[:6]))
}

// Describe is the name of the file behind path, and its version.
func Describe(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return strings.TrimSpace(filepath.Base(path) + " " + Version(path))
}
