// Package itemsheet carries the catalogue to and from the tables that districts
// keep it in: a workbook with Chinese headers, notes and drop-down lists, and
// JSON. Reading is all or nothing and names every fault with sheet, row, column
// and remedy, because a whole department corrects the file, not a programmer.
package itemsheet

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"onedoor/app/counter"

	"github.com/xuri/excelize/v2"
)

// column is one column of a sheet whose rows are T: how it is headed and
// explained, and how its cell becomes a part of T and back.
type column[T any] struct {
	path    string // JSON path below T, by which faults of a whole item find their cell
	title   string
	note    string
	must    bool
	number  bool
	choices []string // drop-down
	width   float64
	get     func(*T) string
	set     func(*T, string) *fault
}

// fault is what is wrong with one cell.
type fault struct{ what, fix string }

func textColumn[T any, S ~string](path, title, note string, must bool, at func(*T) *S) column[T] {
	return column[T]{path: path, title: title, note: note, must: must, width: 20,
		get: func(t *T) string { return string(*at(t)) },
		set: func(t *T, s string) *fault { *at(t) = S(s); return nil }}
}

// scientific is what Excel makes of a long number typed as one.
var scientific = regexp.MustCompile(`^[0-9](\.[0-9]+)?E\+[0-9]+$`)

func codeColumn[T any](path, title, note string, at func(*T) *string) column[T] {
	c := textColumn(path, title, note, true, at)
	c.set = func(t *T, s string) *fault {
		if scientific.MatchString(s) {
			return &fault{"长编码被当成数字，末尾几位已经丢失 / Excel took the code for a number and cut it", "先把单元格设为“文本”格式，再重新录入 / format the cell as text and type it again"}
		}
		*at(t) = counter.Compact(s)
		return nil
	}
	return c
}

func numberColumn[T any](path, title, note string, must bool, at func(*T) *int) column[T] {
	return column[T]{path: path, title: title, note: note, must: must, number: true, width: 11,
		get: func(t *T) string {
			if *at(t) == 0 {
				return ""
			}
			return strconv.Itoa(*at(t))
		},
		set: func(t *T, s string) *fault {
			n, err := strconv.Atoi(strings.TrimSuffix(counter.Compact(s), ".0"))
			if err != nil || n > 1e9 || n < -1e9 {
				return &fault{"“" + clip(s) + "”不是整数 / not a whole number", "只填整数，不写单位 / a whole number without a unit"}
			}
			*at(t) = n
			return nil
		}}
}

var yesNo = labels{{"true", "是"}, {"false", "否"}}

func flagColumn[T any](path, title, note string, at func(*T) *bool) column[T] {
	return column[T]{path: path, title: title, note: note, choices: yesNo.names(), width: 10,
		get: func(t *T) string { return yesNo.name(strconv.FormatBool(*at(t))) },
		set: func(t *T, s string) *fault {
			code, f := yesNo.code(s)
			*at(t) = code == "true"
			return f
		}}
}

func pickColumn[T any, S ~string](path, title, note string, must bool, l labels, at func(*T) *S) column[T] {
	return column[T]{path: path, title: title, note: note, must: must, choices: l.names(), width: 14,
		get: func(t *T) string { return l.name(string(*at(t))) },
		set: func(t *T, s string) *fault {
			code, f := l.code(s)
			*at(t) = S(code)
			return f
		}}
}

func dateColumn[T any](path, title, note string, must bool, at func(*T) *counter.Date) column[T] {
	return column[T]{path: path, title: title, note: note, must: must, width: 13,
		get: func(t *T) string { return string(*at(t)) },
		set: func(t *T, s string) *fault {
			d, ok := counter.ParseDate(s)
			if !ok {
				d, ok = serialDate(s)
			}
			if !ok {
				return &fault{"“" + clip(s) + "”不是有效日期 / not a valid date", "写成 2026-01-01 / write it as 2026-01-01"}
			}
			*at(t) = d
			return nil
		}}
}

// serialDate reads the count of days that Excel stores for a cell formatted as
// a date.
func serialDate(s string) (counter.Date, bool) {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n < 10000 || n > 200000 {
		return "", false
	}
	t, err := excelize.ExcelDateToTime(n, false)
	return counter.DateOf(t.Truncate(24 * time.Hour)), err == nil
}

func listColumn[T any](path, title, note string, must bool, at func(*T) *[]string) column[T] {
	return column[T]{path: path, title: title, note: note + "；一行一条，单元格内换行用 Alt+Enter", must: must, width: 36,
		get: func(t *T) string { return joinLines(*at(t)) },
		set: func(t *T, s string) *fault { *at(t) = splitLines(s); return nil }}
}

// recordColumn keeps several records in one cell: a line each, parts parted by |.
func recordColumn[T, R any](path, title, note string, must bool, at func(*T) *[]R, parts func(R) []string, record func([]string) (R, *fault)) column[T] {
	return column[T]{path: path, title: title, note: note + "；一行一条，各部分用 | 隔开", must: must, width: 36,
		get: func(t *T) string {
			var lines []string
			for _, r := range *at(t) {
				lines = append(lines, joinParts(parts(r)))
			}
			return strings.Join(lines, "\n")
		},
		set: func(t *T, s string) *fault {
			for i, line := range strings.Split(s, "\n") {
				if strings.TrimSpace(line) == "" {
					continue
				}
				r, f := record(splitParts(line))
				if f != nil {
					return &fault{fmt.Sprintf("单元格内第 %d 行：%s", i+1, f.what), f.fix}
				}
				*at(t) = append(*at(t), r)
			}
			return nil
		}}
}

// clip shortens what is quoted back from a cell.
func clip(s string) string {
	if r := []rune(s); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return s
}
