package station

import (
	"context"
	"testing"
	"time"
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
	one, _, stop := d.serve(d.vil, addr)
	told := make(chan string, 100)
	defer one.Watch(func(topic string) {
		select {
		case told <- topic:
		default:
		}
	})()
	agree(t, hub, one, testVillage)
	deadline := time.Now().Add(20 * time.Second)
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
	seen := map[string]bool{}
	for !seen["link"] || !seen["records"] && len(seen) < 2 {
		select {
		case topic := <-told:
			seen[topic] = true
			if seen["link"] {
				d.accept(one, "wang", 3, 1)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("told %v only", seen)
		}
	}
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
