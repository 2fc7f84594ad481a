package lan

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"onedoor/sync/oplog"
)

// ether is an Air inside the process: what one says, all others hear.
type ether struct {
	mu  sync.Mutex
	all []*voice
}

type voice struct {
	e    *ether
	ip   netip.Addr
	in   chan []byte
	from chan netip.Addr
	once sync.Once
	done chan struct{}
}

func (e *ether) voice(ip string) *voice {
	v := &voice{e: e, ip: netip.MustParseAddr(ip), in: make(chan []byte, 100), from: make(chan netip.Addr, 100), done: make(chan struct{})}
	e.mu.Lock()
	e.all = append(e.all, v)
	e.mu.Unlock()
	return v
}

func (v *voice) Send(p []byte) error {
	v.e.mu.Lock()
	defer v.e.mu.Unlock()
	for _, o := range v.e.all {
		if o != v {
			o.in <- append([]byte(nil), p...)
			o.from <- v.ip
		}
	}
	return nil
}

func (v *voice) Receive(buf []byte) (int, netip.Addr, error) {
	select {
	case p := <-v.in:
		return copy(buf, p), <-v.from, nil
	case <-v.done:
		return 0, netip.Addr{}, net.ErrClosed
	}
}

func (v *voice) Close() error { v.once.Do(func() { close(v.done) }); return nil }

type dials struct {
	mu  sync.Mutex
	now map[string]int // addresses being dialled
	all map[string]int // and how often each was, ever
}

func (d *dials) dial(ctx context.Context, _ oplog.DeviceID, addr string) {
	d.add(addr, 1)
	<-ctx.Done()
	d.add(addr, -1)
}

func (d *dials) add(addr string, n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now[addr] += n
	if n > 0 {
		if d.all == nil {
			d.all = map[string]int{}
		}
		d.all[addr]++
	}
}

func (d *dials) wait(t *testing.T, addr string, n int) {
	t.Helper()
	d.waitFor(t, addr, n, func() {})
}

// waitFor does something again and again until an address is dialled so often.
func (d *dials) waitFor(t *testing.T, addr string, n int, again func()) {
	t.Helper()
	for limit := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		again()
		d.mu.Lock()
		have := d.now[addr]
		d.mu.Unlock()
		if have == n {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("%s is dialled %d times, want %d", addr, have, n)
		}
	}
}

// waitEver waits until an address was dialled once, also if it no longer is.
func (d *dials) waitEver(t *testing.T, addr string) {
	t.Helper()
	for limit := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		d.mu.Lock()
		ever := d.all[addr]
		d.mu.Unlock()
		if ever > 0 {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("%s was never dialled", addr)
		}
	}
}

func beacon(device byte, port uint16) Beacon {
	return Beacon{Realm: [8]byte{1}, Device: oplog.DeviceID{device}, Port: port}
}

// A village that listens nowhere finds a town that came before or after it, loses it
// when it leaves or falls silent, and passes over other districts and itself.
func TestVillageFindsTown(t *testing.T) {
	for _, villageFirst := range []bool{true, false} {
		e, d := &ether{}, &dials{now: map[string]int{}}
		air := map[byte]*voice{1: e.voice("10.0.0.1"), 2: e.voice("10.0.0.2")}
		ctx, cancel := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		run := func(b Beacon) {
			wg.Go(func() { _ = Run(ctx, Options{Self: b, Air: air[b.Device[0]], Dial: d.dial, Every: time.Hour}) })
		}
		first, second := beacon(1, 0), beacon(2, 22800)
		if !villageFirst {
			first, second = second, first
		}
		run(first)
		time.Sleep(10 * time.Millisecond)
		run(second)
		d.wait(t, "10.0.0.2:22800", 1)
		stranger := e.voice("10.0.0.9")
		other := beacon(9, 22800)
		other.Realm = [8]byte{2}
		moved := beacon(2, 22801) // the town at a new address; its old beacon may still be on the way
		_ = stranger.Send(other.Encode())
		d.waitFor(t, "10.0.0.9:22801", 1, func() { _ = stranger.Send(moved.Encode()) })
		d.wait(t, "10.0.0.9:22800", 0)
		d.wait(t, "10.0.0.2:22800", 0)
		_ = stranger.Send(beacon(2, 0).Encode()) // it leaves
		d.wait(t, "10.0.0.9:22801", 0)
		cancel()
		wg.Wait()
	}
}

func TestSilentStationIsForgotten(t *testing.T) {
	e, d := &ether{}, &dials{now: map[string]int{}}
	me, other := e.voice("10.0.0.1"), e.voice("10.0.0.2")
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- Run(ctx, Options{Self: beacon(1, 0), Air: me, Dial: d.dial, Every: time.Hour, Forget: 50 * time.Millisecond, Max: 1})
	}()
	_ = other.Send(beacon(2, 5).Encode())
	d.waitEver(t, "10.0.0.2:5")           // it may be forgotten again before anybody looks
	_ = other.Send(beacon(3, 6).Encode()) // one too many
	d.wait(t, "10.0.0.2:5", 0)
	d.wait(t, "10.0.0.2:6", 0)
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// Of two that listen, one dials.
func TestTwoTowns(t *testing.T) {
	e, d := &ether{}, &dials{now: map[string]int{}}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for i := byte(1); i <= 2; i++ {
		air := e.voice(netip.AddrFrom4([4]byte{10, 0, 0, i}).String())
		wg.Go(func() {
			_ = Run(ctx, Options{Self: beacon(i, 7), Air: air, Dial: d.dial, Every: 5 * time.Millisecond})
		})
	}
	d.wait(t, "10.0.0.2:7", 1)
	time.Sleep(30 * time.Millisecond)
	d.wait(t, "10.0.0.1:7", 0)
	cancel()
	wg.Wait()
}

// On a computer with a network that can multicast, two programs hear each other.
func TestMulticast(t *testing.T) {
	a, err := Multicast()
	if err != nil {
		t.Skipf("no multicast here: %v", err)
	}
	b, err := Multicast()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := a.Send(beacon(1, 5).Encode()); err != nil {
		t.Skipf("no multicast here: %v", err)
	}
	defer time.AfterFunc(10*time.Second, func() { _ = b.Close() }).Stop()
	for {
		_ = a.Send(beacon(1, 5).Encode())
		buf := make([]byte, 512)
		n, from, err := b.Receive(buf)
		if err != nil {
			t.Fatalf("heard nothing: %v", err)
		}
		if got, err := Decode(buf[:n]); err == nil && got == beacon(1, 5) && from.IsValid() {
			break
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.Receive(make([]byte, 10)); err == nil {
		t.Fatal("heard something after Close")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(beacon(1, 22800).Encode())
	f.Add([]byte("ODLN"))
	f.Fuzz(func(t *testing.T, p []byte) {
		b, err := Decode(p)
		if err != nil {
			return
		}
		if again, err := Decode(b.Encode()); err != nil || again != b {
			t.Fatalf("%+v %v", again, err)
		}
	})
}
