package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"testing"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// FuzzReceivedBytes gives a hub files as a member's link may deliver or a member
// may forge them, announced with the hash that they have. Nothing may panic, and
// whatever is taken has to be what its writer signed: the logs verify, and the
// projections are those that a rebuild gives.
func FuzzReceivedBytes(f *testing.F) {
	w := newWorld(f)
	for _, name := range []string{"a", "b", "c"} {
		w.accept(f, w.vil, name)
		must(f, w.vil.Flush())
	}
	folder := string(village) + "-2026"
	list, err := w.vil.Since(folder, 0, 100)
	must(f, err)
	var tail segment.FileInfo
	for _, e := range list {
		if n, err := segment.ParseName(e.Name); err == nil && n.Device == w.vil.id {
			tail = e
		}
	}
	good, err := w.vil.Read(w.hub.id, folder, tail.Name, 0, int(tail.Size))
	must(f, err)
	f.Add(good, uint16(0), byte(0), uint64(1))
	f.Add(good[:len(good)-1], uint16(0), byte(0), uint64(2))
	f.Add(good, uint16(90), byte(1), uint64(3))
	f.Add(append(bytes.Clone(good), good...), uint16(3), byte(0), uint64(1<<63))
	f.Add([]byte("ODSEG"), uint16(0), byte(9), uint64(0))
	ctx := context.Background()
	f.Fuzz(func(t *testing.T, data []byte, at uint16, flip byte, version uint64) {
		if len(data) == 0 || len(data) > segment.MaxFile {
			return
		}
		data = bytes.Clone(data)
		data[int(at)%len(data)] ^= flip
		want := segment.Want{FileInfo: tail}
		want.Size, want.Hash, want.Version = int64(len(data)), sha256.Sum256(data), version>>1
		must(t, w.hub.Announced(w.vil.id, folder, 5, false, []segment.FileInfo{want.FileInfo}))
		if _, err := w.hub.Receive(ctx, w.vil.id, want, data); err != nil {
			return
		}
		rep, err := w.hub.VerifyLogs(ctx)
		must(t, err)
		if !rep.OK {
			t.Fatalf("%+v", rep.Faults)
		}
		before := digests(t, w.hub)
		must(t, w.hub.Rebuild(ctx))
		if digests(t, w.hub) != before {
			t.Fatal("a rebuild gives another digest")
		}
	})
}

// FuzzOpsOfAMember lets a member say anything in a well-formed op: any kind,
// payload, parents, stamp and position, about a case that is accepted. The case
// stays, and every replica can fold it.
func FuzzOpsOfAMember(f *testing.F) {
	w := newWorld(f)
	number, id := w.accept(f, w.vil, "a")
	w.converge(f)
	d, err := w.hub.Entity(context.Background(), string(village), id)
	must(f, err)
	f.Add("case.accept", []byte(`{"number":"x","item":{"code":"y"}}`), uint64(0), uint8(0))
	f.Add("case.void", []byte(`{"reason":"r"}`), uint64(1)<<62, uint8(1))
	f.Add("person.record", []byte(`{"type":"person"}`), uint64(1), uint8(2))
	f.Add("user.set", []byte(`{"roles":["supervisor"]}`), uint64(1), uint8(3))
	f.Add("x", []byte(`null`), uint64(1), uint8(7))
	f.Add("case.void", []byte(`{"reason":"r"}`), uint64(1), uint8(17))
	f.Add("case.resolve", []byte(`{"choose":"00"}`), ^uint64(0), uint8(15))
	epoch := uint64(0)
	f.Fuzz(func(t *testing.T, kind string, payload []byte, stamp uint64, bits uint8) {
		if kind == "" || len(kind) > 100 || len(payload) > 4096 {
			return
		}
		fo := newForger(t, w, w.vil)
		epoch++
		fo.head.Epoch = oplog.Epoch{8, byte(epoch >> 16), byte(epoch >> 8), byte(epoch)}
		fo.file = fo.head.Append(nil)
		fo.say(func(o *oplog.Op) {
			o.Kind, o.Payload, o.Stamp, o.Entity = kind, payload, oplog.Stamp(stamp), id
			if bits&1 != 0 {
				o.Parents = []oplog.Hash{d.Facts[0].ID}
			}
			if bits&2 != 0 {
				o.Actor = oplog.EntityID{1}
			}
			if bits&4 != 0 {
				o.Realm.Seq += uint64(bits)
			}
			if bits&16 != 0 {
				o.Powers.Seq += uint64(bits)
			}
			if bits&8 != 0 {
				o.Parents = append(o.Parents, oplog.Hash{bits})
			}
		})
		if err := fo.send(); err != nil && (bits&16 == 0 || !errors.Is(err, errPosition)) {
			t.Fatal(err)
		}
		rows, err := w.hub.CaseByNumber(context.Background(), number)
		must(t, err)
		if len(rows) != 1 || rows[0].Entity != id {
			t.Fatalf("the accepted case is out of sight: %+v", rows)
		}
	})
}
