package wording

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Papers, styles and alignments that a description may name.
var (
	papers = []string{"a4", "a5", "roll80"}
	styles = []string{"", "text", "heading", "cell", "note"}
	aligns = []string{"", "left", "center", "right"}
	types  = []string{TypeText, TypeName, TypeMasked, TypeDate, TypeTime, TypeCount, TypeBool, TypeChoice, TypeList, TypeRows}
)

const nameChars = "abcdefghijklmnopqrstuvwxyz0123456789-_"

func plainName(s string) bool {
	return len(s) >= 1 && len(s) <= 24 && strings.Trim(s, nameChars) == ""
}

// frame checks what can be judged of a file alone.
func frame(p *Page) error {
	from, err := time.Parse(time.DateOnly, p.From)
	switch {
	case (p.Kind == "") == (p.Part == ""):
		return fmt.Errorf("want either kind or part")
	case !plainName(p.Name()):
		return fmt.Errorf("kind or part: want 1 to 24 of a-z, 0-9, - and _")
	case p.Version < 1:
		return fmt.Errorf("version: want 1 or more")
	case err != nil:
		return fmt.Errorf("effective_from: want a date like 2026-01-01")
	}
	if p.To != "" {
		to, err := time.Parse(time.DateOnly, p.To)
		if err != nil || to.Before(from) {
			return fmt.Errorf("effective_to: want a date from effective_from on")
		}
	}
	if p.Part != "" && (len(p.Use) > 0 || slices.ContainsFunc(p.Blocks, func(b Block) bool { return b.Use != "" })) {
		return fmt.Errorf("a part may not use parts")
	}
	return nil
}

// checker walks one resolved page.
type checker struct {
	*faults
	p    *Page
	cols []Field // inside a table or each
	rows bool    // {#} and {.} are known
}

func validate(p *Page, f *faults) {
	sub := faults{page: fmt.Sprintf("%s v%d", p.Kind, p.Version)}
	c := checker{faults: &sub, p: p}
	c.fields("fields", p.Fields, false)
	c.template("title", p.Title)
	c.template("heading", p.Heading)
	c.template("watermark", p.Watermark)
	if len(p.Papers) == 0 || slices.ContainsFunc(p.Papers, func(s string) bool { return !slices.Contains(papers, s) }) {
		c.add("papers", "纸张只能是 a4、a5、roll80", "want some of a4, a5, roll80")
	}
	if p.Copies < 1 || p.Copies > 20 {
		c.add("copies", "份数应为 1 至 20", "want 1 to 20")
	}
	for i, t := range p.Head {
		c.text(fmt.Sprintf("head[%d]", i), t.When, t.Text)
	}
	for i, b := range p.Blocks {
		c.block(fmt.Sprintf("blocks[%d]", i), b)
	}
	f.list = append(f.list, sub.list...)
}

func (c checker) fields(at string, fields []Field, inRows bool) {
	seen := map[string]bool{}
	for i, f := range fields {
		here := fmt.Sprintf("%s[%d] %s", at, i, f.Key)
		if !plainName(f.Key) || seen[f.Key] || slices.Contains(builtins, f.Key) {
			c.add(here, "字段名不合规或重复", "key unfit, reserved or twice")
		}
		seen[f.Key] = true
		if f.Zh == "" || f.En == "" {
			c.add(here, "缺少中文或英文名称", "no Chinese or English name")
		}
		if !slices.Contains(types, f.Type) || inRows && (f.Type == TypeRows || f.Type == TypeList) {
			c.add(here, "类型不对", "unknown type")
		}
		if f.Required && f.Basis == "" && !inRows {
			c.add(here, "必备内容没有写明依据", "required, but no basis is given")
		}
		if (f.Type == TypeChoice) != (len(f.Options) > 0) || (f.Type == TypeRows) != (len(f.Columns) > 0) {
			c.add(here, "选项或列与类型不符", "options or columns do not fit the type")
		}
		if f.Default != "" && f.Type != TypeText {
			c.add(here, "只有文字可以有默认值", "only a text may have a default")
		}
		if f.After != "" {
			if o, ok := find(fields, f.After); !ok || o.Type != f.Type || f.Type != TypeDate && f.Type != TypeTime {
				c.add(here, "after 应指另一个日期", "after must name another date")
			}
		}
		if inRows {
			c.conditions(here, f.When)
			continue
		}
		c.conditions(here, f.When)
		sub := c
		sub.cols = f.Columns
		sub.fields(here, f.Columns, true)
	}
}

func (c checker) known(key string) bool {
	if c.rows && (key == "#" || key == ".") || slices.Contains(builtins, key) {
		return true
	}
	if _, ok := find(c.cols, key); ok {
		return true
	}
	_, ok := c.p.Field(key)
	return ok
}

