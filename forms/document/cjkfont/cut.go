package cjkfont

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// Cut is the font of one document: the glyphs it uses, numbered 1..n in order
// of first use. The number is also the two-byte code in the page ("Identity-H"
// with CID = glyph), so characters beyond U+FFFF and a second weight need
// nothing special. A Cut belongs to one goroutine.
type Cut struct {
	set   *Set
	codes map[slot]uint16
	face  face
}

type slot struct {
	weight Weight
	char   rune
}

const maxGlyphs = 0xFFFF

// NewCut starts an empty cut of s.
func NewCut(s *Set) (*Cut, error) {
	notdef, err := s.body.draw(0, 0)
	if err != nil {
		return nil, err
	}
	return &Cut{set: s, codes: map[slot]uint16{}, face: face{glyphs: []drawn{notdef}}}, nil
}

// Encode returns the codes of text, two bytes for each character, adding glyphs
// to the cut as needed. A character that no font has is an error: the
// caller must have drawn it in some other way.
func (c *Cut) Encode(w Weight, text string) (string, error) {
	out := make([]byte, 0, 2*len(text))
	for _, r := range text {
		code, ok := c.codes[slot{w, r}]
		if !ok {
			var err error
			if code, err = c.add(w, r); err != nil {
				return "", err
			}
		}
		out = be.AppendUint16(out, code)
	}
	return string(out), nil
}

func (c *Cut) add(w Weight, r rune) (uint16, error) {
	f, gid, ok := c.set.find(w, r)
	if !ok {
		return 0, fmt.Errorf("cjkfont: no glyph for U+%04X", r)
	}
	if len(c.face.glyphs) > maxGlyphs {
		return 0, fmt.Errorf("cjkfont: more than %d characters in one document", maxGlyphs)
	}
	g, err := f.draw(gid, r)
	if err != nil {
		return 0, err
	}
	code := uint16(len(c.face.glyphs))
	c.face.glyphs = append(c.face.glyphs, g)
	c.codes[slot{w, r}] = code
	return code, nil
}

// Len is the number of glyphs, .notdef not counted.
func (c *Cut) Len() int { return len(c.face.glyphs) - 1 }

// FontFile is the TrueType file to embed: outlines, but no character map, which
// Identity-H does not use.
func (c *Cut) FontFile() []byte { return assemble(c.face.core()) }

// Widths is the PDF /W array: the advance of each code in thousandths.
func (c *Cut) Widths() string {
	var b strings.Builder
	b.WriteString("[1 [")
	for i, g := range c.face.glyphs[1:] {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%d", g.advance)
	}
	b.WriteString("]]")
	return b.String()
}

// ToUnicode is the PDF CMap from codes to the characters of the text, as
// UTF-16, surrogate pairs included.
func (c *Cut) ToUnicode() []byte {
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	const most = 100 // entries a section may have
	glyphs := c.face.glyphs[1:]
	for start := 0; start < len(glyphs); start += most {
		part := glyphs[start:min(start+most, len(glyphs))]
		fmt.Fprintf(&b, "%d beginbfchar\n", len(part))
		for i, g := range part {
			fmt.Fprintf(&b, "<%04X> <", start+i+1)
			for _, u := range utf16.Encode([]rune{g.char}) {
				fmt.Fprintf(&b, "%04X", u)
			}
			b.WriteString(">\n")
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return []byte(b.String())
}
