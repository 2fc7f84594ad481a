package cjkfont

import (
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/klauspost/compress/zstd"
)

// The body face is embedded as its makers published it; the others are cuts
// made by the program in cutfonts. See data/README.md.
var (
	//go:embed data/NotoSerifSC-400.ttf
	bodyTTF []byte
	//go:embed data/title-700.ttf
	titleTTF []byte
	//go:embed data/rare/*.ttf.zst
	rareFS embed.FS
)

// Weight chooses a face.
type Weight uint8

const (
	Body  Weight = iota // Song, 400
	Title               // Song, 700; falls back to Body for characters it lacks
)

// Set is the committed fonts, opened once and shared by all goroutines.
type Set struct {
	body, title *Font
	rare        map[rune]*row // by code point / RowSize
}

// RowSize is how many code points one file of the rare pack covers.
const RowSize = 0x1000

// row is one lazily opened file of the rare pack.
type row struct {
	path string
	once sync.Once
	font *Font
	err  error
}

// Load opens the embedded fonts. It unpacks nothing and takes microseconds.
func Load() (*Set, error) {
	s := &Set{rare: map[rune]*row{}}
	var err error
	if s.body, err = Parse(bodyTTF); err != nil {
		return nil, err
	}
	if s.title, err = Parse(titleTTF); err != nil {
		return nil, err
	}
	paths, err := fs.Glob(rareFS, "data/rare/*.ttf.zst")
	if err != nil {
		return nil, err
	}
	for _, p := range paths {
		name := strings.TrimSuffix(p[strings.LastIndexByte(p, '/')+1:], ".ttf.zst")
		n, err := strconv.ParseUint(name, 16, 16)
		if err != nil {
			return nil, fmt.Errorf("cjkfont: rare pack file %q: %w", p, err)
		}
		s.rare[rune(n)] = &row{path: p}
	}
	return s, nil
}

// open decompresses a row at its first use: 2 to 4 MB, some milliseconds.
func (w *row) open() (*Font, error) {
	w.once.Do(func() {
		packed, err := rareFS.ReadFile(w.path)
		if err != nil {
			w.err = err
			return
		}
		dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
		if err != nil {
			w.err = err
			return
		}
		defer dec.Close()
		plain, err := dec.DecodeAll(packed, nil)
		if err != nil {
			w.err = err
			return
		}
		w.font, w.err = Parse(plain)
	})
	return w.font, w.err
}

// find returns the face and glyph that draw r, in order title (if asked), body,
// rare pack.
func (s *Set) find(w Weight, r rune) (*Font, int, bool) {
	if !Printable(r) {
		return nil, 0, false
	}
	if w == Title {
		if g, ok := s.title.Glyph(r); ok {
			return s.title, g, true
		}
	}
	if g, ok := s.body.Glyph(r); ok {
		return s.body, g, true
	}
	rr := s.rare[r/RowSize]
	if rr == nil {
		return nil, 0, false
	}
	f, err := rr.open()
	if err != nil {
		return nil, 0, false // reported like any missing character, by a box on the page
	}
	g, ok := f.Glyph(r)
	return f, g, ok
}

// Printable says whether r may be drawn as itself. Private-use characters may
// not, even when a font has a picture for them: what they mean depends on the
// machine that entered them. Invisible controls may not, because what cannot
// be seen must not be in a notice.
func Printable(r rune) bool {
	return !unicode.In(r, unicode.Co, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Zl, unicode.Zp, unicode.Variation_Selector)
}

// Advance is the width of r in thousandths of the type size; false when no
// font has it.
func (s *Set) Advance(w Weight, r rune) (int, bool) {
	f, g, ok := s.find(w, r)
	if !ok {
		return 0, false
	}
	if f.em == Em {
		return f.Advance(g), true
	}
	return scaled(f.Advance(g), Em, f.em), true
}
