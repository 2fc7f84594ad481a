package keyring

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"onedoor/internal/password"
)

var cheap = password.Params{Time: 1, Memory: 64, Threads: 1}

func TestRing(t *testing.T) {
	for _, phrase := range []string{"", "口令 pass"} {
		dir, name := filepath.Join(t.TempDir(), "keys"), NewName()
		a, err := create(dir, name, phrase, cheap)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Open(dir, name, phrase)
		if err != nil {
			t.Fatal(err)
		}
		sealed := a.Seal("person.name", []byte("row 1"), []byte("张三"))
		plain, err := b.Open("person.name", []byte("row 1"), sealed)
		if err != nil || string(plain) != "张三" || len(sealed) != len("张三")+Overhead {
			t.Fatalf("%q, %v", plain, err)
		}
		if a.MAC("x", []byte("1")) != b.MAC("x", []byte("1")) || a.MAC("x", []byte("1")) == a.MAC("y", []byte("1")) {
			t.Fatal("blind index")
		}
		if want := phrase == ""; slices.Contains(b.Warnings(), WarnPlainFile) != want {
			t.Fatalf("warnings %v", b.Warnings())
		}
	}
}

func TestSealedValuesDoNotMove(t *testing.T) {
	r := newRing(NewName(), newKey(), nil)
	sealed := r.Seal("a", []byte("1"), []byte("value"))
	if bytes.Equal(sealed, r.Seal("a", []byte("1"), []byte("value"))) {
		t.Fatal("a nonce was used twice")
	}
	fails := func(what, label, aad string, b []byte) {
		t.Helper()
		if _, err := r.Open(label, []byte(aad), b); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: %v", what, err)
		}
	}
	fails("label", "b", "1", sealed)
	fails("row", "a", "2", sealed)
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 0x40
		fails(fmt.Sprint("byte ", i), "a", "1", bad)
		fails("cut", "a", "1", sealed[:i])
	}
	if _, err := newRing(NewName(), newKey(), nil).Open("a", []byte("1"), sealed); !errors.Is(err, ErrOpen) {
		t.Error("another key opens it")
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	plain, wrapped := NewName(), NewName()
	if _, err := create(dir, plain, "", cheap); err != nil {
		t.Fatal(err)
	}
	if _, err := create(dir, wrapped, "right", cheap); err != nil {
		t.Fatal(err)
	}
	edit := func(from, old, new string) string {
		name := NewName()
		data, _ := os.ReadFile(keyPath(dir, from))
		s := strings.Replace(string(data), from, name, 1)
		if !strings.Contains(s, old) {
			t.Fatalf("%s has no %q", s, old)
		}
		os.WriteFile(keyPath(dir, name), []byte(strings.Replace(s, old, new, 1)), 0o600)
		return name
	}
	stolen := NewName()
	data, _ := os.ReadFile(keyPath(dir, plain))
	os.WriteFile(keyPath(dir, stolen), data, 0o600)
	for _, c := range []struct {
		what, name, phrase string
		want               Code
	}{
		{"missing", NewName(), "", CodeMissing},
		{"needs a passphrase", wrapped, "", CodePassphraseNeeded},
		{"wrong passphrase", wrapped, "wrong", CodeWrongPassphrase},
		{"another's file", stolen, "", CodeDamaged},
		{"newer", edit(plain, `"version": 1`, `"version": 2`), "", CodeNewer},
		{"other file", edit(plain, "onedoor key", "onedoor kit"), "", CodeDamaged},
		{"unknown field", edit(plain, `"version": 1`, `"version": 1, "x": 1`), "", CodeDamaged},
		{"check", edit(plain, `"check": "`, `"check": "AAAA`), "", CodeDamaged},
		{"cost", edit(wrapped, `"memory_kib": 64`, `"memory_kib": 4294967295`), "right", CodeDamaged},
		{"cost lowered", edit(wrapped, `"memory_kib": 64`, `"memory_kib": 32`), "right", CodeWrongPassphrase},
		{"no JSON", edit(wrapped, "{", "["), "right", CodeDamaged},
		{"path as name", "../" + plain, "", CodeBadName},
	} {
		if _, err := Open(dir, c.name, c.phrase); CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %s", c.what, err, c.want)
		}
	}
	if _, err := create(dir, plain, "", cheap); CodeOf(err) != CodeExists {
		t.Errorf("a key was replaced: %v", err)
	}
	if _, err := create(dir, "x", "", cheap); CodeOf(err) != CodeBadName {
		t.Error(err)
	}
}

// TestNoByteOfAPlainKeyFileCanChangeUnseen: what still opens is the same key.
func TestNoByteOfAPlainKeyFileCanChangeUnseen(t *testing.T) {
	dir, name := t.TempDir(), NewName()
	a, err := create(dir, name, "", cheap)
	if err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(keyPath(dir, name))
	for i := range data {
		for _, bit := range []byte{1, 0x20} {
			bad := bytes.Clone(data)
			bad[i] ^= bit
			key, _, err := decodeFile(bad, name, "")
			if err == nil && key != a.key {
				t.Fatalf("byte %d: another key", i)
			}
		}
	}
}

func TestRewrap(t *testing.T) {
	dir, name := t.TempDir(), NewName()
	a, err := create(dir, name, "", cheap)
	if err != nil {
		t.Fatal(err)
	}
	sealed := a.Seal("l", nil, []byte("v"))
	if _, err := Rewrap(a, dir, "new"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, name, ""); CodeOf(err) != CodePassphraseNeeded {
		t.Fatal(err)
	}
	b, err := Open(dir, name, "new")
	if err != nil {
		t.Fatal(err)
	}
	if v, err := b.Open("l", nil, sealed); err != nil || string(v) != "v" {
		t.Fatal(err)
	}
}

func TestPermissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such permission bits")
	}
	dir, name := filepath.Join(t.TempDir(), "keys"), NewName()
	if _, err := create(dir, name, "", cheap); err != nil {
		t.Fatal(err)
	}
	st, _ := os.Stat(dir)
	kt, _ := os.Stat(keyPath(dir, name))
	if st.Mode().Perm() != 0o700 || kt.Mode().Perm() != 0o600 {
		t.Fatalf("folder %v, file %v", st.Mode(), kt.Mode())
	}
	os.Chmod(keyPath(dir, name), 0o640)
	r, err := Open(dir, name, "")
	if err != nil || !slices.Contains(r.Warnings(), WarnOpenPermissions) {
		t.Fatalf("%v, %v", r.Warnings(), err)
	}
}

func TestPrintingARingShowsNoKey(t *testing.T) {
	r := newRing(NewName(), newKey(), nil)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, r); got != "keyring "+r.Name() {
			t.Errorf("%s: %s", verb, got)
		}
	}
}

func FuzzKeyFile(f *testing.F) {
	dir, name := f.TempDir(), NewName()
	for _, phrase := range []string{"", "p"} {
		n := NewName()
		if _, err := create(dir, n, phrase, cheap); err != nil {
			f.Fatal(err)
		}
		data, _ := os.ReadFile(keyPath(dir, n))
		f.Add(bytes.ReplaceAll(data, []byte(n), []byte(name)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := parseFile(data)
		if err != nil && CodeOf(err) == "" {
			t.Fatalf("untyped error %v", err)
		}
		if err == nil && file.Box == nil {
			decodeFile(data, name, "")
		}
	})
}
