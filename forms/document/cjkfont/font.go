package cjkfont

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Em is the design grid of every face here: units per em, as in the PDF text
// space, so that widths need no conversion.
const Em = 1000

var be = binary.BigEndian

// Font is a read-only view of one TrueType file. Nothing is unpacked: looking
// up a character is a binary search in the file's own character map, so
// opening a 15 MB font costs microseconds and no memory.
type Font struct {
	tables  map[string][]byte
	glyf    []byte
	loca    []byte // long format
	hmtx    []byte
	groups  []byte // cmap format 12: 12 bytes a group, ascending
	metrics int    // number of full entries in hmtx
	glyphs  int
	em      int
}

// Parse opens a TrueType font (glyf outlines, long loca, cmap format 12) that
// lies in data. data is kept and must not change. Fonts come from the program
// itself, yet every offset is checked: an error, never a panic.
func Parse(data []byte) (*Font, error) {
	f := &Font{tables: map[string][]byte{}}
	if len(data) < 12 || be.Uint32(data) != 0x00010000 {
		return nil, errors.New("cjkfont: not a TrueType font with glyf outlines")
	}
	n := int(be.Uint16(data[4:]))
	if len(data) < 12+16*n {
		return nil, errors.New("cjkfont: truncated table directory")
	}
	for i := range n {
		rec := data[12+16*i:]
		off, size := uint64(be.Uint32(rec[8:])), uint64(be.Uint32(rec[12:]))
		if off+size > uint64(len(data)) {
			return nil, fmt.Errorf("cjkfont: table %q lies beyond the end", rec[:4])
		}
		f.tables[string(rec[:4])] = data[off : off+size : off+size]
	}
	return f, f.index()
}

// index checks the tables that drawing relies on.
func (f *Font) index() error {
	least := map[string]int{"head": 54, "hhea": 36, "maxp": 6, "hmtx": 4, "loca": 8, "glyf": 0, "cmap": 4}
	for name, size := range least {
		if t, ok := f.tables[name]; !ok || len(t) < size {
			return fmt.Errorf("cjkfont: table %q is missing or short", name)
		}
	}
	if be.Uint16(f.tables["head"][50:]) != 1 {
		return errors.New("cjkfont: only long loca is supported")
	}
	f.em = int(be.Uint16(f.tables["head"][18:]))
	f.glyphs = int(be.Uint16(f.tables["maxp"][4:]))
	f.metrics = int(be.Uint16(f.tables["hhea"][34:]))
	f.glyf, f.loca, f.hmtx = f.tables["glyf"], f.tables["loca"], f.tables["hmtx"]
	if f.em == 0 || f.metrics == 0 || len(f.loca) < 4*(f.glyphs+1) || len(f.hmtx) < 4*f.metrics {
		return errors.New("cjkfont: loca or hmtx does not fit the number of glyphs")
	}
	return f.findGroups()
}

// findGroups looks for the character map that reaches beyond U+FFFF.
func (f *Font) findGroups() error {
	cmap := f.tables["cmap"]
	for i := range int(be.Uint16(cmap[2:])) {
		if len(cmap) < 12+8*i {
			break
		}
		off := uint64(be.Uint32(cmap[8+8*i:]))
		if off+16 > uint64(len(cmap)) || be.Uint16(cmap[off:]) != 12 {
			continue
		}
		end := off + 16 + 12*uint64(be.Uint32(cmap[off+12:]))
		if end > uint64(len(cmap)) {
			return errors.New("cjkfont: truncated character map")
		}
		f.groups = cmap[off+16 : end]
		return nil
	}
	return errors.New("cjkfont: no character map of format 12")
}

// Glyph returns the glyph number of r, or false when the font lacks it.
func (f *Font) Glyph(r rune) (int, bool) {
	lo, hi := 0, len(f.groups)/12
	for lo < hi {
		mid := (lo + hi) / 2
		g := f.groups[12*mid:]
		first, last := rune(be.Uint32(g)), rune(be.Uint32(g[4:]))
		switch {
		case r < first:
			hi = mid
		case r > last:
			lo = mid + 1
		default:
			gid := int(be.Uint32(g[8:])) + int(r-first)
			return gid, gid > 0 && gid < f.glyphs
		}
	}
	return 0, false
}

// Advance is the width of a glyph in units of the font's own grid.
func (f *Font) Advance(gid int) int {
	return int(be.Uint16(f.hmtx[4*min(gid, f.metrics-1):]))
}

// bearing is the left side bearing of a glyph.
func (f *Font) bearing(gid int) int16 {
	at := 4*gid + 2
	if gid >= f.metrics {
		at = 4*f.metrics + 2*(gid-f.metrics)
	}
	if at+2 > len(f.hmtx) {
		return 0
	}
	return int16(be.Uint16(f.hmtx[at:]))
}

// outline is the glyph's own bytes in the font; empty for a space.
func (f *Font) outline(gid int) ([]byte, error) {
	from, to := uint64(be.Uint32(f.loca[4*gid:])), uint64(be.Uint32(f.loca[4*gid+4:]))
	if from > to || to > uint64(len(f.glyf)) {
		return nil, fmt.Errorf("cjkfont: outline of glyph %d lies beyond the end", gid)
	}
	data := f.glyf[from:to:to]
	if len(data) >= 2 && int16(be.Uint16(data)) < 0 {
		// Neither font has any; supporting them would be code that never runs.
		return nil, fmt.Errorf("cjkfont: glyph %d is a composite", gid)
	}
	return data, nil
}
