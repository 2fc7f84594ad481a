package store

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"os"
	"testing"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
	"onedoor/sync/seal"
	"onedoor/sync/segment"
)

// wrapFor stands in for HPKE: what is wrapped for one device opens for no other.
func wrapFor(d oplog.DeviceID, k seal.Key) []byte {
	out := append([]byte(nil), k[:]...)
	for i := range out {
		out[i] ^= d[i]
	}
	return append(out, d[:4]...)
}

func unwrapAs(d oplog.DeviceID) func(oplog.Scope, oplog.KeyID, []byte) (seal.Key, error) {
	return func(_ oplog.Scope, _ oplog.KeyID, w []byte) (k seal.Key, err error) {
		if len(w) != 36 || [4]byte(w[32:]) != [4]byte(d[:4]) {
			return k, errors.New("not for me")
		}
		for i := range k {
			k[i] = w[i] ^ d[i]
		}
		return k, nil
	}
}

// stateKey lets the hub state a key of the village, wrapped for some devices.
func (w *world) stateKey(t testing.TB, k ScopeKey, remove *device, to ...*device) {
	t.Helper()
	must(t, w.hub.AddKeys(context.Background(), k))
	p := counter.KeyPayload{Key: k.ID.String(), Wrapped: map[string]string{}}
	for _, d := range to {
		p.Wrapped[hex.EncodeToString(d.id[:])] = base64.StdEncoding.EncodeToString(wrapFor(d.id, k.Key))
	}
	must(t, w.hub.Record(context.Background(), func(rec counter.Recorder) error {
		if remove != nil {
			if _, err := rec.Append(counter.Act{Scope: string(village), Kind: "member.remove", Entity: uuid.New(), New: true,
				Payload: counter.DevicePayload{Device: counter.OpID(remove.id)}}); err != nil {
				return err
			}
		}
		_, err := rec.Append(counter.Act{Scope: string(village), Kind: "key.add", Entity: uuid.New(), New: true, Payload: p})
		return err
	}))
	must(t, w.hub.Flush())
}

// newRotation is a world whose village scope has a stated key, and a second device
// in the village.
func newRotation(t *testing.T) (w *world, other *device) {
	w = newWorld(t)
	other = newDevice(t, "other")
	w.enrol(t, other)
	other.open(w.hub)
	t.Cleanup(other.close)
	must(t, other.AddKeys(context.Background(), w.keys...))
	for _, d := range []*device{w.hub, w.vil, other} {
		d.self.Unwrap = unwrapAs(d.id)
	}
	w.stateKey(t, w.keys[1], nil, w.hub, w.vil, other)
	w.converge(t)
	pull(t, other, w.hub)
	return w, other
}

func (w *world) rotate(t testing.TB, remove *device, to ...*device) ScopeKey {
	t.Helper()
	id, key := seal.NewKey()
	k := ScopeKey{village, id, key}
	w.stateKey(t, k, remove, append(to, w.hub)...)
	return k
}

// batchKeys lists the keys that a device's own batches of the village use.
func batchKeys(t *testing.T, d *device) (keys []oplog.KeyID) {
	t.Helper()
	must(t, d.Flush())
	infos, err := d.Since(string(village)+"-2026", 0, 100)
	must(t, err)
	for _, f := range infos {
		n, err := segment.ParseName(f.Name)
		must(t, err)
		if n.Device != d.id {
			continue
		}
		data, err := os.ReadFile(d.SegmentPath(f.Folder, f.Name))
		must(t, err)
		_, off, err := segment.ParseHeader(data)
		must(t, err)
		batches, _, err := segment.Scan(data, int64(off))
		must(t, err)
		for i := range batches {
			keys = append(keys, batches[i].Key())
		}
	}
	return keys
}

