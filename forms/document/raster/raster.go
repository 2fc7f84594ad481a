// Package raster draws the pages of a document as pictures, from the same
// outlines and coordinates as the PDF: for receipt printers, which take dots
// only, and for Windows printers, so that no PDF reader is needed.
package raster

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/vector"

	"onedoor/forms/document/cjkfont"
	"onedoor/forms/document/layout"
)

// Page draws a page of width x height points at dpi dots per inch, black on
// white. Error: a character without a glyph, or a damaged picture.
func Page(fonts *cjkfont.Set, width, height float64, page layout.Page, dpi int) (*image.Gray, error) {
	k := float64(dpi) / 72
	img := image.NewGray(image.Rect(0, 0, int(math.Round(width*k)), int(math.Round(height*k))))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	p := &painter{fonts: fonts, img: img, k: k}
	for _, op := range page.Ops {
		if err := p.draw(op); err != nil {
			return nil, err
		}
	}
	return img, nil
}

type painter struct {
	fonts *cjkfont.Set
	img   *image.Gray
	k     float64 // dots per point
	z     vector.Rasterizer
}

func (p *painter) draw(op layout.Op) error {
	switch o := op.(type) {
	case layout.Text:
		return p.text(o.Weight, o.S, o.Size, at{x: o.X, y: o.Y, cos: 1}, color.Black)
	case layout.Mark:
		sin, cos := math.Sincos(o.Angle * math.Pi / 180)
		dx, dy := -o.W/2, 0.35*o.Size
		place := at{x: o.X + dx*cos + dy*sin, y: o.Y - dx*sin + dy*cos, cos: cos, sin: sin}
		return p.text(o.Weight, o.S, o.Size, place, color.Gray{uint8(o.Gray * 255)})
	case layout.Line:
		p.line(o.X1, o.Y1, o.X2, o.Y2, o.Width, o.Dash)
	case layout.Rect:
		p.line(o.X, o.Y, o.X+o.W, o.Y, o.Width, o.Dash)
		p.line(o.X+o.W, o.Y, o.X+o.W, o.Y+o.H, o.Width, o.Dash)
		p.line(o.X+o.W, o.Y+o.H, o.X, o.Y+o.H, o.Width, o.Dash)
		p.line(o.X, o.Y+o.H, o.X, o.Y, o.Width, o.Dash)
	case layout.Modules:
		p.modules(o)
	case layout.Picture:
		return p.picture(o)
	}
	return nil
}

// at is where a text begins and which way it runs.
type at struct{ x, y, cos, sin float64 }

func (p *painter) text(w cjkfont.Weight, s string, size float64, a at, ink color.Color) error {
	pen := 0.0
	for _, r := range s {
		contours, advance, err := p.fonts.Outline(w, r)
		if err != nil {
			return err
		}
		place := func(q cjkfont.Point) (float64, float64) {
			x, y := pen+q.X*size/cjkfont.Em, q.Y*size/cjkfont.Em
			return (a.x + x*a.cos - y*a.sin) * p.k, (a.y - x*a.sin - y*a.cos) * p.k
		}
		p.fill(contours, place, ink)
		pen += float64(advance) / cjkfont.Em * size
	}
	return nil
}

// fill paints closed contours of quadratic curves, placed on the picture.
func (p *painter) fill(contours [][]cjkfont.Point, place func(cjkfont.Point) (float64, float64), ink color.Color) {
	box := bounds(contours, place).Intersect(p.img.Rect)
	if box.Empty() {
		return
	}
	p.z.Reset(box.Dx(), box.Dy())
	to := func(q cjkfont.Point) (float32, float32) {
		x, y := place(q)
		return float32(x - float64(box.Min.X)), float32(y - float64(box.Min.Y))
	}
	for _, c := range contours {
		p.contour(c, to)
	}
	p.z.Draw(p.img, box, image.NewUniform(ink), image.Point{})
}

