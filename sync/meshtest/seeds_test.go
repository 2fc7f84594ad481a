package meshtest

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"onedoor/internal/broken"
)

// TestSeeds is what "make mesh" runs.
func TestSeeds(t *testing.T) {
	count := number(t, envSeeds, 0)
	if count == 0 {
		t.Skip("run by make mesh")
	}
	name := broken.Name(os.Getenv(envBreak))
	if name != "" && !slices.Contains(broken.All(), name) {
		t.Fatalf("no such break: %s; there are %v", name, broken.All())
	}
	if name != "" && !broken.Built {
		t.Fatal("this program cannot be broken: build with -tags meshbreak")
	}
	y := drive(job{bin: os.Args[0], brk: string(name), first: uint64(number(t, envStart, 1)), count: count, all: os.Getenv(envAll) != "", say: os.Stdout})
	report(os.Stdout, y)
	for _, r := range y.failed {
		for _, line := range r.Trace {
			fmt.Println(line)
		}
	}
	if len(y.failed) > 0 {
		seed := slices.MinFunc(y.failed, func(a, b result) int { return int(a.Seed) - int(b.Seed) }).Seed
		with := ""
		if name != "" {
			with = " BREAK=" + string(name)
		}
		t.Fatalf("%d of %d seeds failed; replay: make mesh SEEDS=1 START=%d%s   (TRACE=1 tells the story)", len(y.failed), y.done, seed, with)
	}
}

// TestSlice is the part of it that every "make test" runs.
func TestSlice(t *testing.T) {
	count := number(t, "ONEDOOR_MESH_SLICE", 500)
	if testing.Short() {
		count = 20
	}
	if os.Getenv(envWork) != "" || os.Getenv(envSeeds) != "" || os.Getenv(envBreak) != "" {
		t.Skip("another run")
	}
	y := drive(job{bin: os.Args[0], first: 1, count: count, say: io.Discard})
	report(os.Stdout, y)
	for _, r := range y.failed {
		t.Errorf("seed %d: %s\nreplay: make mesh SEEDS=1 START=%d", r.Seed, r.Fail, r.Seed)
	}
}

// TestFoundSeeds are worlds beyond the slice in which something of the product once failed.
func TestFoundSeeds(t *testing.T) {
	if os.Getenv(envWork) != "" || os.Getenv(envSeeds) != "" || os.Getenv(envBreak) != "" {
		t.Skip("another run")
	}
	for _, seed := range []uint64{1981, 1999, 4766, 5646, 5887, 31016} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			if r := runSeed(t, seed, false); r.Fail != "" {
				t.Errorf("%s\nreplay: make mesh SEEDS=1 START=%d", r.Fail, seed)
			}
		})
	}
}

// TestBreaks proves that the simulation can fail: the product is built with its
// breaks, and each of them is caught.
func TestBreaks(t *testing.T) {
	if testing.Short() || os.Getenv(envWork) != "" || os.Getenv(envSeeds) != "" || os.Getenv(envBreak) != "" {
		t.Skip("another run")
	}
	bin := os.Args[0]
	if !broken.Built {
		bin = filepath.Join(t.TempDir(), "broken.test")
		if out, err := exec.Command("go", "test", "-c", "-tags", "meshbreak", "-o", bin, ".").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	for _, name := range broken.All() {
		y := drive(job{bin: bin, brk: string(name), first: uint64(number(t, envStart, 1)), count: 300, say: io.Discard})
		if len(y.failed) == 0 {
			t.Errorf("BREAK=%s: %d seeds did not catch it", name, y.done)
			continue
		}
		why, _, _ := strings.Cut(y.failed[0].Fail, "\n")
		fmt.Printf("%s: caught by seed %d, the %dth, after %s: %s\n", name, y.failed[0].Seed, y.done, time.Since(y.began).Round(100*time.Millisecond), why)
	}
}

// TestDocs: the page of the simulation names every break.
func TestDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/simulation.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range broken.All() {
		if !strings.Contains(string(page), "`BREAK="+string(name)+"`") {
			t.Errorf("docs/simulation.md does not say what %s breaks", name)
		}
	}
	if n := strings.Count(string(page), "| `BREAK="); n != len(broken.All()) {
		t.Errorf("it names %d of %d", n, len(broken.All()))
	}
}

// TestReplay: a seed tells the same story twice, else no failure could be looked at.
func TestReplay(t *testing.T) {
	for seed := uint64(1); seed <= 4; seed++ {
		var stories [2][]string
		for i := range stories {
			t.Run("once", func(t *testing.T) { stories[i] = runSeed(t, seed, true).Trace })
		}
		if len(stories[0]) < 20 {
			t.Fatalf("seed %d: a story of %d lines", seed, len(stories[0]))
		}
		for n, line := range stories[0] {
			if n >= len(stories[1]) || stories[1][n] != line {
				t.Fatalf("seed %d differs in line %d:\n%s\n%v", seed, n, line, stories[1][n:min(n+1, len(stories[1]))])
			}
		}
	}
}

// report says what a run had seen.
func report(out io.Writer, y *tally) {
	s := y.sum
	fmt.Fprintf(out, "%d seeds from %d in %s: %d devices, %d ops, %d cases, %d acts told to be saved, %d writes to disks\n",
		y.done, y.first, time.Since(y.began).Round(time.Second), s.Devices, s.Ops, s.Cases, s.Entries, s.Writes)
	var kinds []string
	for kind := range s.Faults {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		fmt.Fprintf(out, "%9d %s\n", s.Faults[kind], kind)
	}
}

func number(t *testing.T, name string, or int) int {
	text := os.Getenv(name)
	if text == "" {
		return or
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		t.Fatalf("%s=%s is no number", name, text)
	}
	return n
}
