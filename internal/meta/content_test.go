package meta

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// eachLine calls visit for every line of every text file.
func eachLine(t *testing.T, visit func(path string, n int, line string)) {
	t.Helper()
	paths, err := textFiles()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paths {
		data, err := os.ReadFile(filepath.Join(root(), p))
		if err != nil {
			t.Fatal(err)
		}
		for n, line := range strings.Split(string(data), "\n") {
			visit(p, n+1, line)
		}
	}
}

// machinePath is a path below somebody's home folder.
var machinePath = regexp.MustCompile(`(^|[^\w.~/])(/home/[a-z]\w*/|/roo` + `t/|/Users/\w|[A-Z]:\\{1,2}Users\\)`)

// registryHost is a package registry or mirror by its usual names.
var registryHost = regexp.MustCompile(`https?://[\w.-]*(registry|goproxy|artifactory|nexus|mirror)[\w.-]*`)

// TestNoTraceOfAMachine looks for paths and hosts of the machine that something was
// written on: they say nothing to others and sometimes too much.
func TestNoTraceOfAMachine(t *testing.T) {
	here := root() + "/"
	// A checkout in a folder as short as "/src" would find itself in every import path.
	checkHere := strings.Count(filepath.ToSlash(here), "/") > 2
	eachLine(t, func(path string, n int, line string) {
		if machinePath.MatchString(line) || checkHere && strings.Contains(line, here) {
			t.Errorf("%s:%d: path of a machine", path, n)
		}
		for _, host := range registryHost.FindAllString(line, -1) {
			// npm writes the public registry into its lock file.
			if host != "https://registry.npmjs.org" {
				t.Errorf("%s:%d: registry host %s", path, n, host)
			}
		}
	})
}

func TestPatternsCanFail(t *testing.T) {
	for _, bad := range []string{"x=/home/" + "li/onedoor", `"C:\Use` + `rs\li"`, "see /roo" + "t/go"} {
		if !machinePath.MatchString(bad) {
			t.Errorf("%q passes", bad)
		}
	}
	if !registryHost.MatchString("http://my." + "registry.example/x") {
		t.Error("a registry passes")
	}
	if !realLooking("11010519491231"+"002X") || realLooking("11010519491231"+"0021") {
		t.Error("check digit rule is wrong")
	}
}

// idNumber finds 18 characters that could be a resident's ID number.
var idNumber = regexp.MustCompile(`[1-9][0-9]{16}[0-9Xx]`)

// TestNoRealLookingIDNumbers: an ID number with a right date and check digit may
// belong to somebody. Those in the repository are listed as fictional vectors, so
// that a new one is somebody's decision.
func TestNoRealLookingIDNumbers(t *testing.T) {
	fictional := fictionalNumbers(t)
	eachLine(t, func(path string, n int, line string) {
		if path == "go.sum" || strings.HasSuffix(path, "package-lock.json") {
			return
		}
		for _, at := range idNumber.FindAllStringIndex(line, -1) {
			number := strings.ToUpper(line[at[0]:at[1]])
			if at[0] > 0 && isWord(line[at[0]-1]) || at[1] < len(line) && isWord(line[at[1]]) {
				continue // part of a longer number or a hash
			}
			if realLooking(number) && !fictional[number] {
				t.Errorf("%s:%d: %s… looks like a real ID number; use one of internal/meta/testdata/fictional-ids.txt", path, n, number[:6])
			}
		}
	})
}

func fictionalNumbers(t *testing.T) map[string]bool {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "fictional-ids.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	set := map[string]bool{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if number, _, _ := strings.Cut(lines.Text(), " "); idNumber.MatchString(number) {
			set[number] = true
		}
	}
	return set
}

// realLooking tells whether birth date and check digit hold (GB 11643, ISO 7064
// MOD 11-2). It is written here once more on purpose: a test that used the
// product's own check would be blind where that is.
func realLooking(number string) bool {
	birth, err := time.Parse("20060102", number[6:14])
	if err != nil || birth.Year() < 1900 || birth.Year() > 2100 {
		return false
	}
	sum := 0
	for i := range 17 {
		sum += int(number[i]-'0') * [...]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}[i]
	}
	return "10X98765432"[sum%11] == number[17]
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
