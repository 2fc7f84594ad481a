package sign

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"
)

var when = time.Date(2026, 11, 20, 1, 30, 15, 0, time.UTC)

type device struct {
	key   *ecdsa.PrivateKey
	chain []*x509.Certificate
	root  *x509.Certificate
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func certify(t testing.TB, name string, ca bool, pub any, parent *x509.Certificate, key *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<60))
	c := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, IsCA: ca, BasicConstraintsValid: true,
		NotBefore: when.AddDate(-1, 0, 0), NotAfter: when.AddDate(3, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if ca {
		c.KeyUsage = x509.KeyUsageCertSign
	}
	if parent == nil {
		parent = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, pub, key)
	if err != nil {
		t.Fatal(err)
	}
	out, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// newDevice makes root -> district -> device; the chain leaves the root out.
func newDevice(t testing.TB) device {
	t.Helper()
	rk, ck, dk := newKey(t), newKey(t), newKey(t)
	root := certify(t, "root", true, rk.Public(), nil, rk)
	ca := certify(t, "district", true, ck.Public(), root, rk)
	leaf := certify(t, "440604100001-01", false, dk.Public(), ca, ck)
	return device{dk, []*x509.Certificate{leaf, ca}, root}
}

func stampOf() Stamp {
	return Stamp{Number: "44060410000120261120010001X", Kind: "acceptance", IssuedAt: when, Digest: [16]byte{1, 2, 3}}
}

func codeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) && e.Zh != "" && e.En != "" {
		return e.Code
	}
	return ""
}

func (d device) lookup(id KeyID) (*x509.Certificate, error) {
	if have, _ := KeyIDOf(d.key.Public()); have == id {
		return d.chain[0], nil
	}
	return nil, errors.New("unknown key")
}

