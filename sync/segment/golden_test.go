package segment_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math/big"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"onedoor/sync/oplog"
	"onedoor/sync/seal"
	"onedoor/sync/segment"
)

// update writes the golden file anew. It is for the time before the first
// release: afterwards devices hold files of this format for ever, and a change
// is a new version beside the old one.
var update = flag.Bool("update", false, "write the golden segment file and its dumps anew")

const (
	goldenFile    = "testdata/segment-v1.tail"
	goldenKeys    = "testdata/segment-v1.json"
	goldenOutside = "testdata/segment-v1.txt"
	goldenInside  = "testdata/segment-v1-inside.txt"
)

// goldenVector is what opens the golden file, and what must come out.
type goldenVector struct {
	ScopeKey string   `json:"scope_key"`   // 32 bytes
	KeyID    string   `json:"key_id"`      // 8 bytes
	SignPub  string   `json:"signing_key"` // public, 04 x y
	Hashes   []string `json:"ops"`
}

func hash(v byte) oplog.Hash { return oplog.Hash(bytes.Repeat([]byte{v}, 32)) }

// goldenOps gives the two ops of the file. The first one is the vector of
// package oplog, whose hash was computed by a script.
func goldenOps() []oplog.Op {
	log := oplog.LogID{Scope: "440604100001", Device: oplog.DeviceID(hash(0xd1)), Epoch: oplog.Epoch(bytes.Repeat([]byte{0xe1}, 8))}
	key := oplog.KeyID{1, 2, 3, 4, 5, 6, 7, 8}
	a := oplog.Op{LogID: log, Seq: 7, Prev: hash(0xf1), Kind: "case.accept", Stamp: oplog.Stamp(1796000000000<<16 | 5),
		Realm: oplog.Position{Seq: 300, Hash: hash(0xa1)}, Powers: oplog.Position{Seq: 2, Hash: hash(0xa2)},
		Parents: []oplog.Hash{hash(1), hash(2)}, Payload: []byte(`{"item":"示例-001"}`),
		Sealed: []oplog.Part{{Field: "applicant", Key: key, Data: bytes.Repeat([]byte{0x5e}, 130)}, {Field: "form", Key: key, Data: bytes.Repeat([]byte{0x5f}, 3)}}}
	copy(a.Entity[:], bytes.Repeat([]byte{0xc1}, 16))
	copy(a.Actor[:], bytes.Repeat([]byte{0xc2}, 16))
	copy(a.Nonce[:], bytes.Repeat([]byte{0x0e}, 12))
	b := oplog.Op{LogID: log, Seq: 8, Prev: a.HashBody(a.AppendBody(nil)), Kind: "case.print", Stamp: a.Stamp + 1, Realm: a.Realm, Powers: a.Powers,
		Entity: a.Entity, Actor: a.Actor, Parents: []oplog.Hash{hash(0xb1)}, Payload: []byte(`{"kind":"acceptance","copy":1}`)}
	return []oplog.Op{a, b}
}

var goldenHeads = []oplog.Head{{Device: oplog.DeviceID(hash(0xd2)), Epoch: oplog.Epoch(bytes.Repeat([]byte{0xe2}, 8)), Seq: 41, Hash: hash(0xb1)}}

// encodeGolden makes the file with the product's code: two batches, the first
// with positions, the second with a head of another log.
func encodeGolden(t *testing.T) ([]byte, goldenVector) {
	t.Helper()
	priv := &ecdsa.PrivateKey{D: new(big.Int).SetBytes(bytes.Repeat([]byte{0x3d}, 32))}
	priv.Curve = elliptic.P256()
	priv.X, priv.Y = priv.Curve.ScalarBaseMult(priv.D.Bytes())
	var key seal.Key
	for i := range key {
		key[i] = byte(i)
	}
	ops := goldenOps()
	sealer, err := seal.New(seal.AES, ops[0].Scope, ops[0].Sealed[0].Key, key)
	must(t, err)
	codec, err := segment.NewCodec()
	must(t, err)
	pub, err := priv.PublicKey.Bytes()
	must(t, err)
	v := goldenVector{ScopeKey: hex.EncodeToString(key[:]), KeyID: sealer.ID.String(), SignPub: hex.EncodeToString(pub)}
	file := segment.Header{Suite: seal.AES, LogID: ops[0].LogID, First: 7, Prev: ops[0].Prev}.Append(nil)
	for i := range ops {
		body := ops[i].AppendBody(nil)
		h := ops[i].HashBody(body)
		v.Hashes = append(v.Hashes, h.String())
		var heads []oplog.Head
		if i == 1 {
			heads = goldenHeads
		}
		b, err := codec.Encode(ops[i].LogID, seal.AES, i == 0, ops[i:i+1], [][]byte{body}, h, heads, sealer, priv)
		must(t, err)
		file = append(file, b...)
	}
	return file, v
}

