package layout

import "onedoor/forms/document/cjkfont"

// Cell is one cell of a table row. Span is how many columns it takes (0 = 1).
type Cell struct {
	Text  string
	Span  int
	Align Align
	Bold  bool
}

// Table is a ruled table. Head is repeated on every page the table reaches.
// All cells share one style, so that lines of neighbours stand level.
type Table struct {
	Style      Style
	Widths     []float64 // points; their sum is the width of the table
	Head       []Cell
	Rows       [][]Cell
	PadX, PadY float64
	Rule       float64 // stroke width
}

// laid is a row whose cells are broken into lines.
type laid struct {
	cells []Cell
	box   []Box
	lines [][]string
	high  int // lines of the tallest cell
}

// Table draws t at the left margin, going on to new pages as needed. A row
// moves to the next page whole if it fits there, and is split between lines if
// it is taller than a page.
func (f *Flow) Table(t Table) {
	var head *laid
	headHigh := 0.0
	if len(t.Head) > 0 {
		h := f.lay(t, t.Head)
		head, headHigh = &h, t.height(h.high)
	}
	fresh := true // the head must be drawn before the next row
	for _, cells := range t.Rows {
		row := f.lay(t, cells)
		for from := 0; from < row.high; {
			need := t.height(row.high - from)
			if fresh {
				need += headHigh
			}
			if page := f.H - f.Top - f.Bottom; need > f.Room() && f.Y > f.Top && (need+headHigh <= page || f.fit(t, headHigh) < 2) {
				f.NewPage()
				fresh = true
			}
			if fresh && head != nil {
				f.drawRow(t, *head, 0, head.high)
			}
			fresh = false
			n := min(row.high-from, max(1, f.fit(t, 0)))
			f.drawRow(t, row, from, n)
			if from += n; from < row.high {
				f.NewPage()
				fresh = true
			}
		}
	}
}

func (t Table) height(lines int) float64 { return float64(lines)*t.Style.Lead + 2*t.PadY }

// fit is how many lines of one row have room on this page after used points.
func (f *Flow) fit(t Table, used float64) int {
	return int((f.Room() - used - 2*t.PadY) / t.Style.Lead)
}

func (t Table) style(c Cell) Style {
	st := t.Style
	if c.Bold {
		st.Weight = cjkfont.Title
	}
	return st
}

func (f *Flow) lay(t Table, cells []Cell) laid {
	r := laid{cells: cells, high: 1}
	x, col := f.Left, 0
	for _, c := range cells {
		w := 0.0
		for range max(1, c.Span) {
			w += t.Widths[col]
			col++
		}
		lines := f.Pen.Wrap(t.style(c), c.Text, w-2*t.PadX)
		r.box = append(r.box, Box{x, w})
		r.lines = append(r.lines, lines)
		r.high = max(r.high, len(lines))
		x += w
	}
	return r
}

// drawRow draws n lines of a row from line from on, with the cells' frames.
// Cells with fewer lines stand in the middle.
func (f *Flow) drawRow(t Table, r laid, from, n int) {
	h := t.height(n)
	for i, c := range r.cells {
		b := r.box[i]
		f.Draw(Rect{X: b.X, Y: f.Y, W: b.W, H: h, Width: t.Rule})
		lines := r.lines[i]
		top := f.Y + t.PadY
		if from == 0 && len(lines) <= n {
			top += float64(n-len(lines)) * t.Style.Lead / 2
		}
		lines = lines[min(from, len(lines)):min(from+n, len(lines))]
		for k, line := range lines {
			f.Line(t.style(c), Box{b.X + t.PadX, b.W - 2*t.PadX}, c.Align, top+float64(k)*t.Style.Lead, line)
		}
	}
	f.Y += h
}
