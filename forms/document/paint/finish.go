package paint

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/klauspost/compress/zlib"

	"onedoor/forms/document/cjkfont"
)

// subsetName is the font's name with the six-letter tag that the PDF standard
// (ISO 32000-1, 9.6.4) wants for a part of a font.
const subsetName = "ODCUTA+NotoSerifSC"

var (
	xrefAt   = regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n?$`)
	xrefLine = regexp.MustCompile(`(?m)^(\d{10}) 00000 n ?$`)
	pageText = regexp.MustCompile(`^<</Length \d+>>\nstream\n`)
)

// placeholder marks the font object that gofpdf wrote for family.
var placeholder = []byte("<</Type /Font\n/BaseFont /" + family)

// finish rewrites gofpdf's file: its font is replaced by the real cut (glyph
// numbers as codes, true character map), page contents are compressed, document
// information and catalogue are our own.
func finish(raw []byte, cut *cjkfont.Cut, meta Meta) ([]byte, error) {
	objs, err := split(raw)
	if err != nil {
		return nil, err
	}
	font := slices.IndexFunc(objs, func(o []byte) bool { return bytes.HasPrefix(o, placeholder) })
	if font < 1 || len(objs) < 6 {
		return nil, fmt.Errorf("paint: unexpected layout of the drawn file")
	}
	z, err := newPacker()
	if err != nil {
		return nil, err
	}
	for i, o := range objs {
		if m := pageText.Find(o); m != nil {
			body := bytes.TrimSuffix(o[len(m):], []byte("\nendstream"))
			if objs[i], err = z.stream("", body); err != nil {
				return nil, err
			}
		}
	}
	info, root := len(objs)-2, len(objs)-1
	objs[info] = infoDict(meta)
	objs[root] = []byte("<</Type/Catalog/Pages 1 0 R/Lang(zh-CN)/ViewerPreferences<</DisplayDocTitle true>>>>")
	if objs, err = putFont(objs, font, cut, z); err != nil {
		return nil, err
	}
	return write(objs, info, root), nil
}

// split returns the bodies of the file's objects by number; 0 is unused.
func split(raw []byte) ([][]byte, error) {
	bad := fmt.Errorf("paint: the drawn file has no readable cross-reference table")
	m := xrefAt.FindSubmatch(raw)
	if m == nil {
		return nil, bad
	}
	xref, err := strconv.Atoi(string(m[1]))
	if err != nil || xref >= len(raw) {
		return nil, bad
	}
	objs := [][]byte{nil}
	for i, line := range xrefLine.FindAllSubmatch(raw[xref:], -1) {
		at, err := strconv.Atoi(string(line[1]))
		head := fmt.Appendf(nil, "%d 0 obj\n", i+1)
		if err != nil || at >= xref || !bytes.HasPrefix(raw[at:], head) {
			return nil, bad
		}
		objs = append(objs, raw[at+len(head):xref])
	}
	for i, o := range objs[1:] {
		end := objectEnd(o)
		if end < 0 {
			return nil, bad
		}
		objs[i+1] = o[:end:end]
	}
	return objs, nil
}

var streamLength = regexp.MustCompile(`/Length (\d+)`)

// objectEnd is where an object's body ends. Streams are skipped by their
// length, since their bytes may look like anything.
func objectEnd(o []byte) int {
	const keyword = "\nstream\n"
	skip := 0
	end := bytes.Index(o, []byte("\nendobj"))
	if at := bytes.Index(o[:max(end, 0)], []byte(keyword)); at >= 0 {
		m := streamLength.FindSubmatch(o[:at])
		if m == nil {
			return -1
		}
		n, err := strconv.Atoi(string(m[1]))
		skip = at + len(keyword) + n
		if err != nil || skip > len(o) {
			return -1
		}
		end = bytes.Index(o[skip:], []byte("\nendobj"))
	}
	if end < 0 {
		return -1
	}
	return skip + end
}

// putFont replaces the placeholder by the document's font, adding the objects
// that belong to it at the end.
func putFont(objs [][]byte, font int, cut *cjkfont.Cut, z *packer) ([][]byte, error) {
	n := len(objs)
	objs[font] = fmt.Appendf(nil, "<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>",
		subsetName, n, n+2)
	glyphs := fmt.Appendf(nil, "<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"+
		"/FontDescriptor %d 0 R/DW 1000/W%s/CIDToGIDMap/Identity>>", subsetName, n+1, cut.Widths())
	descriptor := fmt.Appendf(nil, "<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[0 -286 1000 1151]/ItalicAngle 0"+
		"/Ascent 1151/Descent -286/CapHeight 733/StemV 80/FontFile2 %d 0 R>>", subsetName, n+3)
	toUnicode, err := z.stream("", cut.ToUnicode())
	if err != nil {
		return nil, err
	}
	ttf := cut.FontFile()
	file, err := z.stream(fmt.Sprintf("/Length1 %d", len(ttf)), ttf)
	return append(objs, glyphs, descriptor, toUnicode, file), err
}

// packer compresses the streams of one file. Making a compressor costs more
// than a page, so one serves them all.
type packer struct {
	buf bytes.Buffer
	w   *zlib.Writer
}

func newPacker() (*packer, error) {
	w, err := zlib.NewWriterLevel(nil, level)
	return &packer{w: w}, err
}

// level: three fifths of the best one's time for 5 % more bytes.
const level = 3

// stream is a compressed stream object.
func (p *packer) stream(entries string, body []byte) ([]byte, error) {
	p.buf.Reset()
	p.w.Reset(&p.buf)
	if _, err := p.w.Write(body); err != nil {
		return nil, err
	}
	if err := p.w.Close(); err != nil {
		return nil, err
	}
	out := fmt.Appendf(nil, "<<%s/Filter/FlateDecode/Length %d>>\nstream\n", entries, p.buf.Len())
	return append(append(out, p.buf.Bytes()...), "\nendstream"...), nil
}

func infoDict(m Meta) []byte {
	date := m.Created.Format("D:20060102150405-07'00'")
	if _, off := m.Created.Zone(); off == 0 {
		date = m.Created.UTC().Format("D:20060102150405") + "Z"
	}
	b := fmt.Appendf(nil, "<</Producer(onedoor)/Title<FEFF%s>/CreationDate(%s)/ModDate(%s)", hex16(m.Title), date, date)
	for _, k := range slices.Sorted(maps.Keys(m.Extra)) {
		b = fmt.Appendf(b, "/%s(%s)", k, escape.Replace(m.Extra[k]))
	}
	return append(b, ">>"...)
}

var escape = strings.NewReplacer(`\`, `\\`, `(`, `\(`, `)`, `\)`)

func hex16(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
}

// write lays the objects out as a file.
func write(objs [][]byte, info, root int) []byte {
	out := []byte("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	table := fmt.Appendf(nil, "xref\n0 %d\n0000000000 65535 f \n", len(objs))
	for i, o := range objs[1:] {
		table = fmt.Appendf(table, "%010d 00000 n \n", len(out))
		out = fmt.Appendf(out, "%d 0 obj\n", i+1)
		out = append(append(out, o...), "\nendobj\n"...)
	}
	xref := len(out)
	out = append(out, table...)
	id := sha256.Sum256(out)
	return fmt.Appendf(out, "trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%x><%x>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(objs), root, info, id[:16], id[:16], xref)
}

// Zone is China Standard Time, in which all dates of a document stand. China
// keeps no summer time, so no time zone data is needed.
var Zone = time.FixedZone("CST", 8*60*60)
