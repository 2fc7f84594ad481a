package document

import (
	"fmt"
	"slices"

	"onedoor/forms/document/layout"
	"onedoor/forms/document/wording"
)

// composer carries one document over its pages.
type composer struct {
	measures
	*layout.Flow
	j       *job
	breakAt int  // number of the block that begins a new page, or -1
	bodyOn  int  // the page, from 1, that the last text or table ended on; notes do not count
	alone   bool // the closing stands on a page without any
}

// compose lays a checked document out.
func compose(pen *layout.Pen, j *job, paper Paper) (layout.Frame, []layout.Page, error) {
	code, err := encodeQR(j.qr)
	if err != nil {
		return layout.Frame{}, nil, err
	}
	m := newMeasures(paper)
	c := layOut(pen, j, m, code, -1)
	if c.alone { // a seal without a text above it could stand under any text
		c = layOut(pen, j, m.tight(), code, -1)
	}
	if c.alone {
		c = layOut(pen, j, m, code, j.lastBefore())
	}
	return c.Frame, c.Pages, nil
}

// layOut lays a document out once.
func layOut(pen *layout.Pen, j *job, m measures, code matrix, breakAt int) *composer {
	c := &composer{measures: m, Flow: layout.NewFlow(pen, m.frame), j: j, breakAt: breakAt}
	if c.narrow {
		c.narrowHead()
	} else {
		c.wideHead(code)
	}
	for i, b := range j.page.Blocks {
		if i == breakAt && c.Y > c.Top {
			c.NewPage()
		}
		c.block(b, j.page.Blocks[i+1:])
	}
	if c.narrow {
		c.narrowFoot(code)
	} else {
		c.feet()
	}
	c.watermark()
	return c
}

// lastBefore is the last block with a text or table of its own before the
// closing, with the line that announces it; -1 if there is none.
func (j *job) lastBefore() int {
	last := -1
	for i, b := range slices.Backward(j.page.Blocks) {
		if !j.scope.Holds(b.When) {
			continue
		}
		text := b.Text != "" && b.Style != "note"
		if last >= 0 {
			if text && j.page.Blocks[last].Table != nil {
				return i
			}
			return last
		}
		if b.Facts != nil || b.Table != nil || b.Box != nil || text {
			last = i
		}
	}
	return last
}

// wideHead draws the body's name, the title and the numbers, the QR code
// beside them.
func (c *composer) wideHead(code matrix) {
	side, gap := c.qr, max(6*c.k, c.quiet(code))
	x, y := c.W-c.Right-side, c.Y
	c.modules(code, x, y)
	under := c.underCode(code, y)
	c.Line(c.foot, layout.Box{X: x, W: side}, layout.Center, under, c.j.page.QR)
	middle := layout.Box{X: c.Left + side, W: c.Width() - 2*side - gap}
	if h := c.j.scope.Expand(c.j.page.Heading); h != "" {
		c.Paragraph(c.heading, middle, layout.Center, 0, h)
	}
	c.Y += 4 * c.k
	c.Paragraph(c.title, middle, layout.Center, 0, c.j.title)
	c.Y += 8 * c.k
	c.headLines(layout.Box{X: c.Left, W: c.Width() - side - gap})
	c.Y = max(c.Y, under+c.foot.Lead) + 4*c.k
	c.rule(1)
	c.Y += 6 * c.k
}

// narrowHead leaves the QR code to the end, where it is torn off last.
func (c *composer) narrowHead() {
	if h := c.j.scope.Expand(c.j.page.Heading); h != "" {
		c.Paragraph(c.text, c.Full(), layout.Center, 0, h)
	}
	c.Y += 2 * c.k
	big := c.title.Scale(0.8)
	c.Paragraph(big, c.Full(), layout.Center, 0, c.j.title)
	c.Y += 2 * c.k
	c.headLines(c.Full())
	c.Y += 2 * c.k
	c.rule(0.8)
	c.Y += 4 * c.k
}

func (c *composer) headLines(b layout.Box) {
	for _, t := range c.j.page.Head {
		if c.j.scope.Holds(t.When) {
			c.Paragraph(c.cell, b, layout.Left, 0, c.j.scope.Expand(t.Text))
		}
	}
	if s := c.j.copyLine(); s != "" {
		c.Paragraph(c.cell, b, layout.Left, 0, s)
	}
}

