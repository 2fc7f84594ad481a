package itemsheet

import (
	"fmt"
	"strconv"
	"strings"

	"onedoor/app/counter"

	"github.com/xuri/excelize/v2"
)

// collector puts the rows of four sheets together into items and brings faults
// of whole items back to the cells that they came from.
type collector struct {
	book   *excelize.File
	faults *faults

	items     *table[item]
	materials *table[material]
	fields    *table[field]
	flow      *table[stage]

	byCode map[string]int // into out
	out    []counter.Item
	rows   []itemRows // by item
}

// itemRows remembers the row of each part of an item.
type itemRows struct {
	item                    int
	materials, fields, flow []int
	names                   []string // of fields
}

func (c *collector) collect() []counter.Item {
	c.items = readTable(c.book, sheetItems, itemColumns(), c.faults)
	c.materials = readTable(c.book, sheetMaterials, materialColumns(), c.faults)
	c.fields = readTable(c.book, sheetFields, fieldColumns(), c.faults)
	c.flow = readTable(c.book, sheetFlow, stageColumns(), c.faults)
	c.takeItems()
	takeParts(c, c.materials, func(i int, r parsed[material]) {
		c.out[i].Materials, c.rows[i].materials = append(c.out[i].Materials, r.v.v), append(c.rows[i].materials, r.row)
	})
	takeParts(c, c.fields, func(i int, r parsed[field]) {
		c.out[i].Fields, c.rows[i].fields = append(c.out[i].Fields, r.v.v), append(c.rows[i].fields, r.row)
	})
	takeParts(c, c.flow, func(i int, r parsed[stage]) {
		c.out[i].Flow, c.rows[i].flow = append(c.out[i].Flow, r.v.v), append(c.rows[i].flow, r.row)
	})
	for i := range c.out {
		c.takeForm(i)
		c.out[i].Tidy()
		for _, p := range c.out[i].Validate() {
			c.faults.at(c.place(i, p.Where), p.What, p.Fix)
		}
	}
	return c.out
}

func (c *collector) takeItems() {
	for _, r := range c.items.rows {
		code := r.v.Code
		if first, double := c.byCode[code]; double && code != "" {
			c.faults.at(c.items.where(r.row, "code"), fmt.Sprintf("编码与第%d行重复 / the code of row %d again", c.rows[first].item, c.rows[first].item),
				"改编码，或删去一行 / change the code or remove a row")
			continue
		}
		c.byCode[code] = len(c.out)
		c.out, c.rows = append(c.out, r.v), append(c.rows, itemRows{item: r.row})
	}
	if len(c.items.rows) == 0 && len(c.items.letters) > 0 {
		c.faults.at("工作表 "+sheetItems, "没有任何事项 / there is no item", "从第2行起每个事项写一行 / write one item per row from row 2 on")
	}
}

// takeParts gives each row to its item.
func takeParts[T any](c *collector, t *table[part[T]], take func(item int, r parsed[part[T]])) {
	for _, r := range t.rows {
		i, ok := c.byCode[r.v.code]
		if !ok || r.v.code == "" {
			c.faults.at(ownerAt(t, r.row), "“事项”表中没有编码“"+clip(r.v.code)+"” / no item has this code", "核对编码，或先在“事项”表中增加 / check the code, or add the item")
			continue
		}
		take(i, r)
	}
}

func ownerAt[T any](t *table[part[T]], row int) string {
	if t.letters[0] == "" {
		return fmt.Sprintf("%s 第%d行", t.sheet, row)
	}
	return cellAt(t.sheet, row, t.letters[0], t.columns[0].title)
}

// place turns a path such as materials[2].when of item i into a cell.
func (c *collector) place(i int, path string) string {
	rows := c.rows[i]
	if at, ok := c.formPlace(i, path); ok {
		return at
	}
	list, n, rest := splitPath(path)
	switch {
	case list == "materials" && n < len(rows.materials):
		return c.materials.where(rows.materials[n], rest)
	case list == "fields" && n < len(rows.fields):
		return c.fields.where(rows.fields[n], rest)
	case list == "flow" && n < len(rows.flow):
		return c.flow.where(rows.flow[n], rest)
	case path == "flow":
		return fmt.Sprintf("%s（事项 %s，%s 第%d行）", sheetFlow, c.out[i].Code, sheetItems, rows.item)
	}
	return c.items.where(rows.item, path)
}

// splitPath cuts list[n].rest apart; n is huge if path has not this shape.
func splitPath(path string) (list string, n int, rest string) {
	list, tail, ok := strings.Cut(path, "[")
	number, rest, _ := strings.Cut(tail, "]")
	n, err := strconv.Atoi(number)
	if !ok || err != nil {
		return "", 1 << 30, ""
	}
	return list, n, strings.TrimPrefix(rest, ".")
}
