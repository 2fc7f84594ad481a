package document

import (
	"onedoor/forms/document/layout"
	"onedoor/forms/document/wording"
)

// closing is the receiver's signature and, on the right, the place where the
// seal goes over the body's name and the date, as on official papers. It is
// kept together.
func (c *composer) closing(cl wording.Closing) {
	var signs []wording.Sign
	for _, s := range cl.Sign {
		if c.j.scope.Holds(s.When) {
			signs = append(signs, s)
		}
	}
	step := 2 * c.cell.Lead
	signHigh := float64(len(signs))*step + c.note.Lead
	c.Space(8 * c.k)
	if c.narrow || cl.Seal == nil {
		c.Need(signHigh)
		c.signature(layout.Box{X: c.Left, W: c.Width()}, c.Y+c.note.Lead, signs)
		c.Y += signHigh
		if cl.Seal != nil {
			high := c.sealHigh(*cl.Seal, c.Width())
			c.Space(4 * c.k)
			c.Need(high)
			c.seal(*cl.Seal, c.Full(), high)
			c.Y += high
		}
		return
	}
	box := layout.Box{X: c.Left + 0.55*c.Width(), W: 0.45 * c.Width()}
	high := max(c.sealHigh(*cl.Seal, box.W), signHigh)
	c.Need(high)
	c.alone = c.bodyOn < len(c.Pages) && len(c.Pages) > 1
	top := c.Y
	c.seal(*cl.Seal, box, high)
	c.signature(layout.Box{X: c.Left, W: 0.5 * c.Width()}, top+c.note.Lead, signs)
	c.Y = top + high
}

// sealLines are the body's name, broken, and the date, which the seal covers.
func (c *composer) sealLines(s wording.Seal, width float64) []string {
	lines := c.Pen.Wrap(c.cell, c.j.scope.Expand(s.Name), width-8*c.k)
	date := "　　　　年　　月　　日"
	if d := c.j.scope.Expand(s.Date); d != "" {
		date = d
	}
	return append(lines, date)
}

// sealHigh is the room for a seal, which is 38 to 42 mm wide on any paper.
func (c *composer) sealHigh(s wording.Seal, width float64) float64 {
	high := c.sealSide
	return max(high, float64(len(c.sealLines(s, width)))*c.cell.Lead+3*c.note.Lead)
}

func (c *composer) seal(s wording.Seal, b layout.Box, high float64) {
	top := c.Y
	lines := c.sealLines(s, b.W)
	c.Draw(layout.Rect{X: b.X, Y: top, W: b.W, H: high, Width: 0.5, Dash: 2})
	c.Line(c.note, b, layout.Center, top+c.note.Lead, s.Label)
	y := top + high - float64(len(lines))*c.cell.Lead - 0.8*c.note.Lead
	for _, line := range lines {
		c.Line(c.cell, b, layout.Center, y, line)
		y += c.cell.Lead
	}
}

func (c *composer) signature(b layout.Box, top float64, signs []wording.Sign) {
	for _, s := range signs {
		text := c.j.scope.Expand(s.Label)
		w := c.Pen.Width(c.cell, text)
		c.Line(c.cell, b, layout.Left, top, text)
		base := top + c.cell.Lead
		c.Draw(layout.Line{X1: b.X + w, Y1: base, X2: b.X + 0.88*b.W, Y2: base, Width: 0.5})
		if s.Date {
			c.Line(c.cell, layout.Box{X: b.X + w, W: 0.88*b.W - w}, layout.Right, top, "年　　月　　日")
		}
		top += 2 * c.cell.Lead
	}
}
