package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCardRecord(t *testing.T) {
	cwd := t.TempDir()
	url := simulate(t, cwd, "--card", "H1", "--fault", "badsum@read")
	code, stdout, stderr := onedoor(t.Context(), cwd, "card", "record", "--port", url, "--out", "s.rec", "--json")
	if code != 0 || !strings.Contains(stdout, `"read":true`) && !strings.Contains(stdout, `"read": true`) {
		t.Fatalf("exit %d, %s%s", code, stdout, stderr)
	}
	path := filepath.Join(cwd, "s.rec")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	code, stdout, stderr = onedoor(t.Context(), cwd, "card", "read", "--port", "sdt+replay://"+path, "--json")
	if code != 0 || !strings.Contains(stdout, "hkmotw") {
		t.Errorf("exit %d, %s%s", code, stdout, stderr)
	}
	if code, _, _ := onedoor(t.Context(), cwd, "card", "record", "--port", url, "--out", "s.rec"); code == 0 {
		t.Error("a file was overwritten")
	}
	empty := simulate(t, cwd)
	code, stdout, stderr = onedoor(t.Context(), cwd, "card", "record", "--port", empty, "--out", "e.rec", "--timeout", "500ms")
	if _, err := os.Stat(filepath.Join(cwd, "e.rec")); code != 1 || err != nil {
		t.Errorf("a read that failed: exit %d, %v, %s%s", code, err, stdout, stderr)
	}
}
