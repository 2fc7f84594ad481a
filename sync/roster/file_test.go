package roster

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestRequestFile(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	req, err := DecodeRequest(w.request)
	if err != nil || req.Division != villageCode || req.Counter != "01" || req.Name != "塔坡社区服务站" {
		t.Fatalf("%+v, %v", req, err)
	}
	// A mail program may change line ends; a person may look at the file.
	crlf := bytes.ReplaceAll(w.request, []byte("\n"), []byte("\r\n"))
	if _, err := DecodeRequest(crlf); err != nil {
		t.Error(err)
	}
	if !bytes.Contains(w.request, []byte("塔坡社区服务站")) {
		t.Error("the name cannot be read in the file")
	}
	file := string(w.request)
	for what, c := range map[string]struct {
		data string
		code Code
	}{
		"empty":         {"", CodeWrongFile},
		"grant":         {string(w.grantFile), CodeWrongFile},
		"photo":         {"\x89PNG\r\n\x1a\n", CodeWrongFile},
		"cut":           {file[:len(file)/2], CodeWrongFile},
		"newer":         {strings.Replace(file, `"version": 1`, `"version": 2`, 1), CodeNewer},
		"older":         {strings.Replace(file, `"version": 1`, `"version": 0`, 1), CodeAltered},
		"other counter": {strings.Replace(file, `"counter": "01"`, `"counter": "02"`, 1), CodeAltered},
		"other village": {strings.Replace(file, `"division": "440604100001"`, `"division": "440604100002"`, 1), CodeAltered},
		"other name":    {strings.Replace(file, "塔坡", "河宕", 1), CodeAltered},
		"unknown field": {strings.Replace(file, `"counter"`, `"more": 1, "counter"`, 1), CodeAltered},
		"trailing":      {file + "{}", CodeWrongFile},
		"huge":          {file + strings.Repeat(" ", maxRequest), CodeTooLarge},
	} {
		_, err := DecodeRequest([]byte(c.data))
		wantCode(t, what, err, c.code)
	}
}

// TestRequestKeysAreBound: parts of two genuine requests do not make a third.
func TestRequestKeysAreBound(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	a, _ := DecodeRequest(w.request)
	other, _ := GenerateKeys()
	b, err := NewRequest(other, villageCode, "01", "x")
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*Request){
		"transport": func(r *Request) { r.TLSCSR = b.TLSCSR },
		"signing":   func(r *Request) { r.SignCSR = b.SignCSR },
		"wrapping":  func(r *Request) { r.WrapKey = b.WrapKey },
	} {
		mixed := *a
		change(&mixed)
		file, err := mixed.Encode(w.townKeys) // signed by somebody else
		if err != nil {
			t.Fatal(err)
		}
		_, err = DecodeRequest(file)
		wantCode(t, what, err, CodeAltered)
	}
	one := *other
	one.TLS = one.Signing
	_, err = NewRequest(&one, villageCode, "01", "x")
	wantCode(t, "one key for both", err, CodeInvalid)
	for _, c := range [][3]string{{"4406", "01", "x"}, {"440604100001", "1", "x"}, {"440604100001", "0a", "x"}, {"440604100001", "01", ""},
		{"440604100001", "01", strings.Repeat("长", 65)}} {
		_, err := NewRequest(other, c[0], c[1], c[2])
		wantCode(t, strings.Join(c[:], " "), err, CodeInvalid)
	}
}

func TestGrantFile(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	g, err := DecodeGrant(w.grantFile)
	if err != nil {
		t.Fatal(err)
	}
	want := w.grant(t)
	for i := range want.Files {
		if g.Files[i].Name != want.Files[i].Name || !bytes.Equal(g.Files[i].Data, want.Files[i].Data) {
			t.Errorf("file %d differs", i)
		}
	}
	if g.Realm != want.Realm || !reflect.DeepEqual(g.Device, want.Device) || !reflect.DeepEqual(g.Hub, want.Hub) ||
		!reflect.DeepEqual(g.Addresses, want.Addresses) || g.Fingerprint() != Fingerprint(w.root.Cert) {
		t.Error("the grant differs")
	}
	keys, err := g.Open(w.keys)
	if err != nil || !reflect.DeepEqual(keys, []ScopeKey{w.realmKey, w.scopeKey}) {
		t.Fatalf("%v, %v", keys, err)
	}
	if err := g.In(w.root.Cert); err != nil {
		t.Error(err)
	}
	_, err = g.Open(w.townKeys)
	wantCode(t, "another device's keys", err, CodeWrongDevice)
	mixed := *w.keys
	mixed.Wrap = w.townKeys.Wrap
	_, err = g.Open(&mixed)
	wantCode(t, "another wrapping key", err, CodeWrongDevice)
	for _, k := range []ScopeKey{w.realmKey, w.scopeKey} {
		if bytes.Contains(w.grantFile, k.Key[:]) {
			t.Error("a scope key lies in the grant")
		}
	}
}

