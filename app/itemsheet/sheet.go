package itemsheet

import (
	"fmt"
	"strings"

	"onedoor/app/counter"

	"github.com/xuri/excelize/v2"
)

// parsed is one filled row of a sheet.
type parsed[T any] struct {
	row int
	v   T
}

// table is a sheet that was read: its rows, and where each column stands.
type table[T any] struct {
	sheet   string
	columns []column[T]
	letters []string // by column; empty if the sheet lacks it
	rows    []parsed[T]
}

// where names a cell by row and column path. A path that goes deeper than the
// columns (choices[3]) is cut until one fits; without any, the row is named.
func (t *table[T]) where(row int, path string) string {
	for ; ; path = parentPath(path) {
		for i, c := range t.columns {
			if c.path == path && path != "" && t.letters[i] != "" {
				return cellAt(t.sheet, row, t.letters[i], c.title)
			}
		}
		if path == "" {
			return fmt.Sprintf("%s 第%d行", t.sheet, row)
		}
	}
}

func parentPath(path string) string { return path[:max(0, strings.LastIndexAny(path, ".["))] }

func cellAt(sheet string, row int, letter, title string) string {
	return fmt.Sprintf("%s 第%d行 %s列（%s）", sheet, row, letter, title)
}

// readTable reads a sheet of the workbook, adding a fault for every cell that
// cannot be understood.
func readTable[T any](book *excelize.File, sheet string, columns []column[T], f *faults) *table[T] {
	t := &table[T]{sheet: sheet, columns: columns, letters: make([]string, len(columns))}
	rows, err := book.Rows(sheet)
	if err != nil {
		f.at("工作表 "+sheet, "缺少这个工作表，或无法读取 / the sheet is missing or cannot be read", "从模板复制，不要改工作表名称 / keep the sheets of the template")
		return t
	}
	defer rows.Close()
	var at []int // column of each cell, -1 for none
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns()
		switch {
		case err != nil:
			f.at(fmt.Sprintf("%s 第%d行", sheet, n), "无法读取 / cannot be read: "+err.Error(), damagedFix)
			return t
		case n == 1:
			at = t.header(cells, f)
		case blank(cells):
		case len(t.rows) == maxRows:
			f.at(fmt.Sprintf("%s 第%d行", sheet, n), fmt.Sprintf("超过 %d 行 / more than %d rows", maxRows, maxRows), "分成几个文件导入 / split the file")
			return t
		default:
			t.rows = append(t.rows, parsed[T]{n, t.parse(n, cells, at, f)})
		}
	}
	if err := rows.Error(); err != nil {
		f.at("工作表 "+sheet, "无法读完 / cannot be read to its end: "+err.Error(), damagedFix)
	}
	if at == nil {
		t.header(nil, f)
	}
	return t
}

// header finds the columns by their titles, in any order.
func (t *table[T]) header(cells []string, f *faults) []int {
	at := make([]int, min(len(cells), maxCells))
	for i := range at {
		at[i] = -1
		letter, _ := excelize.ColumnNumberToName(i + 1)
		title := strings.TrimRight(counter.Compact(cells[i]), "*")
		if title == "" {
			continue
		}
		where := fmt.Sprintf("%s 第1行 %s列", t.sheet, letter)
		k := t.find(title)
		switch {
		case k < 0:
			f.at(where, "不认识表头“"+clip(title)+"” / unknown header", "改回模板中的表头，或删去这一列 / use the header of the template")
		case t.letters[k] != "":
			f.at(where, "表头“"+title+"”出现两次 / the header occurs twice", "只保留一列 / keep one column")
		default:
			at[i], t.letters[k] = k, letter
		}
	}
	for k, c := range t.columns {
		if t.letters[k] == "" && c.must {
			f.at(t.sheet+" 第1行（"+c.title+"）", "缺少必填的列“"+c.title+"” / a required column is missing", "从模板补回这一列 / take the column from the template")
		}
	}
	return at
}

func (t *table[T]) find(title string) int {
	for k, c := range t.columns {
		if counter.Compact(c.title) == title {
			return k
		}
	}
	return -1
}

func (t *table[T]) parse(n int, cells []string, at []int, f *faults) (v T) {
	filled := make([]bool, len(t.columns))
	for i, text := range cells {
		text = tidyCell(text)
		if text == "" {
			continue
		}
		if i >= len(at) || at[i] < 0 {
			letter, _ := excelize.ColumnNumberToName(i + 1)
			f.at(fmt.Sprintf("%s 第%d行 %s列", t.sheet, n, letter), "这一列没有表头，内容不会导入 / content under no header", "移到有表头的列，或删去 / move or remove it")
			continue
		}
		c := t.columns[at[i]]
		filled[at[i]] = true
		if problem := setCell(c, &v, text); problem != nil {
			f.at(cellAt(t.sheet, n, t.letters[at[i]], c.title), problem.what, problem.fix)
		}
	}
	for k, c := range t.columns {
		if c.must && !filled[k] && t.letters[k] != "" {
			f.at(cellAt(t.sheet, n, t.letters[k], c.title), "必填，没有填写 / required, but empty", "请填写："+need(c.title, c.note, c.choices))
		}
	}
	return v
}

func need(title, note string, choices []string) string {
	if len(choices) > 0 {
		return strings.Join(choices, "；")
	}
	if note == "" {
		return title
	}
	return note
}

func setCell[T any](c column[T], v *T, text string) *fault {
	switch text {
	case "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!":
		return &fault{"公式出错 / a formula failed: " + text, "改成文字或数字 / type the value itself"}
	}
	return c.set(v, text)
}

func tidyCell(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"))
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}
