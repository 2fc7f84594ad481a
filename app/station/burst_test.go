package station

import (
	"context"
	"testing"
	"time"
)

// TestEndOfBurst: it ends when nothing wakes any more, at the latest when it has lasted
// long enough, and at once with the program.
func TestEndOfBurst(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	wake := make(chan struct{}, 1)
	wake <- struct{}{}
	if !endOfBurst(ctx, wake, time.Millisecond, time.Hour) || len(wake) > 0 {
		t.Fatal("the waking that came meanwhile is not part of the burst")
	}
	stop, done := make(chan struct{}), make(chan struct{})
	go func() { // somebody who never stops sending
		defer close(done)
		for {
			select {
			case wake <- struct{}{}:
			case <-stop:
				return
			}
		}
	}()
	if !endOfBurst(ctx, wake, time.Hour, 20*time.Millisecond) {
		t.Fatal("a hub that is always busy never does its chores")
	}
	close(stop)
	<-done
	for len(wake) > 0 {
		<-wake
	}
	cancel()
	if endOfBurst(ctx, wake, time.Hour, time.Hour) {
		t.Fatal("goes on after the end")
	}
}
