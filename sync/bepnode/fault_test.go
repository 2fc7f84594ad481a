package bepnode

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/syncthing/syncthing/lib/protocol"

	"onedoor/sync/segment"
)

func sampleEntry(i int) (segment.FileInfo, int) {
	size := 1 + i*50_000
	return segment.FileInfo{
		Folder: "s", Name: fmt.Sprintf("v/202611/%06d.seg", i), Size: int64(size),
		Hash: sha256.Sum256([]byte{byte(i)}), Version: uint64(i + 1), ModTime: 1_790_000_000, Sequence: int64(i + 1),
	}, size
}

// Cuts at random places, 200 seeds: each run ends with both sides equal, and no cut
// costs more than the block that was on its way.
func TestCutsAtRandomPlaces(t *testing.T) {
	noLeak(t)
	seeds := 200
	if testing.Short() {
		seeds = 20
	}
	for seed := range seeds {
		cutRun(t, uint64(seed))
	}
}

func cutRun(t *testing.T, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 3))
	cuts := 0
	village, hub := pair(t, func(o *Options) { o.Stall = time.Second })
	cutAfter(func() int64 {
		if cuts++; cuts > 6 {
			return 1 << 40
		}
		return 500 + r.Int64N(90_000)
	})(&village.opt)
	var content int64
	for i := range 6 + r.IntN(6) {
		n := 1 + r.IntN(60_000)
		content += int64(n)
		village.vault.write("s", fmt.Sprintf("v/%03d.seg", i), payload(seed*100+uint64(i), n))
	}
	hub.vault.write("realm", "h/1.seg", payload(seed, 20_000))
	rounds := 0
	for ; ; rounds++ {
		if rounds > 20 {
			t.Fatalf("seed %d: no convergence", seed)
		}
		if rep, _ := village.Round(context.Background(), hub.addr, 10*time.Second); rep.Converged {
			break
		}
	}
	sameVaults(t, village.vault, hub.vault, "realm", "s")
	var got int64
	for _, p := range hub.Status() {
		got += p.ReceivedBytes
	}
	overhead := int64(rounds+1)*(6000+maxChunk) + content/20
	if got > content+overhead {
		t.Errorf("seed %d: hub received %d bytes for %d of content, %d cuts", seed, got, content, rounds)
	}
	if n := hub.faultCount() + village.faultCount(); n != 0 {
		t.Errorf("seed %d: %d faults: %v %v", seed, n, hub.faults, village.faults)
	}
	_, _ = village.Close(), hub.Close()
}

// Fetched parts outlive the connection: a file of eight chunks, cut again and
// again, is never begun anew.
func TestPartsOutliveTheConnection(t *testing.T) {
	village, hub := pair(t, func(o *Options) { o.Stall = time.Second })
	village.vault.write("s", "v/1.seg", payload(1, 1<<20))
	cutAfter(func() int64 { return 200_000 })(&village.opt)
	rounds := 0
	for ; rounds < 30; rounds++ {
		if r, _ := village.Round(context.Background(), hub.addr, 5*time.Second); r.Converged {
			break
		}
	}
	sameVaults(t, village.vault, hub.vault, "s")
	if rounds > 15 {
		t.Errorf("%d rounds", rounds)
	}
}

func TestConnectComesBack(t *testing.T) {
	noLeak(t)
	var conns atomic.Int64
	village, hub := pair(t)
	cutAfter(func() int64 { conns.Add(1); return 30_000 })(&village.opt)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- village.Connect(ctx, hub.addr) }()
	for i := range 12 {
		village.vault.write("s", fmt.Sprintf("v/%02d.seg", i), payload(uint64(i), 9000))
	}
	eventually(t, "hub holds the same", func() bool { return village.vault.dump("s") == hub.vault.dump("s") })
	if conns.Load() < 3 {
		t.Errorf("only %d connections", conns.Load())
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if l := village.Links(); len(l) != 0 {
		t.Errorf("links left: %v", l)
	}
}

