package meta

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var required = regexp.MustCompile(`(?m)^\s+([a-z][\w.]*\.[a-z]+/\S+) (v\S+)`)

// requirements reads the modules and versions that a go.mod asks for.
func requirements(t *testing.T, gomod string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(gomod)
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]string{}
	for _, r := range required.FindAllStringSubmatch(string(data), -1) {
		m[r[1]] = r[2]
	}
	if len(m) == 0 {
		t.Fatalf("%s: no requirements read", gomod)
	}
	return m
}

// TestLibcIsSqlites: modernc.org/sqlite is generated against one exact libc, and
// its authors say that any other may corrupt memory.
func TestLibcIsSqlites(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite").Output()
	if err != nil {
		t.Fatal(err)
	}
	want := requirements(t, strings.TrimSpace(string(out)))["modernc.org/libc"]
	if got := requirements(t, filepath.Join(root(), "go.mod"))["modernc.org/libc"]; got != want || got == "" {
		t.Errorf("modernc.org/libc is %s, sqlite asks for %s", got, want)
	}
}

// TestLicencesAreListed: every module of go.mod must stand in the third-party list
// with its version (make licenses writes it).
func TestLicencesAreListed(t *testing.T) {
	list, err := os.ReadFile(filepath.Join(root(), "THIRD_PARTY.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for path, version := range requirements(t, filepath.Join(root(), "go.mod")) {
		if !strings.Contains(string(list), "\n"+path+" "+version+"\n") {
			t.Errorf("THIRD_PARTY.txt does not list %s %s: run make licenses", path, version)
		}
	}
}
