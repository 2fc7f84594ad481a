package roster

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

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
