package broken

import (
	"regexp"
	"testing"
)

// TestDefaultBuildIsWhole runs in every "go test ./...", which builds as the
// product is built.
func TestDefaultBuildIsWhole(t *testing.T) {
	if Built {
		t.Skip("built to be broken")
	}
	t.Setenv("ONEDOOR_MESH_BREAK", string(SkippedFsync))
	for _, n := range All() {
		if Is(n) {
			t.Errorf("%s is on", n)
		}
	}
}

func TestNames(t *testing.T) {
	ok, seen := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`), map[Name]bool{}
	for _, n := range All() {
		if !ok.MatchString(string(n)) || seen[n] {
			t.Errorf("%q", n)
		}
		seen[n] = true
	}
}
