package bepnode

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"
)

func TestRoundConvergesBothWays(t *testing.T) {
	noLeak(t)
	village, hub := pair(t)
	for i := range 30 {
		village.vault.write("s", fmt.Sprintf("v/202611/%04d.seg", i), payload(uint64(i), 5000))
		hub.vault.write("realm", fmt.Sprintf("h/202611/%04d.seg", i), payload(uint64(100+i), 3000))
	}
	r := mustRound(t, village, hub.addr)
	sameVaults(t, village.vault, hub.vault, "realm", "s")
	if r.SentOps != 30*100 || r.ReceivedOps != 30*60 {
		t.Errorf("sent %d, received %d ops", r.SentOps, r.ReceivedOps)
	}
	if r.Peer != hub.Device() || r.PeerName != "hub" {
		t.Errorf("peer %v %q", r.Peer, r.PeerName)
	}
	start := time.Now()
	again := mustRound(t, village, hub.addr)
	if again.SentOps != 0 || again.ReceivedOps != 0 || again.SentBytes+again.ReceivedBytes > 10_000 {
		t.Errorf("second round: %+v", again)
	}
	t.Logf("second round: %d + %d bytes in %v", again.SentBytes, again.ReceivedBytes, time.Since(start))
}

func TestRoundOverPipe(t *testing.T) {
	noLeak(t)
	pipe := newPipe()
	hub := newDevice(t, "hub", newVault("realm", "s"))
	village := newDevice(t, "village", newVault("realm", "s"), func(o *Options) { o.Dial = pipe.dial })
	befriend(village, hub)
	go func() { _ = hub.Serve(context.Background(), pipe) }()
	hub.vault.write("realm", "h/a.seg", payload(1, 300_000))
	village.vault.write("s", "v/a.tail", payload(2, 1000))
	mustRound(t, village, "pipe")
	sameVaults(t, village.vault, hub.vault, "realm", "s")
}

func TestTailFetchesOnlyTheNewRange(t *testing.T) {
	village, hub := pair(t)
	village.vault.write("s", "v/x.tail", payload(1, 100_000))
	mustRound(t, village, hub.addr)
	village.vault.write("s", "v/x.tail", payload(2, 700))
	r := mustRound(t, village, hub.addr)
	if r.SentBytes > 8000 || r.SentOps != 14 {
		t.Errorf("%d bytes, %d ops for 700 bytes of growth", r.SentBytes, r.SentOps)
	}
	log := hub.vault.received()
	if last := log[len(log)-1]; last.Offset != 100_000 || last.Size != 100_700 {
		t.Errorf("fetched from %d to %d", last.Offset, last.Size)
	}
	sameVaults(t, village.vault, hub.vault, "s")
}

func TestRealmGoesFirst(t *testing.T) {
	village, hub := pair(t)
	for i := range 5 {
		hub.vault.write("s", fmt.Sprintf("h/%d.seg", i), payload(uint64(i), 1000))
		hub.vault.write("realm", fmt.Sprintf("h/%d.seg", i), payload(uint64(9+i), 1000))
	}
	mustRound(t, village, hub.addr)
	for i, w := range village.vault.received() {
		if want := fmt.Sprintf("h/%d.seg", i%5); w.Name != want || (w.Folder == "realm") != (i < 5) {
			t.Fatalf("position %d: %s %s", i, w.Folder, w.Name)
		}
	}
}

// A file of the realm grants the village another folder, on the same connection.
func TestFoldersGrowDuringARound(t *testing.T) {
	village, hub := pair(t)
	hub.vault.share("late")
	hub.vault.write("late", "h/1.seg", payload(1, 2000))
	hub.vault.write("realm", "h/grant.seg", payload(2, 2000))
	village.vault.grow = func(name string) string {
		if name == "h/grant.seg" {
			return "late"
		}
		return ""
	}
	mustRound(t, village, hub.addr)
	sameVaults(t, village.vault, hub.vault, "realm", "s", "late")
}

func TestRefusedFileDoesNotStopOthers(t *testing.T) {
	village, hub := pair(t, func(o *Options) { o.Stall = time.Second })
	village.vault.refuse["h/3.seg"] = true
	village.vault.flaky["h/4.seg"] = 2
	for i := range 8 {
		hub.vault.write("s", fmt.Sprintf("h/%d.seg", i), payload(uint64(i), 1000))
		village.vault.write("s", fmt.Sprintf("v/%d.seg", i), payload(uint64(20+i), 1000))
	}
	r, err := village.Round(context.Background(), hub.addr, 10*time.Second)
	if err != nil || r.Converged || r.Refused != 1 || r.ReceivedOps != 7*20 || r.SentOps != 8*20 {
		t.Errorf("%+v, %v", r, err)
	}
	village.mu.Lock()
	defer village.mu.Unlock()
	if len(village.faults) != 1 || village.faults[0].Name != "h/3.seg" || village.faults[0].Device != hub.Device() {
		t.Errorf("faults: %+v", village.faults)
	}
}