func signedQR(t testing.TB, d device) string {
	t.Helper()
	text, err := SignQR(stampOf(), d.key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestQRRoundTrip(t *testing.T) {
	d := newDevice(t)
	text := signedQR(t, d)
	if len(text) > 221 { // capacity of a version 8 code at level M: 49 modules
		t.Errorf("%d characters need a larger code than planned", len(text))
	}
	got, cert, err := VerifyQR(" "+text+"\n", d.lookup)
	if err != nil || cert != d.chain[0] {
		t.Fatal(err)
	}
	want := stampOf()
	want.Key, _ = KeyIDOf(d.key.Public())
	if got != want {
		t.Fatalf("got %+v, want %+v", got, want)
	}
}

// TestQRFormat pins the payload to the byte: papers out there carry it.
func TestQRFormat(t *testing.T) {
	s := stampOf()
	s.Key = KeyID{8, 7, 6, 5, 4, 3, 2, 1}
	body, err := s.marshal()
	want := "1b" + hex.EncodeToString([]byte(s.Number)) + "0a" + hex.EncodeToString([]byte(s.Kind)) +
		"006affa2a7" + "01020300000000000000000000000000" + "0807060504030201"
	if got := hex.EncodeToString(body); err != nil || got != want {
		t.Fatalf("%s, want %s, %v", got, want, err)
	}
}

// TestQRForgeries: every single character exchanged for another is refused.
func TestQRForgeries(t *testing.T) {
	d := newDevice(t)
	text := signedQR(t, d)
	for i := range text {
		for _, c := range []byte("AZ27") {
			if text[i] == c {
				continue
			}
			forged := text[:i] + string(c) + text[i+1:]
			if _, _, err := VerifyQR(forged, d.lookup); codeOf(err) == "" {
				t.Fatalf("character %d changed to %c was accepted", i, c)
			}
		}
	}
	for name, s := range map[string]string{
		"lower case": strings.ToLower(text), "cut": text[:len(text)-1], "longer": text + "A", "folded": text[:50] + "\n" + text[50:],
	} {
		if _, _, err := VerifyQR(s, d.lookup); codeOf(err) == "" {
			t.Errorf("%s was accepted", name)
		}
	}
	if _, _, err := VerifyQR(text, newDevice(t).lookup); codeOf(err) != UnknownSigner {
		t.Errorf("unknown key: %v", err)
	}
	if _, _, err := VerifyQR("https://example.org/", d.lookup); codeOf(err) != NotOurs {
		t.Errorf("foreign text: %v", err)
	}
	other := newDevice(t)
	wrong := func(KeyID) (*x509.Certificate, error) { return other.chain[0], nil }
	if _, _, err := VerifyQR(text, wrong); codeOf(err) != UnknownSigner {
		t.Errorf("certificate of another key: %v", err)
	}
}

// TestOtherFormOfSignature: (r, n-s) verifies too in plain ECDSA; here it must not.
func TestOtherFormOfSignature(t *testing.T) {
	d := newDevice(t)
	s, body, sig, err := parseQR(signedQR(t, d))
	if err != nil || s.Number == "" {
		t.Fatal(err)
	}
	raw := make([]byte, sigSize)
	sig.R.FillBytes(raw[:32])
	new(big.Int).Sub(order, sig.S).FillBytes(raw[32:])
	if _, _, err := VerifyQR(QRPrefix+b32.EncodeToString(append(body, raw...)), d.lookup); codeOf(err) != Altered {
		t.Fatal(err)
	}
}

// TestQRUnreadable: what a scanner cut or never read says nothing of any paper; a
// whole code with another statement in it does.
func TestQRUnreadable(t *testing.T) {
	d := newDevice(t)
	text := signedQR(t, d)
	for _, bad := range []string{QRPrefix, QRPrefix + "NONSENSE", QRPrefix + "18", text[:len(text)/2], text[:len(text)-1], text + "A", text[:20] + "\n" + text[20:]} {
		if _, _, err := VerifyQR(bad, d.lookup); codeOf(err) != Unreadable {
			t.Errorf("%.30q: %v", bad, err)
		}
	}
	raw, err := b32.DecodeString(text[len(QRPrefix):])
	if err != nil {
		t.Fatal(err)
	}
	raw[5] ^= 1 // a digit of the case number
	forged := QRPrefix + b32.EncodeToString(raw)
	if _, _, err := VerifyQR(forged, d.lookup); codeOf(err) != Altered {
		t.Errorf("a changed number: %v", err)
	}
}

// TestSignatureIsForQROnly: a signature over the same bytes without the domain
// must not do.
func TestSignatureIsForQROnly(t *testing.T) {
	d := newDevice(t)
	_, body, _, err := parseQR(signedQR(t, d))
	if err != nil {
		t.Fatal(err)
	}
	bare := sha256.Sum256(body)
	sig, err := signLow(d.key, bare[:])
	if err != nil {
		t.Fatal(err)
	}
	raw := make([]byte, sigSize)
	sig.R.FillBytes(raw[:32])
	sig.S.FillBytes(raw[32:])
	if _, _, err := VerifyQR(QRPrefix+b32.EncodeToString(append(body, raw...)), d.lookup); codeOf(err) != Altered {
		t.Fatal(err)
	}
}

func TestSignQRRefuses(t *testing.T) {
	d := newDevice(t)
	for _, s := range []Stamp{{Kind: "acceptance"}, {Number: "1", Kind: "受理"}, {Number: "编号", Kind: "a"},
		{Number: strings.Repeat("1", 65), Kind: "a"}, {Number: "1", Kind: "a", IssuedAt: time.Unix(-1, 0)}} {
		if _, err := SignQR(s, d.key); codeOf(err) != CannotSign {
			t.Errorf("%+v: %v", s, err)
		}
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := SignQR(stampOf(), p384); codeOf(err) != CannotSign {
		t.Error("a key on another curve was taken")
	}
}

// FuzzParseQR: a text that parses is the only text with that meaning.
func FuzzParseQR(f *testing.F) {
	f.Add("OD1:")
	f.Add(signedQR(f, newDevice(f)))
	f.Fuzz(func(t *testing.T, text string) {
		s, body, sig, err := parseQR(text)
		if err != nil {
			if codeOf(err) == "" || s != (Stamp{}) {
				t.Fatal("refused without a reason, or with a result")
			}
			return
		}
		again, err := s.marshal()
		if err != nil || !bytes.Equal(again, body) {
			t.Fatalf("%+v has another form: %v", s, err)
		}
		raw := make([]byte, sigSize)
		sig.R.FillBytes(raw[:32])
		sig.S.FillBytes(raw[32:])
		if QRPrefix+b32.EncodeToString(append(again, raw...)) != strings.TrimSpace(text) {
			t.Fatal("two texts for one payload")
		}
	})
}

func TestErrorsSpeakTwoLanguages(t *testing.T) {
	e := altered(errForm)
	if !strings.Contains(e.Error(), e.Zh) || !strings.Contains(fmt.Sprint(e), e.En) || !errors.Is(e, errForm) {
		t.Fatal(e)
	}
}
