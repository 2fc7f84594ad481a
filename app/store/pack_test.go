package store

import (
	"bytes"
	"context"
	"math/rand"
	"strings"
	"testing"

	"onedoor/sync/oplog"
)

// TestPack: every body comes back as it was, packed ones smaller, and a damaged one
// is an error or another body, never a panic.
func TestPack(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	var p packer
	for i := range 2000 {
		o := oplog.Op{Kind: "case.accept", Payload: []byte(`{"number":"` + strings.Repeat("4406", rng.Intn(300)) + `","item":{"code":"MZ001","name":"最低生活保障对象认定"}}`)}
		if i%3 == 0 {
			o.Payload = make([]byte, rng.Intn(70_000))
			rng.Read(o.Payload)
		}
		body := o.AppendBody(nil)
		kept := bytes.Clone(p.pack(body))
		if len(kept) > len(body) {
			t.Fatalf("%d bytes were kept as %d", len(body), len(kept))
		}
		got, err := Unpack(kept)
		if err != nil || !bytes.Equal(got, body) {
			t.Fatalf("%d bytes came back as %d: %v", len(body), len(got), err)
		}
		if i%10 == 0 && len(kept) > 1 {
			kept[1+rng.Intn(len(kept)-1)] ^= byte(1 + rng.Intn(255))
			kept = kept[:1+rng.Intn(len(kept))]
			if got, err := Unpack(kept); err == nil && len(got) > oplog.MaxBody {
				t.Fatalf("%d bytes from a damaged body", len(got))
			}
		}
	}
	o := oplog.Op{Kind: "case.accept", Payload: []byte(`{"number":"440604100001202611200010001","item":{"id":"","code":"MZ001","name":"","version":1},"person":"","type":"person"}`)}
	if body := o.AppendBody(nil); len(p.pack(body)) > len(body)*9/10 {
		t.Fatalf("%d bytes of the usual kind were kept as %d", len(body), len(p.pack(body)))
	}
}

// TestPackedBesidePlain: rows of an older program are read beside packed ones, by the
// folds, by log verify and by a rebuild.
func TestPackedBesidePlain(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	w.accept(t, w.vil, "first")
	w.accept(t, w.vil, "second")
	before := digests(t, w.vil)
	rows, err := w.vil.w.Query("SELECT id, body FROM ops")
	must(t, err)
	plain, packed := map[int64][]byte{}, 0
	for rows.Next() {
		var id int64
		var kept []byte
		must(t, rows.Scan(&id, &kept))
		if kept[0] == packedV1 {
			packed++
		}
		body, err := Unpack(kept)
		must(t, err)
		if id%2 == 0 {
			plain[id] = body
		}
	}
	must(t, rows.Close())
	if packed < 4 {
		t.Fatalf("%d bodies are packed", packed)
	}
	for id, body := range plain {
		_, err := w.vil.w.Exec("UPDATE ops SET body = ? WHERE id = ?", body, id)
		must(t, err)
	}
	rep, err := w.vil.VerifyLogs(ctx)
	if must(t, err); !rep.OK {
		t.Fatalf("%+v", rep)
	}
	must(t, w.vil.Rebuild(ctx))
	if after := digests(t, w.vil); after != before {
		t.Fatalf("%s\nbecame\n%s", before, after)
	}
	w.accept(t, w.vil, "third")
	w.converge(t)
}
