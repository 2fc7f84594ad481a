package meta

import (
	"fmt"
	"go/ast"
	"go/token"
	"strconv"
	"strings"
	"testing"
)

// TestBothLanguagesUseTheirArguments: what is said in two languages goes through one
// call with one list of arguments, where go vet does not look: each of the formats must
// use all of them, or people read "%!(EXTRA".
func TestBothLanguagesUseTheirArguments(t *testing.T) {
	seen := 0
	for _, f := range productFiles(t) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || call.Ellipsis.IsValid() {
				return true
			}
			for _, said := range formatsOf(call) {
				seen++
				if bad := misused(said.format, said.args); bad != "" {
					t.Errorf("%s: %q with %d arguments: %s", f.path, said.format, said.args, bad)
				}
			}
			return true
		})
	}
	if seen < 100 {
		t.Fatalf("only %d formats were found", seen)
	}
}

// said is a format and how many arguments it is given.
type said struct {
	format string
	args   int
}

// formatsOf finds fmt.XPrintf(..., c.Say("zh", "en"), args...) and Ef(code, "zh", "en", args...).
func formatsOf(call *ast.CallExpr) (out []said) {
	add := func(pair []ast.Expr, args int) {
		for _, x := range pair {
			if lit, ok := x.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				text, _ := strconv.Unquote(lit.Value)
				out = append(out, said{text, args})
			}
		}
	}
	name := calledName(call)
	if name == "Ef" && len(call.Args) >= 3 {
		add(call.Args[1:3], len(call.Args)-3)
	}
	at := map[string]int{"Printf": 0, "Sprintf": 0, "Errorf": 0, "Fprintf": 1}
	i, prints := at[name]
	if !prints || len(call.Args) <= i {
		return out
	}
	if inner, ok := call.Args[i].(*ast.CallExpr); ok && calledName(inner) == "Say" && len(inner.Args) == 2 {
		add(inner.Args, len(call.Args)-i-1)
	}
	return out
}

func calledName(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.Ident:
		return f.Name
	}
	return ""
}

// misused tells what is wrong with a format for so many arguments, of whatever types.
func misused(format string, args int) string {
	said := fmt.Sprintf(format, make([]any, args)...)
	for _, mark := range []string{"(EXTRA", "(MISSING)", "(BADINDEX)", "(NOVERB)"} {
		if strings.Contains(said, mark) {
			return said
		}
	}
	return ""
}

func TestMisusedFormatsAreFound(t *testing.T) {
	for _, c := range []struct {
		format string
		args   int
		bad    bool
	}{{"%s %d", 2, false}, {"%s", 2, true}, {"%s %s", 1, true}, {"%[2]s %[1]s", 2, false}, {"%[1]s", 2, false}, {"100%", 0, true}, {"100%%", 0, false}} {
		if got := misused(c.format, c.args); (got != "") != c.bad {
			t.Errorf("%q with %d: %q", c.format, c.args, got)
		}
	}
}
