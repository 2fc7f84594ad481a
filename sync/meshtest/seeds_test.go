package meshtest

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
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
	y := drive(uint64(number(t, envStart, 1)), count, os.Stdout)
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
	y := drive(1, count, io.Discard)
	report(os.Stdout, y)
	for _, r := range y.failed {
		t.Errorf("seed %d: %s\nreplay: make mesh SEEDS=1 START=%d", r.Seed, r.Fail, r.Seed)
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
