package meta

import (
	"bufio"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// module is the path in go.mod.
const module = "onedoor"

// goFile is one Go file of the repository, on any system and with any build tag.
type goFile struct {
	path  string // from the root, with slashes
	ast   *ast.File
	lines int
}

func (f goFile) dir() string   { return pathDir(f.path) }
func (f goFile) isTest() bool  { return strings.HasSuffix(f.path, "_test.go") }
func (f goFile) isMain() bool  { return f.ast.Name.Name == "main" }
func (f goFile) isData() bool  { return strings.Contains(f.path, "testdata/") }
func (f goFile) isGiven() bool { return ast.IsGenerated(f.ast) }

func pathDir(p string) string {
	if i := strings.LastIndex(p, "/"); i >= 0 {
		return p[:i]
	}
	return "."
}

var fset = token.NewFileSet()

// goFiles parses every Go file once. Files are parsed and not listed by the go
// command, so that Windows files are judged on Linux too.
var goFiles = sync.OnceValues(func() (files []goFile, err error) {
	paths, err := textFiles()
	if err != nil {
		return nil, err
	}
	for _, p := range paths {
		if !strings.HasSuffix(p, ".go") {
			continue
		}
		src, err := os.ReadFile(filepath.Join(root(), p))
		if err != nil {
			return nil, err
		}
		tree, err := parser.ParseFile(fset, p, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, goFile{path: p, ast: tree, lines: strings.Count(string(src), "\n")})
	}
	return files, nil
})

// productFiles are the Go files that people wrote and that are no tests.
func productFiles(t *testing.T) []goFile {
	t.Helper()
	files, err := goFiles()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(slices.Clone(files), func(f goFile) bool {
		return f.isTest() || f.isData() || f.isGiven()
	})
}

var root = sync.OnceValue(func() string {
	dir, err := filepath.Abs(".")
	if err != nil {
		panic(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			panic("meta: no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
})

// textFiles lists the files of the repository that hold text, without what builds
// leave behind (the folders in .gitignore).
var textFiles = sync.OnceValues(func() (list []string, err error) {
	skip := map[string]bool{".git": true, "node_modules": true, "frontend/dist": true}
	ignore, err := os.Open(filepath.Join(root(), ".gitignore"))
	if err != nil {
		return nil, err
	}
	defer ignore.Close()
	for lines := bufio.NewScanner(ignore); lines.Scan(); {
		if line := lines.Text(); strings.HasPrefix(line, "/") && strings.HasSuffix(line, "/") {
			skip[strings.Trim(line, "/")] = true
		}
	}
	err = filepath.WalkDir(root(), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root(), path)
		rel = filepath.ToSlash(rel)
		switch {
		case d.IsDir() && (skip[rel] || skip[d.Name()]):
			return filepath.SkipDir
		case d.Type().IsRegular() && isText(d.Name()):
			list = append(list, rel)
		}
		return nil
	})
	return list, err
})

func isText(name string) bool {
	switch filepath.Ext(name) {
	case ".go", ".mod", ".md", ".txt", ".sh", ".json", ".jsonl", ".csv", ".sql", ".ts", ".vue", ".js", ".css", ".html",
		".yml", ".yaml", ".toml", ".service", ".rules", ".nsi", ".xml", "":
		return true
	}
	return false
}
