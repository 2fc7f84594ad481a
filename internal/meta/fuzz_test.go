package meta

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// decoders of bytes from outside that must have a fuzz target, by package.
var fuzzed = map[string][]string{
	"sync/bepnode": {"FuzzGuard", "FuzzHello"},
	"sync/segment": {"FuzzScan", "FuzzParseHeader", "FuzzParseName"},
	"sync/oplog":   {"FuzzDecodeBody"},
	"sync/roster":  {"FuzzDecodeGrant", "FuzzDecodeRequest", "FuzzDecodeRecoveryKit"},
	"sync/courier": {"FuzzIndex"},
	"sync/scan":    {"FuzzRoot"},
	"sync/lan":     {"FuzzDecode"},
	"app/store":    {"FuzzReceivedBytes", "FuzzOpsOfAMember"},
}

// TestFuzzTargets: each decoder that meets bytes of a peer has a fuzz target, and every
// target in the repository begins from something: seeds in the code or a corpus beside
// it. "go test" runs them all as ordinary tests, "make fuzz" for longer.
func TestFuzzTargets(t *testing.T) {
	heads := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(f \*testing\.F\) \{`)
	have := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() && (e.Name() == "node_modules" || e.Name() == ".git") {
			return filepath.SkipDir
		}
		if e.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		dir := filepath.Dir(path)
		for _, at := range heads.FindAllSubmatchIndex(src, -1) {
			name := string(src[at[2]:at[3]])
			rel, _ := filepath.Rel("../..", dir)
			have[filepath.ToSlash(rel)+"."+name] = true
			body, _, _ := strings.Cut(string(src[at[1]:]), "\n}")
			corpus, _ := os.ReadDir(filepath.Join(dir, "testdata", "fuzz", name))
			if len(corpus) == 0 && !strings.Contains(body, "f.Add(") && !strings.Contains(body, "(f") {
				t.Errorf("%s: %s begins from nothing", rel, name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg, names := range fuzzed {
		for _, name := range names {
			if !have[pkg+"."+name] {
				t.Errorf("%s has no %s", pkg, name)
			}
		}
	}
}
