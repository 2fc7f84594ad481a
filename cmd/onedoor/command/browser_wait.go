package command

import (
	"context"
	"time"

	"onedoor/app/station"
)

// Pauses between two looks at what a superior has not confirmed yet. They grow while
// nothing changes: a counter that has met nobody for years pays a second for each look.
const (
	firstLook = 2 * time.Second
	lastLook  = time.Minute
)

// receiptWatch tells the pages when less is unsent than they were told. A superior's
// receipt is a line in its index and changes nothing here that would be told by
// itself: without this, "not sent" stood on the screen until something else happened.
type receiptWatch struct {
	count func(ctx context.Context) (unsent int, connected bool, err error)
	tell  func()
	told  chan int // how many operations a page was told to be unsent, while connected
}

func watchReceipts(ctx context.Context, st *station.Station, tell func()) *receiptWatch {
	w := &receiptWatch{tell: tell, told: make(chan int, 1), count: func(ctx context.Context) (int, bool, error) {
		roads, err := st.Roads(ctx)
		if err != nil || !anyConnected(roads) {
			return 0, false, err
		}
		b, err := st.Backlog(ctx)
		return b.Ops, true, err
	}}
	go w.run(ctx, time.After)
	return w
}

func anyConnected(roads []station.Road) bool {
	for _, r := range roads {
		for _, p := range r.Peers {
			if p.Connected {
				return true
			}
		}
	}
	return false
}

// saw notes what a page was told; the latest counts.
func (w *receiptWatch) saw(unsent int) {
	select {
	case <-w.told:
	default:
	}
	select {
	case w.told <- unsent:
	default: // somebody else was told at the same moment
	}
}

// run looks while something is unsent on a standing connection, else it rests until
// a page is told of something again.
func (w *receiptWatch) run(ctx context.Context, after func(time.Duration) <-chan time.Time) {
	var look <-chan time.Time
	pause, known := firstLook, 0
	for {
		select {
		case <-ctx.Done():
			return
		case n := <-w.told:
			if n == known && look != nil {
				continue // the pages ask often; that must not put the look off for ever
			}
			known, pause, look = n, firstLook, nil
			if n > 0 {
				look = after(pause)
			}
		case <-look:
			n, connected, err := w.count(ctx)
			look = nil
			switch {
			case err != nil || !connected:
				continue // the end of a connection is told, and then the pages ask
			case n != known:
				known, pause = n, firstLook
				w.tell()
			default:
				pause = min(pause*2, lastLook)
			}
			if n > 0 {
				look = after(pause)
			}
		}
	}
}
