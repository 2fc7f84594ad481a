package document

import (
	"strings"

	"onedoor/forms/document/layout"
	"onedoor/forms/document/wording"
)

func (c *composer) table() layout.Table {
	return layout.Table{Style: c.cell, PadX: 4 * c.k, PadY: 2 * c.k, Rule: 0.6}
}

// label makes the cell of a label; a label may not run along the whole cell.
func label(s string) layout.Cell { return layout.Cell{Text: s, Align: layout.Center} }

func (c *composer) gridTable() layout.Table {
	t := c.table()
	t.Widths = c.grid4()
	return t
}

// grid4 is the widths of labels and values, two pairs on wide paper, one on a roll.
func (c *composer) grid4() []float64 {
	n := 4
	if c.narrow {
		n = 2
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = c.grid[i] * c.Width()
	}
	return out
}

// facts draws the grid of single statements. A row that states nothing is left
// out; a half that states nothing shows a dash.
func (c *composer) facts(g wording.Grid) {
	t := c.gridTable()
	for _, r := range g.Rows {
		if !c.j.scope.Holds(r.When) {
			continue
		}
		var cells []string
		empty := true
		for i, s := range r.Cells {
			v := c.j.scope.Expand(s)
			cells = append(cells, v)
			empty = empty && (i%2 == 0 || v == "")
		}
		if empty && r.Lines == 0 {
			continue
		}
		t.Rows = append(t.Rows, c.factRows(cells, r.Lines)...)
	}
	if len(t.Rows) > 0 {
		c.Table(t)
	}
}

func (c *composer) factRows(cells []string, lines int) [][]layout.Cell {
	if c.narrow {
		var out [][]layout.Cell
		for i := 0; i < len(cells); i += 2 {
			if cells[i+1] != "" || lines > 0 {
				out = append(out, []layout.Cell{label(cells[i]), {Text: padded(cells[i+1], lines)}})
			}
		}
		return out
	}
	if len(cells) == 2 {
		return [][]layout.Cell{{label(cells[0]), {Text: padded(cells[1], lines), Span: 3}}}
	}
	dash := func(s string) string {
		if s == "" && lines == 0 {
			return "—"
		}
		return padded(s, lines)
	}
	return [][]layout.Cell{{label(cells[0]), {Text: dash(cells[1])}, label(cells[2]), {Text: dash(cells[3])}}}
}

// padded adds empty lines, for writing by hand.
func padded(s string, lines int) string {
	if n := lines - 1 - strings.Count(s, "\n"); n > 0 {
		s += strings.Repeat("\n", n)
	}
	return s
}

// choice draws all options, the chosen one ticked.
func (c *composer) choice(ch wording.Choice) {
	f, _ := c.j.page.Field(ch.Of)
	chosen, _ := c.j.facts[ch.Of].(string)
	var parts []string
	for _, o := range f.Options {
		mark := "□"
		if o.Value == chosen {
			mark = "■"
		}
		parts = append(parts, mark+" "+o.Zh)
	}
	sep := "　"
	if longest(parts) > 9 { // long options stand below each other
		sep = "\n"
	}
	t := c.gridTable()
	span := len(t.Widths) - 1
	t.Rows = [][]layout.Cell{{label(c.j.scope.Expand(ch.Label)), {Text: strings.Join(parts, sep), Span: span}}}
	c.Table(t)
}

func longest(parts []string) (n int) {
	for _, p := range parts {
		n = max(n, len([]rune(p)))
	}
	return n
}

// rows draws a table with a line for every entry; the head is repeated on
// every page.
func (c *composer) rows(tb wording.Table) {
	if c.narrow {
		c.narrowRows(tb)
		return
	}
	t := c.table()
	sum := 0.0
	for _, col := range tb.Columns {
		sum += col.Width
	}
	for _, col := range tb.Columns {
		t.Widths = append(t.Widths, col.Width/sum*c.Width())
		t.Head = append(t.Head, layout.Cell{Text: col.Head, Align: layout.Center, Bold: true})
	}
	for _, s := range c.j.scope.Entries(tb.Of) {
		var line []layout.Cell
		for _, col := range tb.Columns {
			line = append(line, layout.Cell{Text: cellText(s, col), Align: align(col.Align)})
		}
		t.Rows = append(t.Rows, line)
	}
	for range tb.Blank {
		t.Rows = append(t.Rows, make([]layout.Cell, len(tb.Columns)))
	}
	c.Table(t)
}

func cellText(s wording.Scope, col wording.Column) string {
	v := s.Expand(col.Text)
	if v == "" {
		return col.Empty
	}
	return v
}

// narrowRows writes the main column as a line and the others under it.
func (c *composer) narrowRows(tb wording.Table) {
	for _, s := range c.j.scope.Entries(tb.Of) {
		var rest []string
		head := ""
		for _, col := range tb.Columns {
			v := cellText(s, col)
			switch {
			case col.Main:
				head = v
			case col.Text == "{#}" || v == "":
			case v == "□":
				head = "□ " + head
			default:
				rest = append(rest, col.Head+"："+v)
			}
		}
		c.Need(c.cell.Lead + c.note.Lead)
		c.Paragraph(c.cell, c.Full(), layout.Left, 0, s.Expand("{#}．")+head)
		if len(rest) > 0 {
			in := layout.Box{X: c.Left + c.cell.Size, W: c.Width() - c.cell.Size}
			c.Paragraph(c.note, in, layout.Left, 0, strings.Join(rest, "　"))
		}
		c.Y += 1.5 * c.k
	}
}

// box is a framed place for an opinion: a table of one cell, so that a long
// opinion goes on over the page.
func (c *composer) box(b wording.Box) {
	var lines []string
	if b.Title != "" {
		lines = append(lines, c.j.scope.Expand(b.Title))
	}
	for _, l := range b.Lines {
		if v := c.j.scope.Expand(l); v != "" {
			lines = append(lines, v)
		}
	}
	room := int(b.Room * layout.MM / c.cell.Lead)
	text := strings.Join(lines, "\n") + strings.Repeat("\n", max(room, 0))
	var signs []string
	for _, s := range b.Sign {
		if c.j.scope.Holds(s.When) {
			signs = append(signs, c.j.scope.Expand(s.Label)+blank(s))
		}
	}
	if len(signs) > 0 {
		text += "\n" + strings.Join(signs, "　")
	}
	t := c.table()
	t.Widths = []float64{c.Width()}
	t.Rows = [][]layout.Cell{{{Text: text}}}
	c.Table(t)
}

// blank is the room for one thing to be written by hand.
func blank(s wording.Sign) string {
	if s.Date {
		return "　　　　年　　月　　日"
	}
	return "　　　　　　"
}
