package document

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"onedoor/forms/document/wording"
)

// The kinds of papers that an item's own form describes, not a file of wording.
const (
	FormFilled = "form"       // the form of a case as it was filled in
	FormBlank  = "form-blank" // an empty one, to be filled in by hand
)

// FormPaper is an item's form as a paper. Numbers of people are masked when it
// is drawn, as on every paper.
type FormPaper struct {
	Number   string    // of the case, or of the blank form: printable ASCII
	IssuedAt time.Time // whole seconds count
	Body     string    // whose form it is
	Item     string    // name
	Blank    bool
	Who      []FormLine // the applicant
	Sections []FormSection
	Officer  string
	Reprint  int
}

// FormSection is a heading with what stands under it.
type FormSection struct {
	Title string
	Parts []FormPart
}

// FormPart is one line, or one table if Heads are given.
type FormPart struct {
	FormLine
	Heads []string
	Rows  [][]string // by head
	Empty int        // empty rows below, for writing by hand
	Hints []string   // by head: what an empty row offers, such as □ 是　□ 否
}

// FormLine is a label with its value; Lines is how many lines are left for
// writing.
type FormLine struct {
	Label, Value string
	Lines        int
}

// widestTable is how many columns stand side by side on A4; more become a block
// of lines for each row.
const widestTable = 7

// IssueForm draws, stamps and signs a form on A4, over as many pages as it
// takes. Error: *Error or *sign.Error.
func (p *Press) IssueForm(f FormPaper, seal Seal) (Issued, error) {
	j, err := f.job(p)
	if err != nil {
		return Issued{}, err
	}
	return p.issue(j, A4, seal)
}

func (f FormPaper) job(p *Press) (*job, error) {
	b := &formBuilder{facts: wording.Facts{}}
	b.page = wording.Page{Format: wording.Format, Kind: FormFilled, Version: 1, From: "2020-01-01", Title: "申请表",
		TitleEn: "Application form", Papers: []string{"a4"}, Copies: 1, Heading: clearText(f.Body), QR: "扫码核验",
		Head: []wording.Text{{Text: "办件编号：{number}"}}}
	if f.Blank {
		b.page.Kind, b.page.Title, b.page.Head = FormBlank, "申请表（空白）", []wording.Text{{Text: "表　　号：{number}"}}
	}
	b.add(wording.Block{Text: "{item_name}", Style: "heading", Align: "center", Bold: true}, wording.Block{Space: 2})
	b.page.Fields = append(b.page.Fields, wording.Field{Key: "item_name", Zh: "事项名称", En: "item", Type: wording.TypeText})
	b.facts["item_name"] = f.Item
	b.lines(f.Who)
	for _, s := range f.Sections {
		b.section(s)
	}
	b.end(f)
	return jobOn(&b.page, p.fonts, Draft{Kind: b.page.Kind, Number: f.Number, IssuedAt: f.IssuedAt, Facts: b.facts, Reprint: f.Reprint}, "OD1:")
}

// formBuilder writes a page whose every value is a fact: so they are masked and
// go into the digest like those of any other document.
type formBuilder struct {
	page  wording.Page
	facts wording.Facts
	n     int
}

func (b *formBuilder) add(blocks ...wording.Block) { b.page.Blocks = append(b.page.Blocks, blocks...) }

// value makes a fact of a text and gives the template that stands for it.
func (b *formBuilder) value(label, text string) string {
	b.n++
	key := "f" + strconv.Itoa(b.n)
	b.page.Fields = append(b.page.Fields, wording.Field{Key: key, Zh: label, En: key, Type: wording.TypeText})
	b.facts[key] = text
	return "{" + key + "}"
}

func (b *formBuilder) section(s FormSection) {
	if s.Title != "" {
		b.add(wording.Block{Space: 2}, wording.Block{Text: clearText(s.Title), Style: "heading", Bold: true})
	}
	var run []FormLine
	for _, p := range s.Parts {
		if len(p.Heads) == 0 {
			run = append(run, p.FormLine)
			continue
		}
		b.lines(run)
		run = nil
		b.group(p)
	}
	b.lines(run)
}