func TestLinkUpEndsTheWait(t *testing.T) {
	village, hub := pair(t, func(o *Options) { o.BackoffMin, o.BackoffMax = time.Hour, time.Hour })
	var up atomic.Bool
	village.opt.Dial = func(ctx context.Context, addr string) (net.Conn, error) {
		if !up.Load() {
			return nil, &net.OpError{Op: "dial", Err: net.ErrClosed}
		}
		return dialTCP(ctx, addr)
	}
	go func() { _ = village.Connect(context.Background(), hub.addr) }()
	eventually(t, "a failure", func() bool {
		l := village.Links()
		return len(l) == 1 && l[0].Code == CodeUnreachable && l[0].Pause > 0
	})
	up.Store(true)
	village.LinkUp()
	eventually(t, "a connection", func() bool { return village.Links()[0].Connected })
	// Told again while connected: the new connection replaces the old one.
	before := village.Status()[0].Since
	village.LinkUp()
	eventually(t, "a new connection", func() bool {
		st := village.Status()[0]
		return st.Connected && st.Since.After(before)
	})
}

func TestNewConnectionReplacesTheDeadOne(t *testing.T) {
	noLeak(t)
	village, hub := pair(t)
	for range 5 {
		if _, err := village.Dial(context.Background(), hub.addr); err != nil {
			t.Fatal(err)
		}
	}
	village.vault.write("s", "v/1.seg", payload(1, 5000))
	eventually(t, "hub holds the same", func() bool { return village.vault.dump("s") == hub.vault.dump("s") })
	if st := hub.Status(); len(st) != 1 || !st[0].Connected {
		t.Errorf("%+v", st)
	}
}

func TestCrossingDials(t *testing.T) {
	village, hub := pair(t)
	village.listen(t)
	for range 10 {
		done := make(chan struct{}, 2)
		go func() { _, _ = village.Dial(context.Background(), hub.addr); done <- struct{}{} }()
		go func() { _, _ = hub.Dial(context.Background(), village.addr); done <- struct{}{} }()
		<-done
		<-done
		eventually(t, "one connection stands on both sides", func() bool {
			return hasPeer(hub.Node, village.Device()) && hasPeer(village.Node, hub.Device())
		})
		village.Disconnect(hub.Device())
		eventually(t, "both are apart", func() bool {
			return !hasPeer(hub.Node, village.Device()) && !hasPeer(village.Node, hub.Device())
		})
	}
}

func TestAllowListOnBothSides(t *testing.T) {
	noLeak(t)
	village, hub := pair(t)
	asked := hub.vault
	for _, c := range []struct {
		name string
		deny func()
		code Code
	}{
		{"hub does not know us", func() { hub.trust.Delete(village.Device()) }, CodeRefused},
		{"we do not know the hub", func() { befriend(village, hub); village.trust.Delete(hub.Device()) }, CodeUntrusted},
		{"hub's vault knows of a revocation", func() {
			befriend(village, hub)
			asked.mu.Lock()
			asked.banned[village.Device()] = true
			asked.mu.Unlock()
		}, CodeRefused},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.deny()
			_, err := village.Round(context.Background(), hub.addr, 5*time.Second)
			if CodeOf(err) != c.code {
				t.Errorf("%v", err)
			}
			if len(hub.Status()) != 0 {
				t.Error("the hub took it for a peer")
			}
		})
	}
	if _, err := hub.Round(context.Background(), hub.addr, 5*time.Second); CodeOf(err) != CodeUntrusted {
		t.Errorf("connected to ourselves: %v", err)
	}
}

func TestRevocationEndsALiveConnection(t *testing.T) {
	village, hub := pair(t)
	if _, err := village.Dial(context.Background(), hub.addr); err != nil {
		t.Fatal(err)
	}
	hub.vault.mu.Lock()
	hub.vault.banned[village.Device()] = true
	hub.vault.mu.Unlock()
	hub.vault.tell("realm")
	eventually(t, "the village is told", func() bool {
		st := village.Status()
		return len(st) == 1 && !st[0].Connected && st[0].Code == CodeRefused
	})
}

func TestSilenceEndsAConnection(t *testing.T) {
	noLeak(t)
	village, hub := pair(t, func(o *Options) { o.Silence = 200 * time.Millisecond })
	if _, err := village.Dial(context.Background(), hub.addr); err != nil {
		t.Fatal(err)
	}
	eventually(t, "both sides gave up", func() bool {
		a, b := village.Status()[0], hub.Status()
		return len(b) == 1 && !a.Connected && !b[0].Connected
	})
	// One of the two notices first and ends the connection, which the other sees.
	if a, b := village.Status()[0].Code, hub.Status()[0].Code; a != CodeTimeout && b != CodeTimeout {
		t.Errorf("codes %s and %s", a, b)
	}
}