func TestGrantOfAnotherRealm(t *testing.T) {
	ours, theirs := newWorld(t, "440604", "禅城区"), newWorld(t, "440604", "禅城区")
	g, err := DecodeGrant(theirs.grantFile)
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, "their grant here", g.In(ours.root.Cert), CodeOtherRealm)
	_, err = g.Open(ours.keys)
	wantCode(t, "their grant, our keys", err, CodeWrongDevice)

	for what, change := range map[string]func(*Grant){
		"their hub":        func(g *Grant) { g.Hub = *theirs.hub },
		"their device":     func(g *Grant) { g.Device = *theirs.village },
		"their root":       func(g *Grant) { g.Root = theirs.root.Cert },
		"their authority":  func(g *Grant) { g.CAs = append(g.CAs, theirs.auth.Cert()) },
		"no authority":     func(g *Grant) { g.CAs = nil },
		"a village as hub": func(g *Grant) { g.Hub = *ours.village },
		"another district": func(g *Grant) { g.Realm.Code = "440605" },
	} {
		g := ours.grant(t)
		change(g)
		_, err := g.Encode(ours.hubKeys)
		wantCode(t, what, err, CodeUntrusted)
	}
	// A genuine device of the realm signs a grant in the hub's name.
	forged, err := ours.grant(t).Encode(ours.townKeys)
	if err != nil {
		t.Fatal(err)
	}
	_, err = DecodeGrant(forged)
	wantCode(t, "signed by a town", err, CodeAltered)
}

func TestGrantRefusesContent(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	for _, name := range []string{"", ".", "..", "../x", "a/../b", "/a", "a/", "a//b", `a\b`, "A", "a b", ".hidden", "a/.b", "con", "nul.seg",
		"com1.tail", "a.", "a\x00", "路", strings.Repeat("a", 201), "a/a/a/a/a/a/a/a/a", "c:x"} {
		g := w.grant(t)
		g.Files[0].Name = name
		_, err := g.Encode(w.hubKeys)
		wantCode(t, name, err, CodeInvalid)
	}
	for what, change := range map[string]func(*Grant){
		"twice":       func(g *Grant) { g.Files[1].Name = g.Files[0].Name },
		"file folder": func(g *Grant) { g.Files[1].Name = "realm/2026" },
		"folder file": func(g *Grant) { g.Files[0].Name, g.Files[1].Name = "x", "x/y" },
		"address":     func(g *Grant) { g.Addresses[0] = "http://h:1" },
		"path":        func(g *Grant) { g.Addresses[0] = "tcp://h:1/x" },
		"no port":     func(g *Grant) { g.Addresses[0] = "tcp://h" },
		"user":        func(g *Grant) { g.Addresses[0] = "tcp://u@h:1" },
		"key id":      func(g *Grant) { g.Keys[0].ID = "x" },
		"key twice":   func(g *Grant) { g.Keys = append(g.Keys, g.Keys[0]) },
		"scope":       func(g *Grant) { g.Keys[1].Scope = "440604100002" },
		"bad scope":   func(g *Grant) { g.Keys[1].Scope = "x" },
	} {
		g := w.grant(t)
		change(g)
		_, err := g.Encode(w.hubKeys)
		wantCode(t, what, err, CodeInvalid)
	}
}

func TestGrantDamage(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	file := w.grantFile
	for what, c := range map[string]struct {
		data []byte
		code Code
	}{
		"empty":    {nil, CodeWrongFile},
		"request":  {w.request, CodeWrongFile},
		"newer":    {append([]byte("onedoor grant 2\n"), file[16:]...), CodeNewer},
		"newer 12": {append([]byte("onedoor grant 12\n"), file[16:]...), CodeNewer},
		"trailing": {append(bytes.Clone(file), 0), CodeAltered},
		"manifest": {append([]byte(grantMagic), 0xff, 0xff, 0xff, 0xff), CodeTooLarge},
	} {
		_, err := DecodeGrant(c.data)
		wantCode(t, what, err, c.code)
	}
	for n := range len(file) {
		if n%7 != 0 && n > 64 {
			continue
		}
		_, err := DecodeGrant(file[:n])
		wantCode(t, fmt.Sprint("cut at ", n), err, CodeAltered, CodeWrongFile)
	}
}

// TestNoByteOfAGrantCanChange flips a bit of every byte: none may pass.
func TestNoByteOfAGrantCanChange(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	bad := bytes.Clone(w.grantFile)
	for i := range bad {
		bad[i] ^= 1 << (i % 8)
		if _, err := DecodeGrant(bad); CodeOf(err) == "" {
			t.Fatalf("byte %d of %d: %v", i, len(bad), err)
		}
		bad[i] ^= 1 << (i % 8)
	}
}

