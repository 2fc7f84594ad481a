package meta

import (
	"go/ast"
	"strings"
	"testing"
)

// Sizes above which a file or a function has more than one job.
const (
	fileLimit     = 400
	functionLimit = 60
)

// longFunctions may be longer, each for a reason.
var longFunctions = map[string]string{}

func TestSizes(t *testing.T) {
	for _, f := range productFiles(t) {
		if f.lines > fileLimit {
			t.Errorf("%s has %d lines; %d is the limit", f.path, f.lines, fileLimit)
		}
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			n := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line - 1
			if n > functionLimit && longFunctions[f.path+" "+fn.Name.Name] == "" {
				t.Errorf("%s: %s has %d lines; %d is the limit", f.path, fn.Name.Name, n, functionLimit)
			}
		}
	}
}

func TestEveryPackageHasAComment(t *testing.T) {
	documented := map[string]bool{}
	for _, f := range productFiles(t) {
		has := f.ast.Doc != nil && strings.TrimSpace(f.ast.Doc.Text()) != ""
		documented[f.dir()] = documented[f.dir()] || has
	}
	for dir, has := range documented {
		if !has {
			t.Errorf("package %s has no package comment (it must touch the package line)", dir)
		}
	}
}

// calls that have no place, as package.Function; "" as package is a method of anything.
var forbiddenCalls = []struct {
	pkg, name, except, reason string
}{
	{"time", "Now", "internal/clock", "take a clock.Func: a test must be able to set a counter's clock to 1980"},
	{"log", "Printf", "", "logs go through slog with keys, so that nothing personal slips into a text"},
	{"log", "Println", "", "as log.Printf"},
	{"log", "Fatal", "", "it ends the program over the heads of everybody"},
	{"log", "Fatalf", "", "it ends the program over the heads of everybody"},
	{"", "MultiCell", "", "gofpdf breaks Chinese lines wrongly"},
	{"", "SplitText", "", "gofpdf breaks Chinese lines wrongly"},
}

func TestForbiddenCalls(t *testing.T) {
	for _, f := range productFiles(t) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, _ := sel.X.(*ast.Ident)
			for _, c := range forbiddenCalls {
				if sel.Sel.Name != c.name || c.pkg != "" && (pkg == nil || pkg.Name != c.pkg) {
					continue
				}
				if c.pkg == "time" && f.isMain() || c.except != "" && below(f.dir(), c.except) {
					continue
				}
				t.Errorf("%s uses %s: %s", fset.Position(n.Pos()), c.name, c.reason)
			}
			return true
		})
	}
}

func TestNoInitAndNoPackageSync(t *testing.T) {
	for _, f := range productFiles(t) {
		if f.ast.Name.Name == "sync" {
			t.Errorf("%s: package sync would hide the standard one", f.path)
		}
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: func init acts before anybody asked", f.path)
			}
		}
	}
}

func TestNothingIsLeftToDo(t *testing.T) {
	marks := []string{"TO" + "DO", "FIX" + "ME", "X" + "XX:", "not " + "implemented"}
	for _, f := range productFiles(t) {
		for _, group := range f.ast.Comments {
			for _, mark := range marks {
				if strings.Contains(group.Text(), mark) {
					t.Errorf("%s: %q: finish it, or write an issue", fset.Position(group.Pos()), mark)
				}
			}
		}
	}
}
