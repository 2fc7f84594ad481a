package document

import (
	"fmt"
	"strconv"
	"strings"

	"onedoor/forms/document/layout"
	"onedoor/forms/document/paint"
)

func (c *composer) table() layout.Table {
	return layout.Table{Style: c.cell, PadX: 4 * c.k, PadY: 2 * c.k, Rule: 0.6}
}

// label and value make the cells of the table of facts.
func label(s string) layout.Cell { return layout.Cell{Text: s, Align: layout.Center} }
func value(s string) layout.Cell { return layout.Cell{Text: s} }
func wide(s string) layout.Cell  { return layout.Cell{Text: s, Span: 3} }

// facts is the table of all single statements.
func (c *composer) facts() {
	n := c.n
	t := c.table()
	w := c.Width()
	t.Widths = []float64{0.155 * w, 0.375 * w, 0.155 * w, 0.315 * w}
	add := func(cells ...layout.Cell) { t.Rows = append(t.Rows, cells) }
	c.party(add, "申请人", n.Applicant)
	if n.Agent != nil {
		c.party(add, "代理人", *n.Agent)
	}
	add(label("事项名称"), wide(n.Item.Name))
	add(label("事项编码"), value(n.Item.Code), label("事项类型"), value(n.Item.Type))
	add(label("收件日期"), value(date(n.ReceivedOn)), label("受理日期"), value(date(n.AcceptedOn)))
	add(label("法定办结时限"), value(n.limit(n.Statutory)), label("承诺办结时限"), value(n.limit(n.Promised)))
	add(label("办结期限"), wide(n.due()))
	add(label("不计时环节"), wide(n.notCounted()))
	add(label("收费"), wide(n.Fee))
	add(label("查询方式"), wide(n.Query))
	add(label("领取方式"), wide(n.Collect))
	add(label("受理机关"), value(n.Body), label("联系电话"), value(n.Phone))
	if n.Address != "" {
		add(label("办理地点"), wide(n.Address))
	}
	add(label("经办人"), value(n.Officer), label("出具时间"), value(n.issued()))
	c.Table(t)
}

