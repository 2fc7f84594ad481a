package document

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"onedoor/forms/document/sign"
)

func newPress(t testing.TB) *Press {
	t.Helper()
	p, err := NewPress()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func issue(t testing.TB, n Notice) (Issued, issuer) {
	t.Helper()
	is := newIssuer(t)
	out, err := newPress(t).Issue(n, A4, is.key, is.chain, sampleTime)
	if err != nil {
		t.Fatal(err)
	}
	return out, is
}

func TestIssueAndVerify(t *testing.T) {
	n := sample()
	out, is := issue(t, n)
	r, err := sign.VerifyPDF(out.PDF, is.chain[1:])
	if err != nil {
		t.Fatal(err)
	}
	if r.Number != n.Number || r.Kind != Acceptance || !r.IssuedAt.Equal(sampleTime) || r.QR != out.QR || r.Device != "440604100001-01" {
		t.Fatalf("%+v", r)
	}
	if !bytes.Equal(r.Digest[:], out.Digest[:16]) || out.Digest != n.Digest() {
		t.Fatal("the QR code holds another digest")
	}
	if len(out.PDF) > 80<<10 || out.Pages != 1 || len(out.Warnings) != 0 {
		t.Fatalf("%d bytes, %d pages, %v", len(out.PDF), out.Pages, out.Warnings)
	}
	_, cert, err := sign.VerifyQR(out.QR, func(sign.KeyID) (*x509.Certificate, error) { return is.chain[0], nil })
	if err != nil || cert != is.chain[0] {
		t.Fatal(err)
	}
}

// TestRequiredContents empties the fields one by one and all at once.
func TestRequiredContents(t *testing.T) {
	full := sample()
	full.QR = "OD1:"
	full.Agent = &Party{Name: "张𬭳明", Number: "4406**********0042"}
	full.Due.Provisional, full.Due.Reason = true, "原因"
	full.NotCounted = []string{"听证"}
	if err := full.Check(); err != nil {
		t.Fatal(err)
	}
	spoil := map[string]func(*Notice){
		"number": func(n *Notice) { n.Number = " " }, "issued_at": func(n *Notice) { n.IssuedAt = time.Time{} },
		"applicant_name": func(n *Notice) { n.Applicant.Name = "" }, "applicant_number": func(n *Notice) { n.Applicant.Number = "" },
		"agent_name": func(n *Notice) { n.Agent = &Party{} }, "item_name": func(n *Notice) { n.Item.Name = "" },
		"item_code": func(n *Notice) { n.Item.Code = "" }, "item_type": func(n *Notice) { n.Item.Type = "" },
		"materials": func(n *Notice) { n.Materials = nil }, "received_on": func(n *Notice) { n.ReceivedOn = time.Time{} },
		"accepted_on": func(n *Notice) { n.AcceptedOn = time.Time{} }, "statutory_limit": func(n *Notice) { n.Statutory = Limit{} },
		"promised_limit": func(n *Notice) { n.Promised = Limit{} }, "due": func(n *Notice) { n.Due.On = time.Time{} },
		"due_reason": func(n *Notice) { n.Due.Reason = "" }, "not_counted": func(n *Notice) { n.NotCounted = []string{""} },
		"query": func(n *Notice) { n.Query = "" }, "collect": func(n *Notice) { n.Collect = "" }, "fee": func(n *Notice) { n.Fee = "" },
		"body": func(n *Notice) { n.Body = "" }, "phone": func(n *Notice) { n.Phone = "" }, "officer": func(n *Notice) { n.Officer = "" },
		"copies": func(n *Notice) { n.CopyNo = 3 }, "qr": func(n *Notice) { n.QR = "" },
	}
	empty := full
	for _, r := range Required(Acceptance) {
		f, ok := spoil[r.Key]
		if !ok || r.Zh == "" || r.En == "" || r.Basis == "" {
			t.Fatalf("%s is not tested or not named", r.Key)
		}
		n := full
		f(&n)
		f(&empty)
		if got := lacks(t, n.Check()); !slices.Equal(got, []string{r.Key}) {
			t.Errorf("%s spoilt, reported %v", r.Key, got)
		}
	}
	if got := lacks(t, empty.Check()); len(got) != len(spoil) {
		t.Errorf("%d of %d missing contents named", len(got), len(spoil))
	}
	if _, err := newPress(t).Render(empty, A4); err == nil {
		t.Error("an incomplete notice was drawn")
	}
}

func lacks(t *testing.T, err error) (keys []string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != MissingContents {
		t.Fatalf("%v", err)
	}
	for _, r := range e.Missing {
		keys = append(keys, r.Key)
		if !strings.Contains(e.Zh, r.Zh) || !strings.Contains(e.En, r.En) {
			t.Errorf("the message does not name %s", r.Key)
		}
	}
	return keys
}

func TestItemWithoutMaterials(t *testing.T) {
	n := sample()
	n.NoMaterials = true
	n.QR = "OD1:"
	if got := lacks(t, n.Check()); !slices.Equal(got, []string{"materials"}) {
		t.Fatal("a list of materials for an item that asks for none was accepted")
	}
	n.Materials = nil
	out, _ := issue(t, n)
	if text := ownText(t, out.PDF); !strings.Contains(text, "本事项无需提交申请材料") || strings.Contains(text, "材料齐全") {
		t.Fatal(text)
	}
}

func TestRefusedInput(t *testing.T) {
	code := func(spoil func(*Notice)) Code {
		n := sample()
		n.QR = "OD1:"
		spoil(&n)
		var e *Error
		if err := n.Check(); !errors.As(err, &e) {
			return ""
		}
		return e.Code
	}
	for name, c := range map[string]struct {
		spoil func(*Notice)
		want  Code
	}{
		"invalid UTF-8 in a list":   {func(n *Notice) { n.Materials[1].Note = "\xff" }, InvalidText},
		"invalid UTF-8 of an agent": {func(n *Notice) { n.Agent = &Party{Name: "\xe5\xbc"} }, InvalidText},
		"full ID number":            {func(n *Notice) { n.Applicant.Number = "44060419900307201X" }, Unmasked},
		"full number of an agent":   {func(n *Notice) { n.Agent = &Party{Name: "某", Number: "440604900307201"} }, Unmasked},
		"unknown kind":              {func(n *Notice) { n.Kind = "x" }, UnknownKind},
		"credit code in full":       {func(n *Notice) { n.Applicant.Organisation, n.Applicant.Number = true, "114406040070440007" }, ""},
	} {
		if got := code(c.spoil); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestDigest(t *testing.T) {
	n := sample()
	// The format must not change: papers out there carry it.
	const golden = "aa33fa707bb442049e37465d53eab90ce9eec9b7a9f5d3f0c73a613f7559c3e2"
	if d := n.Digest(); hex.EncodeToString(d[:]) != golden {
		t.Errorf("digest %x", d)
	}
	copied := n
	copied.CopyNo, copied.Reprint, copied.QR = 2, 3, "x"
	copied.IssuedAt = n.IssuedAt.UTC().Add(time.Millisecond)
	if copied.Digest() != n.Digest() {
		t.Error("a reprint must have the digest of the original")
	}
	for i := range reflect.TypeFor[Notice]().NumField() {
		changed := n
		f := reflect.ValueOf(&changed).Elem().Field(i)
		name := reflect.TypeFor[Notice]().Field(i).Name
		switch f.Interface().(type) {
		case string:
			f.SetString("另")
		case time.Time:
			f.Set(reflect.ValueOf(sampleTime.Add(time.Hour)))
		case bool:
			f.SetBool(true)
		default:
			continue
		}
		if changed.Digest() == n.Digest() && name != "QR" {
			t.Errorf("%s is not in the digest", name)
		}
	}
}

// TestDeterministic draws on many goroutines, which is for the race detector
// too, and at A5.
func TestDeterministic(t *testing.T) {
	p := newPress(t)
	n := longSample()
	n.QR = "OD1:" + strings.Repeat("AB", 100)
	first, err := p.Render(n, A4)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			d, err := p.Render(n, A4)
			if err != nil || !bytes.Equal(d.PDF, first.PDF) {
				t.Error("the same notice gave other bytes", err)
			}
		})
	}
	wg.Wait()
	small, err := p.Render(n, A5)
	if err != nil || small.Pages < first.Pages || small.Pages > first.Pages+2 {
		t.Fatalf("A5: %d pages, A4: %d, %v", small.Pages, first.Pages, err)
	}
	if len(first.Warnings) != 1 || first.Warnings[0].Rune != 0xE170 {
		t.Fatal(first.Warnings)
	}
}

func BenchmarkReceipt(b *testing.B) {
	p, is, n := newPress(b), newIssuer(b), sample()
	size := 0
	for b.Loop() {
		out, err := p.Issue(n, A4, is.key, is.chain, sampleTime)
		if err != nil {
			b.Fatal(err)
		}
		size = len(out.PDF)
	}
	b.ReportMetric(float64(size), "bytes/pdf")
}