func TestRotationReachesTheRemaining(t *testing.T) {
	w, other := newRotation(t)
	w.accept(t, other, "before the theft")
	pull(t, w.hub, other)
	w.accept(t, w.vil, "under the old key, offline")
	k2 := w.rotate(t, other, w.vil)
	w.accept(t, w.vil, "not yet learned")
	w.converge(t) // its positions precede: fine
	w.accept(t, w.vil, "after")
	must(t, w.hub.Record(context.Background(), func(rec counter.Recorder) error {
		_, err := rec.Append(counter.Act{Scope: string(village), Kind: "user.set", Entity: uuid.New(), New: true,
			Payload: counter.UserPayload{Roles: []counter.Role{counter.Clerk}, Division: string(village)}, Sealed: map[string][]byte{"name": []byte("new user")}})
		return err
	}))
	w.converge(t)
	for _, d := range []*device{w.hub, w.vil} {
		keys := batchKeys(t, d)
		if last := keys[len(keys)-1]; last != k2.ID {
			t.Errorf("%s still writes with %s", d.id.Short(), last)
		}
		if keys[0] != w.keys[1].ID {
			t.Errorf("the first batch of %s: %s", d.id.Short(), keys[0])
		}
		d.close() // keys and their order survive
		d.open(w.hub)
		d.self.Unwrap = unwrapAs(d.id)
	}
	w.accept(t, w.vil, "reopened")
	if keys := batchKeys(t, w.vil); keys[len(keys)-1] != k2.ID {
		t.Error("reopened, it writes with an old key")
	}
	w.converge(t)
	goesOn(t, w)
}

// TestRevokedOpensNothingNew: the revoked device gets every file, as from a stick. It
// learns that it was removed, and opens nothing that was sealed after.
func TestRevokedOpensNothingNew(t *testing.T) {
	w, other := newRotation(t)
	k2 := w.rotate(t, other, w.vil)
	w.converge(t)
	w.accept(t, w.vil, "new and secret")
	w.converge(t)
	before := digests(t, other)
	if list, err := w.hub.Folders(other.id); err != nil || len(list) != 1 { // realm: the hub's allow-list keeps it away from that
		t.Fatalf("%v, %v", list, err)
	}
	folder := string(village) + "-2026"
	infos, err := w.vil.Since(folder, 0, 100)
	must(t, err)
	refused := 0
	for _, f := range infos {
		data, err := os.ReadFile(w.vil.SegmentPath(folder, f.Name))
		must(t, err)
		f.Folder = folder
		_, err = other.Receive(context.Background(), w.vil.id, segment.Want{FileInfo: f}, data)
		if err != nil && !errors.Is(err, segment.ErrNoKey) {
			t.Fatal(err)
		}
		if err != nil {
			refused++
		}
	}
	if refused == 0 || other.keys.byID(village, k2.ID) != nil {
		t.Fatalf("%d files stayed closed", refused)
	}
	rows, err := other.Cases(context.Background(), counter.CaseFilter{Scope: string(village)})
	must(t, err)
	if len(rows) != 0 {
		t.Fatalf("it reads %d cases; before: %s", len(rows), before)
	}
	// Its own files it may still write until it knows; then it is told in words.
	err = other.Record(context.Background(), func(rec counter.Recorder) error { _, err := w.appendCase(rec, uuid.New(), "x"); return err })
	if p, perr := other.PowersNow(context.Background(), village); perr != nil {
		t.Fatal(perr)
	} else if m, ok := p.MemberByDevice(other.id); ok && m.Removed && counter.CodeOf(err) != counter.CodeDenied {
		t.Fatalf("it knows, and: %v", err)
	}
}

// TestOldKeyPastTheRotation: a member that goes on with the old key although it
// names a position past the rotation is refused by name, and so is a personal part.
func TestOldKeyPastTheRotation(t *testing.T) {
	for _, what := range []string{"batch", "part", "early"} {
		t.Run(what, func(t *testing.T) {
			w, other := newRotation(t)
			k2 := w.rotate(t, other, w.vil)
			w.converge(t)
			old := w.keys[1]
			f := newForger(t, w, w.vil) // names what the hub holds now
			switch what {
			case "part":
				w.keys[1] = k2
			case "early":
				f.st.Powers.Seq -= 2 // before the rotation
			}
			f.say(func(o *oplog.Op) {
				if what == "part" {
					s, err := seal.New(seal.AES, village, old.ID, old.Key)
					must(t, err)
					o.Sealed = []oplog.Part{s.SealPart(o.Entity, o.Nonce, "text", []byte("x"))}
				}
			})
			err := f.send()
			if got := errors.Is(err, segment.ErrRefused); got != (what != "early") {
				t.Fatalf("%v", err)
			}
			if want := f.wanted(); want != 0 {
				t.Errorf("%d files still wanted", want)
			}
			w.keys[1] = old
			goesOn(t, w)
		})
	}
}

