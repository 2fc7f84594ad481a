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
	type0    = regexp.MustCompile(`/Subtype /Type0\n`)
	pageText = regexp.MustCompile(`^<</Length \d+>>\nstream\n`)
)

// finish rewrites gofpdf's file: its font objects are replaced by the real cut
// (glyph numbers as codes, true character map), page contents are compressed,
// document information and catalogue are our own.
func finish(raw []byte, cut *cjkfont.Cut, meta Meta) ([]byte, error) {
	objs, err := split(raw)
	if err != nil {
		return nil, err
	}
	font := slices.IndexFunc(objs, type0.Match)
	if font < 1 || font+6 >= len(objs)-2 {
		return nil, fmt.Errorf("paint: unexpected layout of the drawn file")
	}
	for i := 1; i < font; i++ {
		if m := pageText.Find(objs[i]); m != nil {
			body := bytes.TrimSuffix(objs[i][len(m):], []byte("\nendstream"))
			if objs[i], err = packed("", body); err != nil {
				return nil, err
			}
		}
	}
	if err := putFont(objs, font, cut); err != nil {
		return nil, err
	}
	info, root := len(objs)-2, len(objs)-1
	objs[info] = infoDict(meta)
	objs[root] = []byte("<</Type/Catalog/Pages 1 0 R/Lang(zh-CN)/ViewerPreferences<</DisplayDocTitle true>>>>")
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

// putFont replaces the seven objects of gofpdf's font, whose order is fixed.
func putFont(objs [][]byte, n int, cut *cjkfont.Cut) (err error) {
	file := cut.FontFile()
	objs[n] = fmt.Appendf(nil, "<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>",
		subsetName, n+1, n+2)
	objs[n+1] = fmt.Appendf(nil, "<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"+
		"/FontDescriptor %d 0 R/DW 1000/W%s/CIDToGIDMap/Identity>>", subsetName, n+4, cut.Widths())
	if objs[n+2], err = packed("", cut.ToUnicode()); err != nil {
		return err
	}
	objs[n+4] = fmt.Appendf(nil, "<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[0 -286 1000 1151]/ItalicAngle 0"+
		"/Ascent 1151/Descent -286/CapHeight 733/StemV 80/FontFile2 %d 0 R>>", subsetName, n+6)
	objs[n+6], err = packed(fmt.Sprintf("/Length1 %d", len(file)), file)
	// gofpdf's character collection and glyph map are not referred to any more.
	objs[n+3], objs[n+5] = nil, nil
	return err
}

// packed is a compressed stream object.
func packed(entries string, body []byte) ([]byte, error) {
	var z bytes.Buffer
	w, err := zlib.NewWriterLevel(&z, 6)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	out := fmt.Appendf(nil, "<<%s/Filter/FlateDecode/Length %d>>\nstream\n", entries, z.Len())
	return append(append(out, z.Bytes()...), "\nendstream"...), nil
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

// write lays the objects out as a file. Numbers without a body are free.
func write(objs [][]byte, info, root int) []byte {
	out := []byte("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	at := make([]int, len(objs))
	for i, o := range objs {
		if o == nil {
			continue
		}
		at[i] = len(out)
		out = fmt.Appendf(out, "%d 0 obj\n", i)
		out = append(append(out, o...), "\nendobj\n"...)
	}
	xref := len(out)
	out = fmt.Appendf(out, "xref\n0 %d\n", len(objs))
	for i, pos := range at {
		if objs[i] == nil {
			out = fmt.Appendf(out, "%010d %05d f \n", nextFree(objs, i), 65535)
			continue
		}
		out = fmt.Appendf(out, "%010d 00000 n \n", pos)
	}
	id := sha256.Sum256(out)
	return fmt.Appendf(out, "trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%x><%x>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(objs), root, info, id[:16], id[:16], xref)
}

// nextFree is the next number in the chain of free objects, 0 at its end.
func nextFree(objs [][]byte, i int) int {
	for j := i + 1; j < len(objs); j++ {
		if objs[j] == nil {
			return j
		}
	}
	return 0
}

// Zone is China Standard Time, in which all dates of a document stand. China
// keeps no summer time, so no time zone data is needed.
var Zone = time.FixedZone("CST", 8*60*60)
