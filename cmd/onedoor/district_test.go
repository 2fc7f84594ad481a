package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"onedoor/cmd/story/play"
)

// program is the built binary, or "" with why it could not be built.
var program, buildFault string

// TestMain builds the program once: what is tested is what is shipped, as
// processes of its own.
func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "onedoor-test-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		program = filepath.Join(dir, "onedoor.exe")
		build := exec.Command("go", "build", "-o", program, ".")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			program, buildFault = "", fmt.Sprintf("%v\n%s", err, out)
		}
		return m.Run()
	}())
}

// base is a district that is set up once and copied for each test.
var base = sync.OnceValues(func() (dir string, err error) {
	if program == "" {
		return "", fmt.Errorf("go build: %s", buildFault)
	}
	dir = filepath.Join(filepath.Dir(program), "base")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	land, err := play.NewLand(program, dir, repo())
	if err != nil {
		return "", err
	}
	return dir, land.SetUp(background)
})

// repo is the root of the repository.
func repo() string {
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		panic(err)
	}
	return dir
}

// district gives a fresh district: a hub with divisions, calendar, catalogue and
// users, and a village counter that has joined and never met the hub since.
func district(t *testing.T) *play.Land {
	t.Helper()
	from, err := base()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	// CopyFS widens permissions, and a key that others can read is warned about.
	for _, pattern := range []string{"keys", "keys/*"} {
		paths, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, p := range paths {
			if info, err := os.Stat(p); err == nil {
				os.Chmod(p, info.Mode().Perm()&0o700)
			}
		}
	}
	land, err := play.NewLand(program, dir, repo())
	if err != nil {
		t.Fatal(err)
	}
	return land
}

// must runs a command that has to succeed and reads its JSON into v.
func must(t *testing.T, s *play.Land, v any, who play.Person, args ...string) play.Result {
	t.Helper()
	r, err := s.Run(t.Context(), who, append(args, "--json")...)
	if err != nil {
		t.Fatal(err)
	}
	if r.Code != 0 {
		t.Fatalf("onedoor %s: exit %d\n%s%s", strings.Join(args, " "), r.Code, r.Stdout, r.Stderr)
	}
	if err := r.JSON(v); err != nil {
		t.Fatal(err)
	}
	return r
}

// write puts a file into the district's folder.
func write(t *testing.T, s *play.Land, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.Dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// person is a fictional applicant: n decides birth date and number.
func person(n int) map[string]any {
	return map[string]any{
		"name": "测试" + string([]rune("甲乙丙丁戊己庚辛壬癸")[n%10]), "number": idNumber(n), "phone": fmt.Sprintf("1380000%04d", n%10000),
		"address": "佛山市禅城区测试路" + fmt.Sprint(n) + "号",
	}
}

// idNumber makes a number that is right in form (GB 11643).
func idNumber(n int) string {
	body := fmt.Sprintf("440604%d%02d%02d%03d", 1950+n%50, 1+n%12, 1+n%28, n%1000)
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(body[i]-'0') * weight
	}
	return body + "10X98765432"[sum%11:sum%11+1]
}

// item is a line of the catalogue.
type item struct {
	Code, Name     string
	Instant        bool
	Days           int
	RequiredFields []string `json:"required_fields"`
}

// plainItems are the items that anybody can apply for without a form.
func plainItems(t *testing.T, s *play.Land) (plain []item) {
	t.Helper()
	var all []item
	must(t, s, &all, play.Person{}, "catalog", "list", "--home", "village")
	for _, it := range all {
		if len(it.RequiredFields) == 0 {
			plain = append(plain, it)
		}
	}
	if len(plain) < 10 {
		t.Fatalf("%d items without required fields", len(plain))
	}
	return plain
}

// importFile writes n cases for case import, from the person number first on.
func importFile(t *testing.T, s *play.Land, name string, items []item, first, n int) {
	t.Helper()
	var b strings.Builder
	for i := first; i < first+n; i++ {
		line, err := json.Marshal(map[string]any{
			"item": items[i%len(items)].Code, "applicant": person(i), "form": map[string]any{}, "materials": "all",
		})
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	write(t, s, name, b.String())
}

// serveHub runs the hub and gives its address.
func serveHub(t *testing.T, s *play.Land) (address string) { return serveHome(t, s, "hub") }

// serveHome runs a hub on one of several homes.
func serveHome(t *testing.T, s *play.Land, home string) (address string) {
	t.Helper()
	var at play.Addrs
	hub, err := s.Start(t.Context(), &at, "hub", "serve", "--home", home, "--listen", "tcp://127.0.0.1:0", "--admin-listen", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if stderr, err := hub.Stop(); err != nil {
			t.Errorf("hub serve: %v\n%s", err, stderr)
		}
	})
	return at.Listen
}

// synced is the JSON of sync.
type synced struct {
	SentOps       int   `json:"sent_ops"`
	ReceivedOps   int   `json:"received_ops"`
	SentBytes     int64 `json:"sent_bytes"`
	ReceivedBytes int64 `json:"received_bytes"`
	Converged     bool  `json:"converged"`
}

// mustAgree fails unless both sides hold the same with the same state.
func mustAgree(t *testing.T, s *play.Land) []play.Digest {
	t.Helper()
	same, counter, hub, err := s.Agree(t.Context())
	if err != nil || !same {
		t.Fatalf("the sides differ: %v\ncounter %+v\nhub     %+v", err, counter, hub)
	}
	return counter
}

// mustBeSound fails unless log verify finds everything in order.
func mustBeSound(t *testing.T, s *play.Land, homes ...string) {
	t.Helper()
	for _, home := range homes {
		var report struct {
			OK   bool
			Ops  int
			Logs int
		}
		must(t, s, &report, play.Person{}, "log", "verify", "--home", home)
		if !report.OK || report.Ops == 0 || report.Logs == 0 {
			t.Errorf("log verify --home %s: %+v", home, report)
		}
	}
}

// reader runs a simulated card reader and gives its address.
func reader(t *testing.T, s *play.Land, args ...string) (url string) {
	t.Helper()
	var at struct{ URL string }
	sim, err := s.Start(t.Context(), &at, append([]string{"card", "simulate"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if stderr, err := sim.Stop(); err != nil {
			t.Errorf("card simulate: %v\n%s", err, stderr)
		}
	})
	return at.URL
}
