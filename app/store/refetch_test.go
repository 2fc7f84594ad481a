package store

import (
	"context"
	"os"
	"testing"

	"onedoor/sync/segment"
)

// TestDamagedForeignFileComesBack: a file of another device that the disk spoilt is
// fetched again from a peer after a rebuild.
func TestDamagedForeignFileComesBack(t *testing.T) {
	w := newWorld(t)
	w.accept(t, w.vil, "a")
	w.converge(t)
	path := w.hub.SegmentPath(string(village)+"-2026", segment.TailName(w.vil.id, w.vil.epoch.now()))
	whole, err := os.ReadFile(path)
	must(t, err)
	bad := append([]byte{}, whole...)
	bad[len(bad)/2] ^= 1
	must(t, os.WriteFile(path, bad, 0o600))
	if rep, err := w.hub.VerifyLogs(context.Background()); err != nil || rep.OK {
		t.Fatalf("not noticed: %v", err)
	}
	must(t, w.hub.RewriteOwnFiles(context.Background()))
	w.converge(t)
	if rep, err := w.hub.VerifyLogs(context.Background()); err != nil || !rep.OK {
		t.Fatalf("still damaged: %v %+v", err, rep.Faults)
	}
	goesOn(t, w)
}
