package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"testing"

	"onedoor/sync/segment"
)

// wanted gives what a peer has announced and the hub lacks, with the bytes.
func wanted(t *testing.T, to, from *device) (out []*incoming) {
	t.Helper()
	must(t, from.Flush())
	folder := string(village) + "-2026"
	entries, err := from.Since(folder, 0, 1000)
	must(t, err)
	must(t, to.Announced(from.id, folder, 1, true, entries))
	wants, err := to.Wants(from.id, folder)
	must(t, err)
	for _, w := range wants {
		data, err := from.Read(to.id, folder, w.Name, w.Offset, int(w.Size-w.Offset))
		must(t, err)
		out = append(out, &incoming{peer: from.id, w: w, data: data})
	}
	return out
}

// threeVillages is a world with two more devices in the village, each with a case.
func threeVillages(t *testing.T) (*world, []*device) {
	w := newWorld(t)
	vils := []*device{w.vil}
	for _, name := range []string{"second", "third"} {
		d := newDevice(t, name)
		w.enrol(t, d)
		d.open(w.hub)
		t.Cleanup(d.close)
		must(t, d.AddKeys(context.Background(), w.keys...))
		pull(t, d, w.hub)
		vils = append(vils, d)
	}
	for _, d := range vils {
		w.accept(t, d, "somebody")
	}
	return w, vils
}

func casesAt(t *testing.T, d *device) (n int) {
	t.Helper()
	must(t, d.r.QueryRow("SELECT count(*) FROM cases").Scan(&n))
	return n
}

// TestTogetherKeepsTheGood: of three files in one transaction one is forged. It is
// quarantined and named, the others stand, and a crash after it loses nothing of them.
func TestTogetherKeepsTheGood(t *testing.T) {
	w, vils := threeVillages(t)
	var files []*incoming
	for _, d := range vils {
		files = append(files, wanted(t, w.hub, d)...)
	}
	if len(files) != 3 {
		t.Fatalf("%d files", len(files))
	}
	bad := files[1]
	bad.data = append([]byte{}, bad.data...)
	bad.data[len(bad.data)-1] ^= 1 // its last signature
	bad.w.Hash = sha256.Sum256(bad.data)
	commits := 0
	w.hub.mu.Lock()
	w.hub.opt.Fault = func(step string) error {
		if step == "commit" {
			commits++
		}
		return nil
	}
	w.hub.receive(files)
	w.hub.opt.Fault = func(string) error { return nil }
	w.hub.mu.Unlock()
	if commits != 1 || casesAt(t, w.hub) != 2 {
		t.Fatalf("%d commits, %d cases", commits, casesAt(t, w.hub))
	}
	for i, in := range files {
		if (in.err != nil) != (i == 1) || (in.ops > 0) != (i != 1) {
			t.Fatalf("file %d: %d ops, %v", i, in.ops, in.err)
		}
	}
	if n, err := w.hub.Quarantined(context.Background()); !errors.Is(bad.err, segment.ErrRefused) || err != nil || n != 1 {
		t.Fatalf("%v; %d quarantined, %v", bad.err, n, err)
	}
	rep, err := w.hub.VerifyLogs(context.Background())
	if must(t, err); !rep.OK {
		t.Fatalf("%+v", rep)
	}
	before := digests(t, w.hub)
	w.hub.close()
	w.hub.open(w.hub)
	if digests(t, w.hub) != before {
		t.Fatal("not what was held before the restart")
	}
	pull(t, w.hub, vils[1]) // the genuine one is not shut out by the forged
	if casesAt(t, w.hub) != 3 {
		t.Fatalf("%d cases", casesAt(t, w.hub))
	}
}

// TestTogetherFailsTogether: when the one commit fails, no file of it has a receipt, and
// all of them come again.
func TestTogetherFailsTogether(t *testing.T) {
	w, vils := threeVillages(t)
	var files []*incoming
	for _, d := range vils {
		files = append(files, wanted(t, w.hub, d)...)
	}
	full := errors.New("disk full")
	w.hub.mu.Lock()
	w.hub.opt.Fault = func(step string) error {
		if step == "commit" {
			return full
		}
		return nil
	}
	w.hub.receive(files)
	w.hub.opt.Fault = func(string) error { return nil }
	w.hub.mu.Unlock()
	for i, in := range files {
		if !errors.Is(in.err, full) || in.ops != 0 {
			t.Fatalf("file %d: %d ops, %v", i, in.ops, in.err)
		}
	}
	if casesAt(t, w.hub) != 0 {
		t.Fatal("something of it stands")
	}
	for _, d := range vils {
		pull(t, w.hub, d)
	}
	if casesAt(t, w.hub) != 3 {
		t.Fatalf("%d cases", casesAt(t, w.hub))
	}
}

// TestWhoTakesWhat: the queue gives what fits with the first one, in order; the
// district's files go alone.
func TestWhoTakesWhat(t *testing.T) {
	file := func(size int) *incoming { return &incoming{data: make([]byte, size)} }
	a, b, c, own, d := file(togetherBytes/2), file(togetherBytes/4), file(togetherBytes/2), file(1), file(10)
	var box inbox
	for _, in := range []*incoming{a, b, c, own, d} {
		box.put(in)
	}
	alone := func(in *incoming) bool { return in == own }
	if got := box.take(a, alone); len(got) != 3 || got[0] != a || got[1] != b || got[2] != d {
		t.Fatalf("%d files", len(got))
	}
	if got := box.take(own, alone); len(got) != 1 || got[0] != own {
		t.Fatalf("%d files with the district's", len(got))
	}
	if got := box.take(c, alone); len(got) != 1 || len(box.queue) != 0 {
		t.Fatalf("%d files, %d left", len(got), len(box.queue))
	}
}

// TestFailedCommitTeachesNothing: what is the beginning of a file that was taken in the
// same transaction is not known to be held when that transaction does not last.
func TestFailedCommitTeachesNothing(t *testing.T) {
	w := newWorld(t)
	w.accept(t, w.vil, "first")
	older := wanted(t, w.hub, w.vil)[0]
	w.accept(t, w.vil, "second")
	newer := wanted(t, w.hub, w.vil)[0]
	full := errors.New("disk full")
	receive := func(fault error) {
		w.hub.mu.Lock()
		defer w.hub.mu.Unlock()
		w.hub.opt.Fault = func(step string) error {
			if step == "commit" {
				return fault
			}
			return nil
		}
		w.hub.receive([]*incoming{newer, older})
	}
	receive(full)
	if !errors.Is(newer.err, full) || w.hub.knows.has(older.w.FileInfo) {
		t.Fatalf("%v; the older one is taken for held: %v", newer.err, w.hub.knows.has(older.w.FileInfo))
	}
	newer.err, older.err, newer.known, older.known = nil, nil, false, false
	receive(nil)
	if newer.err != nil || older.err != nil || !w.hub.knows.has(older.w.FileInfo) || casesAt(t, w.hub) != 2 {
		t.Fatalf("%v %v", newer.err, older.err)
	}
}