// Whose file is refused learns it by name, long before it would give up.
func TestRefusalIsToldToTheSender(t *testing.T) {
	village, hub := pair(t)
	hub.vault.refuse["v/3.seg"] = true
	for i := range 5 {
		village.vault.write("s", fmt.Sprintf("v/%d.seg", i), payload(uint64(20+i), 1000))
	}
	r, err := village.Round(context.Background(), hub.addr, time.Minute)
	if err != nil || r.Converged || len(r.PeerRefused) != 1 || r.PeerRefused[0] != "s/v/3.seg" || r.SentOps != 4*20 {
		t.Errorf("%+v, %v", r, err)
	}
	village.mu.Lock()
	defer village.mu.Unlock()
	if len(village.faults) != 1 || village.faults[0].Name != "v/3.seg" || !errors.Is(village.faults[0].Err, errPeerRefused) {
		t.Errorf("faults: %+v", village.faults)
	}
}

// A restored home has a new index: the peer must get all of it, and no old entry
// may survive there.
func TestNewIndexIsSentWhole(t *testing.T) {
	village, hub := pair(t)
	village.vault.write("s", "v/1.seg", payload(1, 1000))
	village.vault.write("s", "v/2.seg", payload(2, 1000))
	mustRound(t, village, hub.addr)
	village.vault.mu.Lock()
	f := village.vault.folders["s"]
	f.id, f.seq = 4711, 1
	delete(f.files, "v/2.seg")
	village.vault.mu.Unlock()
	mustRound(t, village, hub.addr)
	eventually(t, "the hub to hold the new index", func() bool { // it stores what had arrived after the end
		hub.vault.mu.Lock()
		defer hub.vault.mu.Unlock()
		p := hub.vault.folders["s"].peer(village.Device())
		return p.id == 4711 && len(p.files) == 2
	})
	sameVaults(t, village.vault, hub.vault, "s")
}

func TestLongIndexInChunks(t *testing.T) {
	village, hub := pair(t)
	for i := range 1100 {
		village.vault.write("s", fmt.Sprintf("v/202611/%06d.seg", i), payload(uint64(i), 60))
	}
	mustRound(t, village, hub.addr)
	sameVaults(t, village.vault, hub.vault, "s")
}

func TestLiveUpdatesReachAConnectedPeer(t *testing.T) {
	noLeak(t)
	village, hub := pair(t)
	if _, err := village.Dial(context.Background(), hub.addr); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		village.vault.write("s", "v/x.tail", payload(uint64(i), 333))
		hub.vault.write("realm", "h/x.tail", payload(uint64(50+i), 100))
		time.Sleep(3 * time.Millisecond)
	}
	eventually(t, "both hold the same", func() bool {
		a, _ := village.vault.Settled(hub.Device(), "s")
		b, _ := hub.vault.Settled(village.Device(), "s")
		return a && b && village.vault.dump("realm") == hub.vault.dump("realm") &&
			village.vault.dump("s") == hub.vault.dump("s")
	})
	st := hub.Status()
	if len(st) != 1 || !st[0].Connected || st[0].Name != "village" || st[0].ReceivedBytes == 0 || len(st[0].Folders) != 2 {
		t.Errorf("status: %+v", st)
	}
}

// The tail begins anew while it is fetched: the mixture must never reach the Vault.
func TestTailReplacedWhileFetched(t *testing.T) {
	village, hub := pair(t)
	for i := range 40 {
		village.vault.write("s", "v/x.tail", payload(uint64(i), 20_000))
		if i == 0 {
			if _, err := village.Dial(context.Background(), hub.addr); err != nil {
				t.Fatal(err)
			}
		}
		if i%5 == 4 {
			village.vault.mu.Lock()
			old := village.vault.folders["s"].files["v/x.tail"]
			village.vault.putLocked("s", fmt.Sprintf("v/%03d.seg", i), old.data, 1)
			village.vault.putLocked("s", "v/x.tail", payload(uint64(900+i), 50_000), old.info.Version+1)
			village.vault.mu.Unlock()
			village.vault.tell("s")
		}
		time.Sleep(2 * time.Millisecond)
	}
	eventually(t, "hub holds the same", func() bool { return village.vault.dump("s") == hub.vault.dump("s") })
	if n := hub.faultCount(); n != 0 {
		t.Errorf("%d false faults", n)
	}
}

func TestNothingShared(t *testing.T) {
	village, hub := pair(t)
	other := newDevice(t, "other", newVault("elsewhere"))
	befriend(other, hub)
	_, err := other.Round(context.Background(), hub.addr, 5*time.Second)
	if CodeOf(err) != CodeNothingShared {
		t.Errorf("%v", err)
	}
	_ = village
}

func TestUnreachableAndTimeout(t *testing.T) {
	noLeak(t)
	village, _ := pair(t, func(o *Options) { o.Handshake = 100 * time.Millisecond })
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	if _, err := village.Round(context.Background(), addr, 5*time.Second); CodeOf(err) != CodeTimeout {
		t.Errorf("mute listener: %v", err)
	}
	_ = ln.Close()
	// Those who answer get the time that answers take on a busy machine.
	village, _ = pair(t)
	if _, err := village.Round(context.Background(), addr, 5*time.Second); CodeOf(err) != CodeUnreachable {
		t.Errorf("closed port: %v", err)
	}
	web, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer web.Close()
	go func() {
		if c, err := web.Accept(); err == nil {
			_, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			buf := make([]byte, 1<<10)
			_, _ = c.Read(buf)
			time.Sleep(50 * time.Millisecond)
			_ = c.Close()
		}
	}()
	if _, err := village.Round(context.Background(), web.Addr().String(), 5*time.Second); CodeOf(err) != CodeProtocol {
		t.Errorf("web server: %v", err)
	}
}
