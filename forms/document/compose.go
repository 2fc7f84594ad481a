package document

import (
	"fmt"
	"math"
	"strings"
	"time"

	"rsc.io/qr"

	"onedoor/forms/document/cjkfont"
	"onedoor/forms/document/layout"
	"onedoor/forms/document/paint"
)

const acceptanceTitle = "受理通知书"

// sheet is the measures of one paper size. Everything scales together.
type sheet struct {
	frame                                  layout.Frame
	k                                      float64 // 1 on A4
	title, heading, text, cell, note, foot layout.Style
}

func newSheet(p Paper) sheet {
	const mm = layout.MM
	s := sheet{k: 1, frame: layout.Frame{W: 595.28, H: 841.89, Top: 15 * mm, Bottom: 17 * mm, Left: 22 * mm, Right: 22 * mm}}
	if p == A5 { // the same composition at the ratio of the papers, so it breaks alike
		s.k = 1 / math.Sqrt2
		f := &s.frame
		for _, v := range []*float64{&f.W, &f.H, &f.Top, &f.Bottom, &f.Left, &f.Right} {
			*v *= s.k
		}
	}
	style := func(size, lead float64, w cjkfont.Weight) layout.Style {
		return layout.Style{Size: size, Lead: lead, Weight: w}.Scale(s.k)
	}
	s.heading = style(14, 20, cjkfont.Body)
	s.title = style(22, 34, cjkfont.Title)
	s.text = style(12, 19, cjkfont.Body)
	s.cell = style(10.5, 15, cjkfont.Body)
	s.note = style(9, 13, cjkfont.Body)
	s.foot = style(8.5, 12, cjkfont.Body)
	return s
}

// composer carries one notice over its pages.
type composer struct {
	sheet
	*layout.Flow
	n Notice
}

// compose lays a checked notice out.
func compose(pen *layout.Pen, n Notice, paper Paper) (layout.Frame, []layout.Page, error) {
	s := newSheet(paper)
	c := &composer{sheet: s, Flow: layout.NewFlow(pen, s.frame), n: n}
	if err := c.top(); err != nil {
		return s.frame, nil, err
	}
	c.letter()
	c.facts()
	c.materials()
	c.notes()
	c.closing()
	c.feet()
	return s.frame, c.Pages, nil
}

// qrSide is the width of the QR code in points on A4: modules of half a
// millimetre, which old laser printers and phone cameras can manage.
const qrSide = 30 * layout.MM

// top draws the body's name, the title and the number, the QR code beside them.
func (c *composer) top() error {
	code, err := qr.Encode(c.n.QR, qr.M)
	if err != nil {
		return err
	}
	side := qrSide * c.k
	x, y := c.W-c.Right-side, c.Y
	c.Draw(layout.Modules{X: x, Y: y, Side: side, N: code.Size, Black: code.Black})
	c.Line(c.foot, layout.Box{X: x, W: side}, layout.Center, y+side+2*c.k, "扫码核验")
	middle := layout.Box{X: c.Left + side, W: c.Width() - 2*side - 6*c.k}
	c.Paragraph(c.heading, middle, layout.Center, 0, c.n.Body)
	c.Y += 4 * c.k
	c.Paragraph(c.title, middle, layout.Center, 0, acceptanceTitle)
	c.Y += 8 * c.k
	left := layout.Box{X: c.Left, W: c.Width() - side - 6*c.k}
	if c.n.NoticeNumber != "" {
		c.Paragraph(c.cell, left, layout.Left, 0, "文　　号："+c.n.NoticeNumber)
	}
	c.Paragraph(c.cell, left, layout.Left, 0, "办件编号："+c.n.Number)
	c.Paragraph(c.cell, left, layout.Left, 0, c.copyLine())
	c.Y = max(c.Y, y+side+2*c.k+c.foot.Lead) + 4*c.k
	c.Draw(layout.Line{X1: c.Left, Y1: c.Y, X2: c.W - c.Right, Y2: c.Y, Width: 1})
	c.Y += 6 * c.k
	return nil
}

func (c *composer) copyLine() string {
	s := fmt.Sprintf("一式%d份，本件为第%d份", c.n.Copies, c.n.CopyNo)
	if c.n.Reprint > 0 {
		s += fmt.Sprintf("　【补打 第%d次】", c.n.Reprint)
	}
	return s
}

// letter is the statement itself: what is accepted and on what ground.
func (c *composer) letter() {
	n := c.n
	c.Paragraph(c.text, c.Full(), layout.Left, 0, n.Applicant.Name+"：")
	you := "您"
	if n.Applicant.Organisation {
		you = "你单位"
	}
	complete := "申请材料齐全、符合法定形式"
	if n.NoMaterials {
		complete = "符合受理条件"
	}
	s := fmt.Sprintf("%s于%s提出的“%s”申请，经审查，%s", you, date(n.ReceivedOn), n.Item.Name, complete)
	if b := n.basis(); b != "" {
		s += "。根据" + b
	}
	s += fmt.Sprintf("，决定自%s起予以受理。", date(n.AcceptedOn))
	if n.Item.Instant {
		s += "本事项属即时办结事项，当场办理、当场办结。"
	}
	s += "现将有关事项告知如下："
	c.Paragraph(c.text, c.Full(), layout.Left, 2*c.text.Size, s)
	c.Space(4 * c.k)
}

// basis is the item's own legal basis, for licences that of the Licensing Law.
func (n Notice) basis() string {
	if n.Item.Basis == "" && n.Item.Type == "行政许可" {
		return "《中华人民共和国行政许可法》第三十二条第一款第五项"
	}
	return strings.TrimRight(n.Item.Basis, "。；，")
}

// date in the form official papers use.
func date(t time.Time) string { return t.In(paint.Zone).Format("2006年1月2日") }

func (l Limit) String() string {
	if l.Text != "" || l.Days == 0 {
		return l.Text
	}
	unit := l.Unit
	if unit == "" {
		unit = "工作日"
	}
	return fmt.Sprintf("%d个%s", l.Days, unit)
}
