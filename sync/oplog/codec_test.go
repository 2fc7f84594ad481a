package oplog_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/uuid"

	"onedoor/sync/oplog"
)

// randomOp makes a normalized op; sizes reach past the one-byte varint.
func randomOp(r *rand.Rand) oplog.Op {
	fill := func(b []byte) {
		for i := range b {
			b[i] = byte(r.Uint32())
		}
	}
	some := func(n int) []byte {
		b := make([]byte, r.IntN(n))
		fill(b)
		return b
	}
	var o oplog.Op
	o.Scope = oplog.Realm
	if r.IntN(2) == 0 {
		o.Scope = "440604100001"
	}
	fill(o.Device[:])
	fill(o.Epoch[:])
	fill(o.Prev[:])
	fill(o.Entity[:])
	fill(o.Actor[:])
	fill(o.Realm.Hash[:])
	fill(o.Powers.Hash[:])
	o.Seq, o.Realm.Seq, o.Powers.Seq = r.Uint64(), r.Uint64(), r.Uint64()
	o.Kind = "case." + strings.Repeat("x", 1+r.IntN(60))
	o.Stamp = oplog.Stamp(r.Uint64())
	for range r.IntN(5) {
		var h oplog.Hash
		fill(h[:])
		o.Parents = append(o.Parents, h)
	}
	o.Payload = some(400)
	for i := range r.IntN(4) {
		p := oplog.Part{Field: string(rune('a'+i)) + "字段", Data: some(300)}
		fill(p.Key[:])
		o.Sealed = append(o.Sealed, p)
	}
	if len(o.Sealed) > 0 {
		fill(o.Nonce[:])
	}
	o.Normalize()
	return o
}

func TestBodyRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		o := randomOp(r)
		body := o.AppendBody(nil)
		// The place is not in the body; what stood in the target must not leak through.
		back := randomOp(r)
		back.LogID, back.Seq, back.Prev, back.Realm, back.Powers = o.LogID, o.Seq, o.Prev, o.Realm, o.Powers
		if err := back.DecodeBody(body); err != nil {
			t.Fatal(err)
		}
		if len(o.Payload) == 0 {
			o.Payload, back.Payload = nil, nil
		}
		for i := range o.Sealed {
			if len(o.Sealed[i].Data) == 0 {
				o.Sealed[i].Data, back.Sealed[i].Data = nil, nil
			}
		}
		if !reflect.DeepEqual(o, back) {
			t.Fatalf("%+v\n%+v", o, back)
		}
		if o.HashBody(body) != back.HashBody(back.AppendBody(nil)) {
			t.Fatal("another hash")
		}
	}
}

func TestAppendBodyAppends(t *testing.T) {
	o := randomOp(rand.New(rand.NewPCG(3, 4)))
	if got := o.AppendBody([]byte("before")); !bytes.Equal(got, append([]byte("before"), o.AppendBody(nil)...)) {
		t.Fatal("what stood before was changed")
	}
}

// oneEncoding: bytes that decode are exactly what the op that they give encodes to.
func oneEncoding(t *testing.T, body []byte) {
	t.Helper()
	var o oplog.Op
	err := o.DecodeBody(body)
	switch {
	case err == nil && !bytes.Equal(o.AppendBody(nil), body):
		t.Fatalf("a second encoding of %+v: %x", o, body)
	case err != nil && !errors.Is(err, oplog.ErrMalformed):
		t.Fatalf("untyped error %v", err)
	}
	if err != nil {
		return
	}
	was := o
	if was.Normalize(); !reflect.DeepEqual(was, o) {
		t.Fatalf("decoded but not normal: %+v", o)
	}
}

func TestEveryFlippedBitIsAnotherOpOrRefused(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 20 {
		body := bodyOf(randomOp(r))
		for i := range body {
			for bit := range 8 {
				body[i] ^= 1 << bit
				oneEncoding(t, body)
				body[i] ^= 1 << bit
			}
		}
	}
}

func TestTruncatedAndExtended(t *testing.T) {
	body := bodyOf(randomOp(rand.New(rand.NewPCG(7, 8))))
	var o oplog.Op
	for n := range body {
		if err := o.DecodeBody(body[:n]); !errors.Is(err, oplog.ErrMalformed) {
			t.Fatalf("%d of %d bytes: %v", n, len(body), err)
		}
	}
	if err := o.DecodeBody(append(body, 0)); !errors.Is(err, oplog.ErrMalformed) {
		t.Fatal(err)
	}
}