// A trusted device that sends garbage loses its connection, and nobody else does.
func TestGarbageFromATrustedPeer(t *testing.T) {
	noLeak(t)
	village, hub := pair(t)
	ctx, cancel := context.WithCancel(context.Background())
	var bystander sync.WaitGroup
	bystander.Go(func() { _ = village.Connect(ctx, hub.addr) })
	defer bystander.Wait()
	defer cancel()
	online := func() (since time.Time) {
		for _, st := range hub.Status() {
			if st.Device == village.Device() && st.Connected {
				since = st.Since
			}
		}
		return since
	}
	eventually(t, "the bystander is online", func() bool { return !online().IsZero() })
	since := online()
	for name, f := range hostile {
		rogue := newDevice(t, "rogue", newVault())
		befriend(rogue, hub)
		raw, err := dialTCP(context.Background(), hub.addr)
		if err != nil {
			t.Fatal(err)
		}
		w, err := rogue.track(raw)
		if err != nil {
			t.Fatal(err)
		}
		conn, _, err := rogue.handshake(context.Background(), w, true)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = conn.Write(cat(rogue.helloBytes(), goodConfig, f))
		_, _ = io.Copy(io.Discard, conn) // until the hub hangs up
		_ = conn.Close()
		eventually(t, name, func() bool {
			for _, st := range hub.Status() {
				if st.Device == rogue.Device() {
					return !st.Connected && st.Code == CodeProtocol
				}
			}
			return false
		})
		if online() != since {
			t.Errorf("%s: the bystander's connection ended, too", name)
		}
	}
	village.vault.write("s", "v/1.seg", payload(1, 5000))
	eventually(t, "the bystander's file", func() bool { return hub.vault.dump("s") == village.vault.dump("s") })
}

// Index entries that are no segment files are left out and reported; the rest of
// the message counts.
func TestStrangeEntriesAreLeftOut(t *testing.T) {
	_, hub := pair(t)
	good, _ := sampleEntry(1)
	fine := wireEntry(good, 7, false)
	strange := []protocol.FileInfo{fine}
	for i, change := range []func(*protocol.FileInfo){
		func(f *protocol.FileInfo) { f.Name = "x/UPPER.seg" },
		func(f *protocol.FileInfo) { f.Size = segment.MaxFile + 1 },
		func(f *protocol.FileInfo) { f.Size = -1 },
		func(f *protocol.FileInfo) { f.Version = protocol.Vector{} },
		func(f *protocol.FileInfo) { f.Blocks = append(f.Blocks, f.Blocks...) },
		func(f *protocol.FileInfo) { f.Blocks[0].Hash = f.Blocks[0].Hash[:31] },
		func(f *protocol.FileInfo) { f.Sequence = -4 },
	} {
		f := wireEntry(good, 7, false)
		f.Name = fmt.Sprintf("x/%d.seg", i)
		change(&f)
		strange = append(strange, f)
	}
	s := &session{n: hub.Node, folders: map[string]*folder{"s": {name: "s", theirs: true, theirID: 5}},
		fetchDirty: map[string]bool{}, fetchKick: make(chan struct{}, 1), progress: make(chan struct{}, 1)}
	if err := s.takeIndex(&indexBatch{folder: "s", full: true, files: strange}); err != nil {
		t.Fatal(err)
	}
	p := hub.vault.folders["s"].peer(s.peer.Device)
	if len(p.files) != 1 || p.files[good.Name].Hash != good.Hash || hub.faultCount() != 1 {
		t.Errorf("stored %v, %d faults", p.files, hub.faultCount())
	}
	// An update that does not join on is not taken.
	late := wireEntry(good, 7, false)
	late.Name, late.Sequence = "x/late.seg", 900
	if err := s.takeIndex(&indexBatch{folder: "s", prev: 800, last: 900, files: []protocol.FileInfo{late}}); err != nil {
		t.Fatal(err)
	}
	if len(p.files) != 1 {
		t.Error("a gap was passed over")
	}
}
