package meta

import (
	"strconv"
	"strings"
	"testing"
)

// rule says what a package and those below it may import beside the standard
// library and the packages below itself. "*" is any module of others; a name
// ending in "/" is everything below it.
type rule struct {
	pkg    string
	may    []string
	reason string
}

// rules: the longest pkg that fits decides.
var rules = []rule{
	{"app/counter", words("github.com/google/uuid"), "the domain is pure: it compiles and tests alone, and nothing in it can reach disk, clock or network"},
	{"app/cardreader", words("go.bug.st/serial golang.org/x/sys/"), "other programs import the driver alone: it brings nothing of ours along"},
	{"app/cardreader/internal/vendorlib", words("github.com/ebitengine/purego golang.org/x/sys/ app/cardreader/"), "loading a vendor library needs purego, which ties a program to the C library: only the helper program may"},
	{"app/cardreader/cmd", words("app/cardreader/ golang.org/x/sys/"), "the helper program stands between a vendor library and the driver"},
	{"app/store", words("* app/counter sync/oplog sync/merge sync/segment sync/scan sync/seal sync/roster internal/"), "the store keeps facts; it knows no window, no paper and no network"},
	{"app/itemsheet", words("* app/counter"), "a workbook of items is data of the domain's types"},
	{"app/desk", words("* app/counter app/itemsheet forms/ internal/"), "the facade knows storage only through counter.Ledger, and nothing of sync"},
	{"app/window", words("* app/counter app/desk internal/"), "a window shows what the facade gives; it reaches nothing behind it"},
	{"app/station", words("* app/counter app/store app/desk forms/ sync/ internal/"), "storage, sync and facade come together in a station, and nowhere else"},
	{"sync/oplog", words("github.com/google/uuid"), "the op and its bytes are the floor of all formats: pure"},
	{"sync/merge", words("sync/oplog"), "the order of ops is a pure function of ops"},
	{"sync/bepnode", words("* sync/oplog sync/segment sync/seal sync/roster internal/"), "the wall around syncthing's protocol never touches what ops mean"},
	{"sync/meshtest", nil, "the simulation is made of tests, which reach everything; what is no test in it would let a product package reach it"},
	{"sync", words("* sync/ internal/"), "sync never knows what a case is: another domain could ride on it"},
	{"forms/catalog", words("* forms/ internal/ app/counter"), "a catalogue is data of the domain's types"},
	{"forms/schema", words("* forms/ internal/ app/counter"), "a form is data of the domain's types"},
	{"forms", words("* forms/ internal/"), "papers are drawn from plain values, so that they can be drawn by anybody"},
	{"internal/cli", words("* internal/ app/counter"), "the command line tells the domain's errors and maps their codes to exit codes"},
	{"internal", words("* internal/"), "helpers have no domain words"},
	{"cmd", words("* app/ forms/ sync/ internal/ cmd/ frontend"), "main packages wire"},
	{"build", words("* internal/"), "tools of the build use no product code"},
	{".", words("* app/ forms/ sync/ internal/ cmd/onedoor/command frontend"), "the desktop program's root wires"},
	{"frontend", nil, "only embeds the built pages"},
}

// exclusive imports: a module that only the named packages may touch.
var exclusive = []struct{ imported, only, reason string }{
	{"github.com/syncthing/syncthing/", "sync/bepnode", "its programming interface changes between releases: one package follows"},
	{"modernc.org/sqlite", "app/store", "one place knows how a database is opened"},
	{"github.com/jung-kurt/gofpdf", "forms", "its Chinese line breaking is wrong; the forms know the way around"},
	{"github.com/wailsapp/", ".", "a build without a window must not need one"},
	{"go.bug.st/serial", "app/cardreader", "ports belong to the card reader module"},
	{"github.com/ebitengine/purego", "app/cardreader/internal/vendorlib", "it ties a program to the C library; only the card library helper may be tied"},
}

func TestImportTable(t *testing.T) {
	for _, f := range productFiles(t) {
		r, ok := ruleFor(f.dir())
		if !ok {
			t.Errorf("%s: no rule for this package; add one with its reason", f.path)
			continue
		}
		for _, spec := range f.ast.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			if isStd(path) {
				continue
			}
			if !allowed(r, path) {
				t.Errorf("%s imports %s, but %s: %s", f.path, path, r.pkg, r.reason)
			}
			for _, e := range exclusive {
				if covers(e.imported, path) && !below(f.dir(), e.only) && !f.isMain() {
					t.Errorf("%s imports %s, which only %s may: %s", f.path, path, e.only, e.reason)
				}
			}
		}
	}
}

func TestTheTableCanFail(t *testing.T) {
	for _, c := range []struct {
		dir, imported string
		want          bool
	}{
		{"app/counter", "github.com/google/uuid", true},
		{"app/counter", "golang.org/x/text/width", false},
		{"app/counter", module + "/internal/clock", false},
		{"sync/hub", module + "/app/counter", false},
		{"sync/meshtest", module + "/app/store", false},
		{"sync/hub", module + "/sync/oplog", true},
		{"app/store", module + "/sync/bepnode", false},
		{"app/cardreader/sdt", module + "/app/cardreader/internal/layout", true},
		{"app/cardreader", module + "/internal/clock", false},
		{"forms/document", module + "/app/counter", false},
		{"forms/catalog", module + "/app/counter", true},
		{"forms/catalog", module + "/app/store", false},
		{"internal/password", module + "/app/counter", false},
		{"internal/cli/endpoint", module + "/app/counter", true},
		{"internal/cli", module + "/app/counters", false},
	} {
		r, ok := ruleFor(c.dir)
		if !ok || allowed(r, c.imported) != c.want {
			t.Errorf("%s importing %s: allowed is %v", c.dir, c.imported, !c.want)
		}
	}
}

func ruleFor(dir string) (best rule, ok bool) {
	for _, r := range rules {
		if below(dir, r.pkg) && (!ok || len(r.pkg) > len(best.pkg)) {
			best, ok = r, true
		}
	}
	return best, ok
}

func allowed(r rule, path string) bool {
	own, ours := strings.CutPrefix(path, module+"/")
	if ours && below(own, r.pkg) && r.pkg != "." {
		return true
	}
	for _, m := range r.may {
		if m == "*" && !ours || m != "*" && ours && covers(m, own) || m != "*" && !ours && covers(m, path) {
			return true
		}
	}
	return false
}

// below tells whether dir is pkg or lies below it; only the root itself is below ".".
func below(dir, pkg string) bool { return dir == pkg || strings.HasPrefix(dir, pkg+"/") }

// covers tells whether the entry of a table means path.
func covers(entry, path string) bool {
	return path == strings.TrimSuffix(entry, "/") || strings.HasPrefix(path, strings.TrimSuffix(entry, "/")+"/")
}

func isStd(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return first != module && !strings.Contains(first, ".")
}

func words(s string) []string { return strings.Fields(s) }
