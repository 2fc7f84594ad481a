package document

import (
	"fmt"
	"image"
	"image/draw"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"onedoor/forms/document/cjkfont"
	"onedoor/forms/document/layout"
	"onedoor/forms/document/paint"
)

// TestGlyphsAreThoseOfTheFont draws 500 characters of GB 18030-2022 level 3 and
// compares what poppler paints with the outlines in the font files, read by
// another parser than ours. A text layer may be right under a wrong picture.
func TestGlyphsAreThoseOfTheFont(t *testing.T) {
	t.Parallel()
	fonts, err := cjkfont.Load()
	if err != nil {
		t.Fatal(err)
	}
	const cell, cols, count, dpi = 36.0, 20, 500, 144 // points; two dots a point
	rng := rand.New(rand.NewPCG(500, 1))
	var page layout.Page
	var chars []rune
	for i := range count {
		r := hanRanges[rng.IntN(7)]
		c := r[0] + rng.Int32N(r[1]-r[0]+1)
		chars = append(chars, c)
		x, y := float64(i%cols)*cell, float64(i/cols)*cell
		page.Ops = append(page.Ops, layout.Text{X: x + 2, Y: y + 29, S: string(c), Style: layout.Style{Size: 32}})
	}
	pdf, err := paint.PDF(fonts, cols*cell, count/cols*cell, []layout.Page{page}, paint.Meta{Title: "字", Created: sampleTime})
	if err != nil {
		t.Fatal(err)
	}
	path := write(t, pdf)
	base := strings.TrimSuffix(path, ".pdf")
	run(t, "pdftoppm", "-r", fmt.Sprint(dpi), "-singlefile", "-gray", "-png", path, base)
	paper, files := loadGray(t, base+".png"), fontFiles{}
	for i, c := range chars {
		side := int(cell) * dpi / 72
		at := image.Rect(0, 0, side, side).Add(image.Pt(i%cols*side, i/cols*side))
		want := files.draw(t, c, side, 2*2, 29*2, 32*2)
		if d := apart(paper.SubImage(at).(*image.Gray), want); d > 0.10 {
			t.Errorf("U+%04X differs from its outline by %.0f %% of its ink", c, 100*d)
		}
		// The test itself: another character's outline must not pass.
		if other := chars[(i+1)%count]; other != c && apart(paper.SubImage(at).(*image.Gray), files.draw(t, other, side, 4, 58, 64)) < 0.10 {
			t.Errorf("U+%04X passes for U+%04X", c, other)
		}
	}
}

// apart is the difference between two pictures as a share of the ink.
func apart(a, b *image.Gray) float64 {
	diff, ink := 0, 1
	for y := range b.Rect.Dy() {
		for x := range b.Rect.Dx() {
			p := int(a.GrayAt(a.Rect.Min.X+x, a.Rect.Min.Y+y).Y)
			q := int(b.GrayAt(x, y).Y)
			diff += max(p-q, q-p)
			ink += 255 - q
		}
	}
	return float64(diff) / float64(ink)
}

// fontFiles are the committed font files as they lie there.
type fontFiles map[string]*sfnt.Font

func (f fontFiles) open(t *testing.T, name string) *sfnt.Font {
	t.Helper()
	if f[name] != nil {
		return f[name]
	}
	data, err := os.ReadFile("cjkfont/data/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(name, ".zst") {
		dec, err := zstd.NewReader(nil)
		if err != nil {
			t.Fatal(err)
		}
		defer dec.Close()
		if data, err = dec.DecodeAll(data, nil); err != nil {
			t.Fatal(err)
		}
	}
	if f[name], err = sfnt.Parse(data); err != nil {
		t.Fatal(name, err)
	}
	return f[name]
}

// draw fills the outline of a character: the body font's, else the rare pack's.
func (f fontFiles) draw(t *testing.T, c rune, side, x, y, size int) *image.Gray {
	t.Helper()
	var buf sfnt.Buffer
	font := f.open(t, "NotoSerifSC-400.ttf")
	gid, err := font.GlyphIndex(&buf, c)
	if err == nil && gid == 0 {
		font = f.open(t, fmt.Sprintf("rare/%02x.ttf.zst", c/cjkfont.RowSize))
		gid, err = font.GlyphIndex(&buf, c)
	}
	if err != nil || gid == 0 {
		t.Fatalf("U+%04X: %v", c, err)
	}
	segments, err := font.LoadGlyph(&buf, gid, fixed.I(size), nil)
	if err != nil {
		t.Fatal(err)
	}
	z := vector.NewRasterizer(side, side)
	at := func(p fixed.Point26_6) (float32, float32) {
		return float32(x) + float32(p.X)/64, float32(y) + float32(p.Y)/64
	}
	for _, s := range segments {
		ax, ay := at(s.Args[0])
		bx, by := at(s.Args[1])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			z.MoveTo(ax, ay)
		case sfnt.SegmentOpLineTo:
			z.LineTo(ax, ay)
		case sfnt.SegmentOpQuadTo:
			z.QuadTo(ax, ay, bx, by)
		}
	}
	img := image.NewGray(image.Rect(0, 0, side, side))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	z.Draw(img, img.Rect, image.Black, image.Point{})
	return img
}
