package store

import (
	"os"
	"runtime"
	"testing"
	"time"
)

// TestOpenAndCloseLeaveNothingBehind: a window that is opened and closed all day
// keeps no goroutine and no file.
func TestOpenAndCloseLeaveNothingBehind(t *testing.T) {
	w := newWorld(t)
	count := func() (goroutines, files int) {
		for range 50 { // database/sql ends its goroutines a moment after Close
			goroutines = runtime.NumGoroutine()
			time.Sleep(2 * time.Millisecond)
			if runtime.NumGoroutine() == goroutines {
				break
			}
		}
		if list, err := os.ReadDir("/proc/self/fd"); err == nil {
			files = len(list)
		}
		return goroutines, files
	}
	again := func() {
		w.accept(t, w.vil, "a")
		w.vil.close()
		w.vil.open(w.hub)
	}
	again()
	g0, f0 := count()
	for range 15 {
		again()
	}
	if g, f := count(); g > g0+3 || f > f0+3 {
		t.Fatalf("goroutines %d -> %d, files %d -> %d", g0, g, f0, f)
	}
}
