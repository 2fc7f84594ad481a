package layout

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"onedoor/forms/document/cjkfont"
)

func pen(t testing.TB) *Pen {
	t.Helper()
	s, err := cjkfont.Load()
	if err != nil {
		t.Fatal(err)
	}
	return NewPen(s)
}

var plain = Style{Size: 10, Lead: 15}

// TestWrapKeepsEverything: the PDF library loses a Chinese character at every
// break. Here nothing but spaces may go, no line may be too wide, and no line
// may begin or end with a mark that must not stand there.
func TestWrapKeepsEverything(t *testing.T) {
	p := pen(t)
	rng := rand.New(rand.NewPCG(1, 2))
	alphabet := []rune("受理通知书，。、（）《》“”ab12 ABC-*䶮𠅤𬭳\ue170—…；：\n")
	for range 3000 {
		rs := make([]rune, rng.IntN(80))
		for i := range rs {
			rs[i] = alphabet[rng.IntN(len(alphabet))]
		}
		text, width := string(rs), 30+rng.Float64()*120
		lines := p.Wrap(plain, text, width)
		if got, want := squash(strings.Join(lines, "")), squash(text); got != want {
			t.Fatalf("text changed:\n%q\n%q", want, got)
		}
		for _, l := range lines {
			lr := []rune(l)
			if len(lr) > 1 && p.Width(plain, l)-p.blank(plain, lr[len(lr)-1]) > width+0.001 {
				t.Fatalf("line %q is %.1f wide, %.1f allowed", l, p.Width(plain, l), width)
			}
		}
	}
}

func squash(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }

func TestWrapForbiddenPlaces(t *testing.T) {
	p := pen(t)
	text := strings.Repeat("根据《行政许可法》（2019年修正），“受理”申请；", 6)
	for width := 40.0; width < 200; width += 3 {
		for i, l := range p.Wrap(plain, text, width) {
			rs := []rune(l)
			if i > 0 && strings.ContainsRune(notFirst, rs[0]) {
				t.Fatalf("width %.0f: line begins with %q", width, rs[0])
			}
			if strings.ContainsRune(notLast, rs[len(rs)-1]) {
				t.Fatalf("width %.0f: line ends with %q", width, rs[len(rs)-1])
			}
		}
	}
}

func TestWrapKeepsWordsWhole(t *testing.T) {
	p := pen(t)
	lines := p.Wrap(plain, "编号4406010001号", 60)
	if !strings.Contains(strings.Join(lines, "|"), "4406010001") {
		t.Fatalf("a number that fits a line was broken: %q", lines)
	}
	long := strings.Repeat("9", 100)
	if got := strings.Join(p.Wrap(plain, long, 50), ""); got != long {
		t.Fatal("a word wider than the line must be broken, not lost")
	}
}

func TestMissingGlyphIsSeenAndNamed(t *testing.T) {
	p := pen(t)
	ops := p.Line(plain, 0, 0, "王\ue170明")
	var text []string
	boxes := 0
	for _, o := range ops {
		switch o := o.(type) {
		case Text:
			text = append(text, o.S)
		case Rect:
			boxes++
		}
	}
	if strings.Join(text, "|") != "王|U+E170|明" || boxes != 1 || !slices.Equal(p.Missing(), []rune{0xE170}) {
		t.Fatal(text, boxes, p.Missing())
	}
}

// TestTablePages: over any number of pages every line of every cell is drawn
// once, in order, inside the margins, under a repeated head.
func TestTablePages(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		f := NewFlow(pen(t), Frame{W: 300, H: 200, Top: 20, Bottom: 20, Left: 20, Right: 20})
		tb := Table{Style: plain, Widths: []float64{160, 100}, Head: []Cell{{Text: "头"}, {Text: "目"}}, PadX: 3, PadY: 2}
		var want strings.Builder
		for range 1 + rng.IntN(12) {
			s := strings.Repeat("材", 1+rng.IntN(300)) + "。"
			want.WriteString(s)
			tb.Rows = append(tb.Rows, []Cell{{Text: s}, {Text: ""}})
		}
		f.Y += float64(rng.IntN(150))
		f.Table(tb)
		var got strings.Builder
		for i, p := range f.Pages {
			heads, drawn := 0, 0
			for _, o := range p.Ops {
				x, ok := o.(Text)
				if !ok {
					continue
				}
				if x.Y > f.H-f.Bottom || x.Y < f.Top {
					t.Fatalf("text outside the margins at %.1f", x.Y)
				}
				if x.S == "头" {
					heads++
				} else if x.S != "目" {
					got.WriteString(x.S)
					drawn++
				}
			}
			if drawn > 0 && heads != 1 {
				t.Fatalf("page %d has %d heads", i+1, heads)
			}
		}
		if got.String() != want.String() {
			t.Fatal("table text was lost or doubled")
		}
	}
}