// contour walks around one contour, putting in the points on the curve that
// TrueType leaves out.
func (p *painter) contour(c []cjkfont.Point, to func(cjkfont.Point) (float32, float32)) {
	if len(c) < 2 {
		return
	}
	start := c[0]
	if !start.On {
		if start = c[len(c)-1]; !start.On {
			start = middle(c[0], c[len(c)-1])
		}
	}
	p.z.MoveTo(to(start))
	var control *cjkfont.Point
	step := func(q cjkfont.Point) {
		switch {
		case q.On && control == nil:
			p.z.LineTo(to(q))
		case q.On:
			x, y := to(*control)
			x2, y2 := to(q)
			p.z.QuadTo(x, y, x2, y2)
			control = nil
		case control == nil:
			control = &q
		default:
			x, y := to(*control)
			x2, y2 := to(middle(*control, q))
			p.z.QuadTo(x, y, x2, y2)
			control = &q
		}
	}
	for _, q := range c {
		step(q)
	}
	step(start)
	p.z.ClosePath()
}

func middle(a, b cjkfont.Point) cjkfont.Point {
	return cjkfont.Point{X: (a.X + b.X) / 2, Y: (a.Y + b.Y) / 2, On: true}
}

func bounds(contours [][]cjkfont.Point, place func(cjkfont.Point) (float64, float64)) image.Rectangle {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, c := range contours {
		for _, q := range c {
			x, y := place(q)
			x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
		}
	}
	if x0 > x1 {
		return image.Rectangle{}
	}
	return image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1))+1, int(math.Ceil(y1))+1)
}

// line draws a stroke, which is level or upright in all documents, its dashes
// one by one and on whole dots: half a dot of grey would come out ragged.
func (p *painter) line(x1, y1, x2, y2, width, dash float64) {
	level := y1 == y2
	from, to, aside := min(x1, x2), max(x1, x2), y1
	if !level {
		from, to, aside = min(y1, y2), max(y1, y2), x1
	}
	step := to - from
	if dash > 0 {
		step = dash
	}
	thick := max(1, int(math.Round(width*p.k)))
	low := int(math.Round(aside*p.k - float64(thick)/2))
	for ; from < to; from += 2 * step {
		a, b := int(math.Round(from*p.k)), int(math.Round(min(from+step, to)*p.k))
		r := image.Rect(a, low, b, low+thick)
		if !level {
			r = image.Rect(low, a, low+thick, b)
		}
		draw.Draw(p.img, r, image.Black, image.Point{}, draw.Src)
	}
}

// modules draws the cells of a code on whole dots: a scanner wants sharp edges
// more than exact size.
func (p *painter) modules(m layout.Modules) {
	cell := m.Side * p.k / float64(m.N)
	edge := func(origin float64, i int) int { return int(math.Round(origin*p.k + float64(i)*cell)) }
	dot := func(v float64) int { return int(math.Round(v * p.k)) }
	square := image.Rect(dot(m.X-m.Quiet), dot(m.Y-m.Quiet), dot(m.X+m.Side+m.Quiet), dot(m.Y+m.Side+m.Quiet))
	draw.Draw(p.img, square, image.White, image.Point{}, draw.Src)
	for row := range m.N {
		for col := range m.N {
			if m.Black(col, row) {
				r := image.Rect(edge(m.X, col), edge(m.Y, row), edge(m.X, col+1), edge(m.Y, row+1))
				draw.Draw(p.img, r, image.Black, image.Point{}, draw.Src)
			}
		}
	}
}

func (p *painter) picture(o layout.Picture) error {
	src, err := jpeg.Decode(bytes.NewReader(o.JPEG))
	if err != nil {
		return err
	}
	r := image.Rect(int(o.X*p.k), int(o.Y*p.k), int((o.X+o.W)*p.k), int((o.Y+o.H)*p.k))
	xdraw.ApproxBiLinear.Scale(p.img, r, src, src.Bounds(), xdraw.Src, nil)
	return nil
}
