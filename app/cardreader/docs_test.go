package cardreader

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"onedoor/app/cardreader/simulator"
)

// buildDocsProgram builds the program in the documentation.
func buildDocsProgram(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/cardreader.md")
	if err != nil {
		t.Skip("the module is used without its documentation")
	}
	_, rest, _ := strings.Cut(string(page), "```go\n")
	source, _, ok := strings.Cut(rest, "```\n")
	if !ok {
		t.Fatal("no program in the page")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "program")
	if out, err := exec.Command("go", "build", "-o", program, filepath.Join(dir, "main.go")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

// The program in the documentation is built and reads a card.
func TestProgramInTheDocs(t *testing.T) {
	program := buildDocsProgram(t)
	sim, err := simulator.Listen("tcp://127.0.0.1:0", simulator.Options{Cards: deck(t, "R1")})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	out, err := exec.Command(program, sim.URL()).CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "张三丰 1990-03-07 2040-01-01" {
		t.Errorf("%v: %s", err, out)
	}
}