func (c checker) conditions(at string, when []string) {
	for _, w := range when {
		key, _, _, _ := cutCondition(w)
		if !c.known(key) || slices.Contains(builtins, key) {
			c.add(at, "条件里没有这个字段："+w, "condition on an unknown field: "+w)
		}
	}
}

func (c checker) template(at, s string) {
	stretches, err := parse(s)
	if err != nil {
		c.add(at, "模板写法不对", err.Error())
		return
	}
	for _, st := range stretches {
		for _, p := range st.pieces {
			if p.key != "" && !c.known(p.key) {
				c.add(at, "没有这个字段：{"+p.key+"}", "unknown field {"+p.key+"}")
			}
			if f, ok := c.p.Field(p.key); ok && f.Type == TypeRows && p.form != "count" {
				c.add(at, "{"+p.key+"} 是表格，只能写 |count", "{"+p.key+"} is a table: only |count can be written")
			}
		}
	}
}

func (c checker) text(at string, when []string, s string) {
	c.conditions(at, when)
	c.template(at, s)
}

// block checks that exactly one thing is asked for, and that it makes sense.
func (c checker) block(at string, b Block) {
	c.conditions(at, b.When)
	n := 0
	for _, on := range []bool{b.Use != "", b.Text != "", b.Of != "", b.Space != 0, b.Break, b.Scans, b.Facts != nil, b.Table != nil, b.Choice != nil, b.Box != nil, b.Closing != nil} {
		if on {
			n++
		}
	}
	if n != 1 {
		c.add(at, "每一块只能有一种内容", "want exactly one kind of content")
	}
	if !slices.Contains(styles, b.Style) || !slices.Contains(aligns, b.Align) || b.Space < 0 || b.Space > 300 {
		c.add(at, "字体、对齐或间距不对", "unknown style, alignment or space")
	}
	c.template(at+".text", b.Text)
	if b.Of != "" {
		c.over(at+".of", b.Of).template(at+".each", b.Each)
	}
	if b.Facts != nil {
		c.grid(at+".facts", *b.Facts)
	}
	if b.Table != nil {
		c.table(at+".table", *b.Table)
	}
	if b.Choice != nil {
		if f, ok := c.p.Field(b.Choice.Of); !ok || f.Type != TypeChoice {
			c.add(at+".choice", "应指一个选择项", "want a choice field")
		}
	}
	if b.Box != nil {
		for i, l := range b.Box.Lines {
			c.template(fmt.Sprintf("%s.box.lines[%d]", at, i), l)
		}
		c.signs(at+".box", b.Box.Sign)
		if b.Box.Room < 0 || b.Box.Room > 200 {
			c.add(at+".box.room", "留白应为 0 至 200 毫米", "want 0 to 200 mm")
		}
	}
	if b.Closing != nil {
		c.signs(at+".closing", b.Closing.Sign)
		if s := b.Closing.Seal; s != nil {
			c.template(at+".closing.seal.name", s.Name)
			c.template(at+".closing.seal.date", s.Date)
		}
	}
}

func (c checker) signs(at string, signs []Sign) {
	for i, s := range signs {
		c.text(fmt.Sprintf("%s.sign[%d]", at, i), s.When, s.Label)
	}
}

// over is the checker for the entries of a list or rows field.
func (c checker) over(at, key string) checker {
	f, ok := c.p.Field(key)
	if !ok || f.Type != TypeList && f.Type != TypeRows {
		c.add(at, "应指一个清单或表格", "want a list or rows field")
	}
	c.cols, c.rows = f.Columns, true
	return c
}

func (c checker) grid(at string, g Grid) {
	for i, r := range g.Rows {
		here := fmt.Sprintf("%s.rows[%d]", at, i)
		c.conditions(here, r.When)
		if len(r.Cells) != 2 && len(r.Cells) != 4 || r.Lines < 0 || r.Lines > 40 {
			c.add(here, "每行应为两格或四格", "want two or four cells")
		}
		for _, s := range r.Cells {
			c.template(here, s)
		}
	}
}

func (c checker) table(at string, t Table) {
	sub := c.over(at+".of", t.Of)
	mains := 0
	for i, col := range t.Columns {
		here := fmt.Sprintf("%s.columns[%d]", at, i)
		if col.Width <= 0 || col.Width > 1000 || !slices.Contains(aligns, col.Align) || col.Head == "" {
			c.add(here, "列宽、对齐或表头不对", "unfit width, alignment or head")
		}
		if col.Main {
			mains++
		}
		sub.template(here, col.Text)
	}
	if mains != 1 {
		c.add(at, "应有一列标明 main", "want exactly one main column")
	}
	if t.Blank < 0 || t.Blank > 60 {
		c.add(at, "空行应为 0 至 60", "want 0 to 60 blank lines")
	}
}
