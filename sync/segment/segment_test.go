package segment

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"onedoor/sync/oplog"
	"onedoor/sync/seal"
)

// writer makes a log's file batch by batch, as a device does.
type writer struct {
	t     testing.TB
	codec *Codec
	priv  *ecdsa.PrivateKey
	seal  *seal.Sealer
	head  Header
	st    State
	file  []byte
}

func newWriter(t testing.TB) *writer {
	t.Helper()
	codec, err := NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	priv, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w := &writer{t: t, codec: codec, priv: priv}
	w.head = Header{Suite: seal.AES, LogID: oplog.LogID{Scope: "440604100001"}, First: 1}
	rand.Read(w.head.Device[:])
	rand.Read(w.head.Epoch[:])
	id, key := seal.NewKey()
	if w.seal, err = seal.New(seal.AES, w.head.Scope, id, key); err != nil {
		t.Fatal(err)
	}
	w.file = w.head.Append(nil)
	return w
}

func (w *writer) append(n int, positions bool) []byte {
	w.t.Helper()
	ops, bodies := make([]oplog.Op, n), make([][]byte, n)
	prev := w.st.Prev
	if positions {
		w.st.Realm.Seq++
		w.st.Realm.Hash[0]++
	}
	for i := range ops {
		o := &ops[i]
		o.LogID, o.Seq, o.Prev = w.head.LogID, w.st.Seq+uint64(i)+1, prev
		o.Realm, o.Powers = w.st.Realm, w.st.Powers
		o.Kind, o.Entity = "case.note", uuid.New()
		o.Stamp = oplog.StampAt(time.Unix(1800000000, 0))
		o.Payload = fmt.Appendf(nil, `{"n":%d}`, o.Seq)
		bodies[i] = o.AppendBody(nil)
		prev = o.HashBody(bodies[i])
	}
	b, err := w.codec.Encode(w.head.LogID, seal.AES, positions, ops, bodies, prev, nil, w.seal, w.priv)
	if err != nil {
		w.t.Fatal(err)
	}
	w.st.Seq, w.st.Prev = w.st.Seq+uint64(n), prev
	w.file = append(w.file, b...)
	return b
}

// read verifies and opens a whole file as a receiver does.
func (w *writer) read(file []byte) (ops int, err error) {
	h, n, err := ParseHeader(file)
	if err != nil {
		return 0, err
	}
	if h != w.head {
		return 0, ErrRefused // a receiver knows which log and place it asked for
	}
	batches, good, scanErr := Scan(file, int64(n))
	st := State{Seq: h.First - 1, Prev: h.Prev}
	for i := range batches {
		if err := batches[i].Verify(h, &w.priv.PublicKey); err != nil {
			return ops, err
		}
		o, err := w.codec.Open(&batches[i], h, st, w.seal)
		if err != nil {
			return ops, err
		}
		ops += len(o.Ops)
		st = o.After
	}
	_ = good
	return ops, scanErr
}

func TestRoundTrip(t *testing.T) {
	w := newWriter(t)
	w.append(3, true)
	w.append(1, false)
	w.append(200, true)
	if n, err := w.read(w.file); n != 204 || err != nil {
		t.Fatalf("read %d ops, %v", n, err)
	}
}

func TestTornTailKeepsWhatStands(t *testing.T) {
	w := newWriter(t)
	w.append(3, true)
	whole := len(w.file)
	w.append(2, false)
	for cut := whole + 1; cut < len(w.file); cut++ {
		n, err := w.read(w.file[:cut])
		if n != 3 || !errors.Is(err, ErrTorn) {
			t.Fatalf("cut at %d: %d ops, %v", cut, n, err)
		}
	}
}

func TestEveryFlippedByteIsRefused(t *testing.T) {
	w := newWriter(t)
	w.append(2, true)
	w.append(2, false)
	for i := range w.file {
		bad := bytes.Clone(w.file)
		bad[i] ^= 1 << (i % 8)
		if n, err := w.read(bad); err == nil {
			t.Fatalf("byte %d flipped: %d ops accepted", i, n)
		}
	}
}

func TestReorderedBatchesAreRefused(t *testing.T) {
	w := newWriter(t)
	head := len(w.file)
	a := w.append(1, true)
	b := w.append(1, false)
	swapped := append(append(bytes.Clone(w.file[:head]), b...), a...)
	if n, err := w.read(swapped); err == nil || n != 0 {
		t.Fatalf("%d ops, %v", n, err)
	}
}

func TestNames(t *testing.T) {
	w := newWriter(t)
	for _, name := range []string{TailName(w.head.Device, w.head.Epoch),
		SealedName(w.head, time.Now(), oplog.Hash{1, 2})} {
		n, err := ParseName(name)
		if err != nil || n.Device != w.head.Device || n.Epoch != w.head.Epoch {
			t.Errorf("%s: %+v, %v", name, n, err)
		}
	}
	for _, bad := range []string{"", "../x", "a/../b.tail", "C:/x.seg", "x.tail"} {
		if _, err := ParseName(bad); err == nil {
			t.Errorf("%q accepted", bad)
		}
	}
}

func FuzzScan(f *testing.F) {
	w := newWriter(f)
	w.append(2, true)
	f.Add(w.file)
	f.Fuzz(func(t *testing.T, data []byte) {
		h, n, err := ParseHeader(data)
		if err != nil {
			return
		}
		batches, good, _ := Scan(data, int64(n))
		if good > int64(len(data)) {
			t.Fatal("scanned beyond the end")
		}
		for i := range batches {
			if batches[i].Verify(h, &w.priv.PublicKey) == nil && h == w.head {
				if _, err := w.codec.Open(&batches[i], h, State{Seq: batches[i].First - 1}, w.seal); err != nil && i == 0 && batches[i].First == 1 {
					t.Fatal("signed but does not open", err)
				}
			}
		}
	})
}
