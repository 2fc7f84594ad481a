package document

import (
	"strings"
	"testing"

	"onedoor/forms/document/cjkfont"
	"onedoor/forms/document/layout"
	"onedoor/forms/document/paint"
)

// hanRanges are the Chinese characters of GB 18030-2022, implementation level
// 3: the unified ideographs as of Unicode 11 and the twelve that stand among
// the compatibility ones.
var hanRanges = [][2]rune{{0x3400, 0x4DB5}, {0x4E00, 0x9FEF}, {0x20000, 0x2A6D6}, {0x2A700, 0x2B734},
	{0x2B740, 0x2B81D}, {0x2B820, 0x2CEA1}, {0x2CEB0, 0x2EBE0}, {0xFA0E, 0xFA0F}, {0xFA11, 0xFA11},
	{0xFA13, 0xFA14}, {0xFA1F, 0xFA1F}, {0xFA21, 0xFA21}, {0xFA23, 0xFA24}, {0xFA27, 0xFA29}}

// TestAllCharactersOfGB18030 prints every one of them: none may lack a glyph,
// and poppler must read every one back as itself.
func TestAllCharactersOfGB18030(t *testing.T) {
	t.Parallel()
	var all []rune
	for _, r := range hanRanges {
		for c := r[0]; c <= r[1]; c++ {
			all = append(all, c)
		}
	}
	if len(all) != 87887 {
		t.Fatalf("%d characters", len(all))
	}
	fonts, err := cjkfont.Load()
	if err != nil {
		t.Fatal(err)
	}
	const most = 15000 // a font holds up to 65,535 glyphs
	for from := 0; from < len(all); from += most {
		want := string(all[from:min(from+most, len(all))])
		pen := layout.NewPen(fonts)
		f := layout.NewFlow(pen, layout.Frame{W: 600, H: 800, Top: 20, Bottom: 20, Left: 20, Right: 20})
		f.Paragraph(layout.Style{Size: 8, Lead: 9}, f.Full(), layout.Left, 0, want)
		if m := pen.Missing(); len(m) > 0 {
			t.Fatalf("%d characters without a glyph, the first U+%04X", len(m), m[0])
		}
		pdf, err := paint.PDF(fonts, 600, 800, f.Pages, paint.Meta{Title: "字", Created: sampleTime})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.ReplaceAll(ownText(t, pdf), "\n", ""); got != want {
			t.Error("the text layer differs")
		}
		text := run(t, "pdftotext", "-raw", write(t, pdf), "-")
		compare(t, strings.NewReplacer("\n", "", "\f", "").Replace(text), want)
	}
}

func compare(t *testing.T, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	g, w := []rune(got), []rune(want)
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Errorf("U+%04X is read as U+%04X", w[i], g[i])
			return
		}
	}
	t.Errorf("%d of %d characters are read back", len(g), len(w))
}
