package window

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

func TestPapersOfAnyKind(t *testing.T) {
	b := newBench(t)
	w := seatOf(t, b)
	if got, err := w.Papers("440-1", ""); err != nil || got == nil {
		t.Fatal(got, err)
	}
	if got, err := w.Papers("440-1", "approve"); err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	p, err := w.PrintPaper(PaperRequest{Number: "440-1", Kind: "grant"})
	if err != nil || p.Ticket == "" || p.Printer != "" || p.Warnings == nil {
		t.Fatalf("%+v %v", p, err)
	}
	if held := w.take(p.Ticket); held == nil || string(held.pdf) != "%PDF-1.4 grant" || held.name != "440-1-grant.pdf" {
		t.Fatalf("%+v", held)
	}
	p, err = w.PrintPaper(PaperRequest{Number: "440-1", Kind: "grant", Printer: "laser"})
	if err != nil || p.Ticket != "" || p.Printer != "laser" {
		t.Fatalf("%+v %v", p, err)
	}
	_, err = w.PrintPaper(PaperRequest{Number: "440-1", Kind: "grant", Printer: "stopped"})
	wantCode(t, err, counter.CodeFailed)
	if p, err = w.PrintPaper(PaperRequest{Kind: "guide", Item: "MZ001"}); err != nil || p.Ticket == "" {
		t.Fatalf("%+v %v", p, err)
	}
	_, err = w.PrintPaper(PaperRequest{Kind: "../x", Item: "MZ001"})
	wantCode(t, err, counter.CodeUsage)
	if l, err := w.Printers(); err != nil || l.Why == "" || l.Printers == nil {
		t.Fatal(l, err)
	}
}

func TestVerifyTakesCodesAndFiles(t *testing.T) {
	b := newBench(t)
	var got string
	var file bool
	b.cfg.Verify = func(_ context.Context, data []byte, isFile bool) (desk.Verification, error) {
		got, file = string(data), isFile
		return desk.Verification{Valid: true, Verdict: desk.VerdictGenuine}, nil
	}
	w := seatOf(t, b)
	if v, err := w.Verify("  OD1:ABC \n"); err != nil || !v.Valid || got != "OD1:ABC" || file {
		t.Fatal(v, err, got)
	}
	if _, err := w.Verify("data:application/pdf;base64," + base64.StdEncoding.EncodeToString([]byte("%PDF-"))); err != nil || got != "%PDF-" || !file {
		t.Fatal(err, got)
	}
	for _, bad := range []string{"", "http://x", "44060410000120261120010001X", "data:application/pdf;base64,!", strings.Repeat("O", longestCode+1)} {
		_, err := w.Verify(bad)
		wantCode(t, err, counter.CodeInvalid)
	}
	w.Logout()
	_, err := w.Verify("OD1:ABC")
	wantCode(t, err, CodeLoggedOut)
}

// TestALargePDFCanBeVerified: the body of other calls is bounded at a megabyte;
// a document with scans is larger.
func TestALargePDFCanBeVerified(t *testing.T) {
	s := serve(t, built)
	a := s.seated(t)
	a.want("/api/call/Login", `["陈晓","secret"]`, 200, "")
	text := "data:application/pdf;base64," + base64.StdEncoding.EncodeToString(make([]byte, 3<<20))
	body, _ := json.Marshal([]string{text})
	if status, answer := a.post("/api/call/Verify", string(body)); status != 200 || !strings.Contains(string(answer), `"valid":true`) {
		t.Fatalf("%d %s", status, answer)
	}
}
