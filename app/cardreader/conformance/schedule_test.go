package conformance_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"onedoor/app/cardreader"
	"onedoor/app/cardreader/conformance"
	"onedoor/app/cardreader/simulator"
)

// The schedules of the long run, set by ONEDOOR_CARD_SCHEDULES as
// tcp,pty,paced: 1000,200,20. Without it a short slice is run.
func schedules(t *testing.T) (tcp, pty, paced int) {
	t.Helper()
	set := os.Getenv("ONEDOOR_CARD_SCHEDULES")
	if set == "" {
		return 24, 8, 1
	}
	var n [3]int
	for i, s := range strings.SplitN(set, ",", 3) {
		v, err := strconv.Atoi(s)
		if err != nil {
			t.Fatalf("ONEDOOR_CARD_SCHEDULES is %q, want 1000,200,20", set)
		}
		n[i] = v
	}
	return n[0], n[1], n[2]
}

// quick are the timeouts of the field divided by about eight: the faults' delays
// are scaled alike.
func quick() cardreader.Timeouts {
	return cardreader.Timeouts{Answer: 120 * time.Millisecond, ReadAnswer: 360 * time.Millisecond, Gap: 120 * time.Millisecond,
		Frame: 2 * time.Second, Late: 600 * time.Millisecond, Quiet: 20 * time.Millisecond, Find: 10 * time.Millisecond}
}

// slow are timeouts for a line of 9600 baud, where a read takes 1.4 s.
func slow() cardreader.Timeouts {
	d := cardreader.DefaultTimeouts()
	d.Find = 50 * time.Millisecond
	return d
}

func TestSchedules(t *testing.T) {
	tcp, pty, paced := schedules(t)
	dir := t.TempDir()
	link := func(kind string, seed uint64) string {
		return "pty://" + filepath.Join(dir, kind+strconv.FormatUint(seed, 10))
	}
	// The first connection of a program also opens the runtime's poller.
	if _, err := one(0, "tcp://127.0.0.1:0", "", "", quick(), time.Millisecond); err != nil {
		t.Fatal(err)
	}
	handles, goroutines := leftovers()
	t.Run("tcp", func(t *testing.T) {
		play(t, tcp, 12, quick(), 60*time.Millisecond, "", "", func(uint64) string { return "tcp://127.0.0.1:0" })
	})
	t.Run("pty at 115200", func(t *testing.T) {
		play(t, pty, 6, quick(), 60*time.Millisecond, "pace=115200", "115200", func(seed uint64) string { return link("fast", seed) })
	})
	t.Run("pty paced at 9600", func(t *testing.T) {
		play(t, paced, 4, slow(), 400*time.Millisecond, "pace=9600", "9600", func(seed uint64) string { return link("slow", seed) })
	})
	deadline := time.Now().Add(time.Minute)
	for {
		h, g := leftovers()
		if h <= handles && g <= goroutines {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("left over: %d handles of %d, %d goroutines of %d", h, handles, g, goroutines)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// play runs n schedules, some side by side.
func play(t *testing.T, n, workers int, times cardreader.Timeouts, unit time.Duration, always, baud string, address func(seed uint64) string) {
	t.Helper()
	var group sync.WaitGroup
	var mu sync.Mutex
	var sum conformance.Tally
	seeds := make(chan uint64)
	for range workers {
		group.Go(func() {
			for seed := range seeds {
				tally, err := one(seed, address(seed), always, baud, times, unit)
				mu.Lock()
				sum.Read, sum.All = sum.Read+tally.Read, sum.All+tally.All
				mu.Unlock()
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for seed := range uint64(n) {
		seeds <- seed
	}
	close(seeds)
	group.Wait()
	t.Logf("%d schedules: %d of %d cards read, nobody taken for another", n, sum.Read, sum.All)
	if sum.All >= 40 && sum.Read*4 < sum.All { // a few people may all be unlucky
		t.Errorf("only %d of %d read", sum.Read, sum.All)
	}
}

func one(seed uint64, address, always, baud string, times cardreader.Timeouts, unit time.Duration) (conformance.Tally, error) {
	sim, err := simulator.Listen(address, simulator.Options{Seed: seed, ManualLift: true})
	if err != nil {
		return conformance.Tally{}, err
	}
	defer sim.Close()
	return conformance.Schedule(context.Background(), conformance.Rig{
		Sim: sim, Times: times, Unit: unit, People: 4, Always: always, Now: time.Now,
		Open: func(ctx context.Context, opts ...cardreader.Option) (*cardreader.Reader, error) {
			url := sim.URL()
			if baud != "" {
				url = strings.Replace(url, "baud=115200", "baud="+baud, 1)
			}
			return cardreader.Open(ctx, url, opts...)
		},
	}, seed)
}

func leftovers() (handles, goroutines int) {
	entries, _ := os.ReadDir("/proc/self/fd")
	return len(entries), runtime.NumGoroutine()
}
