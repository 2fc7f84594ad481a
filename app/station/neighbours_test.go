package station

import (
	"context"
	"testing"

	"onedoor/sync/lan"
)

// A village and a town in one office find each other without an address and without
// the district; the village's page shows the town on the local road.
func TestLANWithoutDistrict(t *testing.T) {
	air, err := lan.Multicast()
	if err == nil {
		err = air.Send([]byte("?"))
		_ = air.Close()
	}
	if err != nil {
		t.Skipf("no multicast here: %v", err)
	}
	d := newDistrict(t)
	town := d.enrol("town", testTown, "town")
	ctx, cancel := context.WithCancel(context.Background())
	run := func(c Config, o ServeOptions) *Station {
		s, err := Open(ctx, c, Write)
		must(t, err)
		ready, done := make(chan struct{}), make(chan error, 1)
		o.LAN, o.Hub, o.Ready = true, "-", func(Addrs) { close(ready) }
		go func() { done <- s.Serve(ctx, o) }()
		t.Cleanup(func() { cancel(); must(t, <-done); must(t, s.Close()) })
		<-ready
		return s
	}
	a := run(town, ServeOptions{Listen: "tcp://0.0.0.0:0"})
	b := run(d.vil, ServeOptions{})
	d.accept(b, "wang", 1, 2)
	agree(t, a, b, "realm", testVillage)
	roads, err := b.Roads(ctx)
	must(t, err)
	for _, r := range roads {
		if want := map[string]int{"lan": 1}[r.Kind]; len(r.Peers) != want || r.Kind == "lan" && (!r.On || !r.Peers[0].Connected) {
			t.Errorf("%+v", r)
		}
	}
}

func TestReachablePort(t *testing.T) {
	for addr, want := range map[string]uint16{"": 0, "tcp://127.0.0.1:22800": 0, "tcp://[::1]:1": 0, "tcp://0.0.0.0:22800": 22800, "tcp://192.168.1.9:7": 7, "x": 0} {
		if got := reachablePort(addr); got != want {
			t.Errorf("%s: %d", addr, got)
		}
	}
}
