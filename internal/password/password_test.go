package password

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
)

// cheap keeps the tests fast; the cost itself is a benchmark.
var cheap = Params{Time: 1, Memory: 64, Threads: 1}

func TestVerify(t *testing.T) {
	v, err := HashWith("正确的 Horse 9", cheap)
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]bool{
		"正确的 Horse 9":             true,
		"正确的 Ｈｏｒｓｅ ９":             true, // an input method left in full-width mode
		"正确的 horse 9":             false,
		"":                        false,
		strings.Repeat("x", 2000): false,
	} {
		ok, upgrade, err := Verify(v, password)
		if err != nil || ok != want || upgrade != want {
			t.Errorf("%.20q: ok %v, upgrade %v, %v", password, ok, upgrade, err)
		}
	}
}

func TestHashRefuses(t *testing.T) {
	if _, err := HashWith("", cheap); !errors.Is(err, ErrEmpty) {
		t.Error(err)
	}
	if _, err := HashWith(strings.Repeat("x", 1025), cheap); !errors.Is(err, ErrTooLong) {
		t.Error(err)
	}
	if _, err := HashWith("x", Params{Time: 1, Memory: 4, Threads: 1}); !errors.Is(err, ErrMalformed) {
		t.Error(err)
	}
}

func TestSaltsDiffer(t *testing.T) {
	a, _ := HashWith("same", cheap)
	b, _ := HashWith("same", cheap)
	if a == b {
		t.Fatal("two verifiers of one password are equal")
	}
}

func TestDefaultNeedsNoUpgrade(t *testing.T) {
	if Default.less(Default) || !cheap.less(Default) {
		t.Fatal("upgrade rule")
	}
	if err := Default.Check(); err != nil {
		t.Fatal(err)
	}
}

// TestKnownVerifier guards the format: a verifier made once must open for ever.
func TestKnownVerifier(t *testing.T) {
	const v = "$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$WjM5z0kWkhl6A2HrELKw2sx42+ZezHBTAjsaMWqSykk"
	ok, upgrade, err := Verify(v, "correct horse")
	if !ok || !upgrade || err != nil {
		got, _ := derive("correct horse", make([]byte, 16), cheap)
		t.Fatalf("%v %v %v; derived %s", ok, upgrade, err, encode(cheap, make([]byte, 16), got))
	}
}

func TestMalformedVerifiers(t *testing.T) {
	good, _ := HashWith("x", cheap)
	for _, bad := range []string{
		"", "$", "x", good + "$", good[:len(good)-1], " " + good,
		strings.Replace(good, "argon2id", "argon2i", 1),
		strings.Replace(good, "v=19", "v=16", 1),
		strings.Replace(good, "m=64", "m=064", 1),
		strings.Replace(good, "m=64", "m=4294967295", 1),
		strings.Replace(good, "t=1", "t=0", 1),
		strings.Replace(good, "t=1", "t=4000000000", 1),
		strings.Replace(good, "p=1", "p=255", 1),
	} {
		if _, _, err := Verify(bad, "x"); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestBox(t *testing.T) {
	b, err := SealBox("a passphrase", []byte("kit"), []byte("secret"), cheap)
	if err != nil {
		t.Fatal(err)
	}
	data, _ := json.Marshal(b)
	var back Box
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	plain, err := OpenBox("a passphrase", []byte("kit"), &back)
	if err != nil || string(plain) != "secret" {
		t.Fatalf("%q, %v", plain, err)
	}
	if _, err := OpenBox("another", []byte("kit"), &back); !errors.Is(err, ErrWrong) {
		t.Error(err)
	}
	if _, err := OpenBox("a passphrase", []byte("key"), &back); !errors.Is(err, ErrWrong) {
		t.Error(err)
	}
	for i := range back.Sealed {
		back.Sealed[i] ^= 1
		if _, err := OpenBox("a passphrase", []byte("kit"), &back); !errors.Is(err, ErrWrong) {
			t.Fatalf("byte %d: %v", i, err)
		}
		back.Sealed[i] ^= 1
	}
	back.Memory = 1 << 31
	if _, err := OpenBox("a passphrase", nil, &back); !errors.Is(err, ErrMalformed) {
		t.Error(err)
	}
}

func TestGenerate(t *testing.T) {
	form := regexp.MustCompile(`^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$`)
	seen := map[string]bool{}
	for range 200 {
		p := Generate()
		if !form.MatchString(p) || seen[p] {
			t.Fatalf("%q", p)
		}
		seen[p] = true
		sloppy := " " + strings.ToLower(strings.NewReplacer("-", " ", "0", "o", "1", "l").Replace(p))
		if Canonical(sloppy) != p || Canonical(p) != p {
			t.Fatalf("%q became %q", sloppy, Canonical(sloppy))
		}
	}
	for _, own := range []string{"", "my own one", "口令 口令", "i-like-oil"} {
		if Canonical(own) != own {
			t.Errorf("%q became %q", own, Canonical(own))
		}
	}
}

func TestReadable(t *testing.T) {
	if got := Readable([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0x08, 0x42, 0x10, 0x84, 0x21}, 16); got != "ZZZZ-ZZZZ-1111-1111" {
		t.Fatal(got)
	}
}

func FuzzVerify(f *testing.F) {
	good, _ := HashWith("x", cheap)
	f.Add(good)
	f.Add("$argon2id$v=19$m=64,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, s string) {
		p, salt, key, err := decode(s)
		if err == nil && encode(p, salt, key) != s {
			t.Fatalf("%q has two spellings", s)
		}
	})
}

// BenchmarkLogin is the cost of one login; the budget is 1 s on an old PC.
func BenchmarkLogin(b *testing.B) {
	v, _ := Hash("a clerk's password")
	for b.Loop() {
		if ok, _, _ := Verify(v, "a clerk's password"); !ok {
			b.Fatal("refused")
		}
	}
}
