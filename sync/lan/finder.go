package lan

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"onedoor/sync/oplog"
)

// Options of a Finder.
type Options struct {
	Self Beacon // Port 0 only listens to others
	Air  Air
	// Dial is called for each station found, in a goroutine of its own, and should
	// stay with it until ctx ends: when it left or was not heard for Forget.
	Dial   func(ctx context.Context, device oplog.DeviceID, addr string)
	Every  time.Duration // 30 s: between beacons
	Forget time.Duration // 100 s: three beacons and a little
	Max    int           // 16: stations dialled at a time
}

// Run says where we are and dials whom it hears, until ctx ends. It closes the Air.
func Run(ctx context.Context, o Options) error {
	if o.Every == 0 {
		o.Every = 30 * time.Second
	}
	if o.Forget == 0 {
		o.Forget = 100 * time.Second
	}
	if o.Max == 0 {
		o.Max = 16
	}
	f := &finder{o: o, found: map[oplog.DeviceID]*neighbour{}}
	ctx, cancel := context.WithCancel(ctx)
	defer f.wg.Wait()
	defer cancel()
	f.wg.Add(1)
	go f.speak(ctx)
	stop := context.AfterFunc(ctx, func() { _ = o.Air.Close() })
	defer stop()
	return f.hear(ctx)
}

type finder struct {
	o     Options
	wg    sync.WaitGroup
	mu    sync.Mutex
	found map[oplog.DeviceID]*neighbour
}

// neighbour is a station that was heard; its timer ends the dialling.
type neighbour struct {
	addr   string
	cancel context.CancelFunc
	forget *time.Timer
}

// speak says our beacon now and every so often. A station that does not listen says
// it, too, once, with port 0: those that hear it say theirs at once.
func (f *finder) speak(ctx context.Context) {
	defer f.wg.Done()
	tick := time.NewTicker(f.o.Every)
	defer tick.Stop()
	for first := true; ; first = false {
		if first || f.o.Self.Port != 0 {
			_ = f.o.Air.Send(f.o.Self.Encode()) // no network now: later, perhaps
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (f *finder) hear(ctx context.Context) error {
	buf := make([]byte, 512)
	for {
		n, from, err := f.o.Air.Receive(buf)
		if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		b, err := Decode(buf[:n])
		if err != nil || b.Realm != f.o.Self.Realm || b.Device == f.o.Self.Device {
			continue
		}
		if b.Port == 0 {
			f.lost(b.Device)
			if f.o.Self.Port != 0 {
				_ = f.o.Air.Send(f.o.Self.Encode())
			}
			continue
		}
		f.heard(ctx, b.Device, netip.AddrPortFrom(from, b.Port).String())
	}
}

func (f *finder) heard(ctx context.Context, d oplog.DeviceID, addr string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.found[d]
	if n != nil && n.addr == addr {
		n.forget.Reset(f.o.Forget)
		return
	}
	if n != nil {
		n.end() // it moved
		delete(f.found, d)
	}
	if len(f.found) >= f.o.Max {
		return
	}
	// The one with the lesser ID dials when both listen, so that they do not cross.
	if f.o.Self.Port != 0 && string(f.o.Self.Device[:]) > string(d[:]) {
		return
	}
	dial, cancel := context.WithCancel(ctx)
	n = &neighbour{addr: addr, cancel: cancel, forget: time.AfterFunc(f.o.Forget, func() { f.lost(d) })}
	f.found[d] = n
	f.wg.Go(func() {
		defer cancel()
		f.o.Dial(dial, d, addr)
	})
}

func (f *finder) lost(d oplog.DeviceID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := f.found[d]; n != nil {
		n.end()
		delete(f.found, d)
	}
}

func (n *neighbour) end() {
	n.forget.Stop()
	n.cancel()
}
