package document

import "onedoor/forms/document/layout"

// Greys of a watermark: under text it must not hinder reading, over a picture
// it must be seen.
const (
	underText   = 0.85
	overPicture = 0.6
)

// watermark puts the words under the text of every page, and over every
// picture, slanting, so often that a part cut out has them too.
func (c *composer) watermark() {
	if c.j.Watermark == "" {
		return
	}
	st := c.heading.Scale(1.5)
	if w := c.Pen.Width(st, c.j.Watermark); w > 0.95*c.W {
		st = st.Scale(0.95 * c.W / w)
	}
	words := c.Pen.Drawable(st, c.j.Watermark)
	mark := layout.Mark{X: c.W / 2, Angle: 28, Style: st, S: words, W: c.Pen.Width(st, words)}
	for i := range c.Pages {
		page := &c.Pages[i]
		under := c.marks(mark, 0, c.H, underText)
		var over []layout.Op
		for _, op := range page.Ops {
			if p, ok := op.(layout.Picture); ok {
				over = append(over, c.marks(mark, p.Y, p.Y+p.H, overPicture)...)
				under = nil // they would show beside the picture, out of step
			}
		}
		page.Ops = append(append(under, page.Ops...), over...)
	}
}

// marks repeats a mark from top to bottom.
func (c *composer) marks(m layout.Mark, top, bottom, gray float64) (ops []layout.Op) {
	step := min((bottom-top)/2, 260*c.k)
	for y := top + step/2; y < bottom; y += step {
		m.Y, m.Gray = y, gray
		ops = append(ops, m)
	}
	return ops
}