func (c *composer) rule(width float64) {
	c.Draw(layout.Line{X1: c.Left, Y1: c.Y, X2: c.W - c.Right, Y2: c.Y, Width: width})
}

// feet numbers the pages, now that their count is known.
func (c *composer) feet() {
	y := c.H - c.Bottom + 5*layout.MM*c.k
	for i := range c.Pages {
		page := &c.Pages[i]
		page.Ops = append(page.Ops, layout.Line{X1: c.Left, Y1: y, X2: c.W - c.Right, Y2: y, Width: 0.4})
		left := c.j.title + "　" + c.j.Number
		right := c.pageOf(i)
		page.Ops = append(page.Ops, c.Pen.Line(c.foot, c.Left, y+2*c.k, left)...)
		x := c.W - c.Right - c.Pen.Width(c.foot, right)
		page.Ops = append(page.Ops, c.Pen.Line(c.foot, x, y+2*c.k, right)...)
	}
}

func (c *composer) pageOf(i int) string {
	return fmt.Sprintf("第%d页　共%d页", i+1, len(c.Pages))
}

// narrowFoot ends a roll: QR code, page number, and the paper is cut.
func (c *composer) narrowFoot(code matrix) {
	side := c.qr
	c.Space(c.quiet(code) + 2*c.k) // clear of the line of a box above
	c.Need(side + c.quiet(code) + 3*c.foot.Lead)
	c.modules(code, c.Left+(c.Width()-side)/2, c.Y)
	c.Y = c.underCode(code, c.Y)
	c.Line(c.foot, c.Full(), layout.Center, c.Y, c.j.page.QR)
	c.Y += c.foot.Lead
	end := c.Y
	for i := range c.Pages {
		if i < len(c.Pages)-1 {
			end = c.H - c.Bottom
		}
		ops := &c.Pages[i].Ops
		text := c.pageOf(i)
		*ops = append(*ops, c.Pen.Line(c.foot, c.Left+(c.Width()-c.Pen.Width(c.foot, text))/2, end, text)...)
		end = c.Y
	}
	if len(c.Pages) == 1 {
		c.H = c.Y + c.foot.Lead + c.Bottom
	}
}

// block draws one piece of the wording; rest is what follows it.
func (c *composer) block(b wording.Block, rest []wording.Block) {
	if !c.j.scope.Holds(b.When) {
		return
	}
	if b.Closing == nil && b.Space == 0 && b.Style != "note" {
		defer func() { c.bodyOn = len(c.Pages) }()
	}
	switch {
	case b.Text != "":
		c.words(b, rest)
	case b.Of != "":
		st := c.style(b.Style, b.Bold)
		for _, s := range c.j.scope.Entries(b.Of) {
			c.Paragraph(st, c.Full(), align(b.Align), indent(st, b), s.Expand(b.Each))
		}
	case b.Space > 0:
		c.Space(b.Space * layout.MM * c.k)
	case b.Break:
		if c.Y > c.Top && !c.narrow {
			c.NewPage()
		}
	case b.Scans:
		c.scans()
	case b.Facts != nil:
		c.facts(*b.Facts)
	case b.Table != nil:
		c.rows(*b.Table)
	case b.Choice != nil:
		c.choice(*b.Choice)
	case b.Box != nil:
		c.box(*b.Box)
	case b.Closing != nil:
		c.closing(*b.Closing)
	}
}

func indent(st layout.Style, b wording.Block) float64 {
	if b.Indent {
		return 2 * st.Size
	}
	return 0
}

// words writes a paragraph. What announces a table or list stays with it.
func (c *composer) words(b wording.Block, rest []wording.Block) {
	s := c.j.scope.Expand(b.Text)
	if s == "" {
		return
	}
	st := c.style(b.Style, b.Bold)
	for _, next := range rest {
		if !c.j.scope.Holds(next.When) {
			continue
		}
		if next.Table != nil || next.Of != "" {
			c.Need(st.Lead + 3*(c.cell.Lead+6*c.k))
		}
		break
	}
	c.Paragraph(st, c.Full(), align(b.Align), indent(st, b), s)
}
