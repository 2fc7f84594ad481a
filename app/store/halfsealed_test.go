package store

import (
	"context"
	"errors"
	"testing"

	"onedoor/app/counter"
)

// TestHomeSavedWhileSealing: a tail had its sealed name on the disk when the disk was
// full, and the home was saved like that. Restored later, it begins a new epoch; what only
// its database holds of the earlier one still reaches the hub (found by seed 31016).
func TestHomeSavedWhileSealing(t *testing.T) {
	w := newWorld(t)
	w.sealHalf(t)
	w.vil.close()
	saved := w.vil.backup()
	w.vil.open(w.hub)
	w.accept(t, w.vil, "b")
	w.vil.close()
	w.vil.restore(saved)
	w.vil.open(w.hub)
	w.accept(t, w.vil, "c")
	w.converge(t)
	if n := casesAt(t, w.hub); n != 2 {
		t.Fatalf("hub has %d cases, want those of the saved home and the new one", n)
	}
	for _, d := range []*device{w.hub, w.vil} {
		if rep, err := d.VerifyLogs(context.Background()); err != nil || !rep.OK {
			t.Fatalf("%+v %v", rep, err)
		}
	}
	if rows, err := w.hub.Cases(context.Background(), counter.CaseFilter{}); err != nil || len(rows) != 2 {
		t.Fatalf("%d cases, %v", len(rows), err)
	}
}

// TestSealingGivenUp: the same, and the next flush has nothing to seal, because the clock
// went back to the day of the tail: what the disk lost of it is made again (found by seed 1981).
func TestSealingGivenUp(t *testing.T) {
	w := newWorld(t)
	w.sealHalf(t)
	w.converge(t)
	if n := casesAt(t, w.hub); n != 1 {
		t.Fatalf("hub has %d cases", n)
	}
	if rep, err := w.vil.VerifyLogs(context.Background()); err != nil || !rep.OK {
		t.Fatalf("%+v %v", rep, err)
	}
}

// sealHalf lets a village seal its tail on a disk that is full when the database says so.
func (w *world) sealHalf(t *testing.T) {
	t.Helper()
	w.accept(t, w.vil, "a")
	must(t, w.vil.Flush())
	fault := func(f func(string) error) {
		w.vil.mu.Lock()
		w.vil.opt.Fault = f
		w.vil.mu.Unlock()
	}
	fault(func(step string) error {
		if step == "commit" {
			return errors.New("disk full")
		}
		return nil
	})
	if err := w.vil.SealTails(); err == nil {
		t.Fatal("sealed with a full disk")
	}
	fault(func(string) error { return nil })
}