// TestAheadOfTheDistrictsLog: which key a batch had to use is told by powers that are
// not here yet: the file waits, whatever order it comes in.
func TestAheadOfTheDistrictsLog(t *testing.T) {
	w, other := newRotation(t)
	w.rotate(t, nil, w.vil, other)
	w.converge(t)
	w.accept(t, w.vil, "a")
	w.converge(t)
	folder := string(village) + "-2026"
	infos, err := w.hub.Since(folder, 0, 100)
	must(t, err)
	give := func(mine bool) (waits int) {
		for _, f := range infos {
			if n, _ := segment.ParseName(f.Name); (n.Device == w.hub.id) == mine {
				data, err := os.ReadFile(w.hub.SegmentPath(folder, f.Name))
				must(t, err)
				f.Folder = folder
				_, err = other.Receive(context.Background(), w.hub.id, segment.Want{FileInfo: f}, data)
				if err != nil && !Later(err) {
					t.Fatal(err)
				}
				if err != nil {
					waits++
				}
			}
		}
		return waits
	}
	if n := give(false); n == 0 {
		t.Fatal("nothing waited")
	}
	if give(true)+give(false) != 0 {
		t.Fatal("it still waits")
	}
	pull(t, other, w.hub)
	if a, b := digests(t, other), digests(t, w.hub); a != b {
		t.Fatalf("\n%s\n%s", a, b)
	}
}

// TestOldKeyAheadOfTheDistrictsLog: the same batch is refused alike by who knows of
// the rotation and, as soon as it does, by who did not when the batch came.
func TestOldKeyAheadOfTheDistrictsLog(t *testing.T) {
	w, other := newRotation(t)
	w.rotate(t, nil, w.vil, other)
	w.converge(t)
	f := newForger(t, w, w.vil) // names the rotation, and seals with the key before it
	f.say(func(*oplog.Op) {})
	send := func() error {
		_, err := other.Receive(context.Background(), w.vil.id, f.want(), f.file)
		return err
	}
	if err := send(); !errors.Is(err, errPosition) || !Later(err) {
		t.Fatalf("%v", err)
	}
	pull(t, other, w.hub)
	if err := send(); !errors.Is(err, segment.ErrRefused) {
		t.Fatalf("%v", err)
	}
	if err := f.send(); !errors.Is(err, segment.ErrRefused) {
		t.Fatalf("%v", err)
	}
}

// TestAKeyOfAFailedTransactionComesAgain: what brings a key fails at the last moment, as
// with a full disk. The key is stored when it comes again, and is there after a restart.
func TestAKeyOfAFailedTransactionComesAgain(t *testing.T) {
	w, other := newRotation(t)
	key := ScopeKey{Scope: village, ID: oplog.KeyID{9, 9}, Key: seal.Key{7}}
	w.stateKey(t, key, nil, w.hub, w.vil, other)
	folder := string(village) + "-2026"
	entries, err := w.hub.Since(folder, 0, 1000)
	must(t, err)
	must(t, other.Announced(w.hub.id, folder, 1, true, entries))
	full := errors.New("disk full")
	other.opt.Fault = func(step string) error {
		if step == "commit" {
			return full
		}
		return nil
	}
	wants, err := other.Wants(w.hub.id, folder)
	must(t, err)
	for _, want := range wants {
		data, err := w.hub.Read(other.id, folder, want.Name, want.Offset, int(want.Size-want.Offset))
		must(t, err)
		if _, err := other.Receive(context.Background(), w.hub.id, want, data); !errors.Is(err, full) {
			t.Fatalf("%v", err)
		}
	}
	other.opt.Fault = func(string) error { return nil }
	if other.keys.byID(village, key.ID) != nil {
		t.Fatal("a key that is stored nowhere is used")
	}
	pull(t, other, w.hub)
	other.close()
	other.open(w.hub)
	if other.keys.byID(village, key.ID) == nil {
		t.Fatal("the key is gone with the program")
	}
}
