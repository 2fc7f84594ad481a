package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/zlib"

	"onedoor/forms/document/cjkfont"
	"onedoor/forms/document/layout"
)

// byHand writes a finished layout as a PDF with nothing but what must be there:
// no library between, nothing said twice. It is the least that anybody can do.
func byHand(fonts *cjkfont.Set, d *Drawing) ([]byte, error) {
	cut, err := cjkfont.NewCut(fonts)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	var at []int
	object := func(dict string, stream []byte) {
		at = append(at, out.Len())
		if stream == nil {
			fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", len(at), dict)
			return
		}
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		_, _ = w.Write(stream)
		_ = w.Close()
		fmt.Fprintf(&out, "%d 0 obj\n<<%s/Filter/FlateDecode/Length %d>>stream\n%s\nendstream\nendobj\n", len(at), dict, z.Len(), z.Bytes())
	}
	out.WriteString("%PDF-1.7\n")
	content := &bytes.Buffer{}
	for _, op := range d.pages[0].Ops {
		if err := handOp(content, cut, d.frame.H, op); err != nil {
			return nil, err
		}
	}
	object("<</Type/Catalog/Pages 2 0 R>>", nil)
	object(fmt.Sprintf("<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 %.2f %.2f]>>", d.frame.W, d.frame.H), nil)
	object("<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>", nil)
	object("", content.Bytes())
	object("<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 8 0 R>>", nil)
	object("<</Type/Font/Subtype/CIDFontType2/BaseFont/A/CIDToGIDMap/Identity/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/W "+cut.Widths()+"/FontDescriptor 7 0 R>>", nil)
	object("<</Type/FontDescriptor/FontName/A/Flags 4/FontBBox[0 -200 1000 1000]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 700/StemV 80/FontFile2 9 0 R>>", nil)
	object("", cut.ToUnicode())
	object("", cut.FontFile())
	xref := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, a := range at {
		fmt.Fprintf(&out, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&out, "trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, xref)
	return out.Bytes(), nil
}

func handOp(w *bytes.Buffer, cut *cjkfont.Cut, high float64, op layout.Op) error {
	switch o := op.(type) {
	case layout.Text:
		codes, err := cut.Encode(o.Weight, o.S)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "BT/F %.1f Tf %.2f %.2f Td<%x>Tj ET\n", o.Size, o.X, high-o.Y, codes)
	case layout.Line:
		fmt.Fprintf(w, "%.2f w %.2f %.2f m %.2f %.2f l S\n", o.Width, o.X1, high-o.Y1, o.X2, high-o.Y2)
	case layout.Rect:
		fmt.Fprintf(w, "%.2f w %.2f %.2f %.2f %.2f re S\n", o.Width, o.X, high-o.Y-o.H, o.W, o.H)
	case layout.Modules:
		cell := o.Side / float64(o.N)
		for row := range o.N {
			for col := range o.N {
				if o.Black(col, row) {
					fmt.Fprintf(w, "%.2f %.2f %.2f %.2f re\n", o.X+float64(col)*cell, high-o.Y-float64(row+1)*cell, cell, cell)
				}
			}
		}
		w.WriteString("f\n")
	}
	return nil
}

func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkRatioLowerBound compares a document, from its facts to the unsigned
// file, with the bare writing of the same finished page, turn by turn in one run.
func BenchmarkRatioLowerBound(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	p, draft := newPress(b), draftOf(b, "supplement")
	laid, err := p.RenderDraft(draft, A4, "OD1:AB")
	if err != nil {
		b.Fatal(err)
	}
	var ours, least time.Duration
	var size, leastSize, times int
	for b.Loop() {
		start := cpuTime(b)
		out, err := p.RenderDraft(draft, A4, "OD1:AB")
		if err != nil {
			b.Fatal(err)
		}
		middle := cpuTime(b)
		bare, err := byHand(p.fonts, &laid)
		if err != nil {
			b.Fatal(err)
		}
		ours, least = ours+middle-start, least+cpuTime(b)-middle
		size, leastSize, times = len(out.PDF), len(bare), times+1
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(ours)/float64(least), "ratio")
	b.ReportMetric(float64(ours.Microseconds())/float64(times), "cpu-us/document")
	b.ReportMetric(float64(least.Microseconds())/float64(times), "cpu-us/by-hand")
	b.ReportMetric(float64(size)/float64(leastSize), "size-ratio")
}

// typstScript compiles a page with the same words n times, only the number
// changing, and prints the CPU time of each in microseconds and the size.
const typstScript = `
const {NodeCompiler} = require('@myriaddreamin/typst-ts-node-compiler')
const [font, text, n] = [process.argv[2], require('fs').readFileSync(0, 'utf8'), +process.argv[3]]
const c = NodeCompiler.create({workspace: process.cwd(), fontArgs: [{fontPaths: [font]}]})
const page = (i) => c.pdf({mainFileContent: '#set page(paper: "a4")\n#set text(font: "Noto Serif SC", size: 10.5pt)\n' + i + '\n\n' + text})
let size = page(-1).length; page(-2)
const start = process.cpuUsage()
for (let i = 0; i < n; i++) size = page(i).length
const u = process.cpuUsage(start)
console.log(JSON.stringify({us: (u.user + u.system) / n, size, rss: process.memoryUsage().rss}))
`

// BenchmarkRatioTypst compares with typst, where ONEDOOR_TYPST names a folder in
// which npm has installed @myriaddreamin/typst-ts-node-compiler.
func BenchmarkRatioTypst(b *testing.B) {
	dir := os.Getenv("ONEDOOR_TYPST")
	if dir == "" {
		b.Skip("ONEDOOR_TYPST is not set")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	p, draft := newPress(b), draftOf(b, "supplement")
	start, times, size := cpuTime(b), 0, 0
	var laid Drawing
	for b.Loop() {
		var err error
		if laid, err = p.RenderDraft(draft, A4, "OD1:AB"); err != nil {
			b.Fatal(err)
		}
		times, size = times+1, len(laid.PDF)
	}
	ours := float64((cpuTime(b) - start).Microseconds()) / float64(times)
	var words strings.Builder
	for _, op := range laid.pages[0].Ops {
		if t, ok := op.(layout.Text); ok {
			words.WriteString("#box[#\"" + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(t.S) + "\"] \\\n")
		}
	}
	fonts, err := os.MkdirTemp("", "typst-fonts-")
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(fonts)
	body, err := os.ReadFile("cjkfont/data/NotoSerifSC-400.ttf")
	if err == nil {
		err = os.WriteFile(fonts+"/body.ttf", body, 0o600)
	}
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command("node", "-e", typstScript, "x", fonts, "100")
	cmd.Dir, cmd.Stdin, cmd.Stderr = dir, strings.NewReader(words.String()), os.Stderr
	said, err := cmd.Output()
	if err != nil {
		b.Skip(err)
	}
	var typst struct{ Us, Size, RSS float64 }
	if err := json.Unmarshal(said, &typst); err != nil {
		b.Fatal(err, string(said))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ours/typst.Us, "ratio")
	b.ReportMetric(ours, "cpu-us/document")
	b.ReportMetric(typst.Us, "cpu-us/typst")
	b.ReportMetric(float64(size)/typst.Size, "size-ratio")
	b.ReportMetric(typst.RSS/1e6, "typst-MB")
}
