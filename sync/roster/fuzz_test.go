package roster

import (
	"bytes"
	"encoding/binary"
	"testing"
)

func FuzzDecodeRequest(f *testing.F) {
	w := newWorld(f, "440604", "禅城区")
	f.Add(w.request)
	f.Add([]byte(`{"format":"onedoor request","version":1,"body":{},"proof":""}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := DecodeRequest(data); err == nil {
			if err := r.check(); err != nil {
				t.Fatal(err)
			}
		} else if CodeOf(err) == "" {
			t.Fatalf("untyped error %v", err)
		}
	})
}

func FuzzDecodeGrant(f *testing.F) {
	w := newWorld(f, "440604", "禅城区")
	f.Add(w.grantFile)
	f.Add(binary.BigEndian.AppendUint32([]byte(grantMagic), 2))
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := DecodeGrant(data)
		if err != nil && CodeOf(err) == "" {
			t.Fatalf("untyped error %v", err)
		}
		// Every fuzzing process has a district of its own; only ours is known whole here.
		if err == nil && bytes.Equal(g.Root, w.root.Cert) && !bytes.Equal(data, w.grantFile) {
			t.Fatalf("a forged grant of %s passed", g.Realm.Code)
		}
	})
}

func FuzzDecodeRecoveryKit(f *testing.F) {
	w := newWorld(f, "440604", "禅城区")
	kit, err := (&RecoveryKit{Root: w.root}).encode("p", cheap)
	if err != nil {
		f.Fatal(err)
	}
	keys, err := encodeKeys(KeyBackup{Root: w.root.Cert, Keys: []ScopeKey{w.realmKey}}, "p", cheap)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(kit)
	f.Add(keys)
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := ReadKitInfo(data); err != nil && CodeOf(err) == "" {
			t.Fatalf("untyped error %v", err)
		}
		// Opening costs what the file says; only cheap ones are opened here.
		if _, box, _, err := parseSealed(data, kitFormat, "kit", maxKit); err == nil && box.Memory <= 1024 && box.Time <= 2 {
			if _, err := DecodeRecoveryKit(data, "p"); err != nil && CodeOf(err) == "" {
				t.Fatalf("untyped error %v", err)
			}
		}
	})
}

func BenchmarkCheckTLS(b *testing.B) {
	w := newWorld(b, "440604", "禅城区")
	for b.Loop() {
		if _, err := w.verifier.CheckTLS(w.village.TLSCert); err != nil {
			b.Fatal(err)
		}
	}
}
