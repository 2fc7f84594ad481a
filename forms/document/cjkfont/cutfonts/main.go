// Command cutfonts makes the font files of package cjkfont from the fonts as
// their makers publish them: the bold title face and the pack of rare
// characters. Same inputs, same bytes. data/README.md says where the inputs
// come from.
//
//	go run ./forms/document/cjkfont/cutfonts -body NotoSerifSC_400Regular.ttf \
//	    -bold NotoSerifSC_700Bold.ttf -rare HanaMinB.ttf -out forms/document/cjkfont/data
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/simplifiedchinese"

	"onedoor/forms/document/cjkfont"
)

func main() {
	body := flag.String("body", "", "Noto Serif SC 400, TrueType")
	bold := flag.String("bold", "", "Noto Serif SC 700, TrueType")
	rare := flag.String("rare", "", "HanaMinB, TrueType")
	out := flag.String("out", "", "the data folder of package cjkfont")
	flag.Parse()
	if err := run(*body, *bold, *rare, *out); err != nil {
		fmt.Fprintln(os.Stderr, "cutfonts:", err)
		os.Exit(1)
	}
}

func run(body, bold, rare, out string) error {
	bodyFont, err := open(body)
	if err != nil {
		return err
	}
	boldFont, err := open(bold)
	if err != nil {
		return err
	}
	rareFont, err := open(rare)
	if err != nil {
		return err
	}
	title, err := cjkfont.Subset(boldFont, titleRunes(), "OneDoor Title", true)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "title-700.ttf"), title, 0o644); err != nil {
		return err
	}
	raw, err := os.ReadFile(body)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "NotoSerifSC-400.ttf"), raw, 0o644); err != nil {
		return err
	}
	return cutRare(bodyFont, rareFont, filepath.Join(out, "rare"))
}

func open(path string) (*cjkfont.Font, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f, err := cjkfont.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// titleRunes is ASCII, the usual punctuation and the 6,763 characters of
// GB 2312; titles and headings use no others, or fall back to the body face.
func titleRunes() []rune {
	var rs []rune
	for r := rune(0x20); r < 0x7F; r++ {
		rs = append(rs, r)
	}
	for hi := byte(0xA1); hi <= 0xF7; hi++ {
		if hi > 0xA3 && hi < 0xB0 { // kana, Greek, Cyrillic, box drawing
			continue
		}
		for lo := byte(0xA1); lo <= 0xFE; lo++ {
			s, err := simplifiedchinese.GBK.NewDecoder().Bytes([]byte{hi, lo})
			if err != nil {
				continue
			}
			for _, r := range string(s) {
				if cjkfont.Printable(r) && r != 0xFFFD {
					rs = append(rs, r)
				}
			}
		}
	}
	return rs
}

// cutRare writes one compressed font for each row of 4,096 code points with
// the characters that the body face lacks.
func cutRare(body, rare *cjkfont.Font, dir string) error {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	defer enc.Close()
	for row := rune(0); row < 0x40; row++ {
		var rs []rune
		for r := row * cjkfont.RowSize; r < (row+1)*cjkfont.RowSize; r++ {
			_, have := body.Glyph(r)
			if _, ok := rare.Glyph(r); ok && !have && ideograph(r) {
				rs = append(rs, r)
			}
		}
		if len(rs) == 0 {
			continue
		}
		ttf, err := cjkfont.Subset(rare, rs, fmt.Sprintf("OneDoor Rare %02X", row), false)
		if err != nil {
			return err
		}
		packed := enc.EncodeAll(ttf, nil)
		fmt.Printf("%02X: %d characters, %d -> %d bytes\n", row, len(rs), len(ttf), len(packed))
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%02x.ttf.zst", row)), packed, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// ideograph says whether r is a Han character: extensions A to H, the basic
// block, the compatibility blocks.
func ideograph(r rune) bool {
	return r >= 0x3400 && r <= 0x9FFF || r >= 0xF900 && r <= 0xFAFF || r >= 0x20000 && r <= 0x323AF
}
