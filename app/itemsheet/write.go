package itemsheet

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"onedoor/app/counter"

	"github.com/xuri/excelize/v2"
)

// The sheets of the workbook.
const (
	sheetNotes     = "说明"
	sheetItems     = "事项"
	sheetMaterials = "材料"
	sheetFields    = "表单字段"
	sheetFlow      = "流程"
)

// lastRow is how far the drop-down lists reach.
const lastRow = 20000

// WriteTemplate writes an empty workbook to fill in: headers with notes,
// drop-down lists, and a sheet that explains every column.
func WriteTemplate(w io.Writer) error { return Write(w, nil) }

// Write writes the template filled with items; Read gives the same items back.
func Write(w io.Writer, items []counter.Item) error {
	f := excelize.NewFile()
	defer f.Close()
	b := &book{f: f}
	b.start()
	guide := [][]string{{"工作表", "列", "必填", "说明", "可填"}}
	guide = append(guide, writeSheet(b, sheetItems, itemColumns(), items)...)
	guide = append(guide, writeSheet(b, sheetMaterials, materialColumns(), parts(items, func(it *item) []counter.ItemMaterial { return it.Materials }))...)
	guide = append(guide, writeSheet(b, sheetFields, fieldColumns(), parts(items, func(it *item) []counter.Field { return flat(it.FormFields()) }))...)
	guide = append(guide, writeSheet(b, sheetFlow, stageColumns(), parts(items, func(it *item) []counter.FlowStage { return it.Flow }))...)
	b.notes(guide)
	if b.err != nil {
		return b.err
	}
	return f.Write(w)
}

func parts[T any](items []item, of func(*item) []T) (rows []part[T]) {
	for i := range items {
		for _, v := range of(&items[i]) {
			rows = append(rows, part[T]{items[i].Code, v})
		}
	}
	return rows
}

// book keeps the first error of a long row of calls.
type book struct {
	f                        *excelize.File
	head, must, text, number int // styles
	err                      error
}

func (b *book) do(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *book) style(s *excelize.Style) int {
	id, err := b.f.NewStyle(s)
	b.do(err)
	return id
}

func (b *book) start() {
	b.do(b.f.SetSheetName("Sheet1", sheetNotes))
	b.do(b.f.SetDocProps(&excelize.DocProperties{Creator: "onedoor", Title: "政务服务事项目录"}))
	wrap := &excelize.Alignment{WrapText: true, Vertical: "top"}
	fill := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	bold := &excelize.Font{Bold: true}
	b.head = b.style(&excelize.Style{Font: bold, Fill: fill("E2E8F0"), Alignment: wrap})
	b.must = b.style(&excelize.Style{Font: bold, Fill: fill("FDE68A"), Alignment: wrap})
	b.text = b.style(&excelize.Style{NumFmt: 49, Alignment: wrap}) // 49 is text: codes must not become numbers
	b.number = b.style(&excelize.Style{Alignment: wrap})
}

// writeSheet writes one sheet and gives its lines of the guide.
func writeSheet[T any](b *book, sheet string, columns []column[T], rows []T) (guide [][]string) {
	_, err := b.f.NewSheet(sheet)
	b.do(err)
	for i, c := range columns {
		writeColumn(b, sheet, i+1, c, rows)
		guide = append(guide, []string{sheet, c.title, map[bool]string{true: "是"}[c.must], c.note, strings.Join(c.choices, "；")})
	}
	b.do(b.f.SetPanes(sheet, &excelize.Panes{Freeze: true, XSplit: 1, YSplit: 1, TopLeftCell: "B2", ActivePane: "bottomRight"}))
	return guide
}

func writeColumn[T any](b *book, sheet string, n int, c column[T], rows []T) {
	letter, err := excelize.ColumnNumberToName(n)
	b.do(err)
	style, title, head := b.text, c.title, b.head
	if c.number {
		style = b.number
	}
	if c.must {
		title, head = title+"*", b.must
	}
	b.do(b.f.SetColStyle(sheet, letter, style))
	b.do(b.f.SetColWidth(sheet, letter, letter, c.width))
	b.do(b.f.SetCellStr(sheet, letter+"1", title))
	b.do(b.f.SetCellStyle(sheet, letter+"1", letter+"1", head))
	if c.note != "" {
		b.do(b.f.AddComment(sheet, excelize.Comment{Cell: letter + "1", Author: "onedoor", Paragraph: []excelize.RichTextRun{{Text: c.note}}}))
	}
	writeChoices(b, sheet, letter, n, c)
	for i := range rows {
		writeCell(b, sheet, letter+strconv.Itoa(i+2), style, c, &rows[i])
	}
}

func writeCell[T any](b *book, sheet, cell string, style int, c column[T], row *T) {
	text := c.get(row)
	if text == "" {
		return
	}
	if n, err := strconv.ParseInt(text, 10, 64); c.number && err == nil {
		b.do(b.f.SetCellInt(sheet, cell, n))
	} else {
		b.do(b.f.SetCellStr(sheet, cell, text))
	}
	b.do(b.f.SetCellStyle(sheet, cell, cell, style))
}

// writeChoices sets drop-down lists: the words of a column, or the item codes.
func writeChoices[T any](b *book, sheet, letter string, n int, c column[T]) {
	dv := excelize.NewDataValidation(true)
	dv.SetSqref(fmt.Sprintf("%s2:%s%d", letter, letter, lastRow))
	switch {
	case len(c.choices) > 0:
		b.do(dv.SetDropList(c.choices))
		dv.SetError(excelize.DataValidationErrorStyleStop, "请从列表中选择", "可填："+strings.Join(c.choices, "；"))
	case n == 1 && sheet != sheetItems:
		dv.SetSqrefDropList(fmt.Sprintf("%s!$A$2:$A$%d", sheetItems, lastRow))
		dv.SetError(excelize.DataValidationErrorStyleWarning, "没有这个事项", "请先在“事项”表中填写这个编码")
	default:
		return
	}
	b.do(b.f.AddDataValidation(sheet, dv))
}

var intro = []string{
	"政务服务事项目录导入模板 / Template of the service catalogue",
	"1. 在“事项”表中每个事项写一行；在“材料”“表单字段”“流程”表中用事项编码对应，顺序即显示顺序。",
	"2. 黄色表头（带 *）的列必填；把鼠标移到表头上可以看到说明；带箭头的单元格从列表中选择。",
	"3. 每个事项的流程依次写申请、受理、审查、决定、送达五行。",
	"4. 不要改动表头文字和工作表名称；列的顺序可以调整，多余的工作表会被忽略。",
	"5. 导入时全部内容检查无误才会生效；有错误时会一次列出所有工作表、行、列和改法。",
	"One row per item; the other sheets refer to it by its code. Nothing is imported unless everything is right.",
}

func (b *book) notes(guide [][]string) {
	for i, line := range intro {
		b.do(b.f.SetCellStr(sheetNotes, "A"+strconv.Itoa(i+1), line))
	}
	first := len(intro) + 2
	for i, line := range guide {
		for j, text := range line {
			cell, err := excelize.CoordinatesToCellName(j+1, first+i)
			b.do(err)
			b.do(b.f.SetCellStr(sheetNotes, cell, text))
		}
	}
	b.do(b.f.SetCellStyle(sheetNotes, fmt.Sprintf("A%d", first), fmt.Sprintf("E%d", first), b.head))
	for letter, width := range map[string]float64{"A": 12, "B": 22, "C": 8, "D": 60, "E": 60} {
		b.do(b.f.SetColWidth(sheetNotes, letter, letter, width))
	}
	b.f.SetActiveSheet(0)
}
