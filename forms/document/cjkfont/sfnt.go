package cjkfont

import (
	"maps"
	"slices"
)

// face is a font being written: glyphs in order, glyph 0 being .notdef.
type face struct {
	family string
	bold   bool
	glyphs []drawn
}

// drawn is one glyph of a face on the 1000-unit grid.
type drawn struct {
	char    rune
	outline []byte
	advance int
	bearing int16
}

// Vertical metrics common to the faces written here: those of Noto Serif SC,
// so that a line does not change its height when a rare character joins it.
const (
	ascent  = 1151
	descent = -286
)

// core returns the tables that a PDF needs to draw the glyphs.
func (w *face) core() map[string][]byte {
	var glyf, loca, hmtx []byte
	box := [4]int16{0, descent, Em, ascent}
	points, contours := uint16(0), uint16(0)
	for _, g := range w.glyphs {
		loca = be.AppendUint32(loca, uint32(len(glyf)))
		hmtx = be.AppendUint16(hmtx, uint16(g.advance))
		hmtx = be.AppendUint16(hmtx, uint16(g.bearing))
		if len(g.outline) < 10 {
			continue
		}
		p, c := size(g.outline)
		points, contours = max(points, p), max(contours, c)
		glyf = pad(append(glyf, g.outline...))
	}
	loca = be.AppendUint32(loca, uint32(len(glyf)))
	return map[string][]byte{
		"glyf": glyf, "loca": loca, "hmtx": hmtx,
		"head": head(box, w.bold),
		"hhea": hhea(len(w.glyphs)),
		"maxp": maxp(len(w.glyphs), points, contours),
	}
}

// size counts the points and contours of a simple glyph.
func size(outline []byte) (points, contours uint16) {
	contours = be.Uint16(outline)
	if contours == 0 || len(outline) < 10+2*int(contours) {
		return 0, contours
	}
	return be.Uint16(outline[8+2*int(contours):]) + 1, contours
}

func pad(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func words(vs ...int) []byte {
	var b []byte
	for _, v := range vs {
		b = be.AppendUint16(b, uint16(v))
	}
	return b
}

func head(box [4]int16, bold bool) []byte {
	b := words(1, 0, 1, 0, 0, 0, 0x5F0F, 0x3CF5, 3, Em)
	b = append(b, make([]byte, 16)...) // no dates: the bytes depend on the glyphs only
	for _, v := range box {
		b = be.AppendUint16(b, uint16(v))
	}
	style := 0
	if bold {
		style = 1
	}
	return append(b, words(style, 8, 2, 1, 0)...)
}

func hhea(glyphs int) []byte {
	return words(1, 0, ascent, descent, 0, Em, 0, 0, Em, 1, 0, 0, 0, 0, 0, 0, 0, glyphs)
}

func maxp(glyphs int, points, contours uint16) []byte {
	return words(1, 0, glyphs, int(points), int(contours), 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0)
}

// assemble writes the tables, in order of name, as a TrueType file.
func assemble(tables map[string][]byte) []byte {
	names := slices.Sorted(maps.Keys(tables))
	n, power, log := len(names), 1, 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	out := words(1, 0, n, power*16, log, n*16-power*16)
	off, headAt := 12+16*n, 0
	for _, name := range names {
		if name == "head" {
			headAt = off
		}
		out = append(out, name...)
		out = be.AppendUint32(out, checksum(tables[name]))
		out = be.AppendUint32(out, uint32(off))
		out = be.AppendUint32(out, uint32(len(tables[name])))
		off += (len(tables[name]) + 3) &^ 3
	}
	for _, name := range names {
		out = pad(append(out, tables[name]...))
	}
	be.PutUint32(out[headAt+8:], 0xB1B0AFBA-checksum(out))
	return out
}

func checksum(b []byte) (sum uint32) {
	for ; len(b) >= 4; b = b[4:] {
		sum += be.Uint32(b)
	}
	var last [4]byte
	copy(last[:], b)
	return sum + be.Uint32(last[:])
}
