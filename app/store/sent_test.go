package store

import (
	"context"
	"slices"
	"strings"
	"testing"

	"onedoor/sync/oplog"
)

// TestBacklog: what the hub has announced counts as sent, in every state of the
// tail, and nothing else does.
func TestBacklog(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	hub := []oplog.DeviceID{w.hub.id}
	backlog := func() Backlog {
		t.Helper()
		b, err := w.vil.Backlog(ctx, hub)
		must(t, err)
		return b
	}
	if b := backlog(); b != (Backlog{}) {
		t.Fatalf("before anything: %+v", b)
	}
	var held []string
	for round := range 6 {
		var numbers []string
		for range 3 {
			n, _ := w.accept(t, w.vil, strings.Repeat("x", 1+round*9000)) // large ones seal the tail
			numbers = append(numbers, n)
		}
		must(t, w.vil.Flush())
		b := backlog()
		if b.Cases != 3 || b.Ops != 6 || b.Number != numbers[0] || b.Oldest == "" {
			t.Fatalf("round %d: %+v", round, b)
		}
		got, err := w.vil.Unsent(ctx, hub, append(held, numbers...))
		must(t, err)
		if !slices.Equal(got, numbers) {
			t.Fatalf("round %d: unsent %v, want %v", round, got, numbers)
		}
		if all, err := w.vil.Unsent(ctx, nil, numbers); err != nil || len(all) != 3 {
			t.Fatalf("without a superior: %v %v", all, err)
		}
		// The hub takes it; the village learns of that from the hub's index.
		pull(t, w.hub, w.vil)
		if b := backlog(); b.Cases != 3 {
			t.Fatalf("round %d: sent before the hub said so: %+v", round, b)
		}
		pull(t, w.vil, w.hub)
		if b := backlog(); b != (Backlog{}) {
			t.Fatalf("round %d: after the hub: %+v", round, b)
		}
		held = append(held, numbers...)
	}
}
