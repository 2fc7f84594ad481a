package cjkfont

import (
	"fmt"
	"slices"
	"unicode/utf16"
)

// Subset cuts the given characters out of src into a font file of its own that
// other programs can open too, on the 1000-unit grid. Characters that src
// lacks are left out. The bytes depend on src, runes and family only. family
// must not be a reserved name of src (SIL Open Font License, section 3).
func Subset(src *Font, runes []rune, family string, bold bool) ([]byte, error) {
	w := &face{family: family, bold: bold}
	notdef, err := src.draw(0, 0)
	if err != nil {
		return nil, err
	}
	w.glyphs = append(w.glyphs, notdef)
	runes = slices.Compact(slices.Sorted(slices.Values(runes)))
	for _, r := range runes {
		gid, ok := src.Glyph(r)
		if !ok {
			continue
		}
		g, err := src.draw(gid, r)
		if err != nil {
			return nil, fmt.Errorf("U+%04X: %w", r, err)
		}
		w.glyphs = append(w.glyphs, g)
	}
	if len(w.glyphs) > 0xFFFF {
		return nil, fmt.Errorf("cjkfont: %d glyphs do not fit one font", len(w.glyphs))
	}
	t := w.core()
	w.describe(t)
	t["cmap"] = w.cmap12()
	return assemble(t), nil
}

// draw takes one glyph of f onto the 1000-unit grid.
func (f *Font) draw(gid int, char rune) (drawn, error) {
	data, err := f.outline(gid)
	if err != nil {
		return drawn{}, err
	}
	g := drawn{char: char, outline: data, advance: f.Advance(gid), bearing: f.bearing(gid)}
	if f.em != Em {
		g.outline, err = rescale(data, Em, f.em)
		g.advance, g.bearing = scaled(g.advance, Em, f.em), int16(scaled(int(g.bearing), Em, f.em))
	}
	return g, err
}

// describe adds the tables that readers of whole font files insist on.
func (w *face) describe(t map[string][]byte) {
	weight := 400
	if w.bold {
		weight = 700
	}
	os2 := words(4, Em, weight, 5, 0) // fsType 0: may be embedded
	os2 = append(os2, make([]byte, 10*2+2+10+4*4)...)
	os2 = append(os2, "OD  "...)
	os2 = append(os2, words(0x40, 0x20, 0xFFFF, 880, -120, 0, ascent, -descent)...)
	os2 = append(os2, make([]byte, 8)...)
	t["OS/2"] = append(os2, words(500, 700, 0, 0x20, 1)...)
	t["post"] = append(words(3, 0, 0, 0, -100, 50), make([]byte, 20)...)
	t["name"] = w.names()
}

// names is the naming table: family, style, full name, PostScript name.
func (w *face) names() []byte {
	style := "Regular"
	if w.bold {
		style = "Bold"
	}
	var ps []rune
	for _, r := range w.family {
		if r != ' ' {
			ps = append(ps, r)
		}
	}
	list := []struct {
		id   int
		text string
	}{{1, w.family}, {2, style}, {4, w.family + " " + style}, {6, string(ps) + "-" + style}}
	rec, text := words(0, len(list), 6+12*len(list)), []byte(nil)
	for _, n := range list {
		at := len(text)
		for _, u := range utf16.Encode([]rune(n.text)) {
			text = be.AppendUint16(text, u)
		}
		rec = append(rec, words(3, 1, 0x409, n.id, len(text)-at, at)...)
	}
	return append(rec, text...)
}

// cmap12 maps the characters of the glyphs, which ascend, to their numbers.
func (w *face) cmap12() []byte {
	var groups []byte
	n := 0
	for i := 1; i < len(w.glyphs); {
		j := i + 1
		for j < len(w.glyphs) && w.glyphs[j].char == w.glyphs[i].char+rune(j-i) {
			j++
		}
		groups = be.AppendUint32(groups, uint32(w.glyphs[i].char))
		groups = be.AppendUint32(groups, uint32(w.glyphs[j-1].char))
		groups = be.AppendUint32(groups, uint32(i))
		n, i = n+1, j
	}
	b := words(0, 1, 3, 10, 0, 12, 12, 0)
	for _, v := range []int{16 + len(groups), 0, n} {
		b = be.AppendUint32(b, uint32(v))
	}
	return append(b, groups...)
}
