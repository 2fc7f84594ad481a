// Command ratios reads what "go test -bench" prints and shows, as a table at the
// end, the benchmarks that measure a budget of the design: what it cost as a ratio
// to the bare parts, the ratio that is allowed, and the figures behind it. It ends
// with 1 when a benchmark failed; a budget that is missed is shown and is no failure,
// for a busy machine is no defect.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// result is one benchmark that reports a ratio.
type result struct {
	name          string
	ratio, budget float64
	others        []string
}

func main() {
	failed, err := run(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if err != nil || failed {
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) (failed bool, err error) {
	var results []result
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if strings.Contains(line, "[no test files]") || strings.HasPrefix(line, "ok ") || line == "PASS" {
			continue
		}
		fmt.Fprintln(out, line)
		failed = failed || strings.HasPrefix(line, "FAIL") || strings.HasPrefix(line, "--- FAIL")
		if r, ok := parse(line); ok {
			results = append(results, r)
		}
	}
	if err := lines.Err(); err != nil {
		return failed, err
	}
	show(out, results)
	return failed, nil
}

// parse reads a line such as
//
//	BenchmarkRatioAccept-2   1   2.000 budget   1.31 ratio   812 us/accept
func parse(line string) (r result, ok bool) {
	words := strings.Fields(line)
	if len(words) < 4 || !strings.HasPrefix(words[0], "Benchmark") {
		return r, false
	}
	r.name = strings.TrimPrefix(strings.TrimPrefix(words[0], "Benchmark"), "Ratio")
	if i := strings.LastIndex(r.name, "-"); i > 0 {
		r.name = r.name[:i]
	}
	for i := 2; i+1 < len(words); i += 2 {
		v, err := strconv.ParseFloat(words[i], 64)
		switch unit := words[i+1]; {
		case err != nil:
			return r, false
		case unit == "ratio":
			r.ratio, ok = v, true
		case unit == "budget":
			r.budget = v
		case unit != "ns/op" && unit != "B/op" && unit != "allocs/op":
			r.others = append(r.others, words[i]+" "+unit)
		}
	}
	return r, ok
}

func show(out io.Writer, results []result) {
	if len(results) == 0 {
		fmt.Fprintln(out, "no benchmark reported a ratio")
		return
	}
	fmt.Fprintf(out, "\n%-28s %8s %8s         %s\n", "ratio to the bare parts", "ratio", "budget", "figures")
	for _, r := range results {
		budget, verdict := "-", ""
		if r.budget > 0 {
			budget, verdict = strconv.FormatFloat(r.budget, 'g', 4, 64), "within"
			if r.ratio > r.budget {
				verdict = "OVER"
			}
		}
		fmt.Fprintf(out, "%-28s %8.3g %8s  %-6s  %s\n", r.name, r.ratio, budget, verdict, strings.Join(r.others, ", "))
	}
}
