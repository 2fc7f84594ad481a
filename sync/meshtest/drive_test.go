package meshtest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Settings of a run, from "make mesh".
const (
	envSeeds = "ONEDOOR_MESH_SEEDS"
	envStart = "ONEDOOR_MESH_START"
	envBreak = "ONEDOOR_MESH_BREAK" // read by internal/broken, too
	envTrace = "ONEDOOR_MESH_TRACE"
	envAll   = "ONEDOOR_MESH_ALL"  // go on after failures, to count them
	envWork  = "ONEDOOR_MESH_WORK" // this process is a worker
)

// seedLimit is how long one seed may take before it counts as hanging.
const seedLimit = 15 * time.Minute

// TestWorker runs the seeds that a driver writes to its input. Worlds need the
// process for themselves: its random numbers come from the seed.
func TestWorker(t *testing.T) {
	if os.Getenv(envWork) == "" {
		t.Skip("started by the driver")
	}
	out := json.NewEncoder(os.Stdout)
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		seed, err := strconv.ParseUint(in.Text(), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		t.Run("seed", func(t *testing.T) {
			if err := out.Encode(runSeed(t, seed, os.Getenv(envTrace) != "")); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// job is a run of seeds.
type job struct {
	bin   string // the test binary that works
	brk   string // the break that is switched on, or ""
	first uint64
	count int
	all   bool // go on after failures
	say   io.Writer
}

// tally adds up what the seeds of a run came to.
type tally struct {
	job
	mu     sync.Mutex
	next   int
	seeds  []uint64
	done   int
	sum    result
	failed []result
	began  time.Time
	told   time.Time
	stop   bool
}

// drive runs seeds over all cores.
func drive(j job) *tally {
	y := &tally{job: j, seeds: inOrder(j.first, j.count, j.brk != ""), began: time.Now(), sum: result{Faults: map[string]int{}}}
	var wg sync.WaitGroup
	for range min(runtime.NumCPU(), j.count) {
		wg.Go(func() {
			for y.work() {
			}
		})
	}
	wg.Wait()
	return y
}

// take gives the next seed.
func (y *tally) take() (uint64, bool) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.next >= y.count || y.stop {
		return 0, false
	}
	y.next++
	return y.seeds[y.next-1], true
}

// inOrder lists seeds with the large worlds first of each thousand: else a core
// would wait for the other one at the end. Where a failure ends the run, small
// worlds show it sooner.
func inOrder(first uint64, count int, smallFirst bool) (list []uint64) {
	for from := 0; from < count; from += 1000 {
		for _, large := range []bool{!smallFirst, smallFirst} {
			for n := from; n < min(from+1000, count); n++ {
				if seed := first + uint64(n); isLarge(seed) == large {
					list = append(list, seed)
				}
			}
		}
	}
	return list
}

// work starts a worker and feeds it; it tells whether another one is needed,
// because this one died of a seed.
func (y *tally) work() (again bool) {
	cmd := exec.Command(y.bin, "-test.run=^TestWorker$", "-test.timeout=0")
	cmd.Env = append(os.Environ(), envWork+"=1", envBreak+"="+y.brk, "GOMAXPROCS=2", "GOGC=300")
	in, err := cmd.StdinPipe()
	if err != nil {
		panic(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		panic(err)
	}
	var last tail
	cmd.Stderr = &last
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	defer cmd.Wait()
	defer in.Close()
	lines := bufio.NewReaderSize(out, 1<<20)
	for {
		seed, ok := y.take()
		if !ok {
			return false
		}
		fmt.Fprintln(in, seed)
		hang := time.AfterFunc(seedLimit, func() { _ = cmd.Process.Kill() })
		res, err := answer(lines, &last)
		if !hang.Stop() {
			err = fmt.Errorf("took more than %s", seedLimit)
		}
		if err != nil {
			_ = cmd.Process.Kill()
			y.add(result{Seed: seed, Fail: fmt.Sprintf("the simulation itself ended: %v\n%s", err, last.String())})
			return true
		}
		y.add(res)
	}
}

// answer reads one result; anything else on the line's way is kept for a report.
func answer(lines *bufio.Reader, last *tail) (res result, err error) {
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return res, err
		}
		if strings.HasPrefix(line, `{"seed":`) {
			return res, json.Unmarshal([]byte(line), &res)
		}
		_, _ = last.Write([]byte(line))
	}
}

// tail keeps the end of what a worker said.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

func (l *tail) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf = append(l.buf, p...)
	l.buf = l.buf[max(0, len(l.buf)-6000):]
	return len(p), nil
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.buf)
}

func (y *tally) add(r result) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.done++
	s := &y.sum
	s.Devices, s.Ops, s.Cases, s.Entries, s.Writes = s.Devices+r.Devices, s.Ops+r.Ops, s.Cases+r.Cases, s.Entries+r.Entries, s.Writes+r.Writes
	for kind, n := range r.Faults {
		s.Faults[kind] += n
	}
	if r.Fail != "" {
		y.failed = append(y.failed, r)
		y.stop = y.stop || !y.all
		fmt.Fprintf(y.say, "seed %d fails: %s\n", r.Seed, r.Fail)
	}
	if time.Since(y.told) > 5*time.Second || y.done == y.count {
		y.told = time.Now()
		fmt.Fprintf(y.say, "%d of %d seeds, %d failed, %s\n", y.done, y.count, len(y.failed), time.Since(y.began).Round(time.Second))
	}
}
