package document

import (
	"bytes"
	"compress/zlib"
	"image"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"onedoor/forms/document/cjkfont"
	"onedoor/forms/document/layout"
	"onedoor/forms/document/paint"
	"onedoor/forms/document/sign"
)

// tool finds a program of poppler, or skips.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skip(name + " is not installed (poppler-utils)")
	}
	return path
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(tool(t, name), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

func write(t *testing.T, pdf []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notice.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// mustSay is text that has to survive on every page set, rare names first.
var mustSay = []string{"李䶮𠅤", "张𬭳明", "受理通知书", "44060410000120261120010001X", "4406**********201X",
	"《中华人民共和国行政许可法》第三十二条第一款第五项", "申请人信息由窗口手工录入，未读取证件", "（受理专用章）", "补打", "第1页　共1页"}

func rareNotice() Notice {
	n := sample()
	n.Agent = &Party{Name: "张𬭳明", Number: "4406**********0042"}
	n.Typed, n.Reprint = true, 1
	return n
}

func TestTextLayerByPoppler(t *testing.T) {
	out, _ := issue(t, rareNotice())
	text := run(t, "pdftotext", write(t, out.PDF), "-")
	flat := strings.NewReplacer("\n", "", " ", "", "　", "").Replace(text)
	for _, want := range mustSay {
		if !strings.Contains(flat, strings.ReplaceAll(want, "　", "")) {
			t.Errorf("%q is not in the text:\n%s", want, text)
		}
	}
}

// TestTextLayer reads the text as a viewer does, through the ToUnicode map, so
// that the check never depends on an installed program.
func TestTextLayer(t *testing.T) {
	out, _ := issue(t, rareNotice())
	text := ownText(t, out.PDF)
	for _, want := range mustSay {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in the text:\n%s", want, text)
		}
	}
}

var (
	streams = regexp.MustCompile(`/Length (\d+)>>\nstream\n`)
	bfchar  = regexp.MustCompile(`(?m)^<([0-9A-F]{4})> <([0-9A-F]+)>$`)
	shown   = regexp.MustCompile(`(?s)\(((?:[^\\()]|\\.)*)\) Tj`)
)

// ownText inflates the streams, finds the character map and maps every string
// that is shown.
func ownText(t *testing.T, pdf []byte) string {
	t.Helper()
	var pages []string
	chars := map[uint16]string{}
	for _, m := range streams.FindAllSubmatchIndex(pdf, -1) {
		n, err := strconv.Atoi(string(pdf[m[2]:m[3]]))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(pdf[max(0, m[0]-200):m[0]], []byte("/DCTDecode")) {
			continue // a picture
		}
		z, err := zlib.NewReader(bytes.NewReader(pdf[m[1] : m[1]+n]))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(body, []byte("begincmap")) {
			pages = append(pages, string(body))
			continue
		}
		for _, c := range bfchar.FindAllStringSubmatch(string(body), -1) {
			code, _ := strconv.ParseUint(c[1], 16, 16)
			var units []uint16
			for i := 0; i < len(c[2]); i += 4 {
				u, _ := strconv.ParseUint(c[2][i:i+4], 16, 16)
				units = append(units, uint16(u))
			}
			chars[uint16(code)] = string(utf16.Decode(units))
		}
	}
	unescape := strings.NewReplacer(`\\`, `\`, `\(`, `(`, `\)`, `)`, `\r`, "\r")
	var text strings.Builder
	for _, p := range pages {
		for _, s := range shown.FindAllStringSubmatch(p, -1) {
			b := unescape.Replace(s[1])
			for i := 0; i+1 < len(b); i += 2 {
				text.WriteString(chars[uint16(b[i])<<8|uint16(b[i+1])])
			}
			text.WriteByte('\n')
		}
	}
	return text.String()
}

// TestEveryCode shows 12,000 characters, so that every value occurs in both
// bytes of the codes that brackets, backslashes and line ends could spoil.
func TestEveryCode(t *testing.T) {
	fonts, err := cjkfont.Load()
	if err != nil {
		t.Fatal(err)
	}
	var want []rune
	for r := rune(0x4E00); len(want) < 12000; r++ {
		want = append(want, r)
	}
	f := layout.NewFlow(layout.NewPen(fonts), layout.Frame{W: 600, H: 800, Top: 20, Bottom: 20, Left: 20, Right: 20})
	f.Paragraph(layout.Style{Size: 8, Lead: 9}, f.Full(), layout.Left, 0, string(want))
	pdf, err := paint.PDF(fonts, 600, 800, f.Pages, paint.Meta{Title: "字", Created: sampleTime})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.ReplaceAll(ownText(t, pdf), "\n", ""); got != string(want) {
		t.Error("the text layer differs")
	}
	text := run(t, "pdftotext", "-raw", write(t, pdf), "-")
	if got := strings.NewReplacer("\n", "", "\f", "").Replace(text); got != string(want) {
		t.Error("poppler reads another text")
	}
}

func TestSignatureByPoppler(t *testing.T) {
	out, _ := issue(t, sample())
	said := run(t, "pdfsig", write(t, out.PDF))
	for _, want := range []string{"Signature is Valid", "Total document signed", "440604100001-01"} {
		if !strings.Contains(said, want) {
			t.Errorf("pdfsig does not say %q:\n%s", want, said)
		}
	}
}

func TestFileByQPDF(t *testing.T) {
	for _, n := range []Notice{sample(), longSample()} {
		out, _ := issue(t, n)
		if said := run(t, "qpdf", "--check", write(t, out.PDF)); strings.Contains(said, "WARNING") {
			t.Error(said)
		}
	}
}

// TestQRFromPaper prints at 150 dpi, scans, and verifies.
func TestQRFromPaper(t *testing.T) {
	for name, paper := range map[string]Paper{"A4": A4, "A5": A5} {
		is := sameIssuer(t)
		out, err := newPress(t).Issue(sample(), paper, is.key, is.chain, sampleTime)
		if err != nil {
			t.Fatal(err)
		}
		path := write(t, out.PDF)
		run(t, "pdftoppm", "-r", "150", "-singlefile", "-png", path, strings.TrimSuffix(path, ".pdf"))
		got := scanQR(t, strings.TrimSuffix(path, ".pdf")+".png")
		if got != out.QR {
			t.Fatalf("%s: scanned %q", name, got)
		}
		if s, err := sign.ParseQR(got); err != nil || s.Number != sample().Number {
			t.Fatal(err)
		}
	}
}

// scanQR reads the code on a picture as a phone does, which takes many frames
// while a hand moves: each turn by a quarter, in two ways of telling dark from
// light. A single frame is not enough for zxing: about one code in a hundred has
// something like a finder in its data, and on that frame it looks no further
// (zbar reads it). It fails if no frame can be read.
func scanQR(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := readFrames(img)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func readFrames(img image.Image) (text string, err error) {
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	for range 4 {
		src := gozxing.NewLuminanceSourceFromImage(img)
		for _, light := range []gozxing.Binarizer{gozxing.NewHybridBinarizer(src), gozxing.NewGlobalHistgramBinarizer(src)} {
			bmp, e := gozxing.NewBinaryBitmap(light)
			if e != nil {
				return "", e
			}
			res, e := qrcode.NewQRCodeReader().Decode(bmp, hints)
			if e == nil {
				return res.GetText(), nil
			}
			err = e
		}
		img = quarter(img)
	}
	return "", err
}

// quarter turns a picture by 90 degrees.
func quarter(src image.Image) image.Image {
	b := src.Bounds()
	dst := image.NewGray(image.Rect(0, 0, b.Dy(), b.Dx()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			dst.Set(b.Dy()-1-y, x, src.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return dst
}
