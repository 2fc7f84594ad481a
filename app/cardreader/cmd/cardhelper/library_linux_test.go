package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"onedoor/app/cardreader"
	"onedoor/app/cardreader/conformance"
	"onedoor/app/cardreader/simulator"
)

var helperDir string

// cardHelper builds the helper program once.
var cardHelper = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "cardhelper-test")
	if err != nil {
		return "", err
	}
	helperDir = dir
	path := filepath.Join(dir, "cardhelper")
	build := exec.Command("go", "build", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if helperDir != "" {
		os.RemoveAll(helperDir)
	}
	os.Exit(code)
}

// vendorLibrary compiles one of our own libraries and returns its address.
func vendorLibrary(t *testing.T, source string, limit time.Duration, flags ...string) string {
	t.Helper()
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("no C compiler here: the helper process is not tested")
	}
	program, err := cardHelper()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	inc, path := filepath.Join(dir, "card.inc"), filepath.Join(dir, "libtest.so")
	if err := os.WriteFile(inc, []byte(cardBytes(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"-shared", "-fPIC", "-w", "-o", path, fmt.Sprintf("-DCARD_INC=%q", inc),
		fmt.Sprintf("-DMARK=%q", filepath.Join(dir, "crashed"))}, flags...)
	if out, err := exec.Command(cc, append(args, filepath.Join("testdata", source))...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	q := url.Values{"port": {"1001"}, "helper": {program}, "limit": {limit.String()}}
	return (&url.URL{Scheme: "sdt+lib", Path: path, RawQuery: q.Encode()}).String()
}

func cardBytes(t *testing.T) string {
	t.Helper()
	cards, err := simulator.FindCards("R2")
	if err != nil {
		t.Fatal(err)
	}
	text, err := cards[0].Text()
	if err != nil {
		t.Fatal(err)
	}
	var s strings.Builder
	s.WriteString("static const unsigned char text[256] = {")
	for _, b := range text {
		fmt.Fprintf(&s, "%d,", b)
	}
	s.WriteString("}, photo[1024] = {0x57, 0x4C};\n")
	return s.String()
}

func open(t *testing.T, url string, opts ...cardreader.Option) *cardreader.Reader {
	t.Helper()
	r, err := cardreader.Open(t.Context(), url, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func readOnce(t *testing.T, r *cardreader.Reader, limit time.Duration) (*cardreader.Card, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	return r.ReadCard(ctx)
}

// processes counts the children of this process.
func processes(t *testing.T) (n int) {
	t.Helper()
	tasks, _ := filepath.Glob("/proc/self/task/*/children")
	for _, f := range tasks {
		b, _ := os.ReadFile(f)
		n += len(strings.Fields(string(b)))
	}
	return n
}

func wantR2(t *testing.T, card *cardreader.Card, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if card.Name != "李䶮𠅤" || card.Number != "440604195202290425" || card.ValidTo != cardreader.LongTerm {
		t.Error("another card was read")
	}
}

func TestLibraryConforms(t *testing.T) {
	address := vendorLibrary(t, "sdtlib.c", 5*time.Second)
	dial, bauds, err := cardreader.Dialer(address)
	if err != nil {
		t.Fatal(err)
	}
	report := conformance.Run(t.Context(), conformance.Subject{Dial: dial, Bauds: bauds, Patience: 10 * time.Second, Now: time.Now})
	for _, c := range report.Checks {
		if c.Verdict != conformance.Pass {
			t.Errorf("%s: %s %s", c.ID, c.Verdict, c.Detail.En)
		}
	}
	if report.SAMID != "05.03-20091105-0001234567-0987654321" {
		t.Error(report.SAMID)
	}
	if n := processes(t); n != 0 {
		t.Errorf("%d processes are left", n)
	}
}

// A library that takes a second for every call is over the limits of readers on a line:
// the kit says so and ends.
func TestSlowLibraryIsNotCertified(t *testing.T) {
	t.Parallel()
	dial, bauds, err := cardreader.Dialer(vendorLibrary(t, "sdtlib.c", 5*time.Second, "-DSLOW"))
	if err != nil {
		t.Fatal(err)
	}
	report := conformance.Run(t.Context(), conformance.Subject{Dial: dial, Bauds: bauds, Patience: 10 * time.Second, Now: time.Now})
	if report.OK || report.Count(conformance.Fail) == 0 {
		t.Error("a reader that answers after its time was certified")
	}
}

// By limits for such libraries it passes every check.
func TestSlowLibraryConforms(t *testing.T) {
	if os.Getenv("ONEDOOR_CARD_SCHEDULES") == "" {
		t.Skip("it waits for 80 seconds; make cardtest runs it")
	}
	t.Parallel()
	dial, bauds, err := cardreader.Dialer(vendorLibrary(t, "sdtlib.c", 5*time.Second, "-DSLOW"))
	if err != nil {
		t.Fatal(err)
	}
	limits := conformance.Limits{Answer: 3 * time.Second, Read: 9 * time.Second, Frame: 30 * time.Second, Back: 30 * time.Second}
	report := conformance.Run(t.Context(), conformance.Subject{Dial: dial, Bauds: bauds, Limits: limits, Patience: 30 * time.Second, Now: time.Now})
	for _, c := range report.Checks {
		if c.Verdict != conformance.Pass {
			t.Errorf("%s: %s %s", c.ID, c.Verdict, c.Detail.En)
		}
	}
}

func TestLibraryNormal(t *testing.T) {
	t.Parallel()
	r := open(t, vendorLibrary(t, "sdtlib.c", 5*time.Second))
	card, err := readOnce(t, r, 10*time.Second)
	wantR2(t, card, err)
	if card.PhotoBytes != 1024 {
		t.Error(card.PhotoBytes)
	}
	if name := r.Library(t.Context()); !strings.HasPrefix(name, "sdt libtest.so sha256:") {
		t.Error(name)
	}
}

// A library that crashes costs a read; the same Reader goes on with a new process.
func TestLibraryCrash(t *testing.T) {
	t.Parallel()
	r := open(t, vendorLibrary(t, "sdtlib.c", 5*time.Second, "-DONCE"))
	if _, err := readOnce(t, r, 10*time.Second); cardreader.CodeOf(err) != cardreader.CodeLibraryCrashed {
		t.Error(err)
	}
	card, err := readOnce(t, r, 10*time.Second)
	wantR2(t, card, err)

	always := open(t, vendorLibrary(t, "sdtlib.c", 5*time.Second, "-DCRASH"))
	for range 3 {
		if _, err := readOnce(t, always, 10*time.Second); cardreader.CodeOf(err) != cardreader.CodeLibraryCrashed {
			t.Error(err)
		}
	}
}

// One that hangs is killed after its limit.
func TestLibraryHang(t *testing.T) {
	r := open(t, vendorLibrary(t, "sdtlib.c", time.Second, "-DHANG"))
	start := time.Now()
	if _, err := readOnce(t, r, 20*time.Second); cardreader.CodeOf(err) != cardreader.CodeLibraryHung {
		t.Error(err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("gave up after %v", took)
	}
	// A caller who has less time is not held up by the library either.
	start = time.Now()
	if _, err := readOnce(t, r, 300*time.Millisecond); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 2*time.Second {
		t.Error(err, time.Since(start))
	}
	r.Close()
	if n := processes(t); n != 0 {
		t.Errorf("%d processes are left", n)
	}
}

func TestLibrarySlow(t *testing.T) {
	t.Parallel()
	r := open(t, vendorLibrary(t, "sdtlib.c", 5*time.Second, "-DSLOW"))
	card, err := readOnce(t, r, 30*time.Second)
	wantR2(t, card, err)
}

func TestLibraryCVR(t *testing.T) {
	t.Parallel()
	r := open(t, vendorLibrary(t, "cvrlib.c", 5*time.Second))
	card, err := readOnce(t, r, 10*time.Second)
	wantR2(t, card, err)
	if card.Sex != "女" || card.Ethnicity != "汉" || card.Birth != "1952-02-29" || card.Address != "测试路" || card.PhotoBytes != 0 {
		t.Error("fields differ")
	}
}

// Nothing that a library wrote stays behind, even when it crashed.
func TestLibraryLeavesNoFiles(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	address := vendorLibrary(t, "sdtlib.c", 5*time.Second, "-DONCE")
	before, _ := filepath.Glob(filepath.Join(tmp, "cardhelper*"))
	r := open(t, address)
	readOnce(t, r, 10*time.Second)
	card, err := readOnce(t, r, 10*time.Second)
	wantR2(t, card, err)
	r.Close()
	after, _ := filepath.Glob(filepath.Join(tmp, "cardhelper*"))
	if len(after) > len(before)+1 { // the helper program itself may have been built here
		t.Error(after)
	}
	left, _ := filepath.Glob(filepath.Join(tmp, "cardhelper*", "wz.txt"))
	if len(left) != 0 {
		t.Error(left)
	}
}

func TestLibraryErrors(t *testing.T) {
	t.Parallel()
	notOne := filepath.Join(t.TempDir(), "lib.so")
	os.WriteFile(notOne, []byte("hello"), 0o600)
	for address, want := range map[string]string{
		"sdt+lib:///no/such/lib.so?port=1001":              cardreader.CodeLibrary,
		"sdt+lib://" + notOne:                              cardreader.CodeLibrary,
		"sdt+lib:///lib.so?port=9999":                      cardreader.CodeBadURL,
		"sdt+lib:///lib.so?limit=soon":                     cardreader.CodeBadURL,
		"sdt+lib:///lib.so?colour=red":                     cardreader.CodeBadURL,
		"sdt+lib://host/lib.so":                            cardreader.CodeBadURL,
		vendorLibrary(t, "cvrlib.c", time.Second) + "&x=1": cardreader.CodeBadURL,
		strings.Replace(vendorLibrary(t, "sdtlib.c", time.Second), "port=1001", "port=1002", 1): cardreader.CodeNoReader,
	} {
		if _, err := cardreader.Open(t.Context(), address); cardreader.CodeOf(err) != want {
			t.Errorf("%s: %v, want %s", address, err, want)
		}
	}
}
