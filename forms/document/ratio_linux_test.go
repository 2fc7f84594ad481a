package document

import (
	"runtime"
	"syscall"
	"testing"
	"time"
)

// BenchmarkRatioReceipt compares one warm receipt, both signatures included, with
// the budget of 5 ms of CPU. CPU time of one processor does not care what else
// the machine is doing.
func BenchmarkRatioReceipt(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	p, is, n := newPress(b), newIssuer(b), sample()
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	size, times := 0, 0
	start := used()
	for b.Loop() {
		out, err := p.Issue(n, A4, is.key, is.chain, sampleTime)
		if err != nil {
			b.Fatal(err)
		}
		size = len(out.PDF)
		times++
	}
	each := (used() - start) / time.Duration(times)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(each)/float64(5*time.Millisecond), "ratio")
	b.ReportMetric(1, "budget")
	b.ReportMetric(float64(each.Microseconds()), "cpu-us/receipt")
	b.ReportMetric(float64(size)/1000, "kB")
}
