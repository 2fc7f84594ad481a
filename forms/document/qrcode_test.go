package document

import (
	"encoding/base32"
	"image"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/encoder"

	"onedoor/forms/document/layout"
	"onedoor/forms/document/raster"
	"onedoor/forms/document/sign"
)

// lines are the rows of a symbol, then its columns, "1" for dark.
func lines(n int, dark func(col, row int) bool) (out []string) {
	for _, at := range []func(a, b int) bool{func(row, col int) bool { return dark(col, row) }, dark} {
		for a := range n {
			b := make([]byte, n)
			for i := range n {
				b[i] = '0'
				if at(a, i) {
					b[i] = '1'
				}
			}
			out = append(out, string(b))
		}
	}
	return out
}

// penalty judges a masked symbol by the four features of ISO/IEC 18004, clause
// "Evaluation of data masking results", from its words and no library.
func penalty(n int, dark func(col, row int) bool) (sum int) {
	all := lines(n, dark)
	for _, l := range all {
		for _, c := range []string{"0", "1"} { // N1: five and more of one colour in line
			for _, r := range strings.FieldsFunc(l, func(r rune) bool { return string(r) != c }) {
				if len(r) >= 5 {
					sum += len(r) - 2
				}
			}
		}
		for i := range n { // N3: like a finder, with four light ones beside it
			if strings.HasPrefix(l[i:], "10111010000") || strings.HasPrefix(l[i:], "00001011101") {
				sum += 40
			}
		}
	}
	for y := range n - 1 { // N2: squares of one colour
		for x := range n - 1 {
			if two := all[y][x : x+2]; two == all[y+1][x:x+2] && two[0] == two[1] {
				sum += 3
			}
		}
	}
	ink := strings.Count(strings.Join(all[:n], ""), "1")
	return sum + 10*int(math.Abs(float64(ink)*100/float64(n*n)-50)/5) // N4: share of dark ones
}

// TestQRMask: the code is, module by module, one of the eight that an
// independent encoder makes, and none of the others has a lower penalty.
func TestQRMask(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(18004, 8))
	used := map[int]bool{}
	for range 40 {
		raw := make([]byte, 90+rng.IntN(60))
		for i := range raw {
			raw[i] = byte(rng.Uint32())
		}
		text := sign.QRPrefix + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
		code, err := encodeQR(text)
		if err != nil {
			t.Fatal(err)
		}
		ours, mask := lines(code.Side, code.Black), -1
		got := penalty(code.Side, code.Black)
		for k := range 8 {
			other, err := encoder.Encoder_encode(text, decoder.ErrorCorrectionLevel_M, map[gozxing.EncodeHintType]any{gozxing.EncodeHintType_QR_MASK_PATTERN: k})
			if err != nil {
				t.Fatal(err)
			}
			m := other.GetMatrix()
			dark := func(col, row int) bool { return m.Get(col, row) == 1 }
			if slices.Equal(ours, lines(m.GetWidth(), dark)) {
				mask = k
			}
			if p := penalty(m.GetWidth(), dark); p < got {
				t.Errorf("penalty %d, but %d with mask %d", got, p, k)
			}
		}
		if mask < 0 {
			t.Error("not a code that another encoder makes")
		}
		used[mask] = true
	}
	if len(used) < 5 {
		t.Error("masks used:", used)
	}
}

// TestQRRefuses: what the alphanumeric mode cannot hold is an error, never a
// code with another text.
func TestQRRefuses(t *testing.T) {
	for _, text := range []string{"od1:a", "办", strings.Repeat("A", 5000)} {
		if _, err := encodeQR(text); err == nil {
			t.Errorf("%.10s was encoded", text)
		}
	}
}

// TestQuietZone: four modules around the code are white on every paper, over a
// watermark, and this cuts nothing else off.
func TestQuietZone(t *testing.T) {
	t.Parallel()
	const dpi = 200
	for _, kind := range []string{"supplement", "acceptance", "guide"} {
		for _, paper := range []Paper{A4, A5, Roll80} {
			d := rareDraft(t, kind)
			d.Watermark = strings.Repeat("仅供核验", 12)
			out := issuedDraft(t, d, paper)
			pages, err := out.Raster(dpi)
			if err != nil {
				t.Fatal(err)
			}
			codes := 0
			for i, p := range out.pages {
				for _, op := range p.Ops {
					if m, ok := op.(layout.Modules); ok {
						codes++
						if ink := inkAround(pages[i], m, dpi/72.0); ink > 0 {
							t.Errorf("%s %s: %d dots in the margin are not white", kind, paper, ink)
						}
						if ink := inkAround(bare(t, out, i, dpi), m, dpi/72.0); ink > 0 {
							t.Errorf("%s %s: the margin cuts %d dots off", kind, paper, ink)
						}
					}
				}
			}
			if codes != 1 {
				t.Errorf("%s %s: %d codes", kind, paper, codes)
			}
		}
	}
}

// bare is a page without watermark and without code.
func bare(t *testing.T, out Issued, page, dpi int) *image.Gray {
	t.Helper()
	var p layout.Page
	for _, op := range out.pages[page].Ops {
		switch op.(type) {
		case layout.Mark, layout.Modules:
		default:
			p.Ops = append(p.Ops, op)
		}
	}
	img, err := raster.Page(out.fonts, out.frame.W, out.frame.H, p, dpi)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// inkAround counts the dots that are not white within four modules around a
// code; k is dots per point. A dot on either edge is left out, being rounded.
func inkAround(img *image.Gray, m layout.Modules, k float64) (ink int) {
	dot := func(v float64) int { return int(math.Round(v * k)) }
	q := 4 * m.Side / float64(m.N)
	code := image.Rect(dot(m.X), dot(m.Y), dot(m.X+m.Side), dot(m.Y+m.Side)).Inset(-1)
	all := image.Rect(dot(m.X-q), dot(m.Y-q), dot(m.X+m.Side+q), dot(m.Y+m.Side+q)).Inset(1)
	for y := all.Min.Y; y < all.Max.Y; y++ {
		for x := all.Min.X; x < all.Max.X; x++ {
			if at := image.Pt(x, y); !at.In(code) && at.In(img.Rect) && img.GrayAt(x, y).Y < 255 {
				ink++
			}
		}
	}
	return ink
}
