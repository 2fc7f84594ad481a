package roster

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

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
	hub, err := Deposit(w.root.Cert, []byte("the hub's own keys"))
	if err != nil {
		t.Fatal(err)
	}
	file, err := encodeKeys(KeyBackup{Root: w.root.Cert, Keys: []ScopeKey{w.realmKey, w.scopeKey}, Hub: hub}, "a phrase", cheap)
	if err != nil {
		t.Fatal(err)
	}
	b, err := DecodeKeys(file, "a phrase")
	if err != nil || !bytes.Equal(b.Root, w.root.Cert) || !reflect.DeepEqual(b.Keys, []ScopeKey{w.realmKey, w.scopeKey}) {
		t.Fatal(err)
	}
	if plain, err := w.root.OpenDeposit(b.Hub); err != nil || string(plain) != "the hub's own keys" {
		t.Errorf("%q %v", plain, err)
	}
	_, err = newWorld(t, "440604", "禅城区").root.OpenDeposit(b.Hub)
	wantCode(t, "another district's kit", err, CodeAltered)
	_, err = DecodeKeys(file, "wrong")
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
