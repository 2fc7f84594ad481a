package sign

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"onedoor/forms/document/cjkfont"
	"onedoor/forms/document/layout"
	"onedoor/forms/document/paint"
)

// unsigned is a small file with a QR text in its Info dictionary.
func unsigned(t testing.TB, qr string) []byte {
	t.Helper()
	fonts, err := cjkfont.Load()
	if err != nil {
		t.Fatal(err)
	}
	f := layout.NewFlow(layout.NewPen(fonts), layout.Frame{W: 300, H: 200, Top: 20, Bottom: 20, Left: 20, Right: 20})
	f.Paragraph(layout.Style{Size: 12, Lead: 18}, f.Full(), layout.Left, 0, "受理通知书：李䶮𠅤")
	pdf, err := paint.PDF(fonts, 300, 200, f.Pages, paint.Meta{Title: "受理", Created: when, Extra: map[string]string{InfoKey: qr}})
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

func signedPDF(t testing.TB, d device) []byte {
	t.Helper()
	out, err := SignPDF(unsigned(t, signedQR(t, d)), d.key, d.chain, when)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPDFRoundTrip(t *testing.T) {
	d := newDevice(t)
	file := signedPDF(t, d)
	for name, roots := range map[string][]*x509.Certificate{
		"root": {d.root}, "district": {d.chain[1]}, "several": {newDevice(t).root, d.root},
	} {
		r, err := VerifyPDF(file, roots)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if r.Number != stampOf().Number || r.Kind != "acceptance" || !r.IssuedAt.Equal(when) ||
			r.Device != "440604100001-01" || !r.SignedAt.Equal(when) || r.Cert == nil {
			t.Fatalf("%+v", r)
		}
	}
	rooted := device{d.key, append(d.chain, d.root), d.root}
	if _, err := VerifyPDF(signedPDF(t, rooted), []*x509.Certificate{d.root}); err != nil {
		t.Fatalf("chain with its root: %v", err)
	}
}

// TestEveryByteCounts flips one bit, or all, of random bytes; then of every
// byte of the part that holds the signature.
func TestEveryByteCounts(t *testing.T) {
	d := newDevice(t)
	file := signedPDF(t, d)
	roots := []*x509.Certificate{d.root}
	try := func(i int, mask byte) {
		bad := bytes.Clone(file)
		bad[i] ^= mask
		if r, err := VerifyPDF(bad, roots); codeOf(err) == "" || r.Number != "" {
			t.Fatalf("byte %d of %d xor %02x was accepted", i, len(file), mask)
		}
	}
	rng := rand.New(rand.NewPCG(5, 6))
	for range 1000 {
		try(rng.IntN(len(file)), byte(1)<<rng.IntN(8))
		try(rng.IntN(len(file)), byte(1+rng.IntN(255)))
	}
	for i := bytes.LastIndex(file, []byte(rangeKey)); i < len(file); i++ {
		try(i, 0x20) // also the case of hex digits
		try(i, 1)
	}
}

func TestAlteredKinds(t *testing.T) {
	d := newDevice(t)
	file := signedPDF(t, d)
	roots := []*x509.Certificate{d.root}
	open, end, err := findSignature(file)
	if err != nil {
		t.Fatal(err)
	}
	replace := func(hex []byte) []byte { return append(append(bytes.Clone(file[:open+1]), hex...), file[end-1:]...) }
	digits := file[open+1 : end-1]
	for name, bad := range map[string][]byte{
		"appended newline":   append(bytes.Clone(file), '\n'),
		"appended update":    append(bytes.Clone(file), "1 0 obj\n<<>>\nendobj\n"...),
		"cut":                file[:len(file)-1],
		"upper-case digits":  replace(bytes.ToUpper(digits)),
		"padding not zero":   replace(append(bytes.Clone(digits[:len(digits)-1]), '1')),
		"blank in padding":   replace(append(bytes.Clone(digits[:len(digits)-1]), ' ')),
		"other form of sig":  replace(otherForm(t, digits)),
		"unsigned original":  file[:bytes.Index(file, []byte("%%EOF\n"))+6],
		"junk before header": append([]byte("%PDF-1.7\n"), file...),
	} {
		if _, err := VerifyPDF(bad, roots); codeOf(err) != Altered {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, foreign := range map[string][]byte{"empty": nil, "text": []byte("hello"), "other PDF": []byte("%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n")} {
		if _, err := VerifyPDF(foreign, roots); codeOf(err) != NotOurs {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// otherForm replaces s by n-s, which a plain verifier accepts.
func otherForm(t *testing.T, digits []byte) []byte {
	t.Helper()
	raw := make([]byte, len(digits)/2)
	if _, err := hex.Decode(raw, digits); err != nil {
		t.Fatal(err)
	}
	der, _, err := splitDER(raw)
	if err != nil {
		t.Fatal(err)
	}
	s, err := readCMS(der)
	if err != nil {
		t.Fatal(err)
	}
	s.sig.S = new(big.Int).Sub(order, s.sig.S)
	if der, err = s.marshal(); err != nil {
		t.Fatal(err)
	}
	out := fmt.Appendf(nil, "%x", der)
	return append(out, bytes.Repeat([]byte{'0'}, len(digits)-len(out))...)
}

func TestWhoMaySign(t *testing.T) {
	d, stranger := newDevice(t), newDevice(t)
	roots := []*x509.Certificate{d.root}
	if _, err := VerifyPDF(signedPDF(t, stranger), roots); codeOf(err) != UnknownSigner {
		t.Errorf("stranger: %v", err)
	}
	if _, err := VerifyPDF(signedPDF(t, d), nil); codeOf(err) != UnknownSigner {
		t.Errorf("no roots: %v", err)
	}
	// A genuine QR text in a file that a second enrolled device signed.
	other := device{key: newKey(t), root: d.root}
	ck := newKey(t)
	ca := certify(t, "district", true, ck.Public(), nil, ck)
	other.chain = []*x509.Certificate{certify(t, "other", false, other.key.Public(), ca, ck), ca}
	mixed, err := SignPDF(unsigned(t, signedQR(t, d)), other.key, other.chain, when)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := VerifyPDF(mixed, []*x509.Certificate{ca}); codeOf(err) != Altered {
		t.Errorf("QR code of another device: %v", err)
	}
	// A device certificate must not vouch for others.
	dk := newKey(t)
	under := certify(t, "under", false, dk.Public(), d.chain[0], d.key)
	if _, err := SignPDF(unsigned(t, signedQR(t, d)), dk, append([]*x509.Certificate{under}, d.chain...), when); codeOf(err) != CannotSign {
		t.Errorf("device as authority: %v", err)
	}
}

// TestOutsideValidity: a device whose clock is far off, or whose certificate
// has run out, is told apart from a forger.
func TestOutsideValidity(t *testing.T) {
	d := newDevice(t)
	for _, at := range []time.Time{when.AddDate(-2, 0, 0), when.AddDate(4, 0, 0)} {
		if err := trusted(statement{at: at, chain: d.chain}, []*x509.Certificate{d.root}); codeOf(err) != BadSigner {
			t.Errorf("%s: %v", at, err)
		}
	}
	s := stampOf()
	s.IssuedAt = when.AddDate(4, 0, 0)
	text, err := SignQR(s, d.key)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := VerifyQR(text, d.lookup); codeOf(err) != BadSigner {
		t.Error(err)
	}
}

func TestSignPDFRefuses(t *testing.T) {
	d := newDevice(t)
	file := unsigned(t, signedQR(t, d))
	for name, f := range map[string]func() ([]byte, error){
		"no chain":     func() ([]byte, error) { return SignPDF(file, d.key, nil, when) },
		"other key":    func() ([]byte, error) { return SignPDF(file, newKey(t), d.chain, when) },
		"expired":      func() ([]byte, error) { return SignPDF(file, d.key, d.chain, when.AddDate(5, 0, 0)) },
		"signed twice": func() ([]byte, error) { return SignPDF(signedPDF(t, d), d.key, d.chain, when) },
		"not ours":     func() ([]byte, error) { return SignPDF([]byte("%PDF-1.4\n%%EOF\n"), d.key, d.chain, when) },
		"broken chain": func() ([]byte, error) { return SignPDF(file, d.key, []*x509.Certificate{d.chain[0], d.root}, when) },
		"nonsense xref": func() ([]byte, error) {
			return SignPDF(bytes.ReplaceAll(file, []byte("xref\n0"), []byte("xref\n9")), d.key, d.chain, when)
		},
	} {
		if out, err := f(); codeOf(err) != CannotSign || out != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOriginalStaysInFront: signing only appends.
func TestOriginalStaysInFront(t *testing.T) {
	d := newDevice(t)
	file := unsigned(t, signedQR(t, d))
	for range 50 { // the length of an ECDSA signature varies
		out, err := SignPDF(file, d.key, d.chain, when.Add(300*time.Millisecond))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(out, file) {
			t.Fatal("the signed file does not begin with the original")
		}
		if _, err := VerifyPDF(out, []*x509.Certificate{d.root}); err != nil {
			t.Fatal(err)
		}
	}
}

// FuzzVerifyPDF: nothing makes the verifier panic, and nothing but the file
// itself passes.
func FuzzVerifyPDF(f *testing.F) {
	d := newDevice(f)
	file := signedPDF(f, d)
	open := bytes.LastIndex(file, []byte("/Contents <"))
	f.Add(file[open:], open)
	f.Add([]byte("%PDF-1.7\n/ByteRange [0000000000 0000000001 0000000002 0000000003]/Contents <00>"), 0)
	f.Add([]byte(strings.Repeat("30", 40)), open+len("/Contents <"))
	sum := sha256.Sum256(file)
	f.Fuzz(func(t *testing.T, part []byte, at int) {
		bad := part
		if at > 0 && at < len(file) {
			bad = append(bytes.Clone(file[:at]), part...)
			if rest := at + len(part); rest < len(file) {
				bad = append(bad, file[rest:]...)
			}
		}
		_, err := VerifyPDF(bad, []*x509.Certificate{d.root})
		if (err == nil) != (sha256.Sum256(bad) == sum) {
			t.Fatalf("verdict %v", err)
		}
	})
}

func BenchmarkSignPDF(b *testing.B) {
	d := newDevice(b)
	file := unsigned(b, signedQR(b, d))
	for b.Loop() {
		if _, err := SignPDF(file, d.key, d.chain, when); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyPDF(b *testing.B) {
	d := newDevice(b)
	file := signedPDF(b, d)
	for b.Loop() {
		if _, err := VerifyPDF(file, []*x509.Certificate{d.root}); err != nil {
			b.Fatal(err)
		}
	}
}
