package command

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestCardConformance(t *testing.T) {
	cwd := t.TempDir()
	url := simulate(t, cwd, "--card", "R1")
	code, stdout, stderr := onedoor(t.Context(), cwd, "card", "conformance", "--port", url, "--card", "R1", "--json")
	var report struct {
		OK     bool `json:"ok"`
		Checks []struct{ ID, Verdict string }
	}
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || code != 0 || !report.OK || len(report.Checks) < 20 {
		t.Fatalf("exit %d, %v, %s%s", code, err, stdout, stderr)
	}
	if strings.Contains(stdout, "44060419900307201X") {
		t.Error("the report names somebody")
	}
	deaf := simulate(t, cwd, "--card", "R1", "--fault", "status=41@read*")
	code, stdout, stderr = onedoor(t.Context(), cwd, "card", "conformance", "--port", deaf)
	if code != 1 || !strings.Contains(stdout, "[不合格] read") || !strings.Contains(stdout, "结论：不合格") {
		t.Errorf("exit %d, %s%s", code, stdout, stderr)
	}
	if code, _, _ := onedoor(t.Context(), cwd, "card", "conformance", "--port", url, "--card", "nobody"); code != 6 {
		t.Errorf("an unknown card: exit %d", code)
	}
}
