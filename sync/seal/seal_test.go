package seal_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"testing"

	"onedoor/sync/oplog"
	"onedoor/sync/seal"
)

const plain = "示例"

// place is where the vectors stand; see testdata/README.md.
type place struct {
	suite  seal.Suite
	scope  oplog.Scope
	id     oplog.KeyID
	key    seal.Key
	log    oplog.LogID
	first  uint64
	entity oplog.EntityID
	op     [oplog.NonceSize]byte
}

func vectorPlace() (p place) {
	p = place{suite: seal.AES, scope: "440604100001", id: oplog.KeyID{1, 2, 3, 4, 5, 6, 7, 8}, first: 7}
	for i := range p.key {
		p.key[i] = byte(i)
	}
	p.log.Scope = p.scope
	fill(p.log.Device[:], 0xd1)
	fill(p.log.Epoch[:], 0xe1)
	fill(p.entity[:], 0xc1)
	fill(p.op[:], 0x0e)
	return p
}

func fill(b []byte, v byte) {
	for i := range b {
		b[i] = v
	}
}

func (p place) sealer(t testing.TB) *seal.Sealer {
	t.Helper()
	s, err := seal.New(p.suite, p.scope, p.id, p.key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func vectors(t testing.TB) (v struct {
	Batch string
	AAD   string `json:"batch_aad"`
	Part  string
}) {
	t.Helper()
	text, err := os.ReadFile("testdata/seal-v1.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func decode(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var batchNonce = [seal.NonceSize]byte{11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11}

func TestGoldenBatch(t *testing.T) {
	p, v := vectorPlace(), vectors(t)
	s := p.sealer(t)
	if got := hex.EncodeToString(s.BatchAAD(p.log, p.first)); got != v.AAD {
		t.Errorf("bound to %s", got)
	}
	sealed := s.SealBatch([]byte("before"), batchNonce, p.log, p.first, []byte(plain))
	if got := hex.EncodeToString(sealed); got != hex.EncodeToString([]byte("before"))+v.Batch {
		t.Errorf("sealed %s", got)
	}
	got, err := s.OpenBatch(batchNonce, p.log, p.first, decode(t, v.Batch))
	if err != nil || string(got) != plain {
		t.Errorf("%q, %v", got, err)
	}
}

func TestGoldenPart(t *testing.T) {
	p, v := vectorPlace(), vectors(t)
	got, err := p.sealer(t).OpenPart(p.entity, p.op, oplog.Part{Field: "applicant", Key: p.id, Data: decode(t, v.Part)})
	if err != nil || string(got) != plain {
		t.Errorf("%q, %v", got, err)
	}
}

// TestPartsAreSealedAnew: the same value sealed twice shows nothing in common,
// and both open.
func TestPartsAreSealedAnew(t *testing.T) {
	p := vectorPlace()
	s := p.sealer(t)
	a, b := s.SealPart(p.entity, p.op, "phone", []byte(plain)), s.SealPart(p.entity, p.op, "phone", []byte(plain))
	if bytes.Equal(a.Data[:seal.NonceSize], b.Data[:seal.NonceSize]) || bytes.Equal(a.Data[seal.NonceSize:], b.Data[seal.NonceSize:]) {
		t.Fatal("two seals are alike")
	}
	for _, part := range []oplog.Part{a, b} {
		if len(part.Data) != seal.NonceSize+len(plain)+seal.Overhead || part.Field != "phone" || part.Key != p.id {
			t.Fatalf("%+v", part)
		}
		if got, err := s.OpenPart(p.entity, p.op, part); err != nil || string(got) != plain {
			t.Fatalf("%q, %v", got, err)
		}
	}
}

// TestNothingOpensElsewhere moves the vectors by one thing at a time.
func TestNothingOpensElsewhere(t *testing.T) {
	v := vectors(t)
	batch, part := decode(t, v.Batch), decode(t, v.Part)
	for what, c := range map[string]struct {
		change        func(*place)
		ofBatch, part bool // must no longer open
	}{
		"key":      {func(p *place) { p.key[31] ^= 1 }, true, true},
		"key id":   {func(p *place) { p.id[7] ^= 1 }, true, true},
		"scope":    {func(p *place) { p.log.Scope = "440604100002" }, true, false},
		"realm":    {func(p *place) { p.log.Scope = oplog.Realm }, true, false},
		"device":   {func(p *place) { p.log.Device[0] ^= 1 }, true, false},
		"epoch":    {func(p *place) { p.log.Epoch[0] ^= 1 }, true, false},
		"place":    {func(p *place) { p.first++ }, true, false},
		"entity":   {func(p *place) { p.entity[0] ^= 1 }, false, true},
		"op":       {func(p *place) { p.op[0] ^= 1 }, false, true},
		"no other": {func(*place) {}, false, false},
	} {
		p := vectorPlace()
		c.change(&p)
		s := p.sealer(t)
		if _, err := s.OpenBatch(batchNonce, p.log, p.first, batch); errors.Is(err, seal.ErrOpen) != c.ofBatch {
			t.Errorf("%s: batch %v", what, err)
		}
		if _, err := s.OpenPart(p.entity, p.op, oplog.Part{Field: "applicant", Key: p.id, Data: part}); errors.Is(err, seal.ErrOpen) != c.part {
			t.Errorf("%s: part %v", what, err)
		}
	}
	p := vectorPlace()
	s := p.sealer(t)
	if _, err := s.OpenPart(p.entity, p.op, oplog.Part{Field: "agent", Key: p.id, Data: part}); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("another field: %v", err)
	}
	if _, err := s.OpenPart(p.entity, p.op, oplog.Part{Field: "applicant", Key: oplog.KeyID{1}, Data: part}); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("a part of another key: %v", err)
	}
	// A batch must not pass for a part, nor the other way: their keys differ.
	if _, err := s.OpenBatch([seal.NonceSize]byte(part), p.log, p.first, part[seal.NonceSize:]); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("a part as a batch: %v", err)
	}
}

func TestEveryFlippedBitIsFound(t *testing.T) {
	p, v := vectorPlace(), vectors(t)
	s, batch, part := p.sealer(t), decode(t, v.Batch), decode(t, v.Part)
	for i := range 8 * len(batch) {
		batch[i/8] ^= 1 << (i % 8)
		if _, err := s.OpenBatch(batchNonce, p.log, p.first, batch); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("batch, bit %d: %v", i, err)
		}
		batch[i/8] ^= 1 << (i % 8)
	}
	for i := range 8 * len(part) {
		part[i/8] ^= 1 << (i % 8)
		if _, err := s.OpenPart(p.entity, p.op, oplog.Part{Field: "applicant", Key: p.id, Data: part}); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("part, bit %d: %v", i, err)
		}
		part[i/8] ^= 1 << (i % 8)
	}
}