func loadGolden(t *testing.T) ([]byte, goldenVector) {
	t.Helper()
	if *update {
		file, v := encodeGolden(t)
		for !v.lowS(t, file) {
			file, v = encodeGolden(t)
		}
		text, err := json.MarshalIndent(v, "", "  ")
		must(t, err)
		must(t, os.WriteFile(goldenFile, file, 0o644))
		must(t, os.WriteFile(goldenKeys, append(text, '\n'), 0o644))
	}
	file, err := os.ReadFile(goldenFile)
	must(t, err)
	text, err := os.ReadFile(goldenKeys)
	must(t, err)
	var v goldenVector
	must(t, json.Unmarshal(text, &v))
	return file, v
}

// lowS tells that each signature has the smaller of its two possible values s,
// so that the file stays good if readers come to insist on it, as for certificates.
func (v goldenVector) lowS(t *testing.T, file []byte) bool {
	half := new(big.Int).Rsh(elliptic.P256().Params().N, 1)
	outside, _ := v.dissect(t, file)
	for _, f := range outside {
		if f.what == "signature: r, s" && new(big.Int).SetBytes(f.raw[32:]).Cmp(half) > 0 {
			return false
		}
	}
	return true
}

func (v goldenVector) public(t *testing.T) *ecdsa.PublicKey {
	t.Helper()
	raw, err := hex.DecodeString(v.SignPub)
	must(t, err)
	pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw)
	must(t, err)
	return pub
}

func (v goldenVector) dissect(t *testing.T, file []byte) (outside []field, inside [][]field) {
	t.Helper()
	key, err := hex.DecodeString(v.ScopeKey)
	must(t, err)
	d := &dissector{key: key, pub: v.public(t)}
	outside, inside = d.file(file)
	must(t, d.err)
	return outside, inside
}

// TestGoldenSegment opens a file that was written once and compares everything
// that comes out of it.
func TestGoldenSegment(t *testing.T) {
	file, v := loadGolden(t)
	key, err := hex.DecodeString(v.ScopeKey)
	must(t, err)
	id, err := oplog.ParseKeyID(v.KeyID)
	must(t, err)
	sealer, err := seal.New(seal.AES, "440604100001", id, seal.Key(key))
	must(t, err)
	codec, err := segment.NewCodec()
	must(t, err)
	h, n, err := segment.ParseHeader(file)
	must(t, err)
	want := goldenOps()
	if h != (segment.Header{Suite: seal.AES, LogID: want[0].LogID, First: 7, Prev: want[0].Prev}) {
		t.Fatalf("header %+v", h)
	}
	batches, good, err := segment.Scan(file, int64(n))
	if err != nil || len(batches) != 2 || good != int64(len(file)) {
		t.Fatalf("%d batches up to %d of %d: %v", len(batches), good, len(file), err)
	}
	st := segment.State{Seq: 6, Prev: h.Prev}
	for i := range batches {
		must(t, batches[i].Verify(h, v.public(t)))
		o, err := codec.Open(&batches[i], h, st, sealer)
		must(t, err)
		if len(o.Ops) != 1 || !reflect.DeepEqual(o.Ops[0], want[i]) || o.Hashes[0].String() != v.Hashes[i] {
			t.Errorf("op %d: %s\n got %+v\nwant %+v", i, o.Hashes[0], o.Ops, want[i])
		}
		if i == 0 && len(o.Heads) != 0 || i == 1 && !reflect.DeepEqual(o.Heads, goldenHeads) {
			t.Errorf("heads %+v", o.Heads)
		}
		st = o.After
	}
	if st.Seq != 8 || st.Prev.String() != v.Hashes[1] || st.Realm != want[1].Realm || st.Powers != want[1].Powers {
		t.Errorf("after it: %+v", st)
	}
}

