package station

import (
	"context"
	"sync"
	"testing"
	"time"

	"onedoor/internal/thinline"
)

// TestRoadsAndBacklog: what waits is counted until the hub has it, and when we met
// whom outlives the program.
func TestRoadsAndBacklog(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := newDistrict(t)
	var numbers []string
	d.at(d.vil, Write, func(s *Station) {
		numbers = d.accept(s, "wang", 1, 2)
		b, err := s.Backlog(ctx)
		must(t, err)
		if b.Cases != 2 || b.Number != numbers[0] {
			t.Fatalf("before the sync: %+v", b)
		}
		if got, err := s.Unsent(ctx, numbers); err != nil || len(got) != 2 {
			t.Fatalf("unsent %v %v", got, err)
		}
	})
	hub, addr, _ := d.serve(d.hub, "-")
	// The line is up only when somebody listens, so that nothing is missed, however quick it is.
	line := &thinline.Line{Rate: 10_000_000, Seed: 1, Now: time.Now}
	line.Down(true)
	at, end, err := line.Forward(addr[len("tcp://"):])
	must(t, err)
	defer end()
	var heard sync.Map
	told := make(chan struct{}, 1)
	one, _, stop := d.serveWith(d.vil, "tcp://"+at, func(s *Station) {
		s.Watch(func(topic string) {
			heard.Store(topic, true)
			select {
			case told <- struct{}{}:
			default:
			}
		})
	})
	hears := func(topic string) {
		t.Helper()
		for {
			if _, ok := heard.LoadAndDelete(topic); ok {
				return
			}
			select {
			case <-told:
			case <-time.After(2 * time.Minute):
				t.Fatalf("never told of %s", topic)
			}
		}
	}
	hears("link") // it calls, and nobody answers
	line.Down(false)
	agree(t, hub, one, testVillage)
	deadline := time.Now().Add(2 * time.Minute)
	for {
		b, err := one.Backlog(ctx)
		must(t, err)
		roads, err := one.Roads(ctx)
		must(t, err)
		if b.Cases == 0 && roads[0].Kind == "wan" && len(roads[0].Peers) == 1 && roads[0].Peers[0].Connected && roads[0].Peers[0].Tier == "district" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%+v %+v", b, roads)
		}
		time.Sleep(50 * time.Millisecond)
	}
	hears("link") // somebody did
	heard.Clear()
	d.accept(one, "wang", 3, 1)
	hears("records")
	stop()
	d.at(d.vil, Read, func(s *Station) {
		roads, err := s.Roads(ctx)
		must(t, err)
		if len(roads[0].Peers) != 1 || roads[0].Peers[0].LastContact.IsZero() || roads[0].On {
			t.Fatalf("after a restart: %+v", roads)
		}
	})
	if b, err := hub.Backlog(ctx); err != nil || b.Ops != 0 {
		t.Fatalf("the district: %+v %v", b, err)
	}
}