// TestNoByteOfARequestCanChangeItsMeaning: white space is not covered, all else is.
func TestNoByteOfARequestCanChangeItsMeaning(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	want, _ := DecodeRequest(w.request)
	bad := bytes.Clone(w.request)
	for i := range bad {
		bad[i] ^= 1 << (i % 8)
		got, err := DecodeRequest(bad)
		if err != nil && CodeOf(err) == "" {
			t.Fatalf("byte %d: untyped %v", i, err)
		}
		if err == nil && !sameJSON(got, want) {
			t.Fatalf("byte %d changed the request", i)
		}
		bad[i] ^= 1 << (i % 8)
	}
}

func sameJSON(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return bytes.Equal(x, y)
}

func TestRecoveryKit(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	phrase := GeneratePassphrase()
	kit := &RecoveryKit{Root: w.root, CAs: [][]byte{w.auth.Cert()}}
	file, err := kit.encode(phrase, cheap)
	if err != nil {
		t.Fatal(err)
	}
	back, err := DecodeRecoveryKit(file, strings.ToLower(strings.ReplaceAll(phrase, "-", " ")))
	if err != nil || !back.Root.Key.Equal(w.root.Key) {
		t.Fatal(err)
	}
	successor, err := back.Root.NewAuthority()
	if err != nil || w.verifier.AddAuthority(successor.Cert()) != nil {
		t.Fatal(err)
	}
	info, err := ReadKitInfo(file)
	if err != nil || info.Code != "440604" || info.Name != "禅城区" || info.Fingerprint != Fingerprint(w.root.Cert) {
		t.Fatalf("%+v, %v", info, err)
	}
	_, err = DecodeRecoveryKit(file, "wrong")
	wantCode(t, "wrong passphrase", err, CodePassphrase)
	_, err = DecodeRecoveryKit(file, "")
	wantCode(t, "no passphrase", err, CodePassphrase)
	_, err = DecodeRecoveryKit(w.request, phrase)
	wantCode(t, "a request", err, CodeWrongFile)
	_, err = DecodeRecoveryKit(bytes.Replace(file, []byte("禅城区"), []byte("南海区"), 1), phrase)
	wantCode(t, "another name in its header", err, CodePassphrase)
	_, err = kit.encode("", cheap)
	wantCode(t, "sealed without passphrase", err, CodePassphrase)
	other := newWorld(t, "440604", "禅城区")
	kit.CAs = append(kit.CAs, other.auth.Cert())
	_, err = kit.encode(phrase, cheap)
	wantCode(t, "another realm's authority", err, CodeUntrusted)
}

func TestNoByteOfAKitCanChangeItsMeaning(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	kit := &RecoveryKit{Root: w.root, CAs: [][]byte{w.auth.Cert()}}
	file, err := kit.encode("phrase", cheap)
	if err != nil {
		t.Fatal(err)
	}
	for i := range file {
		file[i] ^= 1 << (i % 8)
		// A cost that grew by a flipped digit is valid, and would only make the test slow.
		if _, box, _, err := parseSealed(file, kitFormat, "recovery kit", maxKit); err == nil && box.Params == cheap {
			got, err := DecodeRecoveryKit(file, "phrase")
			if err != nil && CodeOf(err) == "" {
				t.Fatalf("byte %d: untyped %v", i, err)
			}
			if err == nil && (!got.Root.Key.Equal(w.root.Key) || !sameJSON(got.CAs, kit.CAs)) {
				t.Fatalf("byte %d changed the kit", i)
			}
		}
		file[i] ^= 1 << (i % 8)
	}
}

func TestExportedKeys(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	file, err := encodeKeys(w.root.Cert, []ScopeKey{w.realmKey, w.scopeKey}, "a phrase", cheap)
	if err != nil {
		t.Fatal(err)
	}
	root, keys, err := DecodeKeys(file, "a phrase")
	if err != nil || !bytes.Equal(root, w.root.Cert) || !reflect.DeepEqual(keys, []ScopeKey{w.realmKey, w.scopeKey}) {
		t.Fatal(err)
	}
	_, _, err = DecodeKeys(file, "wrong")
	wantCode(t, "wrong passphrase", err, CodePassphrase)
	_, err = DecodeRecoveryKit(file, "a phrase")
	wantCode(t, "keys as kit", err, CodeWrongFile)
	if info, err := ReadKitInfo(file); err != nil || info.Code != "440604" {
		t.Errorf("%+v, %v", info, err)
	}
}

// TestSecretsDoNotPrint: %v of anything that holds a key shows none of it.
func TestSecretsDoNotPrint(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	for _, v := range []any{w.keys, w.auth, w.scopeKey, &RecoveryKit{Root: w.root}, w.root} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			if s := fmt.Sprintf(verb, v); len(s) > 60 {
				t.Errorf("%T with %s: %.80s", v, verb, s)
			}
		}
	}
}

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
	keys, err := encodeKeys(w.root.Cert, []ScopeKey{w.realmKey}, "p", cheap)
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