// TestGoldenIsTheVectorOfOplog ties the file to the op whose hash was computed
// by a script that shares no code with this repository.
func TestGoldenIsTheVectorOfOplog(t *testing.T) {
	text, err := os.ReadFile("../oplog/testdata/op-v1.json")
	must(t, err)
	_, v := loadGolden(t)
	if !bytes.Contains(text, []byte(v.Hashes[0])) {
		t.Errorf("hash %s is not that of sync/oplog/testdata/op-v1.json", v.Hashes[0])
	}
}

// TestGoldenDump takes the golden file apart by the documents alone, and holds
// the documents to show exactly these bytes.
func TestGoldenDump(t *testing.T) {
	file, v := loadGolden(t)
	outside, inside := v.dissect(t, file)
	texts := []string{dump(outside), ""}
	for i, in := range inside {
		texts[1] += fmt.Sprintf("inside of batch %d\n", i+1) + dump(in)
	}
	for i, c := range []struct{ golden, doc string }{{goldenOutside, "segment.md"}, {goldenInside, "batch.md"}} {
		if *update {
			must(t, os.WriteFile(c.golden, []byte(texts[i]), 0o644))
		}
		golden, err := os.ReadFile(c.golden)
		must(t, err)
		if texts[i] != string(golden) {
			t.Errorf("%s is not what the file holds:\n%s", c.golden, texts[i])
		}
		doc, err := os.ReadFile("../../docs/formats/" + c.doc)
		must(t, err)
		if !strings.Contains(string(doc), "```text\n"+string(golden)+"```\n") {
			t.Errorf("docs/formats/%s does not show %s", c.doc, c.golden)
		}
	}
}

// TestWritersKeepTheFormat: what is written today has the same fields with the
// same values, but for nonce, seal and signature.
func TestWritersKeepTheFormat(t *testing.T) {
	file, v := loadGolden(t)
	fresh, w := encodeGolden(t)
	if !reflect.DeepEqual(v, w) {
		t.Fatalf("keys or hashes: %+v, golden %+v", w, v)
	}
	lasting := func(file []byte) (text string) {
		outside, inside := v.dissect(t, file)
		for _, f := range outside {
			switch f.what {
			case "nonce", "signature: r, s", "sealed text, and its tag of 16 bytes":
				f.raw = nil
			}
			if !strings.HasPrefix(f.what, "length of the sealed") && !strings.HasPrefix(f.what, "batch:") {
				text += fmt.Sprintf("%s %x\n", f.what, f.raw)
			}
		}
		for _, in := range inside {
			text += dump(in)
		}
		return text
	}
	if a, b := lasting(file), lasting(fresh); a != b {
		t.Errorf("golden\n%s\nnow\n%s", a, b)
	}
}

// TestGoldenNames: names are what peers know files by.
func TestGoldenNames(t *testing.T) {
	h := segment.Header{LogID: goldenOps()[0].LogID, First: 7}
	device := strings.Repeat("2hi5duor", 6) + "2hiq" // RFC 4648 base 32 of 32 bytes d1
	for what, c := range map[string][2]string{
		"tail":       {segment.TailName(h.Device, h.Epoch), device + "/e1e1e1e1e1e1e1e1.tail"},
		"sealed":     {segment.SealedName(h, time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), hash(0xab)), device + "/202611/e1e1e1e1e1e1e1e1-0000000007-abababab.seg"},
		"folder":     {segment.FolderID(oplog.Realm, 2026), "realm-2026"},
		"of a point": {segment.FolderID("440604100001", 2026), "440604100001-2026"},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: %s, want %s", what, c[0], c[1])
		}
	}
}

// TestGoldenDictionary: files on every device were packed with it.
func TestGoldenDictionary(t *testing.T) {
	dict, err := os.ReadFile("dict/v1.dict")
	must(t, err)
	sum := sha256.Sum256(dict)
	doc, err := os.ReadFile("../../docs/formats/batch.md")
	must(t, err)
	// RFC 8878, 5: magic, then the id, little-endian.
	if !bytes.HasPrefix(dict, []byte{0x37, 0xa4, 0x30, 0xec, 0x01, 0x80, 0, 0}) {
		t.Errorf("the dictionary begins % x", dict[:8])
	}
	if !strings.Contains(string(doc), hex.EncodeToString(sum[:])) {
		t.Errorf("the dictionary is %x (%d bytes), which docs/formats/batch.md does not say", sum, len(dict))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
