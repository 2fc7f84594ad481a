// Package clock is the only place of the program (main packages and tests aside)
// that asks the machine what time it is. Everything else takes a Func, so that a
// test can set a counter's clock to 1980 and see what the clerk is told.
package clock

import (
	"sync"
	"time"
)

// Func tells the time. It is assignable from and to a plain func() time.Time.
type Func func() time.Time

// System is the machine's wall clock. The monotonic reading is dropped: it would
// hide a clock that somebody sets back while the program runs, and times that go
// into a record must compare as they will when they are read from disk.
func System() time.Time { return time.Now().Round(0) }

// Fake is a clock that stands still until it is told otherwise. The zero value
// stands at the zero time. It is safe for use by several goroutines.
type Fake struct {
	mu sync.Mutex
	t  time.Time
}

// NewFake makes a Fake that stands at t.
func NewFake(t time.Time) *Fake { return &Fake{t: t.Round(0)} }

// Now tells where the clock stands; the method value f.Now is a Func.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.t
}

// Set moves the clock to t, backwards too.
func (f *Fake) Set(t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.t = t.Round(0)
}

// Advance moves the clock by d and tells the new time.
func (f *Fake) Advance(d time.Duration) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.t = f.t.Add(d)
	return f.t
}
