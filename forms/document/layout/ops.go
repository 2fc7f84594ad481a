package layout

import "onedoor/forms/document/cjkfont"

// MM is one millimetre in points.
const MM = 72 / 25.4

// Op is one thing to draw: Text, Line, Rect, Modules, Mark or Picture.
type Op interface{ op() }

// Text is a run of characters that all have a glyph. Y is the baseline.
type Text struct {
	X, Y float64
	S    string
	Style
}

// Line is a straight stroke; Dash > 0 is the length of its dashes.
type Line struct{ X1, Y1, X2, Y2, Width, Dash float64 }

// Rect is an outlined rectangle; Dash as in Line.
type Rect struct{ X, Y, W, H, Width, Dash float64 }

// Modules is a square of N x N black or white cells, such as a QR code, with a
// white margin of Quiet around it that covers what was drawn before.
type Modules struct {
	X, Y, Side float64
	Quiet      float64
	N          int
	Black      func(col, row int) bool
}

func (Text) op()    {}
func (Line) op()    {}
func (Rect) op()    {}
func (Modules) op() {}

// Page is what is drawn on one page, in order.
type Page struct{ Ops []Op }

// Style is how text looks. Size and Lead (line to line) are in points.
type Style struct {
	Size, Lead float64
	Weight     cjkfont.Weight
}

// Scale returns the style at another size, for smaller paper.
func (s Style) Scale(k float64) Style {
	s.Size, s.Lead = s.Size*k, s.Lead*k
	return s
}

// baseline is the distance from the top of a line to its baseline: the Chinese
// square (880 of 1000 units above the baseline) stands in the middle.
func (s Style) baseline() float64 { return (s.Lead-s.Size)/2 + 0.88*s.Size }

// Mark is one line of grey text, turned around its middle, to stand under a page.
// All its characters have a glyph.
type Mark struct {
	X, Y  float64 // its middle
	W     float64 // width of the text
	Angle float64 // degrees, counter-clockwise
	Gray  float64 // 0 black to 1 white
	S     string
	Style
}

func (Mark) op() {}

// Picture is a JPEG file, drawn as large as W x H.
type Picture struct {
	X, Y, W, H float64
	JPEG       []byte
}

func (Picture) op() {}
