package cjkfont

import (
	"bytes"
	"strings"
	"sync"
	"testing"
)

func load(t testing.TB) *Set {
	t.Helper()
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// level3 calls f for the 87,887 Han characters of GB 18030-2022 level 3.
func level3(f func(rune)) {
	for _, b := range [][2]rune{{0x4E00, 0x9FEF}, {0x3400, 0x4DB5}, {0x20000, 0x2A6D6}, {0x2A700, 0x2B734},
		{0x2B740, 0x2B81D}, {0x2B820, 0x2CEA1}, {0x2CEB0, 0x2EBE0}} {
		for r := b[0]; r <= b[1]; r++ {
			f(r)
		}
	}
	for _, r := range "﨎﨏﨑﨓﨔﨟﨡﨣﨤﨧﨨﨩" {
		f(r)
	}
}

func TestLevel3IsComplete(t *testing.T) {
	s, n := load(t), 0
	level3(func(r rune) {
		n++
		f, gid, ok := s.find(Body, r)
		if !ok {
			t.Fatalf("U+%04X has no glyph", r)
		}
		g, err := f.draw(gid, r)
		if err != nil || len(g.outline) < 12 || g.advance != Em {
			t.Fatalf("U+%04X: outline of %d bytes, advance %d, %v", r, len(g.outline), g.advance, err)
		}
	})
	if n != 87887 {
		t.Fatalf("%d characters tested, want 87887", n)
	}
}

func TestTitleFallsBackToBody(t *testing.T) {
	s := load(t)
	bold, _, _ := s.find(Title, '受')
	plain, _, ok := s.find(Title, '䶮')
	if bold != s.title || plain != s.body || !ok {
		t.Fatal("a title must be bold where it can be, and whole where it cannot")
	}
}

func TestNotPrintable(t *testing.T) {
	s := load(t)
	for _, r := range "\ue170\ue08b\U000F0000\n\t\u200b\u202e\ufe00\U000E0100\u0378\U00030EDE" {
		if _, ok := s.Advance(Body, r); ok {
			t.Errorf("U+%04X would be drawn as if it were an ordinary character", r)
		}
	}
}

// TestCutKeepsOutlines opens the cut as a font again and compares every glyph.
func TestCutKeepsOutlines(t *testing.T) {
	s := load(t)
	c, err := NewCut(s)
	if err != nil {
		t.Fatal(err)
	}
	const text = "李䶮𠅤张𬭳明 Az09（）\\"
	for _, w := range []Weight{Body, Title} {
		codes, err := c.Encode(w, text)
		if err != nil || len(codes) != 2*len([]rune(text)) {
			t.Fatal(codes, err)
		}
	}
	if _, err := c.Encode(Body, "\ue170"); err == nil {
		t.Fatal("a missing glyph must be an error")
	}
	f := reopen(t, c.FontFile())
	if f.glyphs != c.Len()+1 {
		t.Fatalf("%d glyphs, want %d", f.glyphs, c.Len()+1)
	}
	for at, code := range c.codes {
		src, gid, _ := s.find(at.weight, at.char)
		want, err := src.draw(gid, at.char)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.outline(int(code))
		if err != nil || !bytes.HasPrefix(got, want.outline) || len(got) > len(want.outline)+3 || f.Advance(int(code)) != want.advance {
			t.Fatalf("%q weight %d is not the glyph of the source", at.char, at.weight)
		}
	}
}

// reopen reads a cut, which has no character map, through the same parser.
func reopen(t *testing.T, raw []byte) *Font {
	t.Helper()
	f := &Font{tables: map[string][]byte{}}
	for i := range int(be.Uint16(raw[4:])) {
		rec := raw[12+16*i:]
		off, size := be.Uint32(rec[8:]), be.Uint32(rec[12:])
		f.tables[string(rec[:4])] = raw[off : off+size]
		if sum := checksum(raw[off : off+size]); sum != be.Uint32(rec[4:]) && string(rec[:4]) != "head" {
			t.Errorf("checksum of %s", rec[:4])
		}
	}
	if sum := checksum(raw); sum != 0xB1B0AFBA {
		t.Errorf("checksum of the file is %08X", sum)
	}
	f.tables["cmap"] = (&face{glyphs: []drawn{{}, {char: 'x'}}}).cmap12()
	if err := f.index(); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestSameInputSameBytes(t *testing.T) {
	s := load(t)
	cut := func() []byte {
		c, err := NewCut(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Encode(Title, "受理通知书𠅤"); err != nil {
			t.Fatal(err)
		}
		return append(append(c.FontFile(), c.ToUnicode()...), c.Widths()...)
	}
	if !bytes.Equal(cut(), cut()) {
		t.Fatal("two cuts of the same text differ")
	}
}

// TestConcurrentUse is for the race detector: many documents at once, all of
// them opening the same rare rows for the first time.
func TestConcurrentUse(t *testing.T) {
	s := load(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			c, err := NewCut(s)
			if err != nil {
				t.Error(err)
				return
			}
			for _, w := range []Weight{Body, Title} {
				if _, err := c.Encode(w, "李䶮𠅤张𬭳明𤧛"); err != nil {
					t.Error(err)
				}
			}
			c.FontFile()
		})
	}
	wg.Wait()
}

func TestToUnicodeHoldsSurrogatePairs(t *testing.T) {
	c, err := NewCut(load(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Encode(Body, "明𬭳"); err != nil {
		t.Fatal(err)
	}
	if m := string(c.ToUnicode()); !strings.Contains(m, "<0001> <660E>\n<0002> <D872DF73>") {
		t.Fatal(m)
	}
}

// FuzzParse: no file, however broken, may make the reader panic.
func FuzzParse(f *testing.F) {
	s, err := Load()
	if err != nil {
		f.Fatal(err)
	}
	small, err := Subset(s.body, []rune("受理a"), "Fuzz", false)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(small)
	f.Add([]byte("\x00\x01\x00\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		font, err := Parse(raw)
		if err != nil {
			return
		}
		for _, r := range "受理a" {
			if g, ok := font.Glyph(r); ok {
				font.em = 1024
				_, _ = font.draw(g, r)
			}
		}
	})
}

func BenchmarkCutReceipt(b *testing.B) {
	s := load(b)
	text := "受理通知书申请人姓名证件号码事项名称编码类型收件日期法定办结时限承诺期限查询方式领取机关联系电话经办人材料清单原件复印件0123456789"
	for b.Loop() {
		c, err := NewCut(s)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Encode(Body, text); err != nil {
			b.Fatal(err)
		}
		c.FontFile()
	}
}
