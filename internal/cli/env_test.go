package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onedoor/app/counter"
)

func TestHomeAndLogin(t *testing.T) {
	vars := map[string]string{}
	c := &Call{Env: &Env{Cwd: cwd, Getenv: func(k string) string { return vars[k] }}, Lang: Zh}
	if _, err := c.Home(); counter.CodeOf(err) != counter.CodeUsage {
		t.Errorf("no home: %v", err)
	}
	vars["ONEDOOR_HOME"] = "h"
	if home, err := c.Home(); err != nil || home != filepath.Join(cwd, "h") {
		t.Errorf("home from the environment: %q, %v", home, err)
	}
	if _, _, err := c.Login(); counter.CodeOf(err) != counter.CodeDenied {
		t.Errorf("no user: %v", err)
	}
	c.user = "王五"
	if _, _, err := c.Login(); counter.CodeOf(err) != counter.CodeDenied {
		t.Errorf("no password and no terminal: %v", err)
	}
	var asked string
	c.Prompt = func(text string) ([]byte, error) { asked = text; return []byte("typed"), nil }
	if _, pass, err := c.Login(); err != nil || pass != "typed" || !strings.Contains(asked, "王五") {
		t.Errorf("typed: %q, %v, asked %q", pass, err, asked)
	}
	vars["ONEDOOR_PASSWORD"] = "given"
	if user, pass, err := c.Login(); err != nil || pass != "given" || user != "王五" {
		t.Errorf("given: %q, %q, %v", user, pass, err)
	}
	delete(vars, "ONEDOOR_PASSWORD")
	c.Prompt = func(string) ([]byte, error) { return nil, nil }
	if _, _, err := c.Login(); counter.CodeOf(err) != counter.CodeDenied {
		t.Errorf("empty password: %v", err)
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "表.json"), []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := &Env{Cwd: dir, Stdin: strings.NewReader("piped")}
	if data, err := e.ReadFile("表.json", 5); err != nil || string(data) != "12345" {
		t.Errorf("%q, %v", data, err)
	}
	if data, err := e.ReadFile("-", 5); err != nil || string(data) != "piped" {
		t.Errorf("standard input: %q, %v", data, err)
	}
	if _, err := e.ReadFile(".", 5); counter.CodeOf(err) != counter.CodeInvalid {
		t.Errorf("a folder: %v", err)
	}
	if _, err := e.ReadFile("表.json", 4); counter.CodeOf(err) != counter.CodeInvalid {
		t.Errorf("too large: %v", err)
	}
	if _, err := e.ReadFile("无.json", 4); counter.CodeOf(err) != counter.CodeNotFound || !strings.Contains(err.Error(), "无.json") {
		t.Errorf("missing: %v", err)
	}
}

func TestPrintReportsAFullDisk(t *testing.T) {
	full := errors.New("full")
	for _, asJSON := range []bool{true, false} {
		c := &Call{Env: &Env{Stdout: failing{full}}, JSON: asJSON}
		if err := c.Print(1, func(w io.Writer) { io.WriteString(w, "1\n") }); !errors.Is(err, full) {
			t.Errorf("json %v: %v", asJSON, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestTableCountsChineseTwice(t *testing.T) {
	var b strings.Builder
	Table(&b, [][]string{{"一门", "x"}, {"ab", "y", "z"}})
	if want := "一门  x\nab    y  z\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestCheckFindsMistakes(t *testing.T) {
	bad := &Command{Name: "r", Sub: []*Command{
		{Name: "a", Short: T("甲", ""), Define: func(fs *Flags) Run { fs.Bool("x", T("x", "x")); return nil }},
		{Name: "b", Short: T("乙", "b"), Define: func(fs *Flags) Run { fs.String("x", "", T("x", "")); return nil }},
		{Name: "b", Short: T("丙", "c")},
	}}
	err := Check(bad)
	for _, want := range []string{"a: no short text", "b --x: no usage text", "other kind", "defined twice", "does nothing"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %q", err, want)
		}
	}
}
