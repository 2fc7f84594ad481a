package clock

import (
	"strings"
	"testing"
	"time"
)

func TestSystemHasNoMonotonicReading(t *testing.T) {
	if s := System().String(); strings.Contains(s, "m=") {
		t.Fatalf("System() keeps a monotonic reading: %s", s)
	}
}

func TestFakeMovesOnlyWhenTold(t *testing.T) {
	start := time.Date(1980, 1, 1, 8, 0, 0, 0, time.UTC)
	f := NewFake(start)
	var now Func = f.Now
	if !now().Equal(start) || !now().Equal(start) {
		t.Fatal("a fake clock moved by itself")
	}
	if got := f.Advance(time.Hour); !got.Equal(start.Add(time.Hour)) || !now().Equal(got) {
		t.Fatalf("after Advance: %v", now())
	}
	f.Set(start.Add(-time.Minute))
	if !now().Equal(start.Add(-time.Minute)) {
		t.Fatal("Set cannot go backwards")
	}
}
