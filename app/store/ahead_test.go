package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"testing"

	"onedoor/sync/segment"
)

// TestLookedAtAhead: what a file holds is found out before its turn, and is taken over
// only where it is still true then.
func TestLookedAtAhead(t *testing.T) {
	for name, c := range map[string]struct {
		// between happens between the look and the turn; the bytes given then
		between func(t *testing.T, w *world, in *incoming) []byte
		err     error
		ops     bool
	}{
		"as it was": {func(_ *testing.T, _ *world, in *incoming) []byte { return in.data }, nil, true},
		"its beginning came meanwhile": {func(t *testing.T, w *world, in *incoming) []byte {
			w.accept(t, w.vil, "a later one")
			pull(t, w.hub, w.vil)
			return in.data
		}, nil, false},
		"other bytes are given": {func(_ *testing.T, _ *world, in *incoming) []byte {
			other := append([]byte{}, in.data...)
			other[len(other)-1] ^= 1
			return other
		}, segment.ErrRefused, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.accept(t, w.vil, "somebody")
			in := wanted(t, w.hub, w.vil)[0]
			w.hub.Prepare(in.peer, in.w, in.data)
			if f := w.hub.ahead.files; len(f) != 1 || len(f[0].looked) == 0 || f[0].looked[0].opened == nil {
				t.Fatal("nothing was found out ahead")
			}
			rcpt, err := w.hub.Receive(context.Background(), in.peer, in.w, c.between(t, w, in))
			if !errors.Is(err, c.err) || (rcpt.Ops > 0) != c.ops {
				t.Fatalf("%d ops, %v", rcpt.Ops, err)
			}
			pull(t, w.hub, w.vil)
			if rep, err := w.hub.VerifyLogs(context.Background()); err != nil || !rep.OK || digests(t, w.hub) != digests(t, w.vil) {
				t.Fatalf("%+v %v: not the state of the village", rep, err)
			}
		})
	}
}

// TestLookTrustsNothing: a forged file that is looked at ahead is refused in its turn.
func TestLookTrustsNothing(t *testing.T) {
	w := newWorld(t)
	w.accept(t, w.vil, "somebody")
	in := wanted(t, w.hub, w.vil)[0]
	in.data = append([]byte{}, in.data...)
	in.data[len(in.data)-1] ^= 1
	in.w.Hash = sha256.Sum256(in.data)
	w.hub.Prepare(in.peer, in.w, in.data)
	if _, err := w.hub.Receive(context.Background(), in.peer, in.w, in.data); !errors.Is(err, segment.ErrRefused) {
		t.Fatal(err)
	}
	if casesAt(t, w.hub) != 0 {
		t.Fatal("something of it stands")
	}
}

// TestAheadIsBounded: files that are never received do not pile up.
func TestAheadIsBounded(t *testing.T) {
	var a ahead
	for range 3 * maxAhead {
		a.put(&incoming{data: []byte{1}})
	}
	if len(a.files) != maxAhead {
		t.Fatalf("%d files", len(a.files))
	}
}

// TestAheadKeepsNoScans: what is no segment file is not kept in memory for its turn.
func TestAheadKeepsNoScans(t *testing.T) {
	w := newWorld(t)
	data := make([]byte, 1000)
	w.hub.Prepare(w.vil.id, segment.Want{FileInfo: segment.FileInfo{Folder: string(village) + "-scans", Name: "x/y", Size: 1000, Hash: sha256.Sum256(data)}}, data)
	if n := len(w.hub.ahead.files); n != 0 {
		t.Fatalf("%d files are kept", n)
	}
}
