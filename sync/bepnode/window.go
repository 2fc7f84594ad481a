package bepnode

import (
	"sync/atomic"
	"time"
)

// Limits of what one session asks for. The window follows the line: a request that
// is answered quickly opens it, a slow one narrows it, so that on a village line an
// announcement never waits behind more than a second or two of data.
const (
	startWindow = 64 << 10
	minWindow   = 32 << 10
	maxWindow   = 4 << 20
	minChunk    = 16 << 10
	maxRequests = 64      // in flight
	maxHeld     = 4 << 20 // bytes asked for or fetched, and not yet delivered
	quick       = 750 * time.Millisecond
	slow        = 3 * time.Second
)

// window bounds the bytes in flight.
type window struct {
	size   int
	flight int // bytes asked for and not answered
	count  int // requests in flight
	round  int // rises with every narrowing
}

// chunk is the size of the next request: a quarter of the window, within limits.
func (w *window) chunk() int {
	return min(maxChunk, max(minChunk, w.size/4))
}

func (w *window) fits(n int) bool {
	return w.count < maxRequests && (w.flight == 0 || w.flight+n <= w.size)
}

func (w *window) sent(n int) (round int) {
	w.flight += n
	w.count++
	return w.round
}

// answered adapts the window. Requests sent before a narrowing do not narrow again.
func (w *window) answered(n, round int, p pace) {
	w.flight -= n
	w.count--
	switch {
	case p == paceQuick:
		w.size = min(maxWindow, w.size+n)
	case p == paceSlow && round == w.round:
		w.size = max(minWindow, w.size/2)
		w.round++
	}
}

// pace tells how long an answer took. It is found with timers: the program's clock
// may be set by hand at any moment.
type pace int32

const (
	paceQuick pace = iota
	paceFair
	paceSlow
)

type stopwatch struct {
	p      atomic.Int32
	timers [2]*time.Timer
}

func startWatch() *stopwatch {
	w := &stopwatch{}
	w.timers[0] = time.AfterFunc(quick, func() { w.p.CompareAndSwap(int32(paceQuick), int32(paceFair)) })
	w.timers[1] = time.AfterFunc(slow, func() { w.p.Store(int32(paceSlow)) })
	return w
}

func (w *stopwatch) stop() pace {
	w.timers[0].Stop()
	w.timers[1].Stop()
	return pace(w.p.Load())
}
