package layout

import (
	"fmt"
	"slices"
	"strings"

	"onedoor/forms/document/cjkfont"
)

// Pen measures text with the fonts of a document and remembers the characters
// that no font has. One Pen belongs to one document and one goroutine.
type Pen struct {
	fonts   *cjkfont.Set
	missing map[rune]int
}

// NewPen returns a pen for one document.
func NewPen(fonts *cjkfont.Set) *Pen { return &Pen{fonts: fonts, missing: map[rune]int{}} }

// Missing lists, in code point order, the characters that were drawn as a box
// with their code.
func (p *Pen) Missing() []rune {
	var rs []rune
	for r := range p.missing {
		rs = append(rs, r)
	}
	slices.Sort(rs)
	return rs
}

// boxText is the size, as a share of the type size, of the code in the box
// that stands for a character without a glyph.
const boxText = 0.55

// width of one character in points.
func (p *Pen) width(st Style, r rune) float64 {
	if adv, ok := p.fonts.Advance(st.Weight, r); ok {
		return float64(adv) / cjkfont.Em * st.Size
	}
	w := 0.3 * st.Size
	for _, c := range code(r) {
		adv, _ := p.fonts.Advance(cjkfont.Body, c)
		w += float64(adv) / cjkfont.Em * st.Size * boxText
	}
	return w
}

func code(r rune) string { return fmt.Sprintf("U+%04X", r) }

// Width of a text on one line, in points.
func (p *Pen) Width(st Style, s string) (w float64) {
	for _, r := range s {
		w += p.width(st, r)
	}
	return w
}

// Line draws one line of text with its top left corner at x, top.
func (p *Pen) Line(st Style, x, top float64, s string) []Op {
	var ops []Op
	y, start, from := top+st.baseline(), 0, x
	flush := func(end int) {
		if end > start {
			ops = append(ops, Text{X: from, Y: y, S: s[start:end], Style: st})
		}
	}
	for i, r := range s {
		w := p.width(st, r)
		if _, ok := p.fonts.Advance(st.Weight, r); !ok {
			flush(i)
			p.missing[r]++
			small := Style{Size: st.Size * boxText, Lead: st.Size * boxText}
			ops = append(ops,
				Rect{X: x + 0.06*st.Size, Y: y - 0.82*st.Size, W: w - 0.12*st.Size, H: 0.96 * st.Size, Width: 0.5},
				Text{X: x + 0.15*st.Size, Y: y - 0.15*st.Size, S: code(r), Style: small})
			start, from = i+len(string(r)), x+w
		}
		x += w
	}
	flush(len(s))
	return ops
}

// Drawable is s without the characters that no font has; they count as missing.
func (p *Pen) Drawable(st Style, s string) string {
	return strings.Map(func(r rune) rune {
		if _, ok := p.fonts.Advance(st.Weight, r); !ok {
			p.missing[r]++
			return -1
		}
		return r
	}, s)
}
