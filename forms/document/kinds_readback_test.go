package document

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"strings"
	"testing"

	"onedoor/forms/document/sign"
)

// issuedDraft signs a draft, with the same key each time.
func issuedDraft(t testing.TB, d Draft, paper Paper) Issued {
	t.Helper()
	is := sameIssuer(t)
	out, err := newPress(t).IssueDraft(d, paper, Seal{is.key, is.chain, sampleTime})
	if err != nil {
		t.Fatal(d.Kind, err)
	}
	return out
}

var squeeze = strings.NewReplacer("\n", "", " ", "", "　", "", "\f", "")

// TestTextOfEveryKind reads back with poppler what was printed, rare names
// included, and has every file checked.
func TestTextOfEveryKind(t *testing.T) {
	t.Parallel()
	for _, kind := range everyKind {
		for variant, d := range map[string]Draft{"rare": rareDraft(t, kind), "long": longDraft(t, kind), "minimal": minimalDraft(t, kind)} {
			path := write(t, issuedDraft(t, d, A4).PDF)
			if said := run(t, "qpdf", "--check", path); strings.Contains(said, "WARNING") {
				t.Error(kind, variant, said)
			}
			text := squeeze.Replace(run(t, "pdftotext", "-layout", path, "-"))
			for _, key := range []string{"applicant_name", "agent_name", "person"} {
				s, ok := d.Facts[key].(string)
				printed := kind != "delivery" && kind != "copy" || key == "applicant_name" // on which others sign for themselves
				if ok && printed && !strings.Contains(text, s) {
					t.Errorf("%s %s: %s %q is not in the text", kind, variant, key, s)
				}
			}
			if !strings.Contains(text, d.Number) || !strings.Contains(text, "第1页共") {
				t.Errorf("%s %s: number or page is not in the text", kind, variant)
			}
		}
	}
}

// TestSixtyMaterials: all of them are there, over several pages, whose count
// every page says.
func TestSixtyMaterials(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"acceptance", "intake", "supplement", "guide", "checklist", "deferral"} {
		out := issuedDraft(t, longDraft(t, kind), A4)
		text := squeeze.Replace(ownText(t, out.PDF))
		if out.Pages < 3 || !strings.Contains(text, "之60") {
			t.Errorf("%s: %d pages", kind, out.Pages)
		}
		if got := strings.Count(text, "共"+string(rune('0'+out.Pages))+"页"); out.Pages < 10 && got != out.Pages {
			t.Errorf("%s: %d of %d pages are numbered", kind, got, out.Pages)
		}
	}
}

// TestHeadingStaysWithItsTable: a table that goes to the last page with the seal takes
// the line along that announces it.
func TestHeadingStaysWithItsTable(t *testing.T) {
	t.Parallel()
	out := issuedDraft(t, rareDraft(t, "acceptance"), A5)
	path := write(t, out.PDF)
	if out.Pages != 2 {
		t.Fatalf("%d pages: what is this test about?", out.Pages)
	}
	for page, want := range map[string]bool{"1": false, "2": true} {
		text := run(t, "pdftotext", "-f", page, "-l", page, path, "-")
		if got := strings.Contains(squeeze.Replace(text), "收到的申请材料"); got != want {
			t.Errorf("page %s has the heading: %v", page, got)
		}
	}
}

// TestQRFromBadPaper prints at 150 dpi on every paper, under a watermark, as a
// poor JPEG and turned by three degrees.
func TestQRFromBadPaper(t *testing.T) {
	t.Parallel()
	for _, paper := range []Paper{A4, A5, Roll80} {
		out := issuedDraft(t, rareDraft(t, "supplement"), paper)
		path := write(t, out.PDF)
		base := strings.TrimSuffix(path, ".pdf")
		run(t, "pdftoppm", "-r", "150", "-singlefile", "-png", path, base)
		if got := scanQR(t, base+".png"); got != out.QR {
			t.Fatalf("%s: scanned %q", paper, got)
		}
		spoil(t, base+".png")
		got := scanQR(t, base+".png")
		if got != out.QR {
			t.Fatalf("%s, turned and as JPEG: scanned %q", paper, got)
		}
		if s, err := sign.ParseQR(got); err != nil || s.Kind != "supplement" {
			t.Fatal(err)
		}
	}
}

// spoil turns an image by three degrees and loses detail by JPEG.
func spoil(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	src, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	b := src.Bounds()
	dst := image.NewGray(b)
	sin, cos := math.Sincos(3 * math.Pi / 180)
	cx, cy := float64(b.Dx())/2, float64(b.Dy())/2
	for y := range b.Dy() {
		for x := range b.Dx() {
			dx, dy := float64(x)-cx, float64(y)-cy
			p := image.Pt(int(cx+dx*cos-dy*sin), int(cy+dx*sin+dy*cos))
			dst.Set(x, y, color.White)
			if p.In(b) {
				dst.Set(x, y, src.At(p.X, p.Y))
			}
		}
	}
	var poor bytes.Buffer
	if err := jpeg.Encode(&poor, dst, &jpeg.Options{Quality: 40}); err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(&poor)
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := png.Encode(&again, img); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, again.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkDraft(b *testing.B) {
	p, is, d := newPress(b), newIssuer(b), draftOf(b, "supplement")
	size := 0
	for b.Loop() {
		out, err := p.IssueDraft(d, A4, Seal{is.key, is.chain, sampleTime})
		if err != nil {
			b.Fatal(err)
		}
		size = len(out.PDF)
	}
	b.ReportMetric(float64(size), "bytes/pdf")
}
