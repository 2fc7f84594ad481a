package layout

import "strings"

// Align is where text stands within its width.
type Align uint8

const (
	Left Align = iota
	Center
	Right
)

// Frame is the paper and its margins in points.
type Frame struct{ W, H, Top, Right, Bottom, Left float64 }

// Width is the space between the side margins.
func (f Frame) Width() float64 { return f.W - f.Left - f.Right }

// Flow fills pages from top to bottom.
type Flow struct {
	Frame
	Pen   *Pen
	Pages []Page
	Y     float64 // where the next thing begins
}

// NewFlow starts the first page.
func NewFlow(pen *Pen, frame Frame) *Flow {
	f := &Flow{Frame: frame, Pen: pen}
	f.NewPage()
	return f
}

// NewPage goes on at the top of a new page.
func (f *Flow) NewPage() {
	f.Pages = append(f.Pages, Page{})
	f.Y = f.Top
}

// Room is the height left on this page.
func (f *Flow) Room() float64 { return f.H - f.Bottom - f.Y }

// Need starts a new page unless h points are left on this one.
func (f *Flow) Need(h float64) {
	if h > f.Room() && f.Y > f.Top {
		f.NewPage()
	}
}

// Space leaves h points free, except at the top of a page.
func (f *Flow) Space(h float64) {
	if f.Y > f.Top {
		f.Y += h
	}
}

// Draw adds operations to the page being filled.
func (f *Flow) Draw(ops ...Op) {
	p := &f.Pages[len(f.Pages)-1]
	p.Ops = append(p.Ops, ops...)
}

// Box is a place for text: its left edge and width in points.
type Box struct{ X, W float64 }

// Full is the whole width between the margins.
func (f *Flow) Full() Box { return Box{f.Left, f.Width()} }

// Paragraph writes text into box, over as many pages as it takes. The first
// line is indented by indent points.
func (f *Flow) Paragraph(st Style, box Box, align Align, indent float64, text string) {
	for i, line := range f.wrapIndented(st, text, box.W, indent) {
		f.Need(st.Lead)
		x := box.X
		if i == 0 {
			x += indent
		}
		f.Draw(f.aligned(st, Box{x, box.X + box.W - x}, align, f.Y, line)...)
		f.Y += st.Lead
	}
}

// wrapIndented breaks text whose first line is shorter by indent.
func (f *Flow) wrapIndented(st Style, text string, width, indent float64) []string {
	if indent == 0 {
		return f.Pen.Wrap(st, text, width)
	}
	text = lineEnds.Replace(text)
	first := f.Pen.Wrap(st, text, width-indent)
	if len(first) < 2 {
		return first
	}
	rest := strings.TrimLeft(text[len(first[0]):], " \n")
	return append(first[:1], f.Pen.Wrap(st, rest, width)...)
}

// aligned draws one line within box.
func (f *Flow) aligned(st Style, box Box, align Align, top float64, line string) []Op {
	x := box.X
	switch align {
	case Center:
		x += (box.W - f.Pen.Width(st, line)) / 2
	case Right:
		x += box.W - f.Pen.Width(st, line)
	}
	return f.Pen.Line(st, x, top, line)
}

// Line draws one unbroken line of text at a fixed height within box.
func (f *Flow) Line(st Style, box Box, align Align, top float64, text string) {
	f.Draw(f.aligned(st, box, align, top, text)...)
}
