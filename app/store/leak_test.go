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
		if list, err := os.ReadDir("/proc/self/fd"); err == nil {
			files = len(list)
		}
		return runtime.NumGoroutine(), files
	}
	again := func() {
		w.accept(t, w.vil, "a")
		w.vil.close()
		w.vil.open(w.hub)
	}
	again()
	time.Sleep(100 * time.Millisecond) // if it counts too many here, a leak is still found below: 15 of them
	g0, f0 := count()
	for range 15 {
		again()
	}
	g, f := count()
	for deadline := time.Now().Add(20 * time.Second); (g > g0+3 || f > f0+3) && time.Now().Before(deadline); g, f = count() {
		time.Sleep(20 * time.Millisecond) // database/sql ends its goroutines a moment after Close
	}
	if g > g0+3 || f > f0+3 {
		t.Fatalf("goroutines %d -> %d, files %d -> %d", g0, g, f0, f)
	}
}
