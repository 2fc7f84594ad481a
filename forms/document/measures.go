package document

import (
	"onedoor/forms/document/cjkfont"
	"onedoor/forms/document/layout"
)

// measures are the sizes of one paper. Everything scales together.
type measures struct {
	frame                                  layout.Frame
	k                                      float64    // of type and gaps; 1 on A4
	qr                                     float64    // side of the QR code in points
	grid                                   [4]float64 // shares of the columns of labels and values
	sealSide                               float64    // room for a seal
	narrow                                 bool       // one column, no boxes beside each other
	title, heading, text, cell, note, foot layout.Style
}

// rollHeight is the longest page that a viewer must be able to show (ISO
// 32000-1, annex C), nearly. The paper is cut where the text ends.
const rollHeight = 14000

func newMeasures(p Paper) measures {
	const mm = layout.MM
	var m measures
	switch p {
	case A5: // smaller type than the ratio of the papers would keep nobody reading
		m = measures{k: 0.76, qr: 26 * mm, grid: [4]float64{0.175, 0.355, 0.175, 0.295},
			frame: layout.Frame{W: 148 * mm, H: 210 * mm, Top: 10 * mm, Bottom: 13 * mm, Left: 12 * mm, Right: 12 * mm}}
	case Roll80: // 72 mm of 80 are printable on all such printers
		m = measures{k: 0.86, qr: 34 * mm, grid: [4]float64{0.28, 0.72}, narrow: true,
			frame: layout.Frame{W: 80 * mm, H: rollHeight, Top: 5 * mm, Bottom: 8 * mm, Left: 4.5 * mm, Right: 4.5 * mm}}
	default:
		m = measures{k: 1, qr: 30 * mm, grid: [4]float64{0.155, 0.375, 0.155, 0.315},
			frame: layout.Frame{W: 595.28, H: 841.89, Top: 15 * mm, Bottom: 17 * mm, Left: 22 * mm, Right: 22 * mm}}
	}
	style := func(size, lead float64, w cjkfont.Weight) layout.Style {
		return layout.Style{Size: size, Lead: lead, Weight: w}.Scale(m.k)
	}
	m.heading = style(14, 20, cjkfont.Body)
	m.title = style(22, 34, cjkfont.Title)
	m.text = style(12, 19, cjkfont.Body)
	m.cell = style(10.5, 15, cjkfont.Body)
	m.note = style(9, 13, cjkfont.Body)
	m.foot = style(8.5, 12, cjkfont.Body)
	m.sealSide = 38 * mm * max(m.k, 0.8)
	return m
}

// tight is the same paper with less air, for a document that is a few lines
// longer than its last page.
func (m measures) tight() measures {
	m.text.Lead *= 0.9
	m.cell.Lead *= 0.95
	m.sealSide *= 0.8
	m.frame.Bottom -= 3 * layout.MM * m.k
	return m
}

// style finds a style by its name in a wording.
func (m measures) style(name string, bold bool) layout.Style {
	st := m.text
	switch name {
	case "heading":
		st = m.heading
	case "cell":
		st = m.cell
	case "note":
		st = m.note
	}
	if bold {
		st.Weight = cjkfont.Title
	}
	return st
}

func align(name string) layout.Align {
	switch name {
	case "center":
		return layout.Center
	case "right":
		return layout.Right
	}
	return layout.Left
}
