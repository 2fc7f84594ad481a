package roster

import (
	"bytes"
	"crypto/rand"
	"testing"

	"onedoor/internal/password"
	"onedoor/sync/oplog"
)

var cheap = password.Params{Time: 1, Memory: 64, Threads: 1}

// world is one district with a hub, a town and a village counter.
type world struct {
	root      *Root
	auth      *Authority
	hubKeys   *DeviceKeys
	hub       *DeviceRecord
	townKeys  *DeviceKeys
	town      *DeviceRecord
	keys      *DeviceKeys
	village   *DeviceRecord
	request   []byte // the village's request file
	realmKey  ScopeKey
	scopeKey  ScopeKey
	verifier  *Verifier
	grantFile []byte
}

const villageCode = "440604100001"

func newWorld(t testing.TB, code, name string) *world {
	t.Helper()
	w := &world{}
	var err error
	if w.root, err = NewRoot(code, name); err != nil {
		t.Fatal(err)
	}
	if w.auth, err = w.root.NewAuthority(); err != nil {
		t.Fatal(err)
	}
	w.hubKeys, w.hub, _ = w.enrol(t, code, "00", name+"枢纽", District)
	w.townKeys, w.town, _ = w.enrol(t, code+"100", "01", "石湾镇街道", Town)
	w.keys, w.village, w.request = w.enrol(t, code+"100001", "01", "塔坡社区服务站", Village)
	w.realmKey = newScopeKey(oplog.Realm)
	w.scopeKey = newScopeKey(w.village.Scope())
	if w.verifier, err = NewVerifier(w.root.Cert, w.auth.Cert()); err != nil {
		t.Fatal(err)
	}
	if w.grantFile, err = w.grant(t).Encode(w.hubKeys); err != nil {
		t.Fatal(err)
	}
	return w
}

// enrol takes a device through request file and issue, as the command line does.
func (w *world) enrol(t testing.TB, division, counter, name string, tier Tier) (*DeviceKeys, *DeviceRecord, []byte) {
	t.Helper()
	keys, err := GenerateKeys()
	if err != nil {
		t.Fatal(err)
	}
	req, err := NewRequest(keys, division, counter, name)
	if err != nil {
		t.Fatal(err)
	}
	file, err := req.Encode(keys)
	if err != nil {
		t.Fatal(err)
	}
	if req, err = DecodeRequest(file); err != nil {
		t.Fatal(err)
	}
	rec, err := w.auth.Issue(req, tier)
	if err != nil {
		t.Fatal(err)
	}
	return keys, rec, file
}

func (w *world) grant(t testing.TB) *Grant {
	t.Helper()
	wrapped, err := Wrap(w.village, w.realmKey, w.scopeKey)
	if err != nil {
		t.Fatal(err)
	}
	return &Grant{
		Realm: w.auth.Realm(), Root: w.auth.RootCert(), CAs: [][]byte{w.auth.Cert()},
		Hub: *w.hub, Device: *w.village, Addresses: []string{"tcp://127.0.0.1:22800"}, Keys: wrapped,
		Files: []File{
			{"realm/2026/a.seg", bytes.Repeat([]byte("realm "), 300)},
			{"empty.seg", nil},
			{villageCode + "/2026/b.tail", []byte("powers")},
		},
	}
}

func newScopeKey(scope oplog.Scope) ScopeKey {
	k := ScopeKey{Scope: scope}
	rand.Read(k.Key[:])
	rand.Read(k.ID[:])
	k.ID[0] = oplog.KeyKindScope
	return k
}

func wantCode(t *testing.T, what string, err error, codes ...Code) {
	t.Helper()
	for _, c := range codes {
		if CodeOf(err) == c {
			return
		}
	}
	t.Errorf("%s: %v, want %v", what, err, codes)
}
