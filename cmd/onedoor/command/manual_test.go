package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onedoor/internal/cli"
)

// TestManualsHold: every command line in the manuals and in both READMEs is one
// that the program takes.
func TestManualsHold(t *testing.T) {
	files, err := filepath.Glob("../../../docs/manual/*.md")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d manuals, %v", len(files), err)
	}
	app := &cli.App{Root: Root("test")}
	checked := 0
	for _, path := range append(files, "../../../README.md", "../../../README.zh.md") {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for n, line := range strings.Split(string(data), "\n") {
			words, ok := commandLine(line)
			if !ok {
				continue
			}
			checked++
			if err := app.Check(words); err != nil {
				t.Errorf("%s:%d: %s: %v", filepath.Base(path), n+1, strings.TrimSpace(line), err)
			}
		}
	}
	if checked < 40 {
		t.Errorf("only %d command lines were found", checked)
	}
}

// commandLine takes the words of an indented line that begins with onedoor and is
// meant to be typed; a line with "..." or " / " is an overview.
func commandLine(line string) ([]string, bool) {
	rest, ok := strings.CutPrefix(line, "    onedoor ")
	if !ok || strings.Contains(rest, "...") || strings.Contains(rest, " / ") {
		return nil, false
	}
	words := strings.Fields(rest)
	// An overview puts a remark behind the command, after a wide gap.
	if gap := strings.Index(rest, "   "); gap > 0 {
		words = strings.Fields(rest[:gap])
	}
	return words, true
}