// lines puts short values side by side and gives long ones a row of their own.
func (b *formBuilder) lines(lines []FormLine) {
	var g wording.Grid
	short := func(l FormLine) bool {
		return l.Lines <= 1 && len([]rune(l.Value)) <= 16 && !strings.Contains(l.Value, "\n")
	}
	for i := 0; i < len(lines); i++ {
		l := lines[i]
		row := wording.FactRow{Cells: []string{clearText(l.Label), b.value(l.Label, l.Value)}, Lines: max(l.Lines, 1)}
		if i+1 < len(lines) && short(l) && short(lines[i+1]) {
			i++
			row.Cells = append(row.Cells, clearText(lines[i].Label), b.value(lines[i].Label, lines[i].Value))
		}
		g.Rows = append(g.Rows, row)
	}
	if len(g.Rows) > 0 {
		b.add(wording.Block{Facts: &g}, wording.Block{Space: 1})
	}
}

func (b *formBuilder) group(p FormPart) {
	b.add(wording.Block{Text: clearText(p.Label), Bold: true})
	if len(p.Rows)+p.Empty == 0 {
		b.add(wording.Block{Text: "（无）"})
		return
	}
	if len(p.Heads) > widestTable {
		b.blocks(p)
		return
	}
	b.n++
	key := "f" + strconv.Itoa(b.n)
	field := wording.Field{Key: key, Zh: p.Label, En: key, Type: wording.TypeRows}
	table := wording.Table{Of: key, Blank: p.Empty, Columns: []wording.Column{{Head: "序号", Text: "{#}", Width: 6, Align: "center"}}}
	for i, h := range p.Heads {
		col := "c" + strconv.Itoa(i+1)
		field.Columns = append(field.Columns, wording.Field{Key: col, Zh: h, En: col, Type: wording.TypeText})
		table.Columns = append(table.Columns, wording.Column{Head: clearText(h), Text: "{" + col + "}", Width: b.width(p, i), Main: i == 0})
	}
	rows := []wording.Facts{}
	for _, r := range p.Rows {
		row := wording.Facts{}
		for i, v := range r {
			row["c"+strconv.Itoa(i+1)] = v
		}
		rows = append(rows, row)
	}
	b.page.Fields, b.facts[key] = append(b.page.Fields, field), rows
	b.add(wording.Block{Table: &table}, wording.Block{Space: 1})
}

// width follows the longest text of a column, within bounds.
func (b *formBuilder) width(p FormPart, i int) float64 {
	n := len([]rune(p.Heads[i]))
	for _, r := range p.Rows {
		units := 0
		for _, c := range r[i] {
			units++
			if c > 0x2E80 {
				units++
			}
		}
		n = max(n, (units+1)/2)
	}
	return float64(min(max(n, 4), 12))
}

// blocks writes each row of a wide group as lines of its own.
func (b *formBuilder) blocks(p FormPart) {
	for n := range len(p.Rows) + p.Empty {
		lines := make([]FormLine, len(p.Heads))
		for i, h := range p.Heads {
			lines[i].Label = h
			switch {
			case n < len(p.Rows):
				lines[i].Value = p.Rows[n][i]
			case i < len(p.Hints):
				lines[i].Value, lines[i].Lines = p.Hints[i], 1
			}
		}
		b.add(wording.Block{Text: fmt.Sprintf("（%d）", n+1)})
		b.lines(lines)
	}
}

func (b *formBuilder) end(f FormPaper) {
	b.add(wording.Block{Space: 2}, wording.Block{Indent: true, Text: "本人（单位）承诺：以上所填内容真实、完整，如有不实，愿承担相应责任。"})
	signs := []wording.Sign{{Label: "申请人签名（盖章）："}, {Label: "日　　期：", Date: true}}
	if !f.Blank && f.Officer != "" {
		b.add(wording.Block{Text: "经办人：" + b.value("经办人", f.Officer), Style: "note"})
	}
	b.add(wording.Block{Closing: &wording.Closing{Sign: signs}})
}

// clearText keeps the signs of templates out of a district's own words.
func clearText(s string) string {
	return strings.NewReplacer("{", "（", "}", "）", "[[", "［", "]]", "］").Replace(s)
}