func (c *composer) party(add func(...layout.Cell), role string, p Party) {
	kind := p.NumberLabel
	switch {
	case kind != "":
	case p.Organisation:
		kind = "统一社会\n信用代码"
	default:
		kind = "证件号码"
	}
	number := p.Number
	if number == "" {
		number = "—"
	}
	add(label(role), value(p.Name), label(kind), value(number))
	switch {
	case p.LegalRep != "":
		add(label("法定代表人"), value(p.LegalRep), label("联系电话"), value(orDash(p.Phone)))
	case p.Phone != "":
		add(label(role+"电话"), wide(p.Phone))
	}
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

func (n Notice) limit(l Limit) string {
	if !l.given() && n.Item.Instant {
		return "即时办结"
	}
	return l.String()
}

func (n Notice) due() string {
	switch {
	case n.Item.Instant:
		return "即时办结（当场办结）"
	case n.Due.Provisional:
		return fmt.Sprintf("%s（暂定：%s）", date(n.Due.On), n.Due.Reason)
	}
	return date(n.Due.On)
}

func (n Notice) notCounted() string {
	if len(n.NotCounted) == 0 {
		return "无"
	}
	return strings.Join(n.NotCounted, "、") + "所需时间不计入办结时限，将另行书面告知。"
}

func (n Notice) issued() string {
	return n.IssuedAt.In(paint.Zone).Format("2006年1月2日 15:04")
}

// materials lists what was handed in; the head is repeated on every page.
func (c *composer) materials() {
	c.Space(8 * c.k)
	if c.n.NoMaterials {
		c.Paragraph(c.text, c.Full(), layout.Left, 0, "本事项无需提交申请材料。")
		return
	}
	c.Need(c.text.Lead + 3*(c.cell.Lead+6*c.k))
	c.Paragraph(c.text, c.Full(), layout.Left, 0, fmt.Sprintf("收到的申请材料（共%d项）", len(c.n.Materials)))
	c.Space(2 * c.k)
	t := c.table()
	w := c.Width()
	t.Widths = []float64{0.08 * w, 0.52 * w, 0.1 * w, 0.1 * w, 0.2 * w}
	for _, h := range []string{"序号", "材料名称", "原件", "复印件", "备注"} {
		t.Head = append(t.Head, layout.Cell{Text: h, Align: layout.Center, Bold: true})
	}
	for i, m := range c.n.Materials {
		t.Rows = append(t.Rows, []layout.Cell{
			label(strconv.Itoa(i + 1)), value(m.Name), label(count(m.Originals)), label(count(m.Copies)), value(m.Note),
		})
	}
	c.Table(t)
}

func count(n int) string {
	if n == 0 {
		return "—"
	}
	return strconv.Itoa(n) + "份"
}

// notes are the statements below the tables.
func (c *composer) notes() {
	c.Space(6 * c.k)
	if c.n.Typed {
		c.Paragraph(c.note, c.Full(), layout.Left, 0, "※ 申请人信息由窗口手工录入，未读取证件。")
	}
	c.Paragraph(c.note, c.Full(), layout.Left, 0, "※ 请妥善保管本通知书。扫描右上角二维码，或在本区任一服务窗口，可核验本通知书真伪。")
}

// closing is the receiver's signature and, on the right, the place where the
// seal goes over the body's name and the date, as on official papers. It is
// kept together.
func (c *composer) closing() {
	high := 38 * layout.MM * c.k // a seal is 38 to 42 mm wide
	seal := layout.Box{X: c.Left + 0.55*c.Width(), W: 0.45 * c.Width()}
	name := c.Pen.Wrap(c.cell, c.n.Body, seal.W-8*c.k)
	high = max(high, float64(len(name)+1)*c.cell.Lead+3*c.note.Lead)
	c.Space(8 * c.k)
	c.Need(high)
	top := c.Y
	c.Draw(layout.Rect{X: seal.X, Y: top, W: seal.W, H: high, Width: 0.5, Dash: 2})
	c.Line(c.note, seal, layout.Center, top+c.note.Lead, "（受理专用章）")
	y := top + high - float64(len(name)+1)*c.cell.Lead - 0.8*c.note.Lead
	for _, line := range append(name, date(c.n.AcceptedOn)) {
		c.Line(c.cell, seal, layout.Center, y, line)
		y += c.cell.Lead
	}
	c.signature(layout.Box{X: c.Left, W: 0.5 * c.Width()}, top+c.note.Lead)
	c.Y = top + high
}

func (c *composer) signature(b layout.Box, top float64) {
	who := "申请人签收："
	if c.n.Agent != nil {
		who = "申请人（代理人）签收："
	}
	step := 2 * c.cell.Lead
	for _, text := range []string{who, "签收日期："} {
		w := c.Pen.Width(c.cell, text)
		c.Line(c.cell, b, layout.Left, top, text)
		base := top + c.cell.Lead
		c.Draw(layout.Line{X1: b.X + w, Y1: base, X2: b.X + 0.85*b.W, Y2: base, Width: 0.5})
		if text != who {
			c.Line(c.cell, layout.Box{X: b.X + w, W: 0.85*b.W - w}, layout.Right, top, "年　　月　　日")
		}
		top += step
	}
}

// feet numbers the pages, now that their count is known.
func (c *composer) feet() {
	total := len(c.Pages)
	y := c.H - c.Bottom + 5*layout.MM*c.k
	for i := range c.Pages {
		page := &c.Pages[i]
		page.Ops = append(page.Ops, layout.Line{X1: c.Left, Y1: y, X2: c.W - c.Right, Y2: y, Width: 0.4})
		left := acceptanceTitle + "　" + c.n.Number
		right := fmt.Sprintf("第%d页　共%d页", i+1, total)
		page.Ops = append(page.Ops, c.Pen.Line(c.foot, c.Left, y+2*c.k, left)...)
		x := c.W - c.Right - c.Pen.Width(c.foot, right)
		page.Ops = append(page.Ops, c.Pen.Line(c.foot, x, y+2*c.k, right)...)
	}
}
