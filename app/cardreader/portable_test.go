package cardreader

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"onedoor/app/cardreader/simulator"
)

// Other programs can use this module: it needs nothing of ours from outside, no cgo,
// and only the helper program is tied to a C library.
func TestImports(t *testing.T) {
	list := exec.Command("go", "list", "-deps", "-f", "{{.ImportPath}}|{{.Standard}}|{{.CgoFiles}}", "./...")
	list.Env = append(os.Environ(), "CGO_ENABLED=1")
	out, err := list.Output()
	if err != nil {
		t.Skip("no go command: ", err)
	}
	n := 0
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSpace(line), "|")
		n++
		if strings.HasPrefix(f[0], "onedoor/") && !strings.HasPrefix(f[0], "onedoor/app/cardreader") {
			t.Errorf("imports %s", f[0])
		}
		// purego has files for programs that use cgo anyway; TestBuilds builds without.
		if f[1] != "true" && f[2] != "[]" && !strings.HasPrefix(f[0], "github.com/ebitengine/purego/") {
			t.Errorf("%s uses cgo: %s", f[0], f[2])
		}
	}
	if n < 50 {
		t.Errorf("only %d packages were looked at", n)
	}
	out, err = exec.Command("go", "list", "-deps", ".").Output()
	if err != nil || strings.Contains(string(out), "purego") {
		t.Errorf("the driver loads libraries itself: %v", err)
	}
}

// The module builds for every system it is meant for, the helper program for those
// whose libraries it can load. Vet has compiled it for this one.
func TestBuilds(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles for five systems")
	}
	for _, target := range []string{"linux/amd64", "linux/arm64", "linux/loong64", "windows/amd64", "windows/386"} {
		system, arch, _ := strings.Cut(target, "/")
		build := exec.Command("go", "build", "./...")
		build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+arch)
		if out, err := build.CombinedOutput(); err != nil {
			t.Errorf("%s: %v %s", target, err, out)
		}
	}
}

// Reading a card makes no files: strace sees every file that the program in the
// documentation opens for writing or makes.
func TestNoFiles(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("no strace here")
	}
	program := buildDocsProgram(t)
	sim, err := simulator.Listen("tcp://127.0.0.1:0", simulator.Options{Cards: deck(t, "R1")})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	trace := filepath.Join(t.TempDir(), "trace")
	run := exec.Command(strace, "-f", "-o", trace, "-e", "trace=openat,open,creat,mkdirat,mkdir,renameat,memfd_create", program, sim.URL())
	run.Dir = t.TempDir()
	if out, err := run.CombinedOutput(); err != nil || !strings.Contains(string(out), "张三丰") {
		t.Skipf("strace does not work here: %v %s", err, out)
	}
	text, err := os.ReadFile(trace)
	if err != nil || !strings.Contains(string(text), "openat(") {
		t.Fatal("nothing was traced: ", err)
	}
	for line := range strings.Lines(string(text)) {
		for _, word := range []string{"O_CREAT", "O_WRONLY", "O_TMPFILE", "mkdir", "creat(", "rename", "memfd"} {
			if strings.Contains(line, word) {
				t.Error(strings.TrimSpace(line))
			}
		}
	}
}