func TestOtherSuitesAreRefused(t *testing.T) {
	for _, suite := range []seal.Suite{0, seal.SM, 3, 255} {
		if _, err := seal.New(suite, oplog.Realm, oplog.KeyID{}, seal.Key{}); err == nil || suite.Check() == nil {
			t.Errorf("suite %d is accepted", suite)
		}
	}
}

func TestNewKey(t *testing.T) {
	id, key := seal.NewKey()
	id2, key2 := seal.NewKey()
	if id == id2 || key == key2 || id[0] != oplog.KeyKindScope || id2[0] != oplog.KeyKindScope {
		t.Errorf("%s %s", id, id2)
	}
}

func FuzzOpenPart(f *testing.F) {
	p := vectorPlace()
	s := p.sealer(f)
	good := decode(f, vectors(f).Part)
	f.Add("applicant", good)
	f.Add("", []byte{})
	f.Add("applicant", good[:seal.NonceSize+seal.Overhead])
	f.Fuzz(func(t *testing.T, field string, data []byte) {
		got, err := s.OpenPart(p.entity, p.op, oplog.Part{Field: field, Key: p.id, Data: data})
		if genuine := field == "applicant" && bytes.Equal(data, good); genuine != (err == nil) || genuine && string(got) != plain {
			t.Fatalf("%q, %v", got, err)
		}
		if err != nil && !errors.Is(err, seal.ErrOpen) {
			t.Fatalf("untyped error %v", err)
		}
	})
}
