// Package escpos writes pictures in the language of receipt printers (ESC/POS),
// as rows of dots: a printer's own Chinese font lacks the rare characters of
// names, dots lack none.
package escpos

import "image"

// The 80 mm roll: 8 dots a millimetre (203 dpi), of which a printer reaches the
// middle 72 mm.
const (
	DPI   = 203
	Width = 576 // dots
)

// band is how many rows go in one command. Cheap printers buffer little.
const band = 128

// threshold makes grey dots black: above the middle, so that thin strokes of
// characters stay whole.
const threshold = 150

// Encode writes the pictures below each other, cut off at the end. Of a picture
// wider than Width the middle is printed.
func Encode(pages ...*image.Gray) []byte {
	out := []byte{0x1b, '@'} // initialise
	for _, p := range pages {
		out = append(out, picture(p)...)
	}
	out = append(out, 0x1b, 'd', 4)          // feed, so that the last line is clear of the knife
	return append(out, 0x1d, 'V', 'B', 0x00) // cut, but for one point in the middle
}

func picture(p *image.Gray) (out []byte) {
	b := p.Bounds()
	left := b.Min.X + (b.Dx()-Width)/2
	const row = Width / 8
	for y := b.Min.Y; y < b.Max.Y; y += band {
		rows := min(band, b.Max.Y-y)
		// GS v 0: raster bit image, as it is; width in bytes, height in dots
		out = append(out, 0x1d, 'v', '0', 0, row%256, row/256, byte(rows%256), byte(rows/256))
		for dy := range rows {
			for x := 0; x < Width; x += 8 {
				out = append(out, eight(p, left+x, y+dy))
			}
		}
	}
	return out
}

// eight packs eight dots, the left one in the highest bit.
func eight(p *image.Gray, x, y int) (v byte) {
	for i := range 8 {
		v <<= 1
		if at := image.Pt(x+i, y); at.In(p.Rect) && p.GrayAt(at.X, at.Y).Y < threshold {
			v |= 1
		}
	}
	return v
}
