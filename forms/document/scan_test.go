package document

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"onedoor/forms/document/sign"
)

// picture is a PNG that looks like a page with lines.
func picture(t testing.TB) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 300, 420))
	for y := range 420 {
		for x := range 300 {
			v := uint8(255)
			if y%20 < 3 && x > 30 && x < 270 {
				v = 40
			}
			img.SetGray(x, y, color.Gray{Y: v})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCopyOfAMaterial(t *testing.T) {
	d := draftOf(t, "copy")
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewRGBA(image.Rect(0, 0, 3000, 900)), nil); err != nil {
		t.Fatal(err)
	}
	d.Scans = append(d.Scans, photo.Bytes(), d.Scans[0])
	is := newIssuer(t)
	out, err := newPress(t).IssueDraft(d, A4, Seal{is.key, is.chain, sampleTime})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sign.VerifyPDF(out.PDF, is.chain[1:]); err != nil || out.Pages != 3 {
		t.Fatal(out.Pages, err)
	}
	if said := run(t, "qpdf", "--check", write(t, out.PDF)); strings.Contains(said, "WARNING") {
		t.Error(said)
	}
	if text := ownText(t, out.PDF); strings.Count(text, "与原件核对无误，仅用于个体工商户设立登记") < 3 {
		t.Error("a page without the watermark:", text)
	}
	if n := bytes.Count(out.PDF, []byte("/Subtype /Image")); n != 2 {
		t.Errorf("%d pictures for two different ones", n)
	}
	first, err := newPress(t).Digest(d)
	if err != nil {
		t.Fatal(err)
	}
	d.Scans[1], d.Scans[2] = d.Scans[2], d.Scans[1]
	if second, err := newPress(t).Digest(d); err != nil || first == second {
		t.Error("other pictures have the same digest", err)
	}
}

func TestScansAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		kind  string
		scans [][]byte
		want  Code
	}{
		"none":            {"copy", nil, MissingContents},
		"no picture":      {"copy", [][]byte{[]byte("GIF89a")}, InvalidValue},
		"truncated":       {"copy", [][]byte{picture(t)[:200]}, InvalidValue},
		"too many":        {"copy", make([][]byte, maxScans+1), InvalidValue},
		"where none goes": {"grant", [][]byte{picture(t)}, InvalidValue},
	} {
		d := draftOf(t, c.kind)
		d.Scans = c.scans
		var e *Error
		if err := newPress(t).CheckDraft(d); !errors.As(err, &e) || e.Code != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzReadScan(f *testing.F) {
	f.Add(picture(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := readScan(data); err == nil && (s.width < 1 || s.height < 1 || len(s.jpeg) == 0) {
			t.Fatal("an empty picture was accepted")
		}
	})
}
