package document

import (
	"image/color"

	"github.com/boombuler/barcode/qr"

	"onedoor/forms/document/layout"
)

// quietModules is the white margin around a QR code (ISO/IEC 18004, clause
// "Symbol structure, quiet zone": four modules on all sides).
const quietModules = 4

// matrix is a QR code: Side x Side modules.
type matrix struct {
	Side  int
	black []bool // row by row
}

// Black tells whether a module is dark; both count from 0 at the top left.
func (m matrix) Black(col, row int) bool { return m.black[row*m.Side+col] }

// encodeQR makes the QR code of a text of sign.SignQR: level M, alphanumeric
// mode, the smallest version, and of the eight masks the one with the lowest
// penalty (ISO/IEC 18004, clause "Evaluation of data masking results"). Error:
// the text is too long or has characters outside the alphanumeric mode.
func encodeQR(text string) (matrix, error) {
	code, err := qr.Encode(text, qr.M, qr.AlphaNumeric)
	if err != nil {
		return matrix{}, err
	}
	n := code.Bounds().Dx()
	m := matrix{Side: n, black: make([]bool, n*n)}
	for row := range n {
		for col := range n {
			m.black[row*n+col] = code.At(col, row) == color.Black
		}
	}
	return m, nil
}

// quiet is the width in points that must stay white around a code on this paper.
func (m measures) quiet(code matrix) float64 { return quietModules * m.qr / float64(code.Side) }

// modules draws a code and its white margin, over any watermark.
func (c *composer) modules(code matrix, x, y float64) {
	c.Draw(layout.Modules{X: x, Y: y, Side: c.qr, Quiet: c.quiet(code), N: code.Side, Black: code.Black})
}

// underCode is where a line below a code begins: no ink of it within the margin.
func (c *composer) underCode(code matrix, y float64) float64 {
	return y + c.qr + c.quiet(code) - (c.foot.Lead-c.foot.Size)/2
}
