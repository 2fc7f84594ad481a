package station

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"onedoor/app/store"
)

// cpu is the processor time of this process, all threads and the kernel's part.
func cpu() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// TestHubOfBench is no test: BenchmarkRatioFanInHubCPU starts this program again to have
// the hub in a process of its own. It tells its address and, at every line it gets, its
// processor time; it ends with its input.
func TestHubOfBench(t *testing.T) {
	home := os.Getenv("ONEDOOR_BENCH_HUB")
	if home == "" {
		t.Skip("a part of a benchmark")
	}
	d := &district{t: t}
	_, addr, stop := d.serve(configIn(filepath.Dir(home), filepath.Base(home)), "-")
	fmt.Println("hub", addr)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Println("cpu", int64(cpu()))
	}
	stop()
}

// hubProcess starts the hub apart. used gives its processor time until now.
func hubProcess(b *testing.B, home string) (addr string, used func() time.Duration, stop func()) {
	b.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestHubOfBench$", "-test.v")
	cmd.Env, cmd.Stderr = append(os.Environ(), "ONEDOOR_BENCH_HUB="+home), os.Stderr
	in, err := cmd.StdinPipe()
	must(b, err)
	out, err := cmd.StdoutPipe()
	must(b, err)
	must(b, cmd.Start())
	lines := bufio.NewScanner(out)
	answer := func(word string) string {
		for lines.Scan() {
			if text, ok := strings.CutPrefix(lines.Text(), word+" "); ok {
				return text
			}
		}
		b.Fatal("the hub ended")
		return ""
	}
	used = func() time.Duration {
		fmt.Fprintln(in)
		n, err := strconv.ParseInt(answer("cpu"), 10, 64)
		must(b, err)
		return time.Duration(n)
	}
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		in.Close()
		for lines.Scan() { // until it has closed
		}
		must(b, cmd.Wait())
	}
	b.Cleanup(stop)
	return answer("hub"), used, stop
}

// BenchmarkRatioFanInHubCPU is the fan-in of BenchmarkRatioFanIn with the hub in a
// process of its own, and compares processor time instead of the clock: what the hub
// itself spends, against what the bare insert of the same rows spends. There the
// stations share the cores with the hub, here they do not count. It has no budget.
func BenchmarkRatioFanInHubCPU(b *testing.B) {
	n, cases := benchCount(b, "ONEDOOR_BENCH_FANIN", 20), 200
	d := newDistrict(b)
	vils := d.filled(b, n, cases)
	addr, used, stop := hubProcess(b, d.hub.Home)
	before, mine, begin := used(), cpu(), time.Now()
	allSync(b, vils, addr)
	whole := time.Since(begin)
	stations, hub := cpu()-mine, used()-before
	stop()
	have := 0
	db, err := sql.Open("sqlite", "file:"+filepath.Join(d.hub.Home, store.DatabaseName)+"?mode=ro")
	must(b, err)
	defer db.Close()
	must(b, db.QueryRowContext(context.Background(), "SELECT count(*) FROM cases").Scan(&have))
	if have != n*cases {
		b.Fatalf("%d cases at the hub, not %d", have, n*cases)
	}
	var bare time.Duration
	bareInsertBy(b, filepath.Join(d.hub.Home, store.DatabaseName), func() { bare = -cpu() })
	bare += cpu()
	for b.Loop() { //nolint:revive // the work is above
	}
	report(b, float64(hub)/float64(bare), 0)
	b.ReportMetric(hub.Seconds(), "s/hub-cpu")
	b.ReportMetric(bare.Seconds(), "s/bare-cpu")
	b.ReportMetric(stations.Seconds(), "s/stations-cpu")
	b.ReportMetric(whole.Seconds(), "s/fanin")
}