func bodyOf(o oplog.Op) []byte { return o.AppendBody(nil) }

// TestNotCanonical builds each spelling that AppendBody would not choose.
func TestNotCanonical(t *testing.T) {
	h := func(b byte) oplog.Hash { return oplog.Hash{b} }
	base := func() oplog.Op {
		return oplog.Op{Kind: "k", Parents: []oplog.Hash{h(1), h(2)}, Payload: []byte("p"),
			Sealed: []oplog.Part{{Field: "a"}, {Field: "b"}}}
	}
	for what, change := range map[string]func(*oplog.Op){
		"parents out of order": func(o *oplog.Op) { o.Parents = []oplog.Hash{h(2), h(1)} },
		"a parent twice":       func(o *oplog.Op) { o.Parents = []oplog.Hash{h(1), h(1)} },
		"parts out of order":   func(o *oplog.Op) { o.Sealed = []oplog.Part{{Field: "b"}, {Field: "a"}} },
		"a part twice":         func(o *oplog.Op) { o.Sealed = []oplog.Part{{Field: "a"}, {Field: "a"}} },
		"no kind":              func(o *oplog.Op) { o.Kind = "" },
		"a long kind":          func(o *oplog.Op) { o.Kind = strings.Repeat("k", 129) },
		"a long field":         func(o *oplog.Op) { o.Sealed[1].Field = strings.Repeat("b", 129) },
		"many parents":         func(o *oplog.Op) { o.Parents = manyParents(oplog.MaxParents + 1) },
		"many parts":           func(o *oplog.Op) { o.Sealed = manyParts(oplog.MaxParts + 1) },
		"a large body":         func(o *oplog.Op) { o.Payload = make([]byte, oplog.MaxBody) },
	} {
		o := base()
		change(&o)
		var back oplog.Op
		if err := back.DecodeBody(o.AppendBody(nil)); !errors.Is(err, oplog.ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, change := range map[string]func(*oplog.Op){
		"as it is":            func(*oplog.Op) {},
		"the longest kind":    func(o *oplog.Op) { o.Kind = strings.Repeat("k", 128) },
		"the most parents":    func(o *oplog.Op) { o.Parents = manyParents(oplog.MaxParents) },
		"the most parts":      func(o *oplog.Op) { o.Sealed = manyParts(oplog.MaxParts) },
		"nothing but a kind":  func(o *oplog.Op) { *o = oplog.Op{Kind: "k"} },
		"the largest payload": func(o *oplog.Op) { *o = oplog.Op{Kind: "k", Payload: make([]byte, oplog.MaxBody-49)} },
	} {
		o := base()
		change(&o)
		var back oplog.Op
		if err := back.DecodeBody(o.AppendBody(nil)); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	// A length in two bytes where one would do; and another version.
	long := append([]byte{1, 0x81, 0x00}, bodyOf(oplog.Op{Kind: "k"})[2:]...)
	newer := append([]byte{2}, bodyOf(oplog.Op{Kind: "k"})[1:]...)
	for _, body := range [][]byte{long, newer, nil} {
		var o oplog.Op
		if err := o.DecodeBody(body); !errors.Is(err, oplog.ErrMalformed) {
			t.Errorf("%x: %v", body, err)
		}
	}
}

func manyParents(n int) (out []oplog.Hash) {
	for i := range n {
		out = append(out, oplog.Hash{byte(i >> 8), byte(i)})
	}
	return out
}

func manyParts(n int) (out []oplog.Part) {
	for i := range n {
		out = append(out, oplog.Part{Field: string([]byte{byte('0' + i/10), byte('0' + i%10)})})
	}
	return out
}

// TestHashCoversEveryField changes one thing at a time: each makes another op.
func TestHashCoversEveryField(t *testing.T) {
	hash := func(o oplog.Op) oplog.Hash { return o.HashBody(o.AppendBody(nil)) }
	seen := map[oplog.Hash]string{}
	for what, change := range map[string]func(*oplog.Op){
		"nothing": func(*oplog.Op) {},
		"scope":   func(o *oplog.Op) { o.Scope = "440604100002" },
		"device":  func(o *oplog.Op) { o.Device[31] ^= 1 },
		"epoch":   func(o *oplog.Op) { o.Epoch[7] ^= 1 },
		"seq":     func(o *oplog.Op) { o.Seq++ },
		"prev":    func(o *oplog.Op) { o.Prev[31] ^= 1 },
		"realm":   func(o *oplog.Op) { o.Realm.Seq++ },
		"realm#":  func(o *oplog.Op) { o.Realm.Hash[31] ^= 1 },
		"powers":  func(o *oplog.Op) { o.Powers.Seq++ },
		"powers#": func(o *oplog.Op) { o.Powers.Hash[31] ^= 1 },
		"kind":    func(o *oplog.Op) { o.Kind += "x" },
		"entity":  func(o *oplog.Op) { o.Entity[15] ^= 1 },
		"actor":   func(o *oplog.Op) { o.Actor[15] ^= 1 },
		"stamp":   func(o *oplog.Op) { o.Stamp++ },
		"parents": func(o *oplog.Op) { o.Parents = nil },
		"payload": func(o *oplog.Op) { o.Payload = nil },
		"nonce":   func(o *oplog.Op) { o.Nonce[11] ^= 1 },
		"field":   func(o *oplog.Op) { o.Sealed[0].Field += "x" },
		"key":     func(o *oplog.Op) { o.Sealed[0].Key[7] ^= 1 },
		"data":    func(o *oplog.Op) { o.Sealed[0].Data = nil },
	} {
		o := vectorOp()
		change(&o)
		h := hash(o)
		if other, found := seen[h]; found {
			t.Errorf("%s and %s have one hash", what, other)
		}
		seen[h] = what
	}
}

// vectorOp is the op of testdata/op-v1.json; testdata/README.md tells how its bytes
// were made by hand, without this package.
func vectorOp() oplog.Op {
	rep := func(b byte, n int) []byte { return bytes.Repeat([]byte{b}, n) }
	return oplog.Op{
		LogID:   oplog.LogID{Scope: "440604100001", Device: oplog.DeviceID(rep(0xd1, 32)), Epoch: oplog.Epoch(rep(0xe1, 8))},
		Seq:     7,
		Prev:    oplog.Hash(rep(0xf1, 32)),
		Realm:   oplog.Position{Seq: 300, Hash: oplog.Hash(rep(0xa1, 32))},
		Powers:  oplog.Position{Seq: 2, Hash: oplog.Hash(rep(0xa2, 32))},
		Kind:    "case.accept",
		Entity:  uuid.UUID(rep(0xc1, 16)),
		Actor:   uuid.UUID(rep(0xc2, 16)),
		Stamp:   oplog.Stamp(1796000000000<<16 | 5),
		Parents: []oplog.Hash{oplog.Hash(rep(0x01, 32)), oplog.Hash(rep(0x02, 32))},
		Payload: []byte(`{"item":"示例-001"}`),
		Nonce:   [12]byte(rep(0x0e, 12)),
		Sealed: []oplog.Part{
			{Field: "applicant", Key: oplog.KeyID{1, 2, 3, 4, 5, 6, 7, 8}, Data: rep(0x5e, 130)},
			{Field: "form", Key: oplog.KeyID{1, 2, 3, 4, 5, 6, 7, 8}, Data: rep(0x5f, 3)},
		},
	}
}

// TestGoldenVector guards what must never change: the bytes of an op and its hash.
func TestGoldenVector(t *testing.T) {
	data, err := os.ReadFile("testdata/op-v1.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct{ Body, Hash, MinimalBody, MinimalHash string }
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	check := func(o oplog.Op, body, hash string) {
		t.Helper()
		got := o.AppendBody(nil)
		if hex.EncodeToString(got) != body {
			t.Errorf("body %x\nwant %s", got, body)
		}
		if h := o.HashBody(got).String(); h != hash {
			t.Errorf("hash %s, want %s", h, hash)
		}
	}
	check(vectorOp(), want.Body, want.Hash)
	check(oplog.Op{LogID: oplog.LogID{Scope: oplog.Realm}, Seq: 1, Kind: "x"}, want.MinimalBody, want.MinimalHash)
}

func FuzzDecodeBody(f *testing.F) {
	r := rand.New(rand.NewPCG(9, 10))
	f.Add(bodyOf(vectorOp()))
	f.Add(bodyOf(oplog.Op{Kind: "k"}))
	for range 5 {
		f.Add(bodyOf(randomOp(r)))
	}
	f.Fuzz(oneEncoding)
}

func BenchmarkDecodeAndHash(b *testing.B) {
	body := bodyOf(vectorOp())
	o := vectorOp()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if err := o.DecodeBody(body); err != nil {
			b.Fatal(err)
		}
		o.HashBody(body)
	}
}
