package store

import (
	"context"
	"crypto/sha256"
	"testing"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// liar shows bytes of another device under a name and a version of its own choice,
// as any enrolled device can: nobody signs an index.
type liar struct {
	t    *testing.T
	w    *world
	from *device
	seq  int64
}

func (l *liar) show(name string, data []byte, version uint64) {
	l.t.Helper()
	l.seq++
	e := segment.FileInfo{Folder: string(village) + "-2026", Name: name, Size: int64(len(data)), Hash: sha256.Sum256(data), Version: version, Sequence: l.seq}
	must(l.t, l.w.hub.Announced(l.from.id, e.Folder, 99, l.seq == 1, []segment.FileInfo{e}))
	wants, err := l.w.hub.Wants(l.from.id, e.Folder)
	must(l.t, err)
	for _, w := range wants {
		_, err := l.w.hub.Receive(context.Background(), l.from.id, w, data[w.Offset:])
		must(l.t, err)
	}
}

// TestALiarsVersionHoldsNothingUp: an insider serves genuine bytes of another
// device's tail under a huge version, whole, cut short, and under sealed names. The
// tail goes on growing from its writer, and nothing that was held is lost.
func TestALiarsVersionHoldsNothingUp(t *testing.T) {
	w := newWorld(t)
	bad := newDevice(t, "insider")
	w.enrol(t, bad)
	l := &liar{t: t, w: w, from: bad}
	tail := segment.TailName(w.vil.id, w.vil.epoch.now())
	read := func() []byte {
		must(t, w.vil.Flush())
		data, err := w.vil.disk.ReadFile(w.vil.SegmentPath(string(village)+"-2026", tail))
		must(t, err)
		return data
	}
	w.accept(t, w.vil, "a")
	one := read()
	w.accept(t, w.vil, "b")
	two := read()
	l.show(tail, one, 1<<60)
	pull(t, w.hub, w.vil)
	l.show(tail, two, 1<<61)
	l.show(tail, one, 1<<62)
	goesOn(t, w)
	two = read()
	h, _, err := segment.ParseHeader(one)
	must(t, err)
	l.show(segment.SealedName(h, *w.vil.clock, sha256.Sum256(one)), one, 1<<62)
	_, id := w.accept(t, w.vil, "c")
	l.show(segment.SealedName(h, *w.vil.clock, sha256.Sum256(two)), two, 1<<62)
	three := read()
	l.show(segment.SealedName(h, *w.vil.clock, sha256.Sum256(three)), three, 1<<62) // sealed too early
	goesOn(t, w)
	if _, err := w.hub.Entity(context.Background(), string(village), id); err != nil {
		t.Fatal(err)
	}
	w.converge(t)
	for _, peer := range []*device{w.hub, w.vil} {
		other := w.vil
		if peer == w.vil {
			other = w.hub
		}
		must(t, peer.Flush())
		folder := string(village) + "-2026"
		entries, err := other.Since(folder, 0, 1000)
		must(t, err)
		must(t, peer.Announced(other.id, folder, 5, true, entries))
	}
	if ok, err := w.vil.Settled(w.hub.id, string(village)+"-2026"); err != nil || !ok {
		t.Fatalf("the village never learns that its tail arrived: %v %v", ok, err)
	}
}

// TestVersionsAreOurOwn: what is announced on is counted from the bytes.
func TestVersionsAreOurOwn(t *testing.T) {
	w := newWorld(t)
	f := newForger(t, w, w.vil)
	for range 3 {
		f.say(func(*oplog.Op) {})
	}
	want := f.want()
	want.Version = 1 << 62
	_, err := w.hub.Receive(context.Background(), w.vil.id, want, f.file)
	must(t, err)
	var version uint64
	must(t, w.hub.r.QueryRow("SELECT version FROM files WHERE folder = ? AND name = ?", want.Folder, want.Name).Scan(&version))
	if version != 3 {
		t.Fatalf("announced on as %d", version)
	}
}
