package main

import (
	"strings"
	"testing"
)

const sample = `goos: linux
BenchmarkRatioAccept-2   	       1	         2.000 budget	         1.310 ratio	       812.0 us/accept
BenchmarkRatioLogin   	       1	         1.000 budget	         1.500 ratio
BenchmarkOther-2   	    1000	      1234 ns/op
PASS
ok  	onedoor/app/station	1.2s
`

func TestRatios(t *testing.T) {
	var out strings.Builder
	failed, err := run(strings.NewReader(sample), &out)
	if failed || err != nil {
		t.Fatalf("%v, %v", failed, err)
	}
	got := out.String()
	for _, want := range []string{"Accept                           1.31        2  within  812.0 us/accept\n", "Login                             1.5        1  OVER"} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
	if strings.Count(got, "Other") != 1 {
		t.Errorf("a benchmark without ratio is in the table:\n%s", got)
	}
	if failed, _ := run(strings.NewReader("--- FAIL: BenchmarkRatioX\nFAIL\n"), &out); !failed {
		t.Error("a failed benchmark passes")
	}
}
