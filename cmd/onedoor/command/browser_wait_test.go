package command

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// A page that was told of unsent work learns of the receipt although nothing else
// happens, and a counter with nothing to send is left alone.
func TestReceiptsAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		unsent, connected, looks, told := 0, true, 0, 0
		ctx, stop := context.WithCancel(t.Context())
		w := &receiptWatch{told: make(chan int, 1), tell: func() { told++ }, count: func(context.Context) (int, bool, error) {
			looks++
			return unsent, connected, nil
		}}
		go w.run(ctx, time.After)
		later := func(d time.Duration) { time.Sleep(d); synctest.Wait() }
		w.saw(0)
		later(time.Hour)
		if looks != 0 {
			t.Errorf("%d looks with nothing to send", looks)
		}
		unsent = 2
		w.saw(2)
		for range 10 { // pages ask all the while
			later(300 * time.Millisecond)
			w.saw(2)
		}
		if looks == 0 || told != 0 {
			t.Errorf("%d looks, told %d times before anything was received", looks, told)
		}
		unsent = 0
		later(2 * lastLook)
		if told != 1 {
			t.Errorf("the receipt was told %d times", told)
		}
		looks = 0
		later(time.Hour)
		if looks != 0 {
			t.Errorf("%d looks after all was sent", looks)
		}
		unsent = 3
		w.saw(3)
		later(time.Hour)
		if looks > 70 {
			t.Errorf("%d looks in an hour of nothing new", looks)
		}
		connected, looks = false, 0
		later(time.Hour)
		if looks > 1 {
			t.Errorf("%d looks without a connection", looks)
		}
		connected = true
		w.saw(3) // the new connection was told, and a page asked
		unsent = 0
		later(2 * lastLook)
		if told != 2 {
			t.Errorf("told %d times", told)
		}
		stop()
	})
}
