package store

import (
	"context"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/google/uuid"

	"onedoor/sync/oplog"
	"onedoor/sync/seal"
	"onedoor/sync/segment"
)

// forger writes a log as a program of somebody's own would: everything is
// signed and sealed rightly, whatever it says.
type forger struct {
	t     testing.TB
	w     *world
	d     *device
	codec *segment.Codec
	head  segment.Header
	st    segment.State
	file  []byte
}

func newForger(t testing.TB, w *world, d *device) *forger {
	t.Helper()
	codec, err := segment.NewCodec()
	must(t, err)
	f := &forger{t: t, w: w, d: d, codec: codec}
	f.head = segment.Header{Suite: seal.AES, LogID: oplog.LogID{Scope: village, Device: d.id, Epoch: oplog.Epoch{9}}, First: 1}
	f.file = f.head.Append(nil)
	for _, sc := range []oplog.Scope{oplog.Realm, village} {
		h, err := w.hub.heldNow(context.Background())(sc)
		must(t, err)
		p := h.Position
		if sc == oplog.Realm {
			f.st.Realm = p
		} else {
			f.st.Powers = p
		}
	}
	return f
}

func (f *forger) sealer() *seal.Sealer {
	s, err := seal.New(seal.AES, village, f.w.keys[1].ID, f.w.keys[1].Key)
	must(f.t, err)
	return s
}

// say appends a batch of one op and gives its hash.
func (f *forger) say(change func(*oplog.Op)) oplog.Hash {
	f.t.Helper()
	op := oplog.Op{LogID: f.head.LogID, Seq: f.st.Seq + 1, Prev: f.st.Prev, Realm: f.st.Realm, Powers: f.st.Powers,
		Kind: "case.note", Entity: uuid.New(), Actor: f.w.clerk, Stamp: oplog.StampAt(time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC)), Payload: []byte("{}")}
	change(&op)
	op.Normalize()
	body := op.AppendBody(nil)
	hash := op.HashBody(body)
	f.batch([]oplog.Op{op}, [][]byte{body}, hash)
	f.st.Seq, f.st.Prev, f.st.Realm, f.st.Powers = op.Seq, hash, op.Realm, op.Powers
	return hash
}

func (f *forger) batch(ops []oplog.Op, bodies [][]byte, last oplog.Hash) {
	f.t.Helper()
	b, err := f.codec.Encode(f.head.LogID, seal.AES, true, ops, bodies, last, nil, f.sealer(), f.d.priv)
	must(f.t, err)
	f.file = append(f.file, b...)
}

func (f *forger) want() segment.Want {
	return segment.Want{FileInfo: segment.FileInfo{Folder: string(village) + "-2026", Name: segment.TailName(f.d.id, f.head.Epoch),
		Size: int64(len(f.file)), Hash: sha256.Sum256(f.file), Version: uint64(len(f.file))}}
}

// send gives the file to the hub as the forger's device would.
func (f *forger) send() error {
	w := f.want()
	must(f.t, f.w.hub.Announced(f.d.id, w.Folder, 77, false, []segment.FileInfo{w.FileInfo}))
	_, err := f.w.hub.Receive(context.Background(), f.d.id, w, f.file)
	return err
}

func (f *forger) wanted() int {
	list, err := f.w.hub.Wants(f.d.id, string(village)+"-2026")
	must(f.t, err)
	return len(list)
}

// goesOn checks that honest work still arrives and folds.
func goesOn(t *testing.T, w *world) {
	t.Helper()
	n, _ := w.accept(t, w.vil, "honest")
	for range 2 {
		pull(t, w.hub, w.vil)
	}
	rows, err := w.hub.CaseByNumber(context.Background(), n)
	must(t, err)
	if len(rows) != 1 {
		t.Fatalf("an honest case did not arrive: %d", len(rows))
	}
	before := digests(t, w.hub)
	must(t, w.hub.Rebuild(context.Background()))
	if after := digests(t, w.hub); after != before {
		t.Fatalf("rebuild differs\n%s\n%s", before, after)
	}
	rep, err := w.hub.VerifyLogs(context.Background())
	must(t, err)
	if !rep.OK {
		t.Fatalf("%+v", rep.Faults)
	}
}
