package command

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestManualQuotesTheWindow: what the manual says a clerk sees in the window is
// written in the pages or in the program behind them.
func TestManualQuotesTheWindow(t *testing.T) {
	manual, err := os.ReadFile("../../../docs/manual/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	_, part, _ := strings.Cut(string(manual), "## 窗口里的提示和标记\n")
	part, _, _ = strings.Cut(part, "\n## ")
	said := sources(t, "../../../frontend/src", "../../../app")
	checked := 0
	for _, line := range strings.Split(part, "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || strings.Contains(line, "---") || strings.Contains(line, "| 看到 |") {
			continue
		}
		for _, words := range strings.Split(cells[1], " / ") {
			words = strings.TrimSuffix(strings.TrimSpace(words), "…")
			checked++
			if !strings.Contains(said, words) {
				t.Errorf("nothing says %q", words)
			}
		}
	}
	if checked < 8 {
		t.Errorf("only %d quotations were found", checked)
	}
}

// sources is the text of the pages and of the program, tests left out.
func sources(t *testing.T, dirs ...string) string {
	t.Helper()
	var all strings.Builder
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			ext := filepath.Ext(path)
			if err != nil || e.IsDir() || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, ".spec.ts") || (ext != ".go" && ext != ".ts" && ext != ".vue") {
				return err
			}
			data, err := os.ReadFile(path)
			all.Write(data)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}
