package oplog_test

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"onedoor/sync/oplog"
)

func TestTextForms(t *testing.T) {
	fileName := regexp.MustCompile(`^[a-z2-7]{52}$`)
	for i := range 200 {
		sum := sha256.Sum256([]byte{byte(i)})
		h, d := oplog.Hash(sum), oplog.DeviceID(sum)
		if got, err := oplog.ParseHash(h.String()); err != nil || got != h {
			t.Fatal(err)
		}
		if got, err := oplog.ParseDeviceID(d.String()); err != nil || got != d || !fileName.MatchString(d.String()) {
			t.Fatalf("%s, %v", d, err)
		}
		if got, err := oplog.ParseDeviceID(strings.ToUpper(d.String())); err != nil || got != d {
			t.Fatal(err)
		}
		e := oplog.Epoch(sum[:8])
		if got, err := oplog.ParseEpoch(e.String()); err != nil || got != e {
			t.Fatal(err)
		}
		k := oplog.KeyID(sum[:8])
		if got, err := oplog.ParseKeyID(k.String()); err != nil || got != k {
			t.Fatal(err)
		}
		if !strings.HasPrefix(h.String(), h.Short()) || !strings.HasPrefix(strings.ToUpper(d.String()), d.Short()) {
			t.Fatal("a short form is not the beginning")
		}
	}
	for _, bad := range []string{"", "x", strings.Repeat("0", 63), strings.Repeat("0", 66), strings.Repeat("g", 64)} {
		_, e1 := oplog.ParseHash(bad)
		_, e2 := oplog.ParseDeviceID(bad)
		_, e3 := oplog.ParseEpoch(bad)
		_, e4 := oplog.ParseKeyID(bad)
		if e1 == nil || e2 == nil || e3 == nil || e4 == nil {
			t.Errorf("%q was read: %v %v %v %v", bad, e1, e2, e3, e4)
		}
	}
}

func TestIDsInJSON(t *testing.T) {
	type both struct {
		H oplog.Hash
		D oplog.DeviceID
	}
	want := both{oplog.Hash{1, 2}, oplog.DeviceID{3, 4}}
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got both
	if err := json.Unmarshal(data, &got); err != nil || got != want {
		t.Fatalf("%s: %+v, %v", data, got, err)
	}
	if err := json.Unmarshal([]byte(`{"H":"x"}`), &got); err == nil {
		t.Fatal("a malformed hash was read")
	}
}

func TestScope(t *testing.T) {
	for s, want := range map[oplog.Scope]bool{
		"realm": true, "440604100001": true, "440604000000": true,
		"": false, "Realm": false, "44060410000": false, "4406041000011": false, "44060410000x": false,
		"../../../../x": false, "440604 00001": false, "４４０６０４１００００１": false,
	} {
		if err := s.Check(); (err == nil) != want || (err != nil && !errors.Is(err, oplog.ErrScope)) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestZero(t *testing.T) {
	if !(oplog.Hash{}).IsZero() || (oplog.Hash{31: 1}).IsZero() ||
		!(oplog.DeviceID{}).IsZero() || (oplog.DeviceID{31: 1}).IsZero() ||
		!(oplog.Position{}).IsZero() || (oplog.Position{Seq: 1}).IsZero() || (oplog.Position{Hash: oplog.Hash{1}}).IsZero() {
		t.Fatal("IsZero")
	}
}

func TestNormalize(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 200 {
		o := randomOp(r)
		want := o
		want.Parents, want.Sealed = slices.Clone(o.Parents), slices.Clone(o.Sealed)
		o.Parents = append(o.Parents, o.Parents...)
		r.Shuffle(len(o.Parents), func(i, j int) { o.Parents[i], o.Parents[j] = o.Parents[j], o.Parents[i] })
		r.Shuffle(len(o.Sealed), func(i, j int) { o.Sealed[i], o.Sealed[j] = o.Sealed[j], o.Sealed[i] })
		o.Normalize()
		if len(want.Parents)+len(o.Parents) > 0 && !reflect.DeepEqual(o.Parents, want.Parents) {
			t.Fatal("parents")
		}
		if len(want.Sealed)+len(o.Sealed) > 0 && !reflect.DeepEqual(o.Sealed, want.Sealed) {
			t.Fatal("parts")
		}
	}
}

func TestTypeAndPart(t *testing.T) {
	for kind, want := range map[string]string{"case.accept": "case", "case.move.back": "case", "case": "case", "": ""} {
		o := oplog.Op{Kind: kind}
		if o.Type() != want {
			t.Errorf("%q: %q", kind, o.Type())
		}
	}
	o := vectorOp()
	if p := o.Part("form"); p == nil || len(p.Data) != 3 || o.Part("none") != nil {
		t.Error("Part")
	}
	// What is found is the op's own part, so that it can be changed in place.
	o.Part("form").Data = nil
	if o.Sealed[1].Data != nil {
		t.Error("Part gives a copy")
	}
}
