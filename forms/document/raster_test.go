package document

import (
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onedoor/forms/document/escpos"
)

// decodeReceipt reads receipt printer bytes back into the picture that comes
// out on paper: an interpreter of the commands that are used, strict on all else.
func decodeReceipt(t *testing.T, b []byte) *image.Gray {
	t.Helper()
	take := func(n int) []byte {
		if len(b) < n {
			t.Fatal("the commands end in the middle")
		}
		head := b[:n]
		b = b[n:]
		return head
	}
	var dots [][]byte
	cut := false
	for len(b) > 0 {
		if cut {
			t.Fatal("commands behind the cut")
		}
		switch cmd := string(take(2)); cmd {
		case "\x1b@":
		case "\x1bd":
			take(1)
		case "\x1dV":
			take(2)
			cut = true
		case "\x1dv":
			h := take(6)
			w, rows := int(h[2])+256*int(h[3]), int(h[4])+256*int(h[5])
			if h[0] != '0' || h[1] != 0 || w != escpos.Width/8 || rows < 1 {
				t.Fatalf("% x", h)
			}
			for range rows {
				dots = append(dots, take(w))
			}
		default:
			t.Fatalf("unknown command % x", cmd)
		}
	}
	if !cut {
		t.Fatal("the paper is not cut")
	}
	img := image.NewGray(image.Rect(0, 0, escpos.Width, len(dots)))
	for y, row := range dots {
		for x := range escpos.Width {
			if row[x/8]>>(7-x%8)&1 == 0 {
				img.Pix[y*img.Stride+x] = 255
			}
		}
	}
	return img
}

func savePNG(t *testing.T, path string, img image.Image) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
}

func loadGray(t *testing.T, path string) *image.Gray {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	src, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	g := image.NewGray(src.Bounds())
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			g.Set(x, y, src.At(x, y))
		}
	}
	return g
}

// TestReceiptPrinter: the QR code on the paper of a receipt printer is the one
// of the document, and the picture is what poppler makes of the PDF.
func TestReceiptPrinter(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"acceptance", "supplement", "mine"} {
		out := issuedDraft(t, rareDraft(t, kind), Roll80)
		raw, err := out.Receipt()
		if err != nil {
			t.Fatal(err)
		}
		paper := decodeReceipt(t, raw)
		path := filepath.Join(t.TempDir(), "paper.png")
		savePNG(t, path, paper)
		if got := scanQR(t, path); got != out.QR {
			t.Fatalf("%s: scanned %q", kind, got)
		}
		pdf := write(t, out.PDF)
		base := strings.TrimSuffix(pdf, ".pdf")
		run(t, "pdftoppm", "-r", "203", "-singlefile", "-gray", "-png", pdf, base)
		poppler := loadGray(t, base+".png")
		left := (poppler.Rect.Dx() - escpos.Width) / 2
		part := poppler.SubImage(image.Rect(left, 0, left+escpos.Width, paper.Rect.Dy())).(*image.Gray)
		if d := different(paper, part); d > 0.01 {
			savePNG(t, filepath.Join(os.TempDir(), "receipt-"+kind+".png"), paper)
			t.Errorf("%s: %.2f %% of the squares differ from poppler's", kind, 100*d)
		}
	}
}

// TestRasterIsThePDF compares the pictures that Windows printers get.
func TestRasterIsThePDF(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"grant", "copy", "guide"} {
		d := rareDraft(t, kind)
		d.Watermark = "与原件核对无误"
		out := issuedDraft(t, d, A4)
		pages, err := out.Raster(150)
		if err != nil || len(pages) != out.Pages {
			t.Fatal(err, len(pages))
		}
		path := write(t, out.PDF)
		base := strings.TrimSuffix(path, ".pdf")
		run(t, "pdftoppm", "-r", "150", "-f", "1", "-singlefile", "-gray", "-png", path, base)
		if d := different(pages[0], loadGray(t, base+".png")); d > 0.01 {
			t.Errorf("%s: %.2f %% of the squares differ from poppler's", kind, 100*d)
		}
	}
}

// different is the share of squares of 8 x 8 dots whose mean differs by more
// than a quarter: hinting and rounding move edges by a dot, a wrong or missing
// glyph changes squares.
func different(a, b *image.Gray) float64 {
	const side = 8
	bad, all := 0, 0
	w, h := min(a.Rect.Dx(), b.Rect.Dx()), min(a.Rect.Dy(), b.Rect.Dy())
	for y := 0; y+side <= h; y += side {
		for x := 0; x+side <= w; x += side {
			diff := 0
			for dy := range side {
				for dx := range side {
					diff += int(a.GrayAt(a.Rect.Min.X+x+dx, a.Rect.Min.Y+y+dy).Y) - int(b.GrayAt(b.Rect.Min.X+x+dx, b.Rect.Min.Y+y+dy).Y)
				}
			}
			all++
			if diff > side*side*64 || diff < -side*side*64 {
				bad++
			}
		}
	}
	return float64(bad) / float64(all)
}
