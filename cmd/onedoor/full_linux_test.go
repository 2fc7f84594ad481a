package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"onedoor/cmd/story/play"
)

// TestDiskFull: on a full disk nothing is accepted, and the clerk is told why; with
// space again everything goes on where it was.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	s := district(t)
	code := plainItems(t, s)[0].Code
	home := filepath.Join(s.Dir, "full")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("none", home, "tmpfs", 0, "size=8m,mode=0700"); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(home, syscall.MNT_DETACH) })
	if err := os.CopyFS(home, os.DirFS(filepath.Join(s.Dir, "village"))); err != nil {
		t.Fatal(err)
	}
	who, _ := json.Marshal(person(1))
	write(t, s, "who.json", string(who))
	accept := []string{"case", "accept", "--home", "full", "--item", code, "--applicant", "who.json", "--material", "all", "--json"}
	var first, second struct{ Number string }
	must(t, s, &first, play.Clerk, accept[:len(accept)-1]...)

	filler := filepath.Join(home, "filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{64 << 10, 1} {
		for chunk := make([]byte, size); err == nil; {
			_, err = f.Write(chunk)
		}
		err = nil
	}
	f.Close()
	refused := 0
	for range 3 { // what is left in the last page of a file may still take one
		r, err := s.Run(t.Context(), play.Clerk, accept...)
		if err != nil {
			t.Fatal(err)
		}
		if r.Code == 0 {
			continue
		}
		refused++
		if r.Code != 1 || r.Stdout != "" || !strings.Contains(r.Stderr, "磁盘") {
			t.Errorf("exit %d %s%s", r.Code, r.Stdout, r.Stderr)
		}
	}
	if refused == 0 {
		t.Fatal("a full disk refused nothing")
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	must(t, s, &second, play.Clerk, accept[:len(accept)-1]...)
	var cases []struct{ Number string }
	must(t, s, &cases, play.Clerk, "case", "list", "--home", "full")
	if len(cases) != 2+3-refused || first.Number == second.Number {
		t.Errorf("%d cases, %d refused; %s, %s", len(cases), refused, first.Number, second.Number)
	}
	mustBeSound(t, s, "full")
}
